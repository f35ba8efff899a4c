package conformance

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/cinode-scim/cinode-scim/internal/report"
	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

// The page, whole in one file. Its policy names the style and the script by
// their hashes, so that nothing that a target sends can run or load anything.
var (
	//go:embed report.html
	reportHTML string
	//go:embed report.css
	reportCSS string
	//go:embed report.js
	reportJS string
)

var reportTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("report").Funcs(template.FuncMap{"printable": printable}).Parse(reportHTML))
})

// known is shown as a verdict of its own.
const known = "known"

// kinds are what results are sorted and coloured by, in the order of the picture.
var kinds = []struct{ kind, title string }{
	{string(Fail), "fail"}, {known, "known failure"}, {string(Error), "error"}, {string(Warning), "warning"},
	{string(Pass), "pass"}, {string(Skipped), "skipped"},
}

type (
	htmlReport struct {
		*Report
		About, Headline, Took string
		Clock                 time.Time
		Kinds                 []htmlPart
		Levels                []htmlPart
		Areas                 []htmlArea
		Policy                string
		Style                 template.CSS
		Script                template.JS
	}
	// htmlPart is a part of a picture, in percent.
	htmlPart struct {
		Kind, Title  string
		N            int
		Start, Share float64
	}
	htmlArea struct {
		Area, Title, Summary string
		Parts                []htmlPart
		Rows                 []htmlRow
	}
	htmlRow struct {
		Result
		Kind, Title string
		Sent        []htmlExchange
	}
	htmlExchange struct {
		*scimclient.Exchange
		N                 int
		Open              bool // the last of what is not met, which tells why
		Path, Took        string
		Request, Response string
		Kind, StatusLine  string
	}
)

// WriteHTML writes a report for people as one page that needs nothing else, and
// can be read without its script.
func (r *Report) WriteHTML(w io.Writer) error {
	page := htmlReport{
		Report: r, About: DescribeProfile(r.Profile), Headline: r.headline(), Took: report.Short(r.Duration), Clock: r.Started.UTC(),
		Kinds: shares(r.Results), Levels: levelParts(r.Results),
		Policy: fmt.Sprintf("default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'", report.Hash(reportCSS), report.Hash(reportJS)),
		Style:  template.CSS(reportCSS), Script: template.JS(reportJS),
	}
	for _, a := range r.byArea() {
		area := htmlArea{Area: a.area, Title: a.title, Summary: counts(a.results), Parts: shares(a.results)}
		for _, result := range a.results {
			area.Rows = append(area.Rows, r.htmlRow(result))
		}
		page.Areas = append(page.Areas, area)
	}
	if err := reportTemplate().Execute(w, page); err != nil {
		return fmt.Errorf("write the report as HTML: %w", err)
	}
	return nil
}

// headline is the outcome in a sentence.
func (r *Report) headline() string {
	failures, broken, met := r.Count(Fail)-r.Known(), r.Count(Error), ""
	if n := r.Known(); n > 0 {
		met = fmt.Sprintf(" %s known and did not count.", plural(n, "failure was", "failures were"))
	}
	switch {
	case len(r.Results) == 0:
		return "No check was run."
	case failures+broken == 0:
		return "Nothing counts as a failure." + met
	case broken == 0:
		return plural(failures, "check fails.", "checks fail.") + met
	case failures == 0:
		return plural(broken, "check", "checks") + " could not be carried out." + met
	default:
		return plural(failures, "check fails", "checks fail") + " and " + fmt.Sprint(broken) + " could not be carried out." + met
	}
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func kindOf(r Result) string {
	if r.Known {
		return known
	}
	return string(r.Verdict)
}

// shares are the kinds that occur, as parts of the whole.
func shares(results []Result) []htmlPart {
	var parts []htmlPart
	start := 0.0
	for _, k := range kinds {
		n := 0
		for _, r := range results {
			if kindOf(r) == k.kind {
				n++
			}
		}
		if n > 0 {
			share := 100 * float64(n) / float64(len(results))
			parts = append(parts, htmlPart{k.kind, k.title, n, start, share})
			start += share
		}
	}
	return parts
}

func levelParts(results []Result) []htmlPart {
	var parts []htmlPart
	for _, level := range []Level{Must, Should, May, Interop} {
		n := 0
		for _, r := range results {
			if r.Row.Level == level {
				n++
			}
		}
		if n > 0 {
			parts = append(parts, htmlPart{Kind: string(level), Title: string(level), N: n})
		}
	}
	return parts
}

func (r *Report) htmlRow(result Result) htmlRow {
	row := htmlRow{Result: result, Kind: kindOf(result)}
	for _, k := range kinds {
		if k.kind == row.Kind {
			row.Title = k.title
		}
	}
	for i, e := range result.Exchanges {
		last := i == len(result.Exchanges)-1 && result.Verdict != Pass
		row.Sent = append(row.Sent, htmlExchange{
			Exchange: e, N: i + 1, Open: last, Path: scimclient.Readable(strings.TrimPrefix(e.URL, r.Target)), Took: report.Short(e.Duration),
			Request:  message(e.Method+" "+e.URL, e.RequestHeader, e.RequestBody),
			Response: message(e.StatusLine(), e.Header, e.Body),
			Kind:     fmt.Sprintf("s%d", e.Status/100), StatusLine: e.StatusLine(),
		})
	}
	return row
}

// message is a request or an answer as it stands on the wire, its JSON indented.
func message(first string, header http.Header, body string) string {
	var b strings.Builder
	b.WriteString(first + "\n")
	for _, h := range scimclient.HeaderPairs(header) {
		b.WriteString(h.Name + ": " + h.Value + "\n")
	}
	if body != "" {
		b.WriteString("\n" + indented(body))
	}
	return printable(b.String())
}

// Sent is a request as it stood on the wire, its JSON indented and its secrets masked.
func Sent(e *scimclient.Exchange) string {
	return message(e.Method+" "+e.URL, e.RequestHeader, e.RequestBody)
}

// Received is the answer in the same form.
func Received(e *scimclient.Exchange) string { return message(e.StatusLine(), e.Header, e.Body) }

// mostIndented is how deep JSON is indented: hostile nesting would grow with its square.
const mostIndented = 32

// indented leaves what is no JSON or too deep as it is, and the spelling of all values.
func indented(text string) string {
	depth := 0
	for _, c := range text {
		switch c {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		if depth > mostIndented {
			return text
		}
	}
	value := jsontext.Value(text)
	if err := value.Indent(jsontext.WithIndent("  "), jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true)); err != nil {
		return text
	}
	return string(value)
}
