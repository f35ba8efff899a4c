package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/testenv"
)

const recipes = "../../api/scimtest/recipes"

// runRecipe runs a recipe in a copy of its folder, and gives what it prints and whether
// it passed.
func runRecipe(t *testing.T, change func(file, text string) string, program string, args ...string) (string, error) {
	t.Helper()
	folder := t.TempDir()
	entries, err := os.ReadDir(recipes)
	require.NoError(t, err)
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(recipes, e.Name()))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(folder, e.Name()), []byte(change(e.Name(), string(text))), 0o600))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, program, args...)
	command.Dir = folder
	command.WaitDelay = 10 * time.Second
	// The recipes find what they call on PATH, by its plain name.
	tools := t.TempDir()
	require.NoError(t, os.Symlink(testenv.Curl(t), filepath.Join(tools, "curl")))
	command.Env = append(os.Environ(), "CINODE_SCIM="+testenv.Program(t), "PATH="+tools+string(os.PathListSeparator)+os.Getenv("PATH"),
		"PYTHONDONTWRITEBYTECODE=1")
	output, err := command.CombinedOutput()
	return string(output), err
}

// TestRecipes runs the contract tests that people copy, and the same with a client
// that gives up at once: a recipe that passes then proves nothing.
func TestRecipes(t *testing.T) {
	t.Parallel()
	for _, recipe := range []struct {
		name, program, file string
		args                []string
		patient, hasty      string // of the client under test
		passed              string
	}{
		{"bash", testenv.Bash(t), "contract.sh", []string{"contract.sh"}, "--retry 3", "--retry 0", "ok - sees an expired token"},
		{"node", testenv.Node(t), "contract.test.mjs", []string{"--test", "contract.test.mjs"}, "tries < 3", "tries < 0", "pass 4"},
		{"python", testenv.Python(t), "test_contract.py", []string{"-m", "unittest", "test_contract.py"}, "tries == 3", "tries == 0", "Ran 4 tests"},
	} {
		t.Run(recipe.name, func(t *testing.T) {
			t.Parallel()
			output, err := runRecipe(t, func(_, text string) string { return text }, recipe.program, recipe.args...)
			require.NoError(t, err, output)
			require.Contains(t, output, recipe.passed)
			changed := false
			output, err = runRecipe(t, func(file, text string) string {
				if file != recipe.file {
					return text
				}
				changed = strings.Contains(text, recipe.patient)
				return strings.ReplaceAll(text, recipe.patient, recipe.hasty)
			}, recipe.program, recipe.args...)
			require.True(t, changed)
			require.Error(t, err, output)
			require.Contains(t, output, "429")
		})
	}
}
