package scenario

import (
	"bytes"
	"embed"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"unicode"

	"github.com/cinode-scim/cinode-scim/internal/idp"
)

//go:embed library/*.yaml
var library embed.FS

// builtinOrder is the order of the list; others follow by their names.
var builtinOrder = []string{"joiner-mover-leaver", "group-takeover", "overlap-on-unbind", "rename", "group-management-off", "activation", "token-rotation",
	"import", "bulk-onboarding", "outage-and-resume", "chaos"}

// Builtin are the built-in stories, whose people and groups have a suffix (see Read).
func Builtin(run string) []*Scenario {
	var list []*Scenario
	for _, name := range mustNames() {
		list = append(list, mustRead(name, run))
	}
	rank := func(s *Scenario) int {
		if i := slices.Index(builtinOrder, s.Name); i >= 0 {
			return i
		}
		return len(builtinOrder)
	}
	slices.SortStableFunc(list, func(a, b *Scenario) int { return rank(a) - rank(b) })
	return list
}

// Find gives a built-in story by its name.
func Find(name, run string) (*Scenario, error) {
	names := mustNames()
	if !slices.Contains(names, name) {
		return nil, fmt.Errorf("there is no built-in scenario %q; %s", name, suggest(name, names))
	}
	if err := CheckRun(run); err != nil {
		return nil, err
	}
	return mustRead(name, run), nil
}

// Source is the text of a built-in story.
func Source(name string) ([]byte, error) { return library.ReadFile("library/" + name + ".yaml") }

func mustNames() []string {
	entries, err := library.ReadDir("library")
	if err != nil {
		panic(err)
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = strings.TrimSuffix(e.Name(), path.Ext(e.Name()))
	}
	return names
}

func mustRead(name, run string) *Scenario {
	text, err := Source(name)
	if err != nil {
		panic(err)
	}
	s, err := Read(bytes.NewReader(text), run)
	if err != nil {
		panic(fmt.Errorf("%s: %w", name, err))
	}
	return s
}

// runVariable stands for the suffix of a run.
const runVariable = "${run}"

// CheckRun says what is wrong with the suffix of a run: it stands in addresses, and in
// the midst of YAML. It is an *idp.InputError.
func CheckRun(run string) error {
	for _, r := range run {
		if r != '-' && r != '_' && r != '.' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return &idp.InputError{Field: "run", Message: fmt.Sprintf("%q cannot be part of a name; take letters, digits, -, _ and .", run)}
		}
	}
	return nil
}

// withRun puts the suffix of a run into a text.
func withRun(in io.Reader, run string) ([]byte, error) {
	if err := CheckRun(run); err != nil {
		return nil, err
	}
	data, err := io.ReadAll(in)
	if err != nil {
		return nil, fmt.Errorf("read the scenario: %w", err)
	}
	return bytes.ReplaceAll(data, []byte(runVariable), []byte(run)), nil
}
