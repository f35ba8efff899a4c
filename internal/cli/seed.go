package cli

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/cinode-scim/cinode-scim/internal/config"
	"github.com/cinode-scim/cinode-scim/internal/seed"
	"github.com/cinode-scim/cinode-scim/internal/server"
)

func (p *Program) seed() *cobra.Command {
	c := &cobra.Command{Use: "seed", Short: "Make and check seed files, which serve --seed begins with"}
	c.AddCommand(p.seedGenerate(), p.seedValidate())
	return c
}

func (p *Program) seedGenerate() *cobra.Command {
	c := &cobra.Command{Use: "generate [FILE]", Short: "Write a seed file with made-up users and groups", Args: cobra.MaximumNArgs(1),
		Long: "generate writes a seed file with made-up users and groups, to standard output if no FILE is named.\n" +
			"The same numbers give the same file on every machine.",
		Example: "  cinode-scim seed generate --users 100 --groups 20 seed.yaml\n" +
			"  cinode-scim seed generate --users 1000000 --seed-number 7 --persona rfc large.yaml\n" +
			"  cinode-scim serve --database :memory: --token ci=SECRET --seed seed.yaml"}
	config.Register(c.Flags(), "persona")
	var o seed.GenerateOptions
	flags := c.Flags()
	flags.IntVar(&o.Users, "users", 100, "how many users")
	flags.IntVar(&o.Groups, "groups", 20, "how many groups")
	flags.Uint64Var(&o.Number, "seed-number", 1, "number that the choice follows from; another one gives other people")
	flags.Int64Var(&o.Tenant, "tenant", 1, "number of the tenant")
	c.RunE = func(c *cobra.Command, args []string) error {
		cfg, err := p.load(c)
		if err != nil {
			return err
		}
		o.Persona = cfg.Persona
		if err := o.Check(); err != nil {
			return &config.Error{Message: err.Error()}
		}
		bar := p.bar("writing", int64(o.Users)+int64(o.Groups))
		defer bar.end()
		o.Progress = func(done int) { bar.set(int64(done)) }
		if len(args) == 0 {
			return seed.Generate(p.Stdout, o)
		}
		return writeWhole(args[0], 0o644, func(w io.Writer) error { return seed.Generate(w, o) })
	}
	return c
}

func (p *Program) seedValidate() *cobra.Command {
	c := &cobra.Command{Use: "validate FILE...", Short: "Check seed files and tell all that is wrong with them", Args: cobra.MinimumNArgs(1),
		Long: "validate reads seed files as serve --seed would and tells all that is wrong, each with its line and column.\n" +
			"Exit codes: 0 all is well, 2 something is wrong.",
		Example: "  cinode-scim seed validate seed.yaml\n" +
			"  TOKEN=SECRET cinode-scim seed validate --json tenants.yaml people.json"}
	config.Register(c.Flags(), "persona", "schema")
	asJSON := jsonFlag(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		cfg, err := p.load(c)
		if err != nil {
			return err
		}
		registry, err := server.LoadSchemas(cfg.Schemas)
		if err != nil {
			return err
		}
		return p.validateSeeds(args, seed.Options{Registry: registry, Persona: cfg.Persona, Lookup: cfg.Variable}, *asJSON)
	}
	return c
}

// seedView is a checked file as --json shows it.
type seedView struct {
	Valid      bool             `json:"valid"`
	Violations []seed.Violation `json:"violations"`
	More       int              `json:"more,omitzero"`
	Tenants    []seedTenantView `json:"tenants"`
}

type seedTenantView struct {
	File   string `json:"file"`
	Tenant int64  `json:"tenant"`
	seed.Counts
}

func (p *Program) validateSeeds(paths []string, o seed.Options, asJSON bool) error {
	files, err := seed.ReadFiles(paths, o)
	var invalid *seed.InvalidError
	if err != nil && !errors.As(err, &invalid) {
		return &config.Error{Message: err.Error()}
	}
	view := seedView{Valid: invalid == nil, Violations: []seed.Violation{}, Tenants: []seedTenantView{}}
	if invalid != nil {
		view.Violations, view.More = invalid.Violations, invalid.More
	}
	for _, f := range files {
		for _, t := range f.Tenants {
			view.Tenants = append(view.Tenants, seedTenantView{f.Name, t.ID, t.Counts()})
		}
	}
	if asJSON {
		if err := p.printJSON(view); err != nil {
			return err
		}
	} else if invalid != nil {
		fmt.Fprintln(p.Stderr, invalid)
	}
	if invalid != nil {
		return failed(ExitUsage, "seed files are not valid: %d violations", len(invalid.Violations)+invalid.More)
	}
	if asJSON {
		return nil
	}
	for _, t := range view.Tenants {
		fmt.Fprintf(p.Stdout, "%s: tenant %d is valid: %d tokens, %d users, %d groups, %d teams, %d roles, %d links\n",
			t.File, t.Tenant, t.Tokens, t.Users, t.Groups, t.Teams, t.Roles, t.Links)
	}
	return nil
}
