package cli

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/cinode-scim/cinode-scim/internal/config"
	"github.com/cinode-scim/cinode-scim/internal/replay"
	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

// replayFlags are the flags of replay.
type replayFlags struct {
	url, token    string
	set, allow    []string
	ignore        []string
	ignoreHeaders []string
	timeout       time.Duration
	insecure      bool
	json          *bool
}

func (p *Program) replay() *cobra.Command {
	c := &cobra.Command{Use: "replay FILE", Short: "Send a recorded HAR or a scenario again, and compare the answers", Args: cobra.ExactArgs(1)}
	c.Long = `replay sends the requests of a file to any SCIM server, one after the other, and tells how its answers differ.
FILE is an HTTP archive (HAR), as the journal exports and browsers save, or a scenario; - is standard input.

Ids are followed: where the recorded answer gave a resource an id, later requests use the id that the new
server gave the same resource. Times and versions, ETag and the base of locations are not compared, nor are
headers such as Date and X-Request-Id.

Secrets are not in the file, and those of a HAR that tells them are neither sent nor printed: a credential is the
value of --token or ` + replay.TokenVariable + `, and another header of an export that of ` + replay.EnvironmentPrefix + `<HEADER>. Other headers and
parameters that hold secrets are left out, with a warning. A password in a body is sent as ***, with a warning,
unless --set gives the attribute a value, as in --set password=VALUE.

A scenario is YAML written by hand:

  - name: create Ann
    method: POST
    path: /Users
    body: {schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"], userName: "${NAME:-ann@example.com}"}
    expect: {status: 201, body: {active: true}}     # the answer may have more
    save: {ann: id}                                 # or header:ETag, or Resources.0.id
  - path: /Users/${ann}
    expect: {status: 2xx, headers: {Content-Type: "application/scim+json*"}}

${NAME} is saved by a step before, or given with --set or by the environment; $$ is a dollar sign.
The list may stand under the key steps, beside baseUrl and headers (of every request).

Exit codes: 0 all answers are the same, 1 there are differences, 2 wrong usage or a wrong file, 3 the target cannot be reached.`
	c.Example = "  cinode-scim replay sync.har --base-url http://localhost:8080/scim/v2 --token SECRET\n" +
		"  cinode-scim replay scenario.yaml --base-url https://staging.example.com/scim/v2 --ignore detail"
	f := &replayFlags{json: jsonFlag(c)}
	flags := c.Flags()
	flags.StringVar(&f.url, "base-url", "", "SCIM base URL to send to, as https://example.com/scim/v2; without it that of the file, if it is of this machine")
	flags.StringVar(&f.token, "token", "", "bearer token of the target ["+replay.TokenVariable+"]")
	flags.StringArrayVar(&f.set, "set", nil, "value of a variable, as NAME=VALUE (repeatable)")
	flags.StringSliceVar(&f.ignore, "ignore", nil, "attributes that are not compared, as detail,name.formatted")
	flags.StringSliceVar(&f.ignoreHeaders, "ignore-header", nil, "headers that are not compared, beside "+strings.Join(replay.IgnoredHeaders, ", "))
	flags.StringSliceVar(&f.allow, "allow-target", nil, allowHelp)
	flags.DurationVar(&f.timeout, "timeout", 30*time.Second, "how long to wait for one answer")
	flags.BoolVar(&f.insecure, "insecure", false, "accept any TLS certificate of the target")
	c.RunE = func(c *cobra.Command, args []string) error { return p.runReplay(c, f, args[0]) }
	return c
}

func (p *Program) runReplay(c *cobra.Command, f *replayFlags, path string) error {
	recording, err := readRecording(path)
	if err != nil {
		return err
	}
	lookup, err := p.replayVariables(f, recording.Foreign)
	if err != nil {
		return err
	}
	if faults := recording.Check(lookup); len(faults) > 0 {
		return &config.Error{Message: errors.Join(faults...).Error()}
	}
	target, err := f.target(recording, lookup)
	if err != nil {
		return err
	}
	defer target.Close()
	bar := p.bar("replaying", int64(len(recording.Steps)))
	report, err := replay.Run(c.Context(), recording, target, replay.Options{
		Lookup: lookup, Ignore: f.ignore, IgnoreHeaders: f.ignoreHeaders,
		Progress: func(done, _ int) { bar.set(int64(done)) },
	})
	bar.end()
	if errors.Is(err, scimclient.ErrForbidden) {
		return &config.Error{Message: err.Error()}
	}
	return errors.Join(p.printReplay(f, report), replayOutcome(report, err))
}

func (p *Program) printReplay(f *replayFlags, report *replay.Report) error {
	if *f.json {
		return report.WriteJSON(p.Stdout)
	}
	return report.WriteText(p.Stdout, isTerminal(p.Stdout) && p.secret("", "NO_COLOR") == "")
}

func replayOutcome(report *replay.Report, err error) error {
	switch {
	case errors.Is(err, replay.ErrUnreachable):
		return failed(ExitUnreachable, "%w", err)
	case err != nil:
		return failed(ExitFailed, "the replay was not finished: %w", err)
	case report.Different > 0:
		return failed(ExitFailed, "%d of %d answers differ", report.Different, report.Requests)
	default:
		return nil
	}
}

func readRecording(path string) (*replay.Recording, error) {
	var data []byte
	var err error
	if path == standard {
		data, err = io.ReadAll(os.Stdin)
	} else {
		data, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, &config.Error{Message: fmt.Sprintf("the file cannot be read: %v", err)}
	}
	recording, err := replay.Read(data)
	if err != nil {
		return nil, &config.Error{Message: fmt.Sprintf("%s is no archive and no scenario that can be sent: %v", path, err)}
	}
	return recording, nil
}

// replayVariables finds values: those given, the token, and the environment.
func (p *Program) replayVariables(f *replayFlags, foreign bool) (func(string) (string, bool), error) {
	given := map[string]string{}
	for _, pair := range f.set {
		name, value, ok := strings.Cut(pair, "=")
		if !ok || name == "" {
			return nil, &config.Error{Message: fmt.Sprintf("--set %q is not written as NAME=VALUE", pair)}
		}
		given[name] = value
	}
	if f.token != "" {
		given[replay.TokenVariable] = f.token
	}
	return func(name string) (string, bool) {
		if value, ok := given[name]; ok {
			return value, true
		}
		if foreign && (!strings.HasPrefix(name, replay.EnvironmentPrefix) || isOwnVariable(name)) {
			return "", false
		}
		for _, line := range p.Env {
			if value, ok := strings.CutPrefix(line, name+"="); ok {
				return value, value != "" || name != replay.TokenVariable
			}
		}
		return "", false
	}, nil
}

// isOwnVariable is of what configures this program, which no archive may ask for.
func isOwnVariable(name string) bool {
	switch name {
	case replay.TokenVariable: // of replay it is the token of the target
		return false
	case conformToken, conformReadToken, conformOtherToken, simulateToken, simulateAdminKey:
		return true
	}
	option := strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(name, replay.EnvironmentPrefix), "_", "-"))
	return strings.HasSuffix(option, "-file") || slices.Contains(config.Names("print-config"), option)
}

func (f *replayFlags) target(recording *replay.Recording, lookup func(string) (string, bool)) (*replay.Target, error) {
	base := f.url
	switch {
	case base != "":
	case recording.Base == "":
		return nil, &config.Error{Message: "--base-url is missing; give the SCIM base URL to send to"}
	case !replay.IsLocal(recording.Base):
		return nil, &config.Error{Message: fmt.Sprintf("the file is about %s; a file does not decide where a token goes, so name that with --base-url if you mean it", recording.Base)}
	default:
		base = recording.Base
	}
	if f.timeout <= 0 {
		return nil, &config.Error{Message: "--timeout must be longer than 0"}
	}
	o := replay.TargetOptions{Secrets: recording.Secrets(lookup), Timeout: f.timeout, Insecure: f.insecure}
	var err error
	if o.Allow, err = allowed(f.allow); err != nil {
		return nil, err
	}
	target, err := replay.NewTarget(base, o)
	if err != nil {
		return nil, &config.Error{Message: "--base-url: " + err.Error()}
	}
	return target, nil
}

const allowHelp = "networks or addresses that are called although they are link-local or of metadata services"

// allowed reads the values of --allow-target.
func allowed(texts []string) ([]netip.Prefix, error) {
	var list []netip.Prefix
	for _, text := range texts {
		network, err := netip.ParsePrefix(text)
		if addr, bad := netip.ParseAddr(text); bad == nil {
			network, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		if err != nil {
			return nil, &config.Error{Message: fmt.Sprintf("--allow-target %q is no address and no network such as 169.254.0.0/16", text)}
		}
		list = append(list, network)
	}
	return list, nil
}
