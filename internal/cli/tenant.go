package cli

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/config"
)

// tenantView is a tenant as --json shows it.
type tenantView struct {
	ID                 int64  `json:"id"`
	Name               string `json:"name"`
	Persona            string `json:"persona"`
	Strict             bool   `json:"strict"`
	SkipUnknownMembers bool   `json:"skipUnknownMembers"`
	Created            string `json:"created"`
}

func viewTenant(t cinode.Tenant) tenantView {
	return tenantView{ID: t.ID, Name: t.Name, Persona: t.Persona, Strict: t.Strict, SkipUnknownMembers: t.SkipUnknownMembers, Created: when(t.Created)}
}

func (p *Program) tenant() *cobra.Command {
	c := &cobra.Command{Use: "tenant", Short: "Create, list and delete tenants"}
	c.AddCommand(p.tenantCreate(), p.tenantList(), p.tenantDelete())
	return c
}

func (p *Program) tenantCreate() *cobra.Command {
	c := &cobra.Command{Use: "create", Short: "Create a tenant", Args: cobra.NoArgs,
		Example: "  cinode-scim tenant create --name \"Load test\" --persona rfc"}
	config.Register(c.Flags(), config.Names("tenant create")...)
	name := c.Flags().String("name", "", "name shown to people")
	id := c.Flags().Int64("id", 0, "number; the next free one if left out")
	strict := c.Flags().Bool("strict", false, "refuse what the RFCs do not allow instead of tolerating it")
	skip := c.Flags().Bool("skip-unknown-members", false, "skip unknown members of groups instead of refusing the request")
	asJSON := jsonFlag(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		if *id < 0 || *id > cinode.MaxTenantID || *id == 0 && c.Flags().Changed("id") {
			return &config.Error{Message: fmt.Sprintf("--id must be a number from 1 to %d", int64(cinode.MaxTenantID))}
		}
		return p.withNewAdmin(c, func(ctx context.Context, cfg *config.Config, cases *admin.Service) error {
			t, err := cases.CreateTenant(ctx, by, admin.TenantInput{
				ID: *id, Name: *name, Persona: cfg.Persona, Strict: *strict, SkipUnknownMembers: *skip,
			})
			var conflict *admin.ConflictError
			if errors.As(err, &conflict) {
				return usage(err, "; leave out --id for the next free number")
			}
			if err != nil {
				return usage(err, "")
			}
			if *asJSON {
				return p.printJSON(viewTenant(t))
			}
			fmt.Fprintf(p.Stdout, "created tenant %d; its base URL ends in /scim/tenants/%d/v2\n", t.ID, t.ID)
			return nil
		})
	}
	return c
}

func (p *Program) tenantList() *cobra.Command {
	c := &cobra.Command{Use: "list", Short: "List tenants", Args: cobra.NoArgs}
	config.Register(c.Flags(), config.Names("tenant")...)
	asJSON := jsonFlag(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		return p.withAdmin(c, func(ctx context.Context, _ *config.Config, cases *admin.Service) error {
			page, err := cases.Tenants(ctx, admin.Slice{Limit: math.MaxInt})
			if err != nil {
				return err
			}
			tenants := page.Items
			if *asJSON {
				views := make([]tenantView, len(tenants))
				for i, t := range tenants {
					views[i] = viewTenant(t)
				}
				return p.printJSON(views)
			}
			w := tabwriter.NewWriter(p.Stdout, 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "ID\tPERSONA\tSTRICT\tCREATED\tNAME")
			for _, t := range tenants {
				fmt.Fprintf(w, "%d\t%s\t%t\t%s\t%s\n", t.ID, t.Persona, t.Strict, when(t.Created), t.Name)
			}
			return w.Flush()
		})
	}
	return c
}

func (p *Program) tenantDelete() *cobra.Command {
	c := &cobra.Command{Use: "delete ID", Short: "Delete a tenant with its users, groups and tokens", Args: cobra.ExactArgs(1)}
	config.Register(c.Flags(), config.Names("tenant")...)
	sure := c.Flags().Bool("yes", false, "confirm; nothing can be brought back")
	c.RunE = func(c *cobra.Command, args []string) error {
		id, err := strconv.ParseInt(args[0], 10, 64)
		if err != nil || id < 1 {
			return &config.Error{Message: fmt.Sprintf("%q is no tenant; give the number that tenant list shows", args[0])}
		}
		if !*sure {
			return &config.Error{Message: fmt.Sprintf("this deletes tenant %d with all that it has; confirm with --yes", id)}
		}
		return p.withAdmin(c, func(ctx context.Context, _ *config.Config, cases *admin.Service) error {
			if err := cases.DeleteTenant(ctx, by, id); err != nil {
				return usage(err, "; tenant list shows those there are")
			}
			fmt.Fprintf(p.Stdout, "deleted tenant %d\n", id)
			return nil
		})
	}
	return c
}
