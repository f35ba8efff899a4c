package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// patternModes are the tenants that every pattern is sent to: the columns of the table. A strict tenant refuses what
// the others tolerate.
var patternModes = []struct {
	name, persona string
	strict        bool
}{
	{"rfc", "rfc", false}, {"cinode", "cinode", false}, {"strict", "rfc", true}, {"strict-cinode", "cinode", true},
}

// patterns is how many of them there are.
const patterns = 30

// TestPatterns sends each payload pattern of testdata/patterns.txtar to a tenant of each kind, on both databases. The
// file is the table of what happens to what clients send; a block "=> strict" holds for strict-cinode too, unless that
// has one of its own.
func TestPatterns(t *testing.T) {
	t.Parallel()
	table, err := readTrace("testdata/patterns.txtar")
	require.NoError(t, err)
	before, rows := splitPatterns(t, table)
	for database, open := range traceDatabases {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			where := open(t)
			tenants := make([]int, len(patternModes))
			for i, mode := range patternModes {
				tenants[i] = firstTraceTenant + i
				args := []string{"tenant", "create", "--database", where, "--id", strconv.Itoa(tenants[i]), "--persona", mode.persona}
				runProgram(t, append(args, "--strict="+strconv.FormatBool(mode.strict))...)
			}
			server := startTraceServer(t, where, "cinode", tenants)
			for name, steps := range rows {
				for i, mode := range patternModes {
					t.Run(name+"/"+mode.name, func(t *testing.T) {
						t.Parallel()
						p := newPlayer(table, server, mode.name, tenants[i], i%2 == 0)
						p.names["${p}"] = strings.ToLower(name)
						p.play(t, before)
						p.play(t, steps)
					})
				}
			}
		})
	}
}

// splitPatterns gives the steps that come before each pattern, and those of each pattern by its number.
func splitPatterns(t *testing.T, table *trace) (before []traceStep, rows map[string][]traceStep) {
	t.Helper()
	rows = map[string][]traceStep{}
	for _, s := range table.steps {
		if strings.HasPrefix(s.name, "before each: ") {
			before = append(before, s)
			continue
		}
		number, _, _ := strings.Cut(s.name, " ")
		if !slices.ContainsFunc(s.wants, func(w traceWant) bool { return w.concerns("strict-cinode") && len(w.modes) > 0 }) {
			for i, w := range s.wants {
				if w.concerns("strict") && len(w.modes) > 0 {
					s.wants[i].modes = append(w.modes, "strict-cinode")
				}
			}
		}
		rows[number] = append(rows[number], s)
	}
	for n := 1; n <= patterns; n++ {
		require.NotEmpty(t, rows[fmt.Sprintf("P%d", n)], "P%d has no row", n)
	}
	require.Len(t, rows, patterns)
	return before, rows
}
