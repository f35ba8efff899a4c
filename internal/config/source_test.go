package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/config"
)

// source is what a process is started with. DIR in it stands for the folder that holds the files.
type source struct {
	args        []string
	environment []string
	files       map[string]string
	names       []string // the options that the command takes, all for none
}

// load gives the error as text, the folder's name taken out, for a table to hold.
func (s source) load(t *testing.T) (*config.Config, []string, string) {
	t.Helper()
	dir := t.TempDir()
	for name, content := range s.files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
	}
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	config.Register(flags, s.names...)
	require.NoError(t, flags.Parse(in(dir, s.args)))
	c, warnings, err := config.Load(flags, in(dir, s.environment))
	if err == nil {
		return c, warnings, ""
	}
	var fault *config.Error
	require.ErrorAs(t, err, &fault)
	require.Nil(t, c)
	return nil, warnings, strings.ReplaceAll(err.Error(), dir, "DIR")
}

func in(dir string, texts []string) []string {
	placed := make([]string, len(texts))
	for i, text := range texts {
		placed[i] = strings.ReplaceAll(text, "DIR", dir)
	}
	return placed
}

// mustLoad is load where neither a fault nor a warning is expected.
func (s source) mustLoad(t *testing.T) *config.Config {
	t.Helper()
	c, warnings, fault := s.load(t)
	require.Empty(t, fault)
	require.Empty(t, warnings)
	return c
}

func described(t *testing.T, c *config.Config, name string) config.Setting {
	t.Helper()
	for _, s := range c.Describe() {
		if s.Name == name {
			return s
		}
	}
	require.Fail(t, "not described: "+name)
	return config.Setting{}
}
