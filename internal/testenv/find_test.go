package testenv

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestChromium_IsExecutable(t *testing.T) {
	t.Parallel()
	require.True(t, isExecutable(Chromium(t)))
}

func TestFindChromium(t *testing.T) {
	t.Parallel()
	browser := program(t, t.TempDir(), "browser")
	other := program(t, t.TempDir(), "other")

	t.Run("first of the names", func(t *testing.T) {
		t.Parallel()
		path, err := findChromium("", []string{"/does/not/exist", browser, other})
		require.NoError(t, err)
		require.Equal(t, browser, path)
	})
	t.Run("the chosen one wins", func(t *testing.T) {
		t.Parallel()
		path, err := findChromium(other, []string{browser})
		require.NoError(t, err)
		require.Equal(t, other, path)
	})
	t.Run("a wrong choice is not replaced in silence", func(t *testing.T) {
		t.Parallel()
		_, err := findChromium("/does/not/exist", []string{browser})
		require.ErrorContains(t, err, "make test")
		require.ErrorContains(t, err, chromiumVariable)
	})
}

func TestFindPostgres_NewestCompleteFolder(t *testing.T) {
	t.Setenv("PATH", "") // not parallel: the environment is the process's
	root := t.TempDir()
	for _, version := range []string{"9", "15", "17"} {
		folder := filepath.Join(root, version, "bin")
		require.NoError(t, os.MkdirAll(folder, 0o755))
		program(t, folder, "initdb")
		if version != "17" { // a client package only
			program(t, folder, "postgres")
		}
	}

	folder, err := findPostgres([]string{filepath.Join(root, "*", "bin")})
	require.NoError(t, err)
	require.Equal(t, filepath.Join(root, "15", "bin"), folder)

	_, err = findPostgres([]string{filepath.Join(root, "none", "*")})
	require.ErrorIs(t, err, errNoPostgres)
	require.ErrorContains(t, err, "make test")
}

func TestVersionIn(t *testing.T) {
	t.Parallel()
	for folder, want := range map[string]int{
		"/usr/lib/postgresql/15/bin":               15,
		"/opt/homebrew/opt/postgresql@17/bin":      17,
		"/usr/local/opt/postgresql/bin":            0,
		"/opt/homebrew/opt/postgresql@17-beta/bin": 0,
	} {
		require.Equal(t, want, versionIn(folder), folder)
	}
}

func program(t *testing.T, folder, name string) string {
	t.Helper()
	path := filepath.Join(folder, name)
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"), 0o755))
	return path
}
