package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/spf13/cobra"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/config"
	"github.com/cinode-scim/cinode-scim/internal/idp"
	"github.com/cinode-scim/cinode-scim/internal/idp/scenario"
	"github.com/cinode-scim/cinode-scim/internal/scimclient"
	"github.com/cinode-scim/cinode-scim/internal/server"
	"github.com/cinode-scim/cinode-scim/internal/store/migrate"
	"github.com/cinode-scim/cinode-scim/internal/telemetry"
)

func (p *Program) demo() *cobra.Command {
	c := &cobra.Command{Use: "demo [jumpcloud|entra|okta]", Short: "Start a server in memory, play an identity provider against it, and show the result", Args: cobra.MaximumNArgs(1)}
	c.Long = `demo needs nothing and leaves nothing: a server in memory on a free port of this machine, the simulated JumpCloud (or
the provider named), a scenario, and in the end what the server has. With simulate, the same is done to any server.`
	c.Example = "  cinode-scim demo\n  cinode-scim demo entra --scenario rename"
	name := c.Flags().String("scenario", usualScenario, "name of a built-in scenario, or a file")
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			args = []string{string(idp.JumpCloud)}
		}
		return p.runDemo(c.Context(), args, *name)
	}
	return c
}

// demoShorten makes hours of waits milliseconds.
const demoShorten = 1e6

func (p *Program) runDemo(ctx context.Context, args []string, name string) error {
	f := &simulateFlags{scenario: name, groups: true, json: new(bool)}
	o := &f.options.Provider
	o.Client.Timeout, o.Shorten, f.options.Patience = scimclient.DefaultTimeout, demoShorten, 1
	f.target.Token, f.target.AdminKey = cinode.NewTokenSecret(), cinode.NewAdminKey()
	logger, err := telemetry.NewLogger(p.Stderr, "text", "warn")
	if err != nil {
		return err
	}
	s, err := server.New(ctx, &config.Config{
		Listen: "127.0.0.1:0", Database: migrate.Memory, Migrate: true, TestAPI: true, Persona: "cinode", AdminKey: f.target.AdminKey,
		Tokens:          []config.Token{{Tenant: 1, Name: "demo", Secret: f.target.Token}},
		ShutdownTimeout: time.Second, CursorTimeout: 10 * time.Minute, MaxTenants: 1,
		Journal: config.Journal{Max: 10_000, BodyLimit: 1 << 16}, Variable: os.LookupEnv,
	}, logger)
	if err != nil {
		return err
	}
	// The server outlives the story, which may be stopped, and what is shown of it.
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	ready, ended := make(chan string, 1), make(chan error, 1)
	go func() { ended <- s.Run(serving, func(url string) { ready <- url }) }()
	select {
	case err := <-ended:
		stop()
		return err
	case url := <-ready:
		f.target.BaseURL, f.target.AdminURL = url+"/scim/v2", url
		err := p.runSimulate(ctx, f, args)
		var wrong *config.Error
		if ctx.Err() == nil && !errors.As(err, &wrong) {
			err = errors.Join(err, p.showTarget(ctx, f.target))
		}
		stop()
		return errors.Join(err, <-ended)
	}
}

// shown is what is told of users and groups.
type shown struct {
	Resources []struct {
		ID       string `json:"id"`
		UserName string `json:"userName"`
		Name     struct {
			Given  string `json:"givenName"`
			Family string `json:"familyName"`
		} `json:"name"`
		Title       string `json:"title"`
		Active      bool   `json:"active"`
		DisplayName string `json:"displayName"`
		Members     []struct {
			Value string `json:"value"`
		} `json:"members"`
	} `json:"Resources"`
}

// mostMembers is how many members of a group are named.
const mostMembers = 5

// showTarget prints the users and groups that a server has.
func (p *Program) showTarget(ctx context.Context, t scenario.Target) error {
	client, err := scimclient.New(t.BaseURL, scimclient.Options{Token: t.Token, Timeout: scimclient.DefaultTimeout, UserAgent: "cinode-scim-simulate"})
	if err != nil {
		return err
	}
	defer client.Close()
	var users, groups shown
	for path, to := range map[string]*shown{"/Users": &users, "/Groups": &groups} {
		e := client.Do(ctx, scimclient.Request{Method: http.MethodGet, Path: path})
		if e.Err != nil || e.Status != http.StatusOK {
			return failed(ExitFailed, "the server does not show its %s: %s", path[1:], cmp.Or(e.Answer(100), "no answer"))
		}
		if err := json.Unmarshal([]byte(e.Body), to); err != nil {
			return fmt.Errorf("read %s: %w", path, err)
		}
	}
	fmt.Fprintln(p.Stdout, "\nWhat the server has now:")
	table := tabwriter.NewWriter(p.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "\n  USER\tNAME\tACTIVE\tTITLE")
	names := map[string]string{}
	for _, u := range users.Resources {
		names[u.ID] = u.UserName
		fmt.Fprintf(table, "  %s\t%s %s\t%t\t%s\n", u.UserName, u.Name.Given, u.Name.Family, u.Active, u.Title)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(table, "\n  GROUP\tMEMBERS")
	for _, g := range groups.Resources {
		var members []string
		for i, m := range g.Members {
			if i == mostMembers {
				members = append(members, fmt.Sprintf("and %d more", len(g.Members)-i))
				break
			}
			members = append(members, names[m.Value])
		}
		fmt.Fprintf(table, "  %s\t%s\n", g.DisplayName, strings.Join(members, ", "))
	}
	return table.Flush()
}
