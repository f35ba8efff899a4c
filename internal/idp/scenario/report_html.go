package scenario

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/cinode-scim/cinode-scim/internal/idp"
	"github.com/cinode-scim/cinode-scim/internal/report"
	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

// The page, whole in one file and without a script. Its policy names the style by its
// hash, so that nothing that a target sends can run or load anything.
var (
	//go:embed report.html
	reportHTML string
	//go:embed report.css
	reportCSS string
)

var reportTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("report").Funcs(template.FuncMap{"printable": printable}).Parse(reportHTML))
})

type (
	htmlReport struct {
		*Report
		Who, Headline, Took string
		Policy              string
		Style               template.CSS
		Rows                []htmlStep
	}
	htmlStep struct {
		*StepReport
		Mark, Took string
		Grouped    bool
		Lines      []htmlEvent
		Sent       []htmlExchange
	}
	htmlEvent struct {
		idp.Event
		Details string
	}
	htmlExchange struct {
		*scimclient.Exchange
		Path, Took        string
		Request, Response string
		Kind, StatusLine  string
	}
)

// mostExchanges is how many exchanges of a step the page has.
const mostExchanges = 60

// WriteHTML writes a report for people as one page that needs nothing else.
func (r *Report) WriteHTML(w io.Writer) error {
	page := htmlReport{
		Report: r, Who: Title(r.Provider), Headline: r.headline(), Took: short(r.Duration), Style: template.CSS(reportCSS),
		Policy: fmt.Sprintf("default-src 'none'; style-src '%s'; base-uri 'none'; form-action 'none'", report.Hash(reportCSS)),
	}
	sent := map[int][]htmlExchange{}
	for _, x := range r.exchanges {
		if len(sent[x.Step]) < mostExchanges {
			sent[x.Step] = append(sent[x.Step], r.htmlExchange(x.Exchange))
		}
	}
	for _, s := range r.Steps {
		row := htmlStep{StepReport: s, Mark: marks[s.Outcome].mark, Took: short(s.Duration), Sent: sent[s.Number], Grouped: len(s.Events)+s.More > mostEvents}
		for _, e := range s.Events {
			if !row.Grouped || !e.Success {
				row.Lines = append(row.Lines, htmlEvent{e, Changes(e)})
			}
		}
		page.Rows = append(page.Rows, row)
	}
	if err := reportTemplate().Execute(w, page); err != nil {
		return fmt.Errorf("write the report as HTML: %w", err)
	}
	return nil
}

// headline is the outcome in a sentence.
func (r *Report) headline() string {
	switch n := r.Count(Failed); {
	case n > 0:
		return plural(n, "step", "steps") + " failed"
	case r.Count(Stopped) > 0:
		return "It was stopped"
	default:
		return "All as expected"
	}
}

func (r *Report) htmlExchange(e *scimclient.Exchange) htmlExchange {
	out := htmlExchange{
		Exchange: e, Path: scimclient.Readable(strings.TrimPrefix(e.URL, strings.TrimRight(r.Target, "/"))), Took: short(e.Duration), Kind: fmt.Sprintf("s%d", e.Status/100), StatusLine: e.StatusLine(),
		Request: message(e.Method+" "+e.URL, e.RequestHeader, e.RequestBody),
	}
	if e.Status > 0 {
		out.Response = message(out.StatusLine, e.Header, e.Body)
	}
	return out
}

// mostBody is how much of a body the page shows.
const mostBody = 8 << 10

// message is a request or an answer as it stands on the wire.
func message(first string, header http.Header, body string) string {
	var b strings.Builder
	b.WriteString(printable(first) + "\n")
	for _, h := range scimclient.HeaderPairs(header) {
		b.WriteString(printable(h.Name+": "+h.Value) + "\n")
	}
	if body != "" {
		cut := ""
		if len(body) > mostBody {
			body, cut = strings.ToValidUTF8(body[:mostBody], ""), " …"
		}
		b.WriteString("\n" + printable(body) + cut)
	}
	return b.String()
}
