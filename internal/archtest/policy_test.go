package archtest

import (
	"fmt"
	"go/ast"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const maxLines = 400

// A ban keeps a function of the standard library out of the code; functions used as values count too.
type ban struct {
	pkg, name string
	tests     bool              // in tests as well
	except    map[string]string // folder -> why it may
	remedy    string
}

var programs = map[string]string{
	"cmd/cinode-scim":  "main makes the first context",
	"internal/cli":     "commands get theirs from main, and clean up after it has ended",
	"internal/bench":   "a program",
	"internal/testenv": "for tests; its server outlives every context",
	"api/scimtest":     "for tests",
}

var clocks = map[string]string{
	"internal/clock":       "it is the clock",
	"internal/telemetry":   "durations of the machine, which test control must not bend",
	"internal/bench":       "it measures the machine",
	"internal/scimclient":  "it measures another server's answers and paces requests",
	"internal/conformance": "it measures its own run against another server",
}

var bans = []ban{
	{"time", "Now", false, clocks, "take the time from internal/clock, which tests can set"},
	{"time", "Since", false, clocks, "take the time from internal/clock, which tests can set"},
	{"time", "Until", false, clocks, "take the time from internal/clock, which tests can set"},
	{"time", "Sleep", true, map[string]string{"internal/bench": "it paces a load"},
		"wait for what is awaited: a channel, a timer beside ctx.Done(), require.Eventually across a process border"},
	{"context", "Background", false, programs, "pass the caller's context on, or context.WithoutCancel of it"},
	{"context", "TODO", true, nil, "pass the caller's context on"},
	{"os", "Exit", false, map[string]string{
		"cmd/cinode-scim": "the exit code is main's", "internal/bench": "a program", "internal/testenv": "the end of TestMain",
	}, "return an error; cmd/cinode-scim turns it into an exit code"},
}

// uses returns the places where the file names pkg.name.
func (s source) uses(pkg, name string) []string {
	local := ""
	for _, spec := range s.syntax.Imports {
		if target, err := strconv.Unquote(spec.Path.Value); err == nil && target == pkg {
			local = pkg[strings.LastIndexByte(pkg, '/')+1:]
			if spec.Name != nil {
				local = spec.Name.Name
			}
		}
	}
	if local == "" {
		return nil
	}
	var places []string
	ast.Inspect(s.syntax, func(node ast.Node) bool {
		selector, ok := node.(*ast.SelectorExpr)
		if !ok || selector.Sel.Name != name {
			return true
		}
		if x, ok := selector.X.(*ast.Ident); ok && x.Name == local {
			places = append(places, s.at(selector))
		}
		return true
	})
	return places
}

func checkBans(s source) []string {
	var complaints []string
	for _, b := range bans {
		if _, excepted := b.except[s.folder]; excepted || s.test && !b.tests {
			continue
		}
		for _, place := range s.uses(b.pkg, b.name) {
			complaints = append(complaints, fmt.Sprintf("%s: %s.%s is banned here: %s", place, b.pkg, b.name, b.remedy))
		}
	}
	return complaints
}

func abortsHandler(call *ast.CallExpr) bool {
	if len(call.Args) != 1 {
		return false
	}
	value, ok := call.Args[0].(*ast.SelectorExpr)
	return ok && value.Sel.Name == "ErrAbortHandler"
}

// checkPanics allows a panic only in a function called MustX or mustX, which is for data compiled into the program, and
// the one by which net/http wants to be told to break an answer off.
func checkPanics(s source) []string {
	if s.test || !strings.HasPrefix(s.folder, "internal/") {
		return nil
	}
	var complaints []string
	for _, declaration := range s.syntax.Decls {
		function, ok := declaration.(*ast.FuncDecl)
		if ok && strings.HasPrefix(strings.ToLower(function.Name.Name), "must") {
			continue
		}
		ast.Inspect(declaration, func(node ast.Node) bool {
			call, ok := node.(*ast.CallExpr)
			if !ok {
				return true
			}
			if name, ok := call.Fun.(*ast.Ident); ok && name.Name == "panic" && !abortsHandler(call) {
				complaints = append(complaints, s.at(call)+": panic is for MustX functions over embedded data; return an error")
			}
			return true
		})
	}
	return complaints
}

// checkSkips finds t.Skip and its kin: what a test needs, `make test` installs. No package installs Citus, so the tests
// in a citus_test.go may skip without one.
func checkSkips(s source) []string {
	suite := s.folder == "internal/store/storetest" || s.folder == "internal/testenv"
	if !s.test && !suite || strings.HasSuffix(s.name, "/citus_test.go") {
		return nil
	}
	var complaints []string
	ast.Inspect(s.syntax, func(node ast.Node) bool {
		selector, ok := node.(*ast.SelectorExpr)
		if !ok || !strings.HasPrefix(selector.Sel.Name, "Skip") {
			return true
		}
		if x, ok := selector.X.(*ast.Ident); ok && (x.Name == "t" || x.Name == "tb" || x.Name == "b" || x.Name == "f") {
			complaints = append(complaints, s.at(selector)+": a skipped test proves nothing; let `make test` install what it needs")
		}
		return true
	})
	return complaints
}

func checkLength(s source) []string {
	if s.test || s.lines <= maxLines {
		return nil
	}
	return []string{fmt.Sprintf("%s: %d lines, the limit is %d; split it by subject", s.name, s.lines, maxLines)}
}

func TestPolicy(t *testing.T) {
	t.Parallel()
	for _, s := range repository(t) {
		for _, check := range []func(source) []string{checkBans, checkPanics, checkSkips, checkLength} {
			for _, complaint := range check(s) {
				t.Error(complaint)
			}
		}
	}
}

func TestPolicy_EveryPackageHasAComment(t *testing.T) {
	t.Parallel()
	documented := map[string]bool{}
	for _, s := range repository(t) {
		if s.test {
			continue
		}
		comment := ""
		if s.syntax.Doc != nil {
			comment = s.syntax.Doc.Text()
		}
		proper := strings.HasPrefix(comment, "Package "+s.syntax.Name.Name+" ") || s.syntax.Name.Name == "main" && comment != ""
		documented[s.folder] = documented[s.folder] || proper
	}
	for folder, ok := range documented {
		if !ok {
			t.Errorf("%s has no package comment that says what it owns and what it leaves to whom", folder)
		}
	}
}

func TestPolicy_EveryMakeTargetHasHelp(t *testing.T) {
	t.Parallel()
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	require.NoError(t, err)
	targets := regexp.MustCompile(`(?m)^([a-zA-Z0-9_-]+):(.*)$`).FindAllStringSubmatch(string(makefile), -1)
	names := map[string]bool{}
	for _, target := range targets {
		names[target[1]] = true
		_, help, _ := strings.Cut(target[2], "## ")
		require.NotEmpty(t, help, "make %s has no help line", target[1])
	}
	for _, name := range []string{"help", "run", "build", "test", "lint", "fuzz", "bench", "cover"} {
		require.True(t, names[name], "make %s is gone", name)
	}
}

func TestChecks(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		check      func(source) []string
		file, body string
		want       string
	}{
		"clock":              {checkBans, "internal/scim/a.go", `import "time"; var now = time.Now`, "internal/clock"},
		"clock, renamed":     {checkBans, "internal/scim/a.go", `import t "time"; var now = t.Now()`, "internal/clock"},
		"clock in a test":    {checkBans, "internal/scim/a_test.go", `import "time"; var now = time.Now()`, ""},
		"clock of the clock": {checkBans, "internal/clock/a.go", `import "time"; var now = time.Now()`, ""},
		"another Now":        {checkBans, "internal/scim/a.go", `import "example.org/time2"; var now = time.Now()`, ""},
		"sleep in a test":    {checkBans, "internal/scim/a_test.go", `import "time"; func f() { time.Sleep(1) }`, "wait for"},
		"background":         {checkBans, "internal/store/a.go", `import "context"; var c = context.Background()`, "caller's"},
		"background in main": {checkBans, "cmd/cinode-scim/a.go", `import "context"; var c = context.Background()`, ""},
		"panic":              {checkPanics, "internal/scim/a.go", `func f() { panic("x") }`, "return an error"},
		"panic in a closure": {checkPanics, "internal/scim/a.go", `var f = func() { panic("x") }`, "return an error"},
		"end of an answer":   {checkPanics, "internal/scimhttp/a.go", `import "net/http"; func f() { panic(http.ErrAbortHandler) }`, ""},
		"panic in Must":      {checkPanics, "internal/scim/a.go", `func MustParse() { panic("x") }`, ""},
		"skip":               {checkSkips, "internal/scim/a_test.go", `func f() { t.Skipf("x") }`, "proves nothing"},
		"skip without Citus": {checkSkips, "internal/store/postgres/citus_test.go", `func f() { t.Skip("x") }`, ""},
		"long":               {checkLength, "internal/scim/a.go", strings.Repeat("\n", maxLines), "split it"},
		"long test":          {checkLength, "internal/scim/a_test.go", strings.Repeat("\n", maxLines), ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			complaints := test.check(parse(t, test.file, []byte("package p\n"+test.body+"\n")))
			if test.want == "" {
				require.Empty(t, complaints)
				return
			}
			require.Len(t, complaints, 1)
			require.Contains(t, complaints[0], test.want)
			require.Contains(t, complaints[0], test.file)
		})
	}
}
