package web

import (
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/journal"
	"github.com/cinode-scim/cinode-scim/internal/provisioning"
	"github.com/cinode-scim/cinode-scim/internal/scim/quirk"
)

// exchange finds the request of the path: one of this tenant or of none.
func (v *visit) exchange() (journal.Exchange, error) {
	id, err := provisioning.ParseID(v.param("request"))
	if err == nil {
		for _, nobody := range []bool{false, true} {
			list, err := v.Admin.Journal.Exchanges(v.r.Context(), journal.Query{Tenant: v.Tenant.ID, NoTenant: nobody, After: id - 1, Before: id + 1, Limit: 1}, "")
			if err != nil {
				return journal.Exchange{}, err
			}
			if len(list) > 0 {
				return list[0], nil
			}
		}
	}
	return journal.Exchange{}, &admin.MissingError{Detail: "the journal has no such request, or has it no more"}
}

type requestPage struct {
	frame
	Request      requestRow
	E            journal.Exchange
	Address      string // whole and readable
	Reason       string
	Why          string
	Outlook      string
	NoTenant     bool
	Changes      []requestChanges
	Deviations   []requestDeviation
	Parts        []requestPart
	Subject      *requestLink
	Exports      []requestExport
	ClientURL    string // all requests of this client
	TokenURL     string
	Raw          bool
	Toggle       string // the other view of the bodies
	Back         string
	Newer, Older string
	PaneTitle    string
}

// requestLink is a page about what a request is about.
type requestLink struct{ Label, URL string }

func (v *visit) showRequest() error {
	e, err := v.exchange()
	if err != nil {
		return err
	}
	f, _ := v.requestFilter()
	page := requestPage{
		frame: v.frame("Request " + requestID(e.ID)), Request: v.requestRow(f, &e), E: e, Reason: wholeSentence(e.Reason), Why: visibleText(e.Why), Outlook: wholeSentence(e.Outlook),
		NoTenant: e.Tenant == 0, Raw: v.query("raw") != "", Back: v.url("requests", f.with()...),
	}
	page.Address = visibleText(e.Scheme+"://"+e.Host) + clipText(visibleText(decoded(e.Path, e.Query)), 2000)
	page.Changes, page.Subject = v.requestChanges(&e), v.requestSubject(strings.TrimPrefix(e.Place, "/"))
	for _, d := range e.Deviations {
		page.Deviations = append(page.Deviations, requestDeviation{Detail: visibleText(d.Detail), Kind: quirk.Describe(d.ID), URL: v.url("requests", "deviation", d.ID)})
	}
	at := "requests/" + requestID(e.ID)
	raw := f.with("raw", "1")
	if page.Raw {
		raw = f.with()
	}
	page.Toggle = v.url(at, raw...)
	page.Parts = []requestPart{
		newRequestPart("Request", e.Sent, page.Raw, v.url(at+"/body", "of", "sent")), newRequestPart("Response", e.Answer, page.Raw, v.url(at+"/body", "of", "answer")),
	}
	for _, as := range requestExports {
		page.Exports = append(page.Exports, requestExport{as.Label, as.Hint, v.url(at+"/export", "as", as.URL)})
	}
	if page.Request.Client != "" {
		page.ClientURL = v.url("requests", "client", page.Request.Client)
	}
	if e.Token != "" {
		page.TokenURL = v.url("requests", "token", e.Token)
	}
	if err := v.neighbours(&page, f); err != nil {
		return err
	}
	return v.show("request", page)
}

// neighbours finds the requests before and after among those of the filter.
func (v *visit) neighbours(page *requestPage, f requestFilter) error {
	for _, newest := range []bool{true, false} {
		q, fits, err := v.requestQuery(f)
		if err != nil {
			return err
		}
		if q.Newest, q.Limit = newest, 1; newest {
			q.Before = page.E.ID
		} else {
			q.After = page.E.ID
		}
		list, err := v.Admin.Journal.Select(v.r.Context(), q, fits)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			continue
		}
		url := v.url("requests/"+requestID(list[0].ID), f.with()...)
		if newest {
			page.Older = url
		} else {
			page.Newer = url
		}
	}
	return nil
}

// requestSubject is the page of a resource, such as "Users/26", where there is one.
func (v *visit) requestSubject(resource string) *requestLink {
	kind, id, _ := strings.Cut(resource, "/")
	if _, err := provisioning.ParseID(id); err != nil {
		return nil
	}
	switch {
	case kind == "Users" && v.has("users"):
		return &requestLink{"User " + id, v.url("users/" + id)}
	case kind == "Groups" && v.has("groups"):
		return &requestLink{"Group " + id, v.url("groups/" + id)}
	}
	return nil
}

type requestDeviation struct {
	quirk.Kind
	Detail string
	URL    string // all requests that have it
}

// Says is what was sent, as a sentence.
func (d requestDeviation) Says() string { return wholeSentence(d.Sentence) }

// requestChanges is what became of one resource.
type requestChanges struct {
	Resource string
	Subject  *requestLink
	Changes  []requestChange
}

type requestChange struct {
	Path          string // empty for the resource as a whole
	Before, After string
	Added, Gone   bool
}

// mostChanges bounds what a page shows; the answer has the rest.
const mostChanges = 60

func (v *visit) requestChanges(e *journal.Exchange) []requestChanges {
	var list []requestChanges
	for i, c := range e.Changes {
		if i == mostChanges {
			break
		}
		if len(list) == 0 || list[len(list)-1].Resource != c.Resource {
			list = append(list, requestChanges{Resource: visibleText(c.Resource), Subject: v.requestSubject(c.Resource)})
		}
		of := &list[len(list)-1]
		of.Changes = append(of.Changes, requestChange{
			Path: clipText(visibleText(c.Path), 200), Before: changedValue(c.Before), After: changedValue(c.After), Added: c.Before == "", Gone: c.After == "",
		})
	}
	return list
}

// changedValue shows a text without its quotes, and other JSON as it is.
func changedValue(text string) string {
	var s string
	if err := json.Unmarshal([]byte(text), &s); err == nil && strings.HasPrefix(text, `"`) {
		text = s
	}
	return clipText(visibleText(text), 300)
}

// wholeSentence makes one of a phrase of the journal. A name such as userName keeps
// its small letter.
func wholeSentence(s string) string {
	s = strings.TrimSuffix(s, ".")
	if first, _, _ := strings.Cut(s, " "); first != strings.ToLower(first) {
		return visibleText(s + ".")
	}
	return visibleText(sentence(s))
}
