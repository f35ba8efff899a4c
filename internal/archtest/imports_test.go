package archtest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func rank(folder string) int {
	return slices.IndexFunc(layout, func(r row) bool { return r.pkg == folder })
}

// checkArrows returns a complaint for each import of the file that the table does not allow.
func checkArrows(s source) []string {
	from := rank(s.folder)
	if from < 0 {
		return []string{fmt.Sprintf("%s: folder %s is not in the layout table; add a row that says what it may import", s.name, s.folder)}
	}
	var complaints []string
	for _, e := range s.imports() {
		if reason := refuse(layout[from], from, e, s.test); reason != "" {
			complaints = append(complaints, fmt.Sprintf("%s: %s must not import %s: %s", e.place, s.folder, e.target, reason))
		}
	}
	return complaints
}

// refuse returns why a package may not have an import, or nothing.
func refuse(r row, from int, e edge, test bool) string {
	if e.internal && (e.target == "internal/bench" || e.target == "cmd/cinode-scim") {
		return "it is a program"
	}
	if test || e.target == r.pkg {
		return ""
	}
	if matchesAny(r.never, e.target) {
		return r.why
	}
	if e.internal && !slices.Contains(r.also, e.target) {
		switch to := rank(e.target); {
		case to < 0:
			return "it is not in the layout table"
		case to < from && !isHelper(e.target):
			return "it stands above, and arrows only point down"
		}
	}
	for _, h := range homes {
		if matches(h.module, e.target) && !slices.Contains(h.in, r.pkg) {
			return h.why
		}
	}
	return ""
}

// isHelper is true where homes alone decides who imports a package, whatever its height.
func isHelper(folder string) bool {
	return slices.ContainsFunc(homes, func(h home) bool { return h.module == folder })
}

func TestImports_FollowTheLayout(t *testing.T) {
	t.Parallel()
	for _, s := range repository(t) {
		for _, complaint := range checkArrows(s) {
			t.Error(complaint)
		}
	}
}

func TestLayout_IsConsistent(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, r := range layout {
		require.False(t, seen[r.pkg], "%s has two rows", r.pkg)
		require.NotEmpty(t, r.why, "%s has no reason", r.pkg)
		seen[r.pkg] = true
	}
	for _, r := range layout {
		for _, folder := range r.also {
			require.True(t, seen[folder], "%s names %s, which has no row", r.pkg, folder)
		}
	}
	for _, h := range homes {
		for _, folder := range h.in {
			require.True(t, seen[folder], "%s lives in %s, which has no row", h.module, folder)
		}
	}
}

func TestCheckArrows(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ file, path, want string }{
		"down":                       {"internal/scimhttp/a.go", module + "/internal/provisioning", ""},
		"up":                         {"internal/scim/a.go", module + "/internal/provisioning", "arrows only point down"},
		"up, in a test":              {"internal/scim/a_test.go", module + "/internal/provisioning", ""},
		"sideways":                   {"internal/store/sqlite/a.go", module + "/internal/store/postgres", "nothing of the other"},
		"port of the journal":        {"internal/store/postgres/a.go", module + "/internal/journal", ""},
		"journal to a store":         {"internal/journal/a.go", module + "/internal/store/postgres", "storage port"},
		"SQL at the edge":            {"internal/scimhttp/a.go", "database/sql/driver", "through ports"},
		"http in a use case":         {"internal/provisioning/a.go", "net/http", "neither the transport"},
		"pure package":               {"internal/scim/patch/a.go", "os", "pure"},
		"judge and judged":           {"internal/conformance/a.go", module + "/internal/scim", "only point down"},
		"main":                       {"cmd/cinode-scim/main.go", module + "/internal/server", "leaves the rest"},
		"main to cli":                {"cmd/cinode-scim/main.go", module + "/internal/cli", ""},
		"library away from its home": {"internal/scim/patch/a.go", "github.com/scim2/filter-parser/v2", "guards"},
		"library at home":            {"internal/scim/filter/a.go", "github.com/scim2/filter-parser/v2", ""},
		"testify in a program":       {"internal/server/a.go", "github.com/stretchr/testify/require", "for tests"},
		"testify in the suite":       {"internal/store/storetest/a.go", "github.com/stretchr/testify/require", ""},
		"testenv in a program":       {"internal/server/a.go", module + "/internal/testenv", "for tests"},
		"testenv in the bench":       {"internal/bench/a.go", module + "/internal/testenv", ""},
		"a test of the bench":        {"internal/cli/a_test.go", module + "/internal/bench", "is a program"},
		"the suite in a program":     {"internal/server/a.go", module + "/internal/store/storetest", "for tests"},
		"unknown target":             {"internal/server/a.go", module + "/internal/util", "not in the layout table"},
		"unknown folder":             {"internal/util/a.go", "fmt", "add a row"},
		"standard library":           {"internal/server/a.go", "fmt", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := parse(t, test.file, []byte("package p\nimport _ \""+test.path+"\"\n"))
			complaints := checkArrows(s)
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
