package cli

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/clock"
	"github.com/cinode-scim/cinode-scim/internal/config"
)

// tokenView is a token as --json shows it. Secret is there once, when made.
type tokenView struct {
	Tenant     int64    `json:"tenant"`
	Name       string   `json:"name"`
	Secret     string   `json:"secret,omitzero"`
	State      string   `json:"state"`
	Audience   string   `json:"audience"`
	Scopes     []string `json:"scopes"`
	User       string   `json:"user,omitzero"`
	Created    string   `json:"created"`
	Expires    string   `json:"expires"`
	LastUsed   string   `json:"lastUsed,omitzero"`
	LastClient string   `json:"lastClient,omitzero"`
	LastFrom   string   `json:"lastFrom,omitzero"`
}

func viewToken(t cinode.Token, now time.Time) tokenView {
	v := tokenView{
		Tenant: t.Tenant, Name: t.Name, State: t.State(now), Audience: t.Audience, Scopes: strings.Split(cinode.JoinScopes(t.Scopes), ","),
		Created: when(t.Created), Expires: when(t.Expires), LastUsed: when(t.LastUsed.At), LastClient: t.LastUsed.Client, LastFrom: t.LastUsed.Address,
	}
	if t.UserID != 0 {
		v.User = strconv.FormatInt(t.UserID, 10)
	}
	return v
}

// when writes a time, nothing for none.
func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

func (p *Program) token() *cobra.Command {
	c := &cobra.Command{Use: "token", Short: "Create, list and revoke SCIM tokens"}
	c.AddCommand(p.tokenCreate(), p.tokenList(), p.tokenRevoke())
	return c
}

func tenantFlag(c *cobra.Command) *int64 { return c.Flags().Int64("tenant", 1, "number of the tenant") }

func (p *Program) tokenCreate() *cobra.Command {
	c := &cobra.Command{Use: "create NAME", Short: "Create a token; its secret is printed once", Args: cobra.ExactArgs(1),
		Example: "  cinode-scim token create entra --expires-in 180d\n" +
			"  cinode-scim token create reader --tenant 2 --scopes users:read,groups:read\n" +
			"  cinode-scim token create babs --user 26"}
	config.Register(c.Flags(), config.Names("token")...)
	tenant := tenantFlag(c)
	expires := c.Flags().String("expires-in", "365d", "how long it is good: 90d, 12h, 5s")
	audience := c.Flags().String("audience", cinode.AudienceSCIM, "what the token is for: this, or https://api.cinode.app, which does not open SCIM")
	scopes := c.Flags().String("scopes", "", "comma separated, of users:read, users:write, groups:read, groups:write; all if left out")
	user := c.Flags().Int64("user", 0, "id of the user that /Me stands for")
	asJSON := jsonFlag(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		in := admin.TokenInput{Tenant: *tenant, Name: strings.TrimSpace(args[0]), Audience: *audience, UserID: *user}
		lifetime, err := parseLifetime(*expires)
		if err != nil {
			return err
		}
		in.Expires = clock.System{}.Now().Add(lifetime)
		parsed, err := cinode.ParseScopes(*scopes)
		if err != nil {
			return &config.Error{Message: "--scopes: " + err.Error()}
		}
		in.Scopes = strings.Split(cinode.JoinScopes(parsed), ",")
		if in.Name == "" || in.Audience == "" {
			return &config.Error{Message: "a token needs a name and an audience"}
		}
		if c.Flags().Changed("user") && in.UserID < 1 {
			return &config.Error{Message: "--user must be the id of a user, a number from 1"}
		}
		return p.withAdmin(c, func(ctx context.Context, _ *config.Config, cases *admin.Service) error {
			return p.createToken(ctx, cases, in, *asJSON)
		})
	}
	return c
}

func (p *Program) createToken(ctx context.Context, cases *admin.Service, in admin.TokenInput, asJSON bool) error {
	if err := knownTenant(ctx, cases, in.Tenant); err != nil {
		return err
	}
	t, secret, err := cases.CreateToken(ctx, by, in)
	var wrong *admin.InvalidError
	if errors.As(err, &wrong) && wrong.Violations[0].Pointer == "/userId" {
		return usage(err, "; give --user the id that SCIM shows")
	}
	if err != nil {
		return usage(err, "")
	}
	if asJSON {
		v := viewToken(t, t.Created)
		v.Secret = secret
		return p.printJSON(v)
	}
	fmt.Fprintln(p.Stdout, secret)
	fmt.Fprintf(p.Stderr, "token %q of tenant %d, good until %s; it is shown this once\n", t.Name, t.Tenant, when(t.Expires))
	return nil
}

func knownTenant(ctx context.Context, cases *admin.Service, id int64) error {
	_, err := cases.Tenant(ctx, id)
	return usage(err, "; make it with tenant create")
}

// parseLifetime reads a duration that may be in days.
func parseLifetime(text string) (time.Duration, error) {
	days, isDays := strings.CutSuffix(text, "d")
	n, err := strconv.Atoi(days)
	lifetime := time.Duration(n) * 24 * time.Hour
	if !isDays {
		lifetime, err = time.ParseDuration(text)
	}
	if err != nil || lifetime <= 0 || isDays && n > 36500 {
		return 0, &config.Error{Message: fmt.Sprintf("--expires-in is %q; it must be a duration such as 90d, 12h or 5s", text)}
	}
	return lifetime, nil
}

func (p *Program) tokenList() *cobra.Command {
	c := &cobra.Command{Use: "list", Short: "List the tokens of a tenant", Args: cobra.NoArgs}
	config.Register(c.Flags(), config.Names("token")...)
	tenant := tenantFlag(c)
	asJSON := jsonFlag(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		return p.withAdmin(c, func(ctx context.Context, _ *config.Config, cases *admin.Service) error {
			if err := knownTenant(ctx, cases, *tenant); err != nil {
				return err
			}
			page, err := cases.Tokens(ctx, *tenant, "", "", math.MaxInt)
			if err != nil {
				return err
			}
			return p.printTokens(page.Items, *asJSON)
		})
	}
	return c
}

func (p *Program) printTokens(tokens []cinode.Token, asJSON bool) error {
	now := clock.System{}.Now()
	views := make([]tokenView, len(tokens))
	for i, t := range tokens {
		views[i] = viewToken(t, now)
	}
	if asJSON {
		return p.printJSON(views)
	}
	w := tabwriter.NewWriter(p.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tSTATE\tEXPIRES\tLAST USED\tFROM\tCLIENT\tUSER\tSCOPES\tAUDIENCE")
	for _, v := range views {
		used := v.LastUsed
		if used == "" {
			used = "never"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n",
			v.Name, v.State, v.Expires, used, v.LastFrom, v.LastClient, v.User, strings.Join(v.Scopes, ","), v.Audience)
	}
	return w.Flush()
}

func (p *Program) tokenRevoke() *cobra.Command {
	c := &cobra.Command{Use: "revoke NAME", Short: "Revoke a token; running servers refuse it within a second", Args: cobra.ExactArgs(1)}
	config.Register(c.Flags(), config.Names("token")...)
	tenant := tenantFlag(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		return p.withAdmin(c, func(ctx context.Context, _ *config.Config, cases *admin.Service) error {
			if _, err := cases.RevokeToken(ctx, by, *tenant, args[0]); err != nil {
				return usage(err, "; token list shows those there are")
			}
			fmt.Fprintf(p.Stdout, "revoked token %q of tenant %d\n", args[0], *tenant)
			return nil
		})
	}
	return c
}
