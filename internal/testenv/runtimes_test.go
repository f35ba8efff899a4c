package testenv

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRuntimes_AreHere(t *testing.T) {
	t.Parallel()
	for _, find := range []func(testing.TB) string{Node, Python, Curl, Bash} {
		require.FileExists(t, find(t))
	}
}

func TestRuntimeFind(t *testing.T) {
	t.Parallel()
	good, old := program(t, t.TempDir(), "good"), program(t, t.TempDir(), "old")
	require.NoError(t, os.WriteFile(old, []byte("#!/bin/sh\nexit 1\n"), 0o755))
	r := tool{"THE_VARIABLE", []string{filepath.Join(t.TempDir(), "none"), old, good}, []string{"--version"}, "a good one"}

	path, err := r.find(t, "")
	require.NoError(t, err)
	require.Equal(t, good, path, "the first that is new enough")
	path, err = r.find(t, good)
	require.NoError(t, err)
	require.Equal(t, good, path)

	_, err = r.find(t, old)
	require.ErrorContains(t, err, "a good one is needed")
	require.ErrorContains(t, err, "which is older")
	require.ErrorContains(t, err, "make test")
	require.ErrorContains(t, err, "THE_VARIABLE")
	_, err = r.find(t, "/does/not/exist")
	require.ErrorContains(t, err, "there is none")
}
