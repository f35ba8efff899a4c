package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/cli"
)

// run runs a command as a process would.
func run(t *testing.T, env []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errors bytes.Buffer
	p := &cli.Program{Env: env, Stdout: &out, Stderr: &errors}
	code = p.Run(t.Context(), args)
	return code, out.String(), errors.String()
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestSeed_GenerateAndValidate(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "seed.yaml")
	args := []string{"seed", "generate", "--users", "30", "--groups", "3", "--seed-number", "7", "--tenant", "4", "--persona", "rfc"}
	code, stdout, stderr := run(t, nil, args...)
	require.Equal(t, cli.ExitFine, code, stderr)
	require.Empty(t, stderr, "no bar where nobody looks")

	code, written, stderr := run(t, nil, append(args, path)...)
	require.Equal(t, cli.ExitFine, code, stderr)
	require.Empty(t, written)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, stdout, string(text), "the same numbers, the same file")
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, entries, 1, "nothing is left beside it")

	code, stdout, stderr = run(t, nil, "seed", "validate", path)
	require.Equal(t, cli.ExitFine, code, stderr)
	require.Equal(t, path+": tenant 4 is valid: 0 tokens, 30 users, 3 groups, 0 teams, 0 roles, 0 links\n", stdout)
}

func TestSeed_GenerateRefuses(t *testing.T) {
	t.Parallel()
	for want, args := range map[string][]string{
		"users and groups must be numbers from 0": {"--users", "-1"},
		"the tenant must be a number from 1":      {"--tenant", "-1"},
		"--persona is \"okta\"":                   {"--persona", "okta"},
		"did you mean --seed-number?":             {"--seed-numbr", "1"},
		"cannot be written":                       {filepath.Join(t.TempDir(), "none", "seed.yaml")},
		"is a directory":                          {t.TempDir()},
		"these arguments do not fit":              {"a", "b"},
		"invalid argument \"x\" for \"--users\"":  {"--users", "x"},
	} {
		code, stdout, stderr := run(t, nil, append([]string{"seed", "generate"}, args...)...)
		require.Equal(t, cli.ExitUsage, code, stderr)
		require.Contains(t, stderr, want)
		require.Empty(t, stdout)
	}
}

const faulty = "tenants:\n  - id: 1\n    nane: A\n    users:\n      - {userName: a@example.com}\n"

func TestSeed_ValidateTellsAll(t *testing.T) {
	t.Parallel()
	bad, good := write(t, "bad.yaml", faulty), write(t, "good.yaml", "tenants: [{id: 2}]")
	code, stdout, stderr := run(t, nil, "seed", "validate", bad, good)
	require.Equal(t, cli.ExitUsage, code)
	require.Empty(t, stdout)
	require.Contains(t, stderr, bad+":3:5: tenants[0] has no key \"nane\"; did you mean name?\n")
	require.Contains(t, stderr, bad+":5:9: name is missing or empty; every user of this tenant needs it\n")
	require.Contains(t, stderr, "seed files are not valid: 2 violations")

	code, stdout, _ = run(t, nil, "seed", "validate", "--json", bad, good)
	require.Equal(t, cli.ExitUsage, code)
	var view struct {
		Valid      bool `json:"valid"`
		Violations []struct {
			File   string `json:"file"`
			Line   int    `json:"line"`
			Column int    `json:"column"`
			Detail string `json:"detail"`
		} `json:"violations"`
		Tenants []struct {
			File   string `json:"file"`
			Tenant int64  `json:"tenant"`
			Users  int    `json:"users"`
		} `json:"tenants"`
	}
	require.NoError(t, json.Unmarshal([]byte(stdout), &view))
	require.False(t, view.Valid)
	require.Len(t, view.Violations, 2)
	require.Equal(t, 3, view.Violations[0].Line)
	require.Len(t, view.Tenants, 1)

	code, stdout, _ = run(t, nil, "seed", "validate", "--json", good)
	require.Equal(t, cli.ExitFine, code)
	require.NoError(t, json.Unmarshal([]byte(stdout), &view))
	require.True(t, view.Valid)
}

func TestSeed_ValidateTogether(t *testing.T) {
	t.Parallel()
	one := write(t, "one.yaml", "tenants: [{id: 1, tokens: [{name: a, secret: same}]}, {id: 5}]")
	two := write(t, "two.json", `{"tenants": [{"id": 2, "tokens": [{"name": "a", "secret": "${TOKEN:-same}"}]}, {"id": 5}]}`)
	code, _, stderr := run(t, nil, "seed", "validate", one, two)
	require.Equal(t, cli.ExitUsage, code)
	require.Contains(t, stderr, two+":1:35: the token in line 1 of "+one+" has the same secret")
	require.Contains(t, stderr, two+":1:80: tenant 5 is in "+one+" too, in line 1; a tenant is described by one file")

	code, _, stderr = run(t, []string{"TOKEN=first", "TOKEN=other"}, "seed", "validate", two)
	require.Equal(t, cli.ExitFine, code, stderr)
}

func TestSeed_ValidateRefuses(t *testing.T) {
	t.Parallel()
	code, _, stderr := run(t, nil, "seed", "validate", filepath.Join(t.TempDir(), "none.yaml"))
	require.Equal(t, cli.ExitUsage, code)
	require.Contains(t, stderr, "the seed file cannot be read")
	code, _, stderr = run(t, nil, "seed", "validate")
	require.Equal(t, cli.ExitUsage, code)
	require.Contains(t, stderr, "these arguments do not fit")
	code, _, stderr = run(t, nil, "seed", "validate", "--schema", "none.json", write(t, "a.yaml", "tenants: []"))
	require.Equal(t, cli.ExitUsage, code)
	require.Contains(t, stderr, "--schema names a file that cannot be read")
}

func TestSeed_Help(t *testing.T) {
	t.Parallel()
	code, stdout, _ := run(t, nil, "seed")
	require.Equal(t, cli.ExitFine, code)
	for _, word := range []string{"generate", "validate"} {
		require.Contains(t, stdout, word)
		code, help, _ := run(t, nil, "seed", word, "--help")
		require.Equal(t, cli.ExitFine, code)
		require.Contains(t, help, "Examples:")
		require.Less(t, strings.Count(help, "\n"), 40)
	}
}
