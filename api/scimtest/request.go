package scimtest

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// Request is a request that the server has had, with its answer. Tokens and passwords
// in it are written as ***.
type Request struct {
	ID         int64 // grows with time
	TenantID   int64 // 0 where the request named none that is known
	At         time.Time
	Method     string
	Path       string // below the SCIM base: "/Users/26"
	Query      url.Values
	URL        string
	Client     string // who seems to have sent it, such as "okta"
	Token      string // its name
	Status     int    // 0 where the connection ended without an answer
	Duration   time.Duration
	Refused    bool   // for want of a token that opens the door
	Reason     string // in plain language, of a refusal or an error; the answer may not tell it
	Why        string // the same as a word
	Outlook    string // what this client will do next, if that is known
	Section    string // of the RFC that decides about the request
	Fault      string // the id of the fault that was played
	Deviations []Deviation
	Changes    []Change
	Sent       Message
	Answer     Message
}

// Deviation is something that an RFC does not allow and the server tolerated.
type Deviation struct {
	ID       string `json:"id"` // such as "bool-as-string"
	Sentence string `json:"sentence"`
	Detail   string `json:"detail"` // where it was
	Section  string `json:"section"`
	Count    int64  `json:"count"` // how often, in counts
}

// Change is what a request did to one attribute. Before and After are JSON, empty for
// none.
type Change struct {
	Resource string `json:"resource"` // "Users/26"
	Path     string `json:"path"`     // "name.givenName"; empty for the whole resource
	Before   string `json:"before"`
	After    string `json:"after"`
}

// Message is one direction of a request.
type Message struct {
	Header http.Header
	Body   []byte
	Cut    bool // less is kept of the body than there was
}

// Decode reads the body as JSON.
func (m Message) Decode(into any) error { return json.Unmarshal(m.Body, into) }

// Get gives a value of the JSON in the body, by the names of its members and the
// numbers of elements from 0: Get("Operations", "0", "path"). It is nil where there is
// none. Numbers are float64, objects map[string]any, arrays []any.
func (m Message) Get(path ...string) any {
	var v any
	if json.Unmarshal(m.Body, &v) != nil {
		return nil
	}
	return get(v, path)
}

func get(v any, path []string) any {
	for _, name := range path {
		switch at := v.(type) {
		case map[string]any:
			v = member(at, name)
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i < 0 || i >= len(at) {
				return nil
			}
			v = at[i]
		default:
			return nil
		}
	}
	return v
}

// member finds a member in any case, as SCIM does, the exact one first.
func member(o map[string]any, name string) any {
	if v, ok := o[name]; ok {
		return v
	}
	for other, v := range o {
		if strings.EqualFold(other, name) {
			return v
		}
	}
	return nil
}

// String is a line for logs.
func (r Request) String() string {
	answer := strconv.Itoa(r.Status)
	if r.Status == 0 {
		answer = "no answer"
	}
	target := r.Path
	if len(r.Query) > 0 {
		target += "?" + r.Query.Encode()
	}
	return fmt.Sprintf("%d %s %s: %s", r.ID, r.Method, target, answer)
}

// entry is a request as the admin API writes it.
type entry struct {
	ID         int64       `json:"id,string"`
	Tenant     int64       `json:"tenant"`
	At         time.Time   `json:"at"`
	Method     string      `json:"method"`
	Path       string      `json:"path"`
	Query      string      `json:"query"`
	URL        string      `json:"url"`
	Client     string      `json:"client"`
	Token      string      `json:"token"`
	Status     int         `json:"status"`
	DurationMS float64     `json:"durationMs"`
	Refused    bool        `json:"refused"`
	Reason     string      `json:"reason"`
	Why        string      `json:"why"`
	Outlook    string      `json:"outlook"`
	Section    string      `json:"section"`
	Fault      string      `json:"fault"`
	Deviations []Deviation `json:"deviations"`
	Changes    []Change    `json:"changes"`
	Sent       message     `json:"sent"`
	Answer     message     `json:"answer"`
}

type message struct {
	Headers []header `json:"headers"`
	Body    string   `json:"body"`
	Base64  []byte   `json:"bodyBase64"`
	Cut     bool     `json:"cut"`
}

type header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func (m message) message() Message {
	out := Message{Header: http.Header{}, Body: []byte(m.Body), Cut: m.Cut}
	if len(m.Base64) > 0 {
		out.Body = m.Base64
	}
	for _, h := range m.Headers {
		out.Header.Add(h.Name, h.Value)
	}
	return out
}

func (e entry) request() Request {
	query, _ := url.ParseQuery(e.Query) // what can be read of it
	return Request{
		ID: e.ID, TenantID: e.Tenant, At: e.At, Method: e.Method, Path: e.Path, Query: query, URL: e.URL, Client: e.Client, Token: e.Token,
		Status: e.Status, Duration: time.Duration(e.DurationMS * float64(time.Millisecond)), Refused: e.Refused, Reason: e.Reason, Why: e.Why,
		Outlook: e.Outlook, Section: e.Section, Fault: e.Fault, Deviations: e.Deviations, Changes: e.Changes,
		Sent: e.Sent.message(), Answer: e.Answer.message(),
	}
}

// Requests gives the requests of the tenant that came so far, the oldest first: all,
// or with matches those that fit at least one of them. Requests whose credential
// names no tenant are told by Refused.
func (s *Server) Requests(matches ...Match) []Request {
	s.tb.Helper()
	list := s.read(s.TenantID)
	if len(matches) == 0 {
		return list
	}
	var plan plan
	for _, m := range matches {
		plan.Expectations = append(plan.Expectations, expectationInput{Request: m, Min: new(0)})
	}
	v, err := s.verdict(plan)
	if err != nil {
		s.tb.Fatalf("scimtest: %v", err)
	}
	found := map[int64]bool{}
	for _, o := range v.Expectations {
		for _, id := range o.Found {
			found[number(id)] = true
		}
	}
	return slices.DeleteFunc(list, func(r Request) bool { return !found[r.ID] })
}

// Refused gives the requests that were turned away for want of a good credential,
// those of unknown tenants too.
func (s *Server) Refused() []Request {
	s.tb.Helper()
	return slices.DeleteFunc(s.read(0), func(r Request) bool { return !r.Refused })
}

// read reads the journal of a tenant, or with 0 of all and of none.
func (s *Server) read(tenant int64) []Request {
	s.tb.Helper()
	query := url.Values{"order": {"oldest"}, "limit": {"1000"}}
	if tenant != 0 {
		query.Set("tenant", strconv.FormatInt(tenant, 10))
	}
	entries, err := all[entry](s, "/requests", query)
	if err != nil {
		s.tb.Fatalf("scimtest: %v", err)
	}
	list := make([]Request, len(entries))
	for i, e := range entries {
		list[i] = e.request()
	}
	return list
}

func number(id string) int64 {
	n, _ := strconv.ParseInt(id, 10, 64) // the server wrote it
	return n
}
