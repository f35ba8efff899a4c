package scimtest

import (
	"fmt"
	"net/http"
)

type waitInput struct {
	Tenant    int64      `json:"tenant"`
	Timeout   string     `json:"timeout"`
	Request   *Match     `json:"request,omitzero"`
	Times     int        `json:"times,omitzero"`
	Resources *selection `json:"resources,omitzero"`
}

type selection struct {
	Type   string `json:"type"`
	Filter string `json:"filter,omitzero"`
	Count  int    `json:"count"`
}

type waitAnswer struct {
	Count    int64   `json:"count"`
	Requests []entry `json:"requests"`
}

// WaitFor waits for a request, which may have come before, and gives the newest that
// fits. If none comes in time the test ends, and says which came nearest.
func (s *Server) WaitFor(m Match) Request {
	s.tb.Helper()
	list := s.WaitForN(1, m)
	return list[len(list)-1]
}

// WaitForN waits until n requests have come, and gives the newest that fit, up to a
// hundred, the oldest first.
func (s *Server) WaitForN(n int, m Match) []Request {
	s.tb.Helper()
	if n < 1 {
		s.tb.Fatalf("scimtest: %d requests cannot be waited for", n)
	}
	var answer waitAnswer
	err := s.call(http.MethodPost, "/wait", waitInput{Tenant: s.TenantID, Timeout: s.wait.String(), Request: &m, Times: n}, &answer)
	if notMet(err) {
		if why := s.Verify(AtLeast(n, m)); why != nil {
			s.tb.Fatalf("scimtest: after %s %v", s.wait, why)
		}
		s.tb.Fatalf("scimtest: %s came later than %s", describe(m), s.wait)
	}
	if err != nil {
		s.tb.Fatalf("scimtest: %v", err)
	}
	list := make([]Request, len(answer.Requests))
	for i, e := range answer.Requests {
		list[i] = e.request()
	}
	return list
}

// WaitForUsers waits until a SCIM filter finds exactly n users:
// WaitForUsers(`userName eq "ann@example.com" and active eq false`, 1). An empty
// filter finds all. If it does not come so in time the test ends.
func (s *Server) WaitForUsers(filter string, n int) {
	s.tb.Helper()
	s.waitForState("User", filter, n)
}

// WaitForGroups is WaitForUsers for groups:
// WaitForGroups(`displayName eq "Consultants" and members.value eq "26"`, 1).
func (s *Server) WaitForGroups(filter string, n int) {
	s.tb.Helper()
	s.waitForState("Group", filter, n)
}

func (s *Server) waitForState(kind, filter string, n int) {
	s.tb.Helper()
	var answer waitAnswer
	err := s.call(http.MethodPost, "/wait", waitInput{Tenant: s.TenantID, Timeout: s.wait.String(), Resources: &selection{kind, filter, n}}, &answer)
	if notMet(err) {
		err = fmt.Errorf("after %s the filter %q finds %d of the type %s, not %d", s.wait, filter, answer.Count, kind, n)
	}
	if err != nil {
		s.tb.Fatalf("scimtest: %v", err)
	}
}
