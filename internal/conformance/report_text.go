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
// the exchanges of each failure that no baseline names.
func (r *Report) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "SCIM conformance of %s, profile %s\n", r.Target, r.Profile)
	for _, a := range r.byArea() {
		fmt.Fprintf(&b, "\n%s (%s): %s\n", a.title, a.area, counts(a.results))
		for _, result := range a.results {
			writeResult(&b, result)
		}
	}
	for _, path := range r.Left {
		fmt.Fprintf(&b, "\nCould not be removed: %s", path)
	}
	fmt.Fprintf(&b, "\n%d checks in %.1f s: %s\n", len(r.Results), r.Duration.Seconds(), counts(r.Results))
	_, err := io.WriteString(w, printable(b.String()))
	return err
}

// areaResults are the results of one area.
type areaResults struct {
	area, title string
	results     []Result
}

// byArea gives the areas that have results, in the order of the checklist.
func (r *Report) byArea() []areaResults {
	var areas []areaResults
	for _, a := range areaTitles {
		part := areaResults{area: a.area, title: a.title}
		for _, result := range r.Results {
			if result.Row.Area == a.area {
				part.results = append(part.results, result)
			}
		}
		if len(part.results) > 0 {
			areas = append(areas, part)
		}
	}
	return areas
}

// verdicts in the order of reports: what asks for work first.
var verdicts = []Verdict{Fail, Error, Warning, Pass, Skipped}

func counts(results []Result) string {
	report := Report{Results: results}
	var parts []string
	for _, v := range verdicts {
		n := report.Count(v)
		if n == 0 {
			continue
		}
		part := fmt.Sprintf("%d %s", n, v)
		if known := report.Known(); v == Fail && known > 0 {
			part += fmt.Sprintf(" (%d known)", known)
		}
		parts = append(parts, part)
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
	if r.Known {
		b.WriteString(", known")
	}
	fmt.Fprintf(b, "\n          %s\n", r.Row.Text)
	for _, reason := range r.Reasons {
		fmt.Fprintf(b, "          > %s\n", reason)
	}
	if r.Known || r.Verdict != Fail && r.Verdict != Error {
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
