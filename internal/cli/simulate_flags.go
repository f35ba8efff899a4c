package cli

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/cinode-scim/cinode-scim/internal/config"
	"github.com/cinode-scim/cinode-scim/internal/idp"
	"github.com/cinode-scim/cinode-scim/internal/idp/scenario"
	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

// simulateFlags are the flags of simulate.
type simulateFlags struct {
	command          *cobra.Command // nil in a demonstration
	scenario, run    string
	list, show       bool
	groups           bool
	selected         string
	allow            []string
	target           scenario.Target
	options          scenario.Options
	record           string
	client           string
	json             *bool
	junit, html, har string // files
	events, mail     string
}

func newSimulateFlags(c *cobra.Command) *simulateFlags {
	f := &simulateFlags{command: c, json: jsonFlag(c)}
	o, flags := &f.options.Provider, c.Flags()
	flags.StringVar(&f.target.BaseURL, "base-url", "", "SCIM base URL of the target, as https://example.com/scim/v2")
	flags.StringVar(&f.target.Token, "token", "", "bearer token of the target ["+simulateToken+"]")
	flags.StringVar(&f.target.AdminURL, "admin-url", "", "address of the target if it is a server of this project, as http://localhost:8080")
	flags.StringVar(&f.target.AdminKey, "admin-key", "", "its admin key ["+simulateAdminKey+"]")
	flags.Int64Var(&f.target.Tenant, "tenant", 0, "its tenant, if it has several and the base URL does not say which")
	flags.StringVar(&f.scenario, "scenario", usualScenario, "name of a built-in scenario, or a file; - is standard input")
	flags.BoolVar(&f.list, "list", false, "list the built-in scenarios, and do nothing else")
	flags.BoolVar(&f.show, "show", false, "print the built-in scenario of --scenario, and do nothing else")
	flags.StringVar(&f.run, "run", "", "suffix of the names of people and groups, for a target that has those of an earlier run")
	flags.StringVar(&o.StateFile, "state", "", "file that keeps the directory and what was sent, to resume from; FILE.lock beside it keeps other processes out")
	flags.Uint64Var(&o.Seed, "seed-number", 0, "number that made-up ids and people follow from; 0 for other ids each time")
	flags.Float64Var(&o.Shorten, "shorten", 3600, "divides the waits of the provider itself, and no Retry-After: by 3600, an hour takes a second")
	flags.IntVar(&o.Concurrency, "concurrency", 0, "most requests at a time, the provider's own number if 0")
	flags.IntVar(&f.options.Patience, "patience", 1, "how often activations and cycles are tried against a target that fails on purpose; above 1, events and requests are not counted")

	flags.StringVar(&o.Dialect, "dialect", "", "of JumpCloud: cinode (its Cinode connector, the default) or custom (its custom SCIM integration)")
	flags.StringVar(&o.JobTitle, "job-title-as", "", "of JumpCloud's cinode dialect: title (default) or jobTitle")
	flags.StringVar(&o.TestUser, "test-user", "", "of JumpCloud: address of the connection test's user, a fresh one each time if left out")
	flags.StringVar(&o.MatchBy, "match-by", "", "of Entra ID: userName (default) or externalId")
	flags.BoolVar(&o.AADOptIn, "aad-opt-scim-062020", false, "of Entra ID: the PATCH dialect of aadOptscim062020")
	flags.StringVar(&o.OktaStyle, "okta-style", "", "of Okta: oin (apps of the catalogue, default) or aiw (of the wizard)")
	flags.BoolVar(&f.groups, "groups", true, "manage groups and memberships")

	flags.IntVar(&f.options.Users, "users", 0, "how many people a scenario generates, if it does")
	flags.IntVar(&f.options.Groups, "groups-count", 0, "in how many groups")
	flags.StringVar(&f.selected, "select", "", "whom an import selects: all, new, or a file with a userName a line")
	flags.StringVar(&f.mail, "mail", "", "folder for the e-mails that tell of large imports, as .eml files")

	flags.DurationVar(&o.Client.Timeout, "timeout", scimclient.DefaultTimeout, "how long to wait for one answer")
	flags.Float64Var(&o.Client.Rate, "rate", 0, "most requests per second, 0 for no limit")
	flags.BoolVar(&o.Client.Insecure, "insecure", false, "accept any TLS certificate of the target")
	flags.StringSliceVar(&f.allow, "allow-target", nil, allowHelp)

	flags.StringVar(&f.events, "events", "", "write the provider's log to this file, an event a line")
	flags.StringVar(&f.junit, "junit", "", "write the report as JUnit XML to this file too")
	flags.StringVar(&f.html, "html", "", "write the report as one HTML page to this file too")
	flags.StringVar(&f.har, "har", "", "write the exchanges as an HTTP archive (HAR 1.2) to this file")

	flags.StringVar(&f.record, "record", "", "write what the target's journal has to this file, as a scenario; needs --admin-url")
	flags.StringVar(&f.client, "client", "", "of --record: whose requests, as JumpCloud, if there are several clients")
	return f
}

// keptExchanges is how many exchanges are kept for the reports.
const keptExchanges = 20_000

// complete checks the flags together, and takes what the environment has.
func (f *simulateFlags) complete(p *Program, kind idp.Kind) error {
	o := &f.options.Provider
	o.Kind = kind
	f.target.Token = p.secret(f.target.Token, simulateToken)
	f.target.AdminKey = p.secret(f.target.AdminKey, simulateAdminKey)
	for _, check := range []struct {
		bad     bool
		message string
	}{
		{f.target.BaseURL == "", "--base-url is missing; give the SCIM base URL to play against"},
		{f.target.Token == "", "the token of the target is missing; give it with --token, or in " + simulateToken},
		{strings.ContainsFunc(f.target.Token, unicode.IsControl), "the token has a line break or another control character in it, which no header can have"},
		{kind == idp.JumpCloud && strings.HasSuffix(f.target.BaseURL, "/"), "--base-url ends with a slash, which JumpCloud does not take; leave it out"},
		{f.target.AdminURL != "" && f.target.AdminKey == "", "--admin-url needs --admin-key, or " + simulateAdminKey},
		{o.Client.Timeout <= 0 || math.IsNaN(o.Client.Rate) || o.Client.Rate < 0, "--timeout must be longer than 0, and --rate must not be below 0"},
		{math.IsNaN(o.Shorten) || o.Shorten < 1, "--shorten must be 1 or more: waits are divided by it"},
		{o.Concurrency < 0 || f.options.Users < 0 || f.options.Groups < 0, "--concurrency, --users and --groups-count must not be below 0"},
		{f.target.Tenant < 0, "--tenant must be the number of a tenant"},
		{f.options.Patience < 1, "--patience must be 1 or more"},
		{f.options.Users > mostUsers || f.options.Groups > mostUsers, fmt.Sprintf("--users and --groups-count are %d at most", mostUsers)},
	} {
		if check.bad {
			return &config.Error{Message: check.message}
		}
	}
	var err error
	if o.Client.Allow, err = allowed(f.allow); err != nil {
		return err
	}
	f.options.NoGroups = !f.groups
	if f.har != "" || f.html != "" {
		f.options.Keep = keptExchanges
	}
	return f.selection()
}

// mostUsers keeps a directory in memory.
const mostUsers = 1_000_000

// selection reads whom an import selects.
func (f *simulateFlags) selection() error {
	switch f.selected {
	case "":
	case scenario.SelectAll, scenario.SelectNew:
		f.options.Select = []string{f.selected}
	default:
		data, err := os.ReadFile(f.selected)
		if err != nil {
			return &config.Error{Message: fmt.Sprintf("--select is %s, %s or a file: %v", scenario.SelectAll, scenario.SelectNew, err)}
		}
		for line := range strings.Lines(string(data)) {
			if name := strings.TrimSpace(line); name != "" {
				f.options.Select = append(f.options.Select, name)
			}
		}
		if len(f.options.Select) == 0 {
			return &config.Error{Message: fmt.Sprintf("--select %s names nobody; write a userName a line", f.selected)}
		}
	}
	return nil
}

// load reads the scenario: a built-in one by its name, or a file.
func (f *simulateFlags) load() (*scenario.Scenario, error) {
	if err := scenario.CheckRun(f.run); err != nil {
		return nil, &config.Error{Message: "--" + err.Error()}
	}
	builtin, err := scenario.Find(f.scenario, f.run)
	if err == nil {
		return builtin, nil
	}
	var data []byte
	var unread error
	if f.scenario == standard {
		data, unread = io.ReadAll(os.Stdin)
	} else {
		data, unread = os.ReadFile(f.scenario)
	}
	if unread != nil {
		if !strings.ContainsAny(f.scenario, "./") { // a name of a scenario, rather than of a file
			return nil, &config.Error{Message: err.Error()}
		}
		return nil, &config.Error{Message: fmt.Sprintf("the scenario cannot be read: %v", unread)}
	}
	read, err := scenario.Read(bytes.NewReader(data), f.run)
	if err != nil {
		lines := strings.Split(err.Error(), "\n")
		return nil, &config.Error{Message: fmt.Sprintf("%s is no scenario that can be played:\n%s", f.scenario, strings.Join(slices.Compact(lines), "\n"))}
	}
	return read, nil
}
