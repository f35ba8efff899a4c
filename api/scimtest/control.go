package scimtest

import (
	"net/http"
	"net/url"
	"time"
)

// Fault breaks requests on purpose. Action or Preset says how; the others choose the
// requests, and of Nth, Every and Percent one may be given. What is left out fits all
// requests of the tenant, and then it is always the fault's turn.
type Fault struct {
	// Action is one of the catalogue: delay, status, throttle, unavailable, reset,
	// truncate, html, content-type, token-death, conflict, no-content, duplicate, stale.
	Action string
	// Preset is a whole fault by its name, such as "flaky" or "lost-answers".
	Preset string

	Methods []string
	Path    string // below the SCIM base: "/Users", "/Users/{id}", "/Users/**"
	Client  string // who seems to have sent it
	Token   string // its name
	Nth     int    // the nth request that fits, from 1
	Every   int    // each nth
	Percent float64
	Seed    uint64 // of Percent: the same seed, the same turns
	Times   int    // how often it plays at most

	Delay       time.Duration
	Late        bool // the delay comes after the request was carried out
	Status      int
	ScimType    string
	Detail      string
	RetryAfter  *int  // seconds, 1 if it is left out
	Execute     *bool // carry the request out and lose its answer
	Bytes       *int  // how much of the answer is sent
	ContentType string
	For         time.Duration // how long lists stay as they were before a write
}

type faultInput struct {
	Tenant      int64    `json:"tenant"`
	Action      string   `json:"action,omitzero"`
	Preset      string   `json:"preset,omitzero"`
	Methods     []string `json:"methods,omitzero"`
	Path        string   `json:"path,omitzero"`
	Client      string   `json:"client,omitzero"`
	Token       string   `json:"token,omitzero"`
	Nth         int      `json:"nth,omitzero"`
	Every       int      `json:"every,omitzero"`
	Percent     float64  `json:"percent,omitzero"`
	Seed        uint64   `json:"seed,omitzero"`
	Times       int      `json:"times,omitzero"`
	Delay       string   `json:"delay,omitzero"`
	Late        bool     `json:"late,omitzero"`
	Status      int      `json:"status,omitzero"`
	ScimType    string   `json:"scimType,omitzero"`
	Detail      string   `json:"detail,omitzero"`
	RetryAfter  *int     `json:"retryAfter,omitzero"`
	Execute     *bool    `json:"execute,omitzero"`
	Bytes       *int     `json:"bytes,omitzero"`
	ContentType string   `json:"contentType,omitzero"`
	For         string   `json:"for,omitzero"`
}

// Fault puts a fault in force and gives a function that ends it. A fault that is
// wrong ends the test.
func (s *Server) Fault(f Fault) (end func()) {
	s.tb.Helper()
	in := faultInput{
		Tenant: s.TenantID, Action: f.Action, Preset: f.Preset, Methods: f.Methods, Path: f.Path, Client: f.Client, Token: f.Token,
		Nth: f.Nth, Every: f.Every, Percent: f.Percent, Seed: f.Seed, Times: f.Times, Delay: duration(f.Delay), Late: f.Late,
		Status: f.Status, ScimType: f.ScimType, Detail: f.Detail, RetryAfter: f.RetryAfter, Execute: f.Execute, Bytes: f.Bytes,
		ContentType: f.ContentType, For: duration(f.For),
	}
	var made struct {
		Items []struct {
			ID string `json:"id"`
		} `json:"items"`
	}
	s.must(http.MethodPost, "/faults", []faultInput{in}, &made)
	if len(made.Items) != 1 {
		s.tb.Fatalf("scimtest: %d faults were made of one", len(made.Items))
		return func() {}
	}
	return func() {
		s.tb.Helper()
		if err := s.call(http.MethodDelete, "/faults/"+url.PathEscape(made.Items[0].ID), nil, nil); err != nil {
			s.tb.Errorf("scimtest: the fault cannot be ended: %v", err)
		}
	}
}

func duration(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

// ClearFaults ends all faults of the tenant.
func (s *Server) ClearFaults() {
	s.tb.Helper()
	s.must(http.MethodDelete, "/faults"+s.ofTenant(), nil, nil)
}

// Reset makes the tenant what it was when the server started, ids included, and
// forgets its requests and faults. Its clock is that of the machine again.
func (s *Server) Reset() {
	s.tb.Helper()
	s.must(http.MethodPost, "/reset"+s.ofTenant(), nil, nil)
}

// Snapshot keeps what the tenant is under a name, for Restore.
func (s *Server) Snapshot(name string) {
	s.tb.Helper()
	s.must(http.MethodPost, "/snapshots"+s.ofTenant(), map[string]string{"name": name}, nil)
}

// Restore makes the tenant what it was at Snapshot. Requests and faults stay.
func (s *Server) Restore(name string) {
	s.tb.Helper()
	s.must(http.MethodPost, "/snapshots/"+url.PathEscape(name)+"/restore"+s.ofTenant(), nil, nil)
}

type clockInput struct {
	Reset   bool       `json:"reset,omitzero"`
	Set     *time.Time `json:"set,omitzero"`
	Advance string     `json:"advance,omitzero"`
	Frozen  *bool      `json:"frozen,omitzero"`
}

type clockAnswer struct {
	Now time.Time `json:"now"`
}

func (s *Server) setClock(in clockInput) time.Time {
	s.tb.Helper()
	var answer clockAnswer
	s.must(http.MethodPost, "/clock"+s.ofTenant(), in, &answer)
	return answer.Now
}

// Advance lets time pass for the tenant, and gives what its clock shows then. Tokens
// and cursors expire by it, and it is in meta and in Requests.
func (s *Server) Advance(d time.Duration) time.Time {
	s.tb.Helper()
	return s.setClock(clockInput{Advance: d.String()})
}

// Freeze makes the tenant's clock show a time, and stand there; Advance still moves
// it.
func (s *Server) Freeze(at time.Time) {
	s.tb.Helper()
	s.setClock(clockInput{Set: &at, Frozen: new(true)})
}

// ResetClock makes the tenant's clock that of the machine.
func (s *Server) ResetClock() {
	s.tb.Helper()
	s.setClock(clockInput{Reset: true})
}

// Now is what the tenant's clock shows.
func (s *Server) Now() time.Time {
	s.tb.Helper()
	var answer clockAnswer
	s.must(http.MethodGet, "/clock"+s.ofTenant(), nil, &answer)
	return answer.Now
}
