package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/cinode-scim/cinode-scim/internal/config"
	"github.com/cinode-scim/cinode-scim/internal/idp"
	"github.com/cinode-scim/cinode-scim/internal/idp/scenario"
	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

// The variables for the secrets of the target, which are no options of this server.
const (
	simulateToken    = "CINODE_SCIM_SIMULATE_TOKEN"
	simulateAdminKey = "CINODE_SCIM_SIMULATE_ADMIN_KEY"
)

// usualScenario is played where none is named.
const usualScenario = "joiner-mover-leaver"

func (p *Program) simulate() *cobra.Command {
	c := &cobra.Command{Use: "simulate [jumpcloud|entra|okta]", Short: "Play an identity provider against any SCIM server", Args: cobra.MaximumNArgs(1)}
	c.Long = `simulate plays JumpCloud, Microsoft Entra ID or Okta against a SCIM server: its calls, their order, headers and
dialect, what it tries again and when, and the log that it keeps. What happens in its directory is told by a
scenario, a built-in one (--list) or a YAML file; --show prints a built-in one to begin a file with.

People and groups of the built-in scenarios are called the same each time. On a server that keeps them, --run SUFFIX
gives those of each run names of their own.

Where the target is a server of this project, --admin-url and --admin-key let a scenario look into its journal, break
it on purpose, move its clock and make tokens; without them those steps are left out, and the report says so.

With --record, nothing is played: what an identity provider has sent to a server of this project is taken from its
journal and written as a scenario of raw requests, whose ids are followed when it is played anywhere. The journal
tells no passwords: each time it is played, users get one that is made up.

Exit codes: 0 all as expected, 1 something was not, 2 wrong usage or a wrong file, 3 the target cannot be reached.`
	c.Example = "  cinode-scim simulate --list\n" +
		"  cinode-scim simulate jumpcloud --base-url http://localhost:8080/scim/v2 --token SECRET\n" +
		"  cinode-scim simulate entra --scenario bulk-onboarding --users 1000 --base-url https://scim.example.com/scim/v2\n" +
		"  cinode-scim simulate okta --scenario mine.yaml --html report.html --base-url https://scim.example.com/scim/v2\n" +
		"  cinode-scim simulate --record sync.yaml --admin-url http://localhost:8080 --admin-key KEY"
	f := newSimulateFlags(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		switch {
		case f.list:
			return p.listScenarios(f, args)
		case f.show:
			return p.showScenario(f)
		case f.record != "":
			return p.recordScenario(c.Context(), f, args)
		default:
			return p.runSimulate(c.Context(), f, args)
		}
	}
	return c
}

// kindOf reads the argument that names the provider.
func kindOf(args []string) (idp.Kind, error) {
	names := make([]string, 0, len(idp.Kinds()))
	for _, k := range idp.Kinds() {
		names = append(names, string(k))
	}
	if len(args) == 0 {
		return "", &config.Error{Message: "the identity provider is missing; say one of " + strings.Join(names, ", ")}
	}
	kind := idp.Kind(strings.ToLower(args[0]))
	if !slices.Contains(idp.Kinds(), kind) {
		return "", &config.Error{Message: fmt.Sprintf("%q is no identity provider that is simulated; say one of %s", args[0], strings.Join(names, ", "))}
	}
	return kind, nil
}

func (p *Program) listScenarios(f *simulateFlags, args []string) error {
	var kind idp.Kind
	if len(args) > 0 {
		var err error
		if kind, err = kindOf(args); err != nil {
			return err
		}
	}
	var list []scenarioView
	for _, s := range scenario.Builtin("") {
		if kind == "" || s.For(kind) {
			list = append(list, viewScenario(s))
		}
	}
	if *f.json {
		return p.printJSON(list)
	}
	for _, s := range list {
		fmt.Fprintf(p.Stdout, "%-22s %s (%s)\n", s.Name, s.Description, strings.Join(s.Providers, ", "))
	}
	return nil
}

// scenarioView is a built-in scenario as --list --json shows it.
type scenarioView struct {
	Name        string   `json:"name"`
	Description string   `json:"description"`
	Providers   []string `json:"providers"`
	Steps       int      `json:"steps"`
}

func viewScenario(s *scenario.Scenario) scenarioView {
	v := scenarioView{Name: s.Name, Description: s.Description, Steps: len(s.Steps)}
	for _, k := range idp.Kinds() {
		if s.For(k) {
			v.Providers = append(v.Providers, string(k))
		}
	}
	return v
}

func (p *Program) showScenario(f *simulateFlags) error {
	if _, err := scenario.Find(f.scenario, ""); err != nil {
		return &config.Error{Message: err.Error()}
	}
	text, err := scenario.Source(f.scenario)
	if err != nil {
		return err
	}
	_, err = p.Stdout.Write(text)
	return err
}

// leanGC keeps a large directory in little memory: a provider waits for its target
// rather than for the garbage collector.
const leanGC = 50

func (p *Program) runSimulate(ctx context.Context, f *simulateFlags, args []string) error {
	kind, err := kindOf(args)
	if err != nil {
		return err
	}
	if err := f.complete(p, kind); err != nil {
		return err
	}
	story, err := f.load()
	if err != nil {
		return err
	}
	if !story.For(kind) {
		return &config.Error{Message: fmt.Sprintf("the scenario %s is not for %s; see simulate --list", story.Name, kind)}
	}
	unlock, err := lockState(f.options.Provider.StateFile)
	if err != nil {
		return err
	}
	defer unlock()
	teller, err := p.newTeller(f, story, kind)
	if err != nil {
		return err
	}
	defer debug.SetGCPercent(debug.SetGCPercent(leanGC)) // that of the program is for busy servers
	report, err := scenario.Run(ctx, story, f.target, f.options)
	err = errors.Join(teller.end(report), simulateOutcome(report, err))
	if ctx.Err() != nil && report != nil {
		p.tellResume(f)
	}
	return err
}

// simulateOutcome is the end of the command by how the story ended.
func simulateOutcome(report *scenario.Report, err error) error {
	var input *idp.InputError
	var state *idp.StateError
	switch {
	case errors.Is(err, scimclient.ErrForbidden), errors.As(err, &input), errors.As(err, &state):
		return &config.Error{Message: err.Error()}
	case errors.Is(err, context.Canceled):
		return failed(ExitFailed, "the simulation was stopped before its end")
	case errors.Is(err, scenario.ErrUnreachable):
		return failed(ExitUnreachable, "%w", err)
	case err != nil:
		return failed(ExitFailed, "the simulation was not finished: %w", err)
	case report.Failed():
		return failed(ExitFailed, "%d of %d steps failed", report.Count(scenario.Failed), report.Total)
	default:
		return nil
	}
}

// tellResume says how to go on with what was stopped.
func (p *Program) tellResume(f *simulateFlags) {
	state := f.options.Provider.StateFile
	if f.command == nil { // a demonstration, which leaves nothing
		return
	}
	if state == "" {
		fmt.Fprintln(p.Stderr, "What was done is not kept; with --state FILE it could be resumed.")
		return
	}
	if _, err := os.Stat(state); err != nil {
		return
	}
	fmt.Fprintf(p.Stderr, "The state is in %s. Go on with: %s, and the token as before\n", state, f.again())
}

// again is the command as it was given, for a shell, without what is secret.
func (f *simulateFlags) again() string {
	words := append([]string{f.command.CommandPath()}, f.command.Flags().Args()...)
	f.command.Flags().Visit(func(flag *pflag.Flag) {
		if flag.Name != "token" && flag.Name != "admin-key" {
			value := flag.Value.String()
			if list, ok := flag.Value.(pflag.SliceValue); ok {
				value = strings.Join(list.GetSlice(), ",")
			}
			words = append(words, "--"+flag.Name+"="+quoted(value))
		}
	})
	return strings.Join(words, " ")
}

var plainWord = regexp.MustCompile(`^[\w@%+=:,./-]+$`)

// quoted is a word as a shell takes it.
func quoted(word string) string {
	if plainWord.MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
