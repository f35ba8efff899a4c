package scimtest

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Match says what a request must be like. What is left out fits everything. Texts are
// compared in any case, and * stands for any part of them.
type Match struct {
	Method  string            `json:"method,omitzero"`
	Path    string            `json:"path,omitzero"` // below the SCIM base: "/Users/*"
	Query   map[string]string `json:"query,omitzero"`
	Headers map[string]string `json:"headers,omitzero"`
	Status  string            `json:"status,omitzero"` // one, "409", or a class of them, "4xx"
	Client  string            `json:"client,omitzero"` // who seems to have sent it
	Token   string            `json:"token,omitzero"`  // its name
	// Deviation is the id of one that the request must have had.
	Deviation string `json:"deviation,omitzero"`
	// Body and Answer must be in that of the request and the answer, as JSON: objects
	// may have more members, arrays more elements in any order. They are what marshals
	// to that, or the text of it by JSON.
	Body   any `json:"body,omitzero"`
	Answer any `json:"answer,omitzero"`
	// BodyPattern is a regular expression (RE2) that must be found in the body.
	BodyPattern string `json:"bodyPattern,omitzero"`
}

// JSON is a text that is JSON already, for Body and Answer.
func JSON(text string) any { return jsontext.Value(text) }

// Expectation says how often requests must have come. Make it with Once, Times,
// AtLeast, AtMost or Never.
type Expectation struct {
	match    Match
	min, max *int
}

// Once expects exactly one request.
func Once(m Match) Expectation { return Times(1, m) }

// Times expects exactly n requests.
func Times(n int, m Match) Expectation { return Expectation{m, &n, &n} }

// AtLeast expects n requests or more.
func AtLeast(n int, m Match) Expectation { return Expectation{m, &n, nil} }

// AtMost expects n requests or fewer.
func AtMost(n int, m Match) Expectation { return Expectation{m, nil, &n} }

// Never expects no request.
func Never(m Match) Expectation { return Times(0, m) }

// plan is what the admin API verifies.
type plan struct {
	Tenant        int64              `json:"tenant"`
	Expectations  []expectationInput `json:"expectations"`
	InOrder       bool               `json:"inOrder,omitzero"`
	Only          bool               `json:"only,omitzero"`
	MaxDeviations *int               `json:"maxDeviations,omitzero"`
}

type expectationInput struct {
	Request Match `json:"request"`
	Min     *int  `json:"min,omitzero"`
	Max     *int  `json:"max,omitzero"`
}

// verdict is its answer.
type verdict struct {
	Detail       string    `json:"detail"`
	Passed       bool      `json:"passed"`
	Expectations []outcome `json:"expectations"`
	Others       []string  `json:"others"`
	Faults       []string  `json:"faults"`
}

type outcome struct {
	Passed  bool     `json:"passed"`
	Found   []string `json:"found"`
	Reason  string   `json:"reason"`
	Nearest []struct {
		ID          string   `json:"id"`
		Request     string   `json:"request"`
		Differences []string `json:"differences"`
	} `json:"nearest"`
}

// unlimited leaves deviations to what counts them.
const unlimited = -1

func (s *Server) verdict(p plan) (verdict, error) {
	p.Tenant, p.MaxDeviations = s.TenantID, new(unlimited)
	var v verdict
	err := s.call(http.MethodPost, "/verify", p, &v)
	if notMet(err) {
		err = nil
	}
	return v, err
}

// AssertRequests fails the test where requests did not come as often as expected, and
// says which came nearest.
func (s *Server) AssertRequests(expectations ...Expectation) {
	s.tb.Helper()
	s.assert(plan{}, expectations)
}

// AssertInOrder is AssertRequests for requests that must have come one after the
// other, in the order given.
func (s *Server) AssertInOrder(expectations ...Expectation) {
	s.tb.Helper()
	s.assert(plan{InOrder: true}, expectations)
}

// AssertOnly is AssertRequests for a test that expects no others.
func (s *Server) AssertOnly(expectations ...Expectation) {
	s.tb.Helper()
	s.assert(plan{Only: true}, expectations)
}

// Verify is AssertRequests for whoever decides what becomes of it: the error says
// what was not as expected.
func (s *Server) Verify(expectations ...Expectation) error { return s.verify(plan{}, expectations) }

func (s *Server) assert(p plan, expectations []Expectation) {
	s.tb.Helper()
	if err := s.verify(p, expectations); err != nil {
		s.tb.Errorf("scimtest: %v", err)
	}
}

func (s *Server) verify(p plan, expectations []Expectation) error {
	for _, e := range expectations {
		p.Expectations = append(p.Expectations, expectationInput{Request: e.match, Min: e.min, Max: e.max})
	}
	v, err := s.verdict(p)
	if err != nil || v.Passed {
		return err
	}
	var lines []string
	for i, o := range v.Expectations {
		if !o.Passed {
			lines = append(lines, fmt.Sprintf("%s: %s%s", describe(p.Expectations[i].Request), o.Reason, o.misses()))
		}
	}
	lines = append(lines, v.Faults...)
	if len(v.Others) > 0 {
		lines = append(lines, "the others are "+strings.Join(v.Others, ", "))
	}
	return errors.New("requests did not come as expected:\n" + strings.Join(lines, "\n"))
}

// misses are the requests that came nearest, a line each.
func (o outcome) misses() string {
	var b strings.Builder
	for _, m := range o.Nearest {
		fmt.Fprintf(&b, "\n  near is request %s, %s: %s", m.ID, m.Request, strings.Join(m.Differences, "; "))
	}
	return b.String()
}

// describe names a match in messages.
func describe(m Match) string {
	method, path := m.Method, m.Path
	if method == "" {
		method = "any"
	}
	if path == "" {
		path = "*"
	}
	return method + " " + path
}

// AssertNoDeviations fails the test where a client did what an RFC does not allow,
// and lists it.
func (s *Server) AssertNoDeviations() {
	s.tb.Helper()
	if list := s.Deviations(); len(list) > 0 {
		lines := make([]string, len(list))
		for i, d := range list {
			lines[i] = fmt.Sprintf("%s, %d times: %s (%s)", d.ID, d.Count, d.Sentence, d.Section)
		}
		s.tb.Errorf("scimtest: clients departed from the RFCs:\n%s", strings.Join(lines, "\n"))
	}
}

// Deviations counts what was tolerated, each kind once.
func (s *Server) Deviations() []Deviation {
	s.tb.Helper()
	var counts struct {
		Items []Deviation `json:"items"`
	}
	s.must(http.MethodGet, "/deviations"+s.ofTenant(), nil, &counts)
	return counts.Items
}
