package testenv

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	postgresVariable = "CINODE_SCIM_TEST_POSTGRES"
	chromiumVariable = "CINODE_SCIM_TEST_CHROMIUM"
)

// The folders that Debian and Homebrew keep PostgreSQL's server programs in, off PATH. `.ci/setup` looks in the same
// places; change both together.
var postgresFolders = []string{
	"/usr/lib/postgresql/*/bin",
	"/opt/homebrew/opt/postgresql*/bin",
	"/usr/local/opt/postgresql*/bin",
}

// The names and places of a browser that speaks Chromium's DevTools protocol, as in `.ci/setup`.
var chromiumNames = []string{
	"chromium", "chromium-browser", "google-chrome", "google-chrome-stable",
	"/Applications/Chromium.app/Contents/MacOS/Chromium",
	"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
}

// Chromium returns the path of the browser's executable: CINODE_SCIM_TEST_CHROMIUM, or the first one found.
func Chromium(tb testing.TB) string {
	tb.Helper()
	path, err := findChromium(os.Getenv(chromiumVariable), chromiumNames)
	if err != nil {
		tb.Fatal(err)
	}
	return path
}

func findChromium(chosen string, names []string) (string, error) {
	if chosen != "" {
		names = []string{chosen}
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("no Chromium among %s: run `make test`, which installs it, or name one in %s",
		strings.Join(names, ", "), chromiumVariable)
}

var errNoPostgres = errors.New("no PostgreSQL server programs on this machine: run `make test`, " +
	"which installs them, or name a server in " + postgresVariable)

// findPostgres returns the folder of initdb, postgres and pg_ctl: the one on PATH, else the newest of the patterns.
func findPostgres(patterns []string) (string, error) {
	var folders []string
	if initdb, err := exec.LookPath("initdb"); err == nil {
		folders = append(folders, filepath.Dir(initdb))
	}
	for _, pattern := range patterns {
		found, err := filepath.Glob(pattern)
		if err != nil {
			return "", fmt.Errorf("pattern %q: %w", pattern, err)
		}
		slices.SortFunc(found, func(a, b string) int { return versionIn(b) - versionIn(a) })
		folders = append(folders, found...)
	}
	for _, folder := range folders {
		if isExecutable(filepath.Join(folder, "initdb")) && isExecutable(filepath.Join(folder, "postgres")) {
			return folder, nil
		}
	}
	return "", errNoPostgres
}

// versionIn reads the major version out of .../postgresql/17/bin and .../postgresql@17/bin; 0 if there is none.
func versionIn(folder string) int {
	parent := filepath.Base(filepath.Dir(folder))
	version, err := strconv.Atoi(strings.TrimPrefix(parent, "postgresql@"))
	if err != nil {
		return 0
	}
	return version
}

func isExecutable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o111 != 0
}
