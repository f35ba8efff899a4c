package web

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/cinode-scim/cinode-scim/internal/journal"
)

// requestExport is a form that requests can be taken away in. In the table, URL is
// its name.
type requestExport struct {
	Label, Hint, URL string
}

var requestExports = []requestExport{
	{"curl", "a shell script", "curl"},
	{"HAR", "for browsers and proxies", "har"},
	{"Scenario", "for cinode-scim replay", "scenario"},
	{".http", "for REST clients of editors", "http"},
	{"Go", "a test", "go"},
}

var exportFiles = map[string]string{"har": ".har", "scenario": ".yaml", "curl": ".sh", "http": ".http", "go": "_test.go"}

// mostExported bounds a selection that is taken away.
const mostExported = 1000

// exportRequests sends what the filter finds as a file, the oldest first.
func (v *visit) exportRequests() error {
	f, _ := v.requestFilter()
	list, err := v.readRequests(f, 0, mostExported)
	if err != nil {
		return err
	}
	slices.Reverse(list)
	return v.sendExport(list, "requests")
}

func (v *visit) exportRequest() error {
	e, err := v.exchange()
	if err != nil {
		return err
	}
	return v.sendExport([]journal.Exchange{e}, "request-"+requestID(e.ID))
}

func (v *visit) sendExport(list []journal.Exchange, name string) error {
	as := v.query("as")
	ending, ok := exportFiles[as]
	if !ok {
		return refuse(http.StatusBadRequest, "Requests can be exported as har, scenario, curl, http and go, not as %q.", clipText(as, 40))
	}
	data, kind, err := journal.Export(as, list)
	if err != nil {
		return err
	}
	return v.sendFile(name+ending, kind, data)
}

// sendFile never lets a browser show what a client of the server has sent.
func (v *visit) sendFile(name, kind string, data []byte) error {
	h := v.w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", "attachment; filename="+strconv.Quote(name))
	h.Set("Content-Length", strconv.Itoa(len(data)))
	_, _ = v.w.Write(data) // a client that has gone is not told
	return nil
}

// sendRequestBody sends a body as it is kept.
func (v *visit) sendRequestBody() error {
	e, err := v.exchange()
	if err != nil {
		return err
	}
	m, name := e.Sent, "-sent.txt"
	if v.query("of") == "answer" {
		m, name = e.Answer, "-answer.txt"
	}
	return v.sendFile("request-"+requestID(e.ID)+name, "text/plain; charset=utf-8", m.Body)
}

func (v *visit) askToClearRequests() error {
	n, err := v.Admin.Journal.Count(v.r.Context(), journal.Query{Tenant: v.Tenant.ID}, "")
	if err != nil {
		return err
	}
	return v.confirm("Clear the journal", confirmPage{
		Question: "Forget all requests of this tenant?",
		Text:     strconv.FormatInt(n, 10) + " recorded requests go, and the counts of deviations start again. Users and groups stay. This cannot be undone.",
		Action:   v.url("requests/clear"), Button: "Clear", Back: v.url("requests"),
	})
}

func (v *visit) clearRequests() error {
	if err := v.Admin.Journal.Clear(v.r.Context(), v.Tenant.ID); err != nil {
		return err
	}
	return v.done(v.url("requests"), "The journal is empty now.")
}
