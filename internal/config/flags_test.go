package config_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/config"
)

func TestRegister_Help(t *testing.T) {
	t.Parallel()
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	config.Register(flags)
	help := flags.FlagUsagesWrapped(0)
	for _, want := range []string{
		"--listen HOST:PORT ", `[CINODE_SCIM_LISTEN] (default "127.0.0.1:8080")`,
		"--rate-limit int ", "--shutdown-timeout duration ", "(default 10s)",
		"--token [TENANT/]NAME=SECRET ", "[CINODE_SCIM_TOKEN or CINODE_SCIM_TOKEN_FILE]\n",
		"[CINODE_SCIM_METRICS]\n", "[CINODE_SCIM_MIGRATE] (default true)",
	} {
		require.Contains(t, help, want)
	}
}

func TestRegister_OnlyTheNamed(t *testing.T) {
	t.Parallel()
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	config.Register(flags, "database", "token")
	var names []string
	flags.VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	require.Equal(t, []string{"config", "database", "token"}, names)
	require.PanicsWithValue(t, "there is no option databas", func() { config.Register(flags, "databas") })
}

func TestRegister_BooleansNeedNoValue(t *testing.T) {
	t.Parallel()
	require.True(t, source{args: []string{"--metrics"}}.mustLoad(t).Metrics)
	require.False(t, source{args: []string{"--migrate=false"}}.mustLoad(t).Migrate)
}

func TestRegister_LastValueWins(t *testing.T) {
	t.Parallel()
	require.Equal(t, ":2", source{args: []string{"--listen=:1", "--listen=:2"}}.mustLoad(t).Listen)
}

// A command may have a flag of its own that is called like an option it does not take.
func TestLoad_LeavesFlagsOfOthersAlone(t *testing.T) {
	t.Parallel()
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	config.Register(flags, "log-level")
	flags.String("token", "", "token of the target")
	require.NoError(t, flags.Parse([]string{"--token=plain"}))
	c, _, err := config.Load(flags, nil)
	require.NoError(t, err)
	require.Empty(t, c.Tokens)
	require.Len(t, c.Describe(), 2)
}

func TestFlagError(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		args []string
		want string
	}{
		"typing error":       {[]string{"--listne", ":0"}, "there is no flag --listne; did you mean --listen?"},
		"missing dash":       {[]string{"--publicurl=x"}, "there is no flag --publicurl; did you mean --public-url?"},
		"underscore":         {[]string{"--Log_Level=debug"}, "there is no flag --Log_Level; did you mean --log-level?"},
		"nothing near":       {[]string{"--quux-and-more"}, "there is no flag --quux-and-more"},
		"hidden":             {[]string{"--hidden-thin"}, "there is no flag --hidden-thin"},
		"one dash":           {[]string{"-listen=:0"}, "there is no flag -listen; write --listen"},
		"one dash, misspelt": {[]string{"-metrcs"}, "there is no flag -metrcs; did you mean --metrics?"},
		"short":              {[]string{"-x"}, "there is no flag -x"},
		"no value":           {[]string{"--listen"}, "flag needs an argument: --listen"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			command := &cobra.Command{Use: "test", SilenceErrors: true, SilenceUsage: true, RunE: func(*cobra.Command, []string) error { return nil }}
			config.Register(command.Flags())
			command.Flags().Bool("hidden-thing", false, "")
			require.NoError(t, command.Flags().MarkHidden("hidden-thing"))
			command.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return config.FlagError(c.Flags(), err) })
			command.SetArgs(test.args)
			command.SetOut(&bytes.Buffer{})
			err := command.Execute()
			require.EqualError(t, err, test.want)
			var fault *config.Error
			require.ErrorAs(t, err, &fault)
		})
	}
	require.NoError(t, config.FlagError(nil, nil))
	require.EqualError(t, config.FlagError(nil, errors.New("other")), "other")
}
