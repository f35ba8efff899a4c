package cli

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"github.com/cinode-scim/cinode-scim/internal/config"
	"github.com/cinode-scim/cinode-scim/internal/conformance"
	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

// The variables for the tokens of the target, which are no options of this server.
const (
	conformToken      = "CINODE_SCIM_CONFORM_TOKEN"
	conformReadToken  = "CINODE_SCIM_CONFORM_READ_TOKEN"
	conformOtherToken = "CINODE_SCIM_CONFORM_OTHER_TOKEN"
)

// conformFlags are the flags of conform.
type conformFlags struct {
	url, token           string
	readToken            string // may only read
	otherURL, otherToken string // of another tenant
	headers, levels      []string
	allow                []string
	reports              conformReports
	client               scimclient.Options
	options              conformance.Options
}

func (p *Program) conform() *cobra.Command {
	c := &cobra.Command{Use: "conform", Short: "Check any SCIM server against the RFCs or a profile", Args: cobra.NoArgs}
	c.Long = "conform runs a checklist of RFC 7643 and 7644 against a SCIM server. It makes users and groups\n" +
		"under a random prefix there, and removes them.\n" +
		"What counts as a failure under each --profile:" + profileHelp() + "\n" +
		"Exit codes: 0 all is well, 1 checks failed, 2 wrong usage, 3 the target cannot be reached."
	var f conformFlags
	flags := c.Flags()
	flags.StringVar(&f.url, "base-url", "", "base URL of the target, as https://example.com/scim/v2")
	flags.StringVar(&f.token, "token", "", "bearer token of the target ["+conformToken+"]")
	flags.StringVar(&f.readToken, "read-token", "", "bearer token that may only read, for checks of rights ["+conformReadToken+"]")
	flags.StringVar(&f.otherURL, "other-base-url", "", "base URL of another tenant, that of --base-url if left out")
	flags.StringVar(&f.otherToken, "other-token", "", "bearer token of another tenant, for checks of their separation ["+conformOtherToken+"]")
	flags.StringVar(&f.options.Profile, "profile", "rfc", "what counts as a failure, as told above: "+strings.Join(conformance.Profiles(), ", "))
	flags.StringSliceVar(&f.options.Only, "only", nil, "check only these rows or areas, as PATCH-001,FILT")
	flags.StringSliceVar(&f.options.Skip, "skip", nil, "leave these rows or areas out")
	flags.StringSliceVar(&f.levels, "level", nil, "check only rows of these levels: MUST, SHOULD, MAY, interop")
	flags.BoolVar(&f.client.Insecure, "insecure", false, "accept any TLS certificate of the target")
	flags.DurationVar(&f.client.Timeout, "timeout", scimclient.DefaultTimeout, "how long to wait for one answer")
	flags.StringArrayVar(&f.headers, "header", nil, "a header line for every request, as \"X-Key: value\" (repeatable)")
	flags.Float64Var(&f.client.Rate, "rate", 0, "most requests per second, 0 for no limit")
	flags.StringSliceVar(&f.allow, "allow-target", nil, allowHelp)
	f.reports.addTo(flags)
	c.RunE = func(c *cobra.Command, _ []string) error { return p.runConform(c, &f) }
	return c
}

func (p *Program) runConform(c *cobra.Command, f *conformFlags) error {
	client, err := p.conformClient(f)
	if err != nil {
		return err
	}
	defer client.Close()
	if err := p.conformSides(f); err != nil {
		return err
	}
	for _, side := range []*scimclient.Client{f.options.Reader, f.options.Other} {
		if side != nil {
			defer side.Close()
		}
	}
	for _, level := range f.levels {
		f.options.Levels = append(f.options.Levels, conformLevel(level))
	}
	if err := f.options.Check(); err != nil {
		return &config.Error{Message: err.Error()}
	}
	if err := f.reports.load(); err != nil {
		return err
	}
	if isTerminal(p.Stderr) {
		f.options.Progress = progress(p.Stderr)
	}
	report, err := conformance.Run(c.Context(), client, f.options)
	if errors.Is(err, conformance.ErrUnreachable) {
		return failed(ExitUnreachable, "%w", err)
	}
	if report == nil {
		return err
	}
	f.reports.apply(report, p.Stderr)
	if err := f.reports.write(report, p.Stdout, err == nil); err != nil {
		return err
	}
	if err != nil {
		return fmt.Errorf("the checks were not all run: %w", err)
	}
	if report.Failed() {
		return failed(ExitFailed, "%d checks failed and %d could not be carried out", report.Count(conformance.Fail)-report.Known(), report.Count(conformance.Error))
	}
	return nil
}

func (p *Program) conformClient(f *conformFlags) (*scimclient.Client, error) {
	if f.url == "" {
		return nil, &config.Error{Message: "--base-url is missing; give the base URL of the SCIM server to check"}
	}
	if f.client.Timeout <= 0 || f.client.Rate < 0 {
		return nil, &config.Error{Message: "--timeout must be longer than 0, and --rate must not be below 0"}
	}
	var err error
	if f.client.Allow, err = allowed(f.allow); err != nil {
		return nil, err
	}
	f.client.Token = p.secret(f.token, conformToken)
	f.client.Header = http.Header{}
	for _, line := range f.headers {
		name, value, ok := strings.Cut(line, ":")
		name = textproto.TrimString(name)
		if !ok || name == "" || strings.ContainsAny(name, " \t") {
			return nil, &config.Error{Message: fmt.Sprintf("--header %q is no header line; write it as \"Name: value\"", line)}
		}
		f.client.Header.Add(name, textproto.TrimString(value))
	}
	f.client.UserAgent, f.client.Retries = "cinode-scim-conform", 3
	if build, ok := debug.ReadBuildInfo(); ok {
		f.client.UserAgent += "/" + build.Main.Version
	}
	client, err := scimclient.New(f.url, f.client)
	if err != nil {
		return nil, &config.Error{Message: err.Error()}
	}
	return client, nil
}

// conformSides makes the clients of the further tokens, after that of the first.
func (p *Program) conformSides(f *conformFlags) error {
	reader, other, otherURL := p.secret(f.readToken, conformReadToken), p.secret(f.otherToken, conformOtherToken), f.otherURL
	if otherURL == "" {
		otherURL = f.url
	}
	switch {
	case f.otherURL != "" && other == "":
		return &config.Error{Message: "--other-base-url needs --other-token, the bearer token of that tenant"}
	case reader != "" && reader == f.client.Token:
		return &config.Error{Message: "--read-token is the token of --token; give one that may only read"}
	case other != "" && other == f.client.Token && strings.TrimRight(otherURL, "/") == strings.TrimRight(f.url, "/"):
		return &config.Error{Message: "--other-token is the token of --token; give one of another tenant, or its --other-base-url"}
	}
	var err error
	if f.options.Reader, err = f.side(f.url, reader, "READ_TOKEN"); err != nil {
		return err
	}
	f.options.Other, err = f.side(otherURL, other, "OTHER_TOKEN")
	return err
}

// side makes a client of one more token, nil if there is none.
func (f *conformFlags) side(base, token, name string) (*scimclient.Client, error) {
	if token == "" {
		return nil, nil
	}
	options := f.client
	options.Token, options.TokenName = token, name
	client, err := scimclient.New(base, options)
	if err != nil {
		return nil, &config.Error{Message: err.Error()}
	}
	return client, nil
}

// secret is the value of a flag or, if that is empty, of a variable.
func (p *Program) secret(flag, variable string) string {
	for _, line := range p.Env {
		if value, ok := strings.CutPrefix(line, variable+"="); ok && flag == "" {
			return value
		}
	}
	return flag
}

func conformLevel(word string) conformance.Level {
	for _, level := range []conformance.Level{conformance.Must, conformance.Should, conformance.May, conformance.Interop} {
		if strings.EqualFold(word, string(level)) {
			return level
		}
	}
	return conformance.Level(word)
}

// isTerminal says whether a person looks at w while it is written.
func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// progress shows a bar that goes away at its end.
func progress(w io.Writer) func(done, total int) {
	var bar *progressbar.ProgressBar
	return func(done, total int) {
		if bar == nil {
			bar = progressbar.NewOptions(total, progressbar.OptionSetWriter(w), progressbar.OptionSetDescription("checking"),
				progressbar.OptionShowCount(), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100*time.Millisecond))
		}
		_ = bar.Set(done) // a bar that cannot be drawn is no reason to stop
	}
}
