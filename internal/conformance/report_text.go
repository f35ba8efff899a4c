package conformance

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

const (
	shownExchanges = 4 // of a failure; the last ones tell why
	shownBody      = 2000
)

// WriteText writes a report for people: by area what is not met and why, with
// the exchanges of each failure.
func (r *Report) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "SCIM conformance of %s, profile %s\n", r.Target, r.Profile)
	for _, a := range areaTitles {
		var results []Result
		for _, result := range r.Results {
			if result.Row.Area == a.area {
				results = append(results, result)
			}
		}
		if len(results) > 0 {
			fmt.Fprintf(&b, "\n%s (%s): %s\n", a.title, a.area, counts(results))
			for _, result := range results {
				writeResult(&b, result)
			}
		}
	}
	for _, path := range r.Left {
		fmt.Fprintf(&b, "\nCould not be removed: %s", path)
	}
	fmt.Fprintf(&b, "\n%d checks in %.1f s: %s\n", len(r.Results), r.Duration.Seconds(), counts(r.Results))
	_, err := io.WriteString(w, printable(b.String()))
	return err
}

func counts(results []Result) string {
	report := Report{Results: results}
	var parts []string
	for _, v := range []Verdict{Fail, Error, Warning, Pass, Skipped} {
		if n := report.Count(v); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, v))
		}
	}
	return strings.Join(parts, ", ")
}

func writeResult(b *strings.Builder, r Result) {
	if r.Verdict == Pass && len(r.Reasons) == 0 {
		return
	}
	fmt.Fprintf(b, "  %-7s %s %s (%s)", r.Verdict, r.Row.ID, r.Row.Level, r.Row.Section)
	if r.Verdict == Skipped {
		fmt.Fprintf(b, ": %s\n", strings.Join(r.Reasons, "; "))
		return
	}
	fmt.Fprintf(b, "\n          %s\n", r.Row.Text)
	for _, reason := range r.Reasons {
		fmt.Fprintf(b, "          > %s\n", reason)
	}
	if r.Verdict != Fail && r.Verdict != Error {
		return
	}
	first := max(len(r.Exchanges)-shownExchanges, 0)
	if first > 0 {
		fmt.Fprintf(b, "          (%d earlier requests are not shown)\n", first)
	}
	for _, e := range r.Exchanges[first:] {
		writeExchange(b, e)
	}
}

func writeExchange(b *strings.Builder, e *scimclient.Exchange) {
	curl := e.Curl()
	if len(curl) > 2*shownBody {
		curl = strings.ToValidUTF8(curl[:2*shownBody], "") + " ..."
	}
	for line := range strings.Lines("$ " + curl + "\n" + e.Answer(shownBody) + "\n") {
		b.WriteString("            " + line)
	}
}

// printable keeps what a hostile target sends from steering the terminal.
func printable(text string) string {
	return strings.Map(func(c rune) rune {
		if c != '\n' && c != '\t' && unicode.IsControl(c) {
			return unicode.ReplacementChar
		}
		return c
	}, text)
}
