// Package cli owns the command line: commands, their flags and output, and the
// exit codes. Each command is one file; what it does is done by the package it
// calls.
//
// Output for people goes to Stdout, logs and errors to Stderr. An error is one
// sentence. Exit codes: 0 fine, 1 checks failed, 2 wrong usage or
// configuration, 3 the target or database cannot be reached.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/clock"
	"github.com/cinode-scim/cinode-scim/internal/config"
	"github.com/cinode-scim/cinode-scim/internal/server"
	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/store/migrate"
)

// The exit codes.
const (
	ExitFine        = 0
	ExitFailed      = 1
	ExitUsage       = 2
	ExitUnreachable = 3
)

// Program is one run of the command line.
type Program struct {
	Env            []string // as os.Environ gives it
	Stdout, Stderr io.Writer
}

// Run carries a command out and gives the exit code.
func (p *Program) Run(ctx context.Context, args []string) int {
	root := p.root()
	root.SetArgs(args)
	root.SetOut(p.Stdout)
	root.SetErr(p.Stderr)
	command, err := root.ExecuteContextC(ctx)
	if err == nil {
		return ExitFine
	}
	code := exitCode(err)
	message := err.Error()
	if code != ExitUsage { // a fault of the options has a line each; those of drivers only look like that
		message = strings.Join(strings.Fields(message), " ")
	}
	fmt.Fprintf(p.Stderr, "cinode-scim: %s\n", message)
	if code == ExitUsage {
		fmt.Fprintf(p.Stderr, "Run %q for usage.\n", command.CommandPath()+" --help")
	}
	return code
}

// failure is an error that knows its exit code.
type failure struct {
	code int
	err  error
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

func failed(code int, format string, args ...any) error {
	return &failure{code, fmt.Errorf(format, args...)}
}

func exitCode(err error) int {
	var known *failure
	var usage *config.Error
	var database *server.DatabaseError
	switch {
	case errors.As(err, &known):
		return known.code
	case errors.As(err, &usage):
		return ExitUsage
	case errors.As(err, &database):
		return ExitUnreachable
	default:
		return ExitFailed
	}
}

func (p *Program) root() *cobra.Command {
	root := p.serve("cinode-scim")
	root.Long = "cinode-scim is a SCIM 2.0 server that behaves as Cinode's SCIM API does.\n" +
		"Without a command it runs the server, as `cinode-scim serve` does."
	root.SilenceErrors, root.SilenceUsage = true, true
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return config.FlagError(c.Flags(), err) })
	root.AddCommand(p.serve("serve"), p.migrate(), p.tenant(), p.token(), p.adminKey(), p.dump(), p.restore(), p.seed(), p.conform(), p.simulate(), p.demo(), p.replay(), p.healthcheck(),
		p.printConfig(), p.version())
	root.InitDefaultCompletionCmd()
	noStrayArguments(root)
	return root
}

// noStrayArguments makes a usage error of every wrong number of arguments, and
// of a word that is no command, naming the nearest.
func noStrayArguments(c *cobra.Command) {
	c.SuggestionsMinimumDistance = 2
	check := c.Args
	c.Args = func(c *cobra.Command, args []string) error {
		if check == nil && len(args) > 0 {
			message := fmt.Sprintf("there is no command %q", c.CommandPath()+" "+args[0])
			if near := c.SuggestionsFor(args[0]); len(near) > 0 {
				message += ` (did you mean "` + strings.Join(near, `" or "`) + `"?)`
			}
			return &config.Error{Message: message}
		}
		if check != nil {
			if err := check(c, args); err != nil {
				return &config.Error{Message: fmt.Sprintf("these arguments do not fit (%v); write %q", err, c.UseLine())}
			}
		}
		return nil
	}
	if c.RunE == nil && c.HasSubCommands() {
		c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	}
	for _, sub := range c.Commands() {
		noStrayArguments(sub)
	}
}

// load reads the options of a command; warnings go to Stderr.
func (p *Program) load(c *cobra.Command) (*config.Config, error) {
	cfg, warnings, err := config.Load(c.Flags(), p.Env)
	for _, w := range warnings {
		fmt.Fprintf(p.Stderr, "warning: %s\n", w)
	}
	return cfg, err
}

// adminFunc is what a command does with the use cases of the administrator.
type adminFunc func(context.Context, *config.Config, *admin.Service) error

// withAdmin runs fn on the database of --database, migrated, which must be there: a
// file that is made shows nothing, least of all that its name was wrong.
func (p *Program) withAdmin(c *cobra.Command, fn adminFunc) error { return p.administer(c, false, fn) }

// withNewAdmin is withAdmin for what may be the first thing in its database.
func (p *Program) withNewAdmin(c *cobra.Command, fn adminFunc) error {
	return p.administer(c, true, fn)
}

func (p *Program) administer(c *cobra.Command, create bool, fn adminFunc) error {
	cfg, err := p.load(c)
	if err != nil {
		return err
	}
	if cfg.Database == migrate.Memory {
		return &config.Error{Message: "--database is :memory:, which ends with its process; name the database of the server"}
	}
	if !create && isMissing(cfg.Database) {
		return failed(ExitUnreachable, "there is no database %s; name that of the server with --database", cfg.Database)
	}
	db, err := server.OpenStore(c.Context(), cfg.Database, true)
	if err != nil {
		return err
	}
	defer db.Close()
	registry, err := server.LoadSchemas(cfg.Schemas)
	if err != nil {
		return err
	}
	return fn(c.Context(), cfg, admin.New(admin.Options{Store: db, Registry: registry, Clock: clock.System{}}))
}

// isMissing reports whether a database is a file that is not there.
func isMissing(database string) bool {
	if migrate.IsPostgres(database) {
		return false
	}
	_, err := os.Stat(database)
	return errors.Is(err, fs.ErrNotExist)
}

// by is who the audit log says it was.
var by = store.By{Actor: "cli"}

// usage makes a usage error of a refusal; hint may be added to say which command
// helps. What is no refusal stays as it is.
func usage(err error, hint string) error {
	var wrong *admin.InvalidError
	var conflict *admin.ConflictError
	var missing *admin.MissingError
	if errors.As(err, &wrong) || errors.As(err, &conflict) || errors.As(err, &missing) {
		return &config.Error{Message: err.Error() + hint}
	}
	return err
}

// jsonFlag adds --json to a command.
func jsonFlag(c *cobra.Command) *bool {
	return c.Flags().Bool("json", false, "print JSON")
}

func (p *Program) printJSON(v any) error {
	if err := json.MarshalWrite(p.Stdout, v, jsontext.Multiline(true)); err != nil {
		return err
	}
	_, err := fmt.Fprintln(p.Stdout)
	return err
}
