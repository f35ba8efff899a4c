package adminhttp

import (
	"encoding/base64"
	"time"
	"unicode/utf8"

	"github.com/cinode-scim/cinode-scim/internal/journal"
	"github.com/cinode-scim/cinode-scim/internal/scim/quirk"
)

// exchangeView is a recorded request with its answer, masked.
type exchangeView struct {
	ID         int64           `json:"id,string"`
	Tenant     int64           `json:"tenant,omitzero"`
	At         time.Time       `json:"at"`
	Request    string          `json:"request"`
	Token      string          `json:"token,omitzero"`
	Persona    string          `json:"persona,omitzero"`
	Address    string          `json:"address"`
	Client     string          `json:"client"`
	Method     string          `json:"method"`
	URL        string          `json:"url"`
	Path       string          `json:"path"` // below the SCIM base
	Query      string          `json:"query,omitzero"`
	Route      string          `json:"route,omitzero"`
	Status     int             `json:"status,omitzero"`
	DurationMS float64         `json:"durationMs"`
	Refused    bool            `json:"refused"`
	Reason     string          `json:"reason,omitzero"`
	Why        string          `json:"why,omitzero"`
	Outlook    string          `json:"outlook,omitzero"`
	Section    string          `json:"section,omitzero"`
	Rule       string          `json:"rule,omitzero"`
	Fault      string          `json:"fault,omitzero"`
	Deviations []deviationView `json:"deviations"`
	Changes    []changeView    `json:"changes"`
	Sent       messageView     `json:"sent"`
	Answer     messageView     `json:"answer"`
}

type deviationView struct {
	ID       string `json:"id"`
	Detail   string `json:"detail,omitzero"`
	Sentence string `json:"sentence"`
	Senders  string `json:"senders"`
	Section  string `json:"section"`
}

type changeView struct {
	Resource string `json:"resource"`
	Path     string `json:"path,omitzero"`
	Before   string `json:"before,omitzero"`
	After    string `json:"after,omitzero"`
}

// messageView is one direction. A body that is no text comes as base64.
type messageView struct {
	Headers    []headerView `json:"headers"`
	Body       string       `json:"body,omitzero"`
	BodyBase64 string       `json:"bodyBase64,omitzero"`
	Size       int64        `json:"size"`
	Cut        bool         `json:"cut"`
}

type headerView struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func viewMessage(m journal.Message) messageView {
	v := messageView{Headers: []headerView{}, Size: m.Size, Cut: m.Cut()}
	for _, h := range m.Headers {
		v.Headers = append(v.Headers, headerView(h))
	}
	if utf8.Valid(m.Body) {
		v.Body = string(m.Body)
	} else {
		v.BodyBase64 = base64.StdEncoding.EncodeToString(m.Body)
	}
	return v
}

func viewDeviation(id, detail string) deviationView {
	k := quirk.Describe(id)
	return deviationView{ID: id, Detail: detail, Sentence: k.Sentence, Senders: k.Senders, Section: k.Section}
}

func viewExchange(e journal.Exchange) exchangeView {
	v := exchangeView{
		ID: e.ID, Tenant: e.Tenant, At: e.At, Request: e.Request, Token: e.Token, Persona: e.Persona, Address: e.Address, Client: string(e.Client),
		Method: e.Method, URL: e.Scheme + "://" + e.Host + e.Path, Path: e.Place, Query: e.Query, Route: e.Route, Status: e.Status,
		DurationMS: float64(e.Duration.Microseconds()) / 1000, Refused: e.Refused, Reason: e.Reason, Why: e.Why, Outlook: e.Outlook,
		Section: e.Section, Rule: e.Rule, Fault: e.Fault, Deviations: []deviationView{}, Changes: []changeView{},
		Sent: viewMessage(e.Sent), Answer: viewMessage(e.Answer),
	}
	if e.Query != "" {
		v.URL += "?" + e.Query
	}
	for _, d := range e.Deviations {
		v.Deviations = append(v.Deviations, viewDeviation(d.ID, d.Detail))
	}
	for _, c := range e.Changes {
		v.Changes = append(v.Changes, changeView(c))
	}
	return v
}
