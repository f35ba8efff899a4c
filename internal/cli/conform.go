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

// conformToken is the variable for the token of the target, which is no option of this server.
const conformToken = "CINODE_SCIM_CONFORM_TOKEN"

// conformFlags are the flags of conform.
type conformFlags struct {
	url, token, junit string
	headers, levels   []string
	json              bool
	client            scimclient.Options
	options           conformance.Options
}

func (p *Program) conform() *cobra.Command {
	c := &cobra.Command{Use: "conform", Short: "Check any SCIM server against the RFCs or a profile", Args: cobra.NoArgs}
	c.Long = "conform runs a checklist of RFC 7643 and 7644 against a SCIM server. It makes users and groups\n" +
		"under a random prefix there, and removes them.\n" +
		"Exit codes: 0 all is well, 1 checks failed, 2 wrong usage, 3 the target cannot be reached."
	var f conformFlags
	flags := c.Flags()
	flags.StringVar(&f.url, "base-url", "", "base URL of the target, as https://example.com/scim/v2")
	flags.StringVar(&f.token, "token", "", "bearer token of the target ["+conformToken+"]")
	flags.StringVar(&f.options.Profile, "profile", "rfc", "what counts as a failure: "+strings.Join(conformance.Profiles(), ", "))
	flags.StringSliceVar(&f.options.Only, "only", nil, "check only these rows or areas, as PATCH-001,FILT")
	flags.StringSliceVar(&f.options.Skip, "skip", nil, "leave these rows or areas out")
	flags.StringSliceVar(&f.levels, "level", nil, "check only rows of these levels: MUST, SHOULD, MAY, interop")
	flags.BoolVar(&f.client.Insecure, "insecure", false, "accept any TLS certificate of the target")
	flags.DurationVar(&f.client.Timeout, "timeout", scimclient.DefaultTimeout, "how long to wait for one answer")
	flags.StringArrayVar(&f.headers, "header", nil, "a header line for every request, as \"X-Key: value\" (repeatable)")
	flags.Float64Var(&f.client.Rate, "rate", 0, "most requests per second, 0 for no limit")
	flags.BoolVar(&f.json, "json", false, "print the report as JSON")
	flags.StringVar(&f.junit, "junit", "", "write the report as JUnit XML to this file too")
	c.RunE = func(c *cobra.Command, _ []string) error { return p.runConform(c, &f) }
	return c
}

func (p *Program) runConform(c *cobra.Command, f *conformFlags) error {
	client, err := p.conformClient(f)
	if err != nil {
		return err
	}
	defer client.Close()
	for _, level := range f.levels {
		f.options.Levels = append(f.options.Levels, conformLevel(level))
	}
	if err := f.options.Check(); err != nil {
		return &config.Error{Message: err.Error()}
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
	if err := p.writeReport(report, f); err != nil {
		return err
	}
	if err != nil {
		return fmt.Errorf("the checks were not all run: %w", err)
	}
	if report.Failed() {
		return failed(ExitFailed, "%d checks failed and %d could not be carried out", report.Count(conformance.Fail), report.Count(conformance.Error))
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
	f.client.Token = f.token
	for _, variable := range p.Env {
		if value, ok := strings.CutPrefix(variable, conformToken+"="); ok && f.token == "" {
			f.client.Token = value
		}
	}
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

func conformLevel(word string) conformance.Level {
	for _, level := range []conformance.Level{conformance.Must, conformance.Should, conformance.May, conformance.Interop} {
		if strings.EqualFold(word, string(level)) {
			return level
		}
	}
	return conformance.Level(word)
}

func (p *Program) writeReport(report *conformance.Report, f *conformFlags) error {
	if f.junit != "" {
		if err := writeFile(f.junit, report.WriteJUnit); err != nil {
			return fmt.Errorf("the JUnit report cannot be written: %w", err)
		}
	}
	if f.json {
		return report.WriteJSON(p.Stdout)
	}
	return report.WriteText(p.Stdout)
}

func writeFile(name string, write func(io.Writer) error) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(write(file), file.Close())
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
