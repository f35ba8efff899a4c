package cli

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/cinode-scim/cinode-scim/internal/config"
	"github.com/cinode-scim/cinode-scim/internal/store/migrate"
)

func (p *Program) migrate() *cobra.Command {
	c := &cobra.Command{
		Use:   "migrate",
		Short: "Change the schema of the database (serve does so by itself)",
	}
	up := &cobra.Command{Use: "up", Short: "Bring the schema up to date", Args: cobra.NoArgs,
		RunE: p.migration(func(c *cobra.Command, database string, _ []string) error { return migrate.Up(c.Context(), database) })}
	down := &cobra.Command{Use: "down [N]", Short: "Undo the last N migrations, 1 if left out; what they hold is lost", Args: cobra.MaximumNArgs(1),
		RunE: p.migration(func(c *cobra.Command, database string, args []string) error {
			steps, err := number(args, "1")
			if err != nil || steps < 1 {
				return &config.Error{Message: "the number of migrations to undo must be 1 or more"}
			}
			return migrate.Down(c.Context(), database, steps)
		})}
	version := &cobra.Command{Use: "version", Short: "Print the schema's version", Args: cobra.NoArgs,
		RunE: p.migration(func(*cobra.Command, string, []string) error { return nil })}
	force := &cobra.Command{Use: "force VERSION", Short: "Set the version after mending a failed migration by hand", Args: cobra.ExactArgs(1),
		RunE: p.migration(func(c *cobra.Command, database string, args []string) error {
			v, err := number(args, "")
			if err != nil {
				return &config.Error{Message: "the version must be a whole number"}
			}
			return migrate.Force(c.Context(), database, v)
		})}
	for _, sub := range []*cobra.Command{up, down, version, force} {
		config.Register(sub.Flags(), config.Names("migrate")...)
		c.AddCommand(sub)
	}
	return c
}

func number(args []string, preset string) (int, error) {
	if len(args) > 0 {
		preset = args[0]
	}
	return strconv.Atoi(preset)
}

// migration runs a step on the database and prints the version it is then at.
func (p *Program) migration(step func(*cobra.Command, string, []string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		cfg, err := p.load(c)
		if err != nil {
			return err
		}
		if cfg.Database == ":memory:" {
			return &config.Error{Message: "--database is :memory:, which has no schema to migrate; name a file or postgres://..."}
		}
		if err := step(c, cfg.Database, args); err != nil {
			return migrationError(err)
		}
		version, dirty, err := migrate.Version(c.Context(), cfg.Database)
		if err != nil {
			return &failure{ExitUnreachable, err}
		}
		state := ""
		if dirty {
			state = " (dirty: a migration failed half-way)"
		}
		fmt.Fprintf(p.Stdout, "schema version %d%s\n", version, state)
		return nil
	}
}

// migrationError tells a wrong argument from a database that cannot be used.
func migrationError(err error) error {
	var usage *config.Error
	var unknown *migrate.UnknownVersionError
	switch {
	case errors.As(err, &usage):
		return err
	case errors.As(err, &unknown):
		return &config.Error{Message: err.Error()}
	default:
		return &failure{ExitUnreachable, err}
	}
}
