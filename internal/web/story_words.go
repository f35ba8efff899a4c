package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/journal"
)

// tale counts what a run of requests did.
type tale struct {
	counts   map[string]int
	names    []string        // the users that were created
	created  map[string]bool // resources
	undone   int             // created resources that were deleted or disconnected in the same run
	reads    int
	allReads bool
	denied   int
}

// What a tale counts, in the order in which it is told: one, and several.
var deeds = [][2]string{
	{"user created", "users created"}, {"user updated", "users updated"}, {"user reactivated", "users reactivated"},
	{"user deactivated", "users deactivated"}, {"user deleted", "users deleted"},
	{"group created", "groups created"}, {"group updated", "groups updated"}, {"group deleted", "groups deleted"},
	{"member added", "members added"}, {"member removed", "members removed"},
	{"bulk request", "bulk requests"}, {"write that changed nothing", "writes that changed nothing"},
	{"lookup", "lookups"}, {"failure", "failures"},
}

// newTale reads a run, the newest first.
func newTale(requests []*journal.Exchange) *tale {
	t := &tale{counts: map[string]int{}, created: map[string]bool{}, allReads: true}
	for _, e := range slices.Backward(requests) {
		t.add(e)
	}
	return t
}

func (t *tale) add(e *journal.Exchange) {
	read := e.Method == http.MethodGet || e.Method == http.MethodHead || strings.HasSuffix(e.Route, "/.search")
	t.allReads = t.allReads && read
	switch {
	case requestFailed(e):
		t.counts["failure"]++
		if e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden {
			t.denied++
		}
	case read:
		t.reads++
		t.counts["lookup"]++
	case e.Route == "/Bulk":
		t.counts["bulk request"]++
	default:
		t.write(e)
	}
}

func (t *tale) write(e *journal.Exchange) {
	noun := "user"
	if strings.HasPrefix(e.Route, "/Groups") {
		noun = "group"
	}
	resource := strings.TrimPrefix(e.Place, "/")
	switch e.Method {
	case http.MethodPost:
		t.counts[noun+" created"]++
		for _, c := range e.Changes {
			t.created[c.Resource] = true
			if c.Path == "userName" {
				t.names = append(t.names, changedValue(c.After))
			}
		}
	case http.MethodDelete:
		t.counts[noun+" deleted"]++
		if t.created[resource] {
			t.undone++
		}
	default:
		t.change(e, noun)
	}
}

// change tells what a PUT or PATCH did.
func (t *tale) change(e *journal.Exchange, noun string) {
	deed := ""
	for _, c := range e.Changes {
		switch {
		case c.Path == "members" && c.Before == "":
			t.counts["member added"]++
		case c.Path == "members":
			t.counts["member removed"]++
		case c.Path == "active" && c.After == "true":
			deed = "user reactivated"
		case c.Path == "active":
			if deed = "user deactivated"; t.created[c.Resource] {
				t.undone++
			}
		case deed == "":
			deed = noun + " updated"
		}
	}
	if deed == "" && len(e.Changes) == 0 {
		deed = "write that changed nothing"
	}
	if deed != "" {
		t.counts[deed]++
	}
}

// kind is what a run seems to be.
func (t *tale) kind(s *requestStory) string {
	switch {
	case t.denied == s.N:
		return "no access"
	case t.undone > 0 && t.undone >= len(t.created) && s.Client == string(journal.ClientJumpCloud):
		return "activation"
	case t.undone > 0 && t.undone >= len(t.created):
		return "connection test"
	case t.allReads && t.reads == 0:
		return "failed lookup"
	case t.allReads && (s.N <= 3 || s.Client == string(journal.ClientOurs)):
		return "check"
	case t.allReads:
		return "import"
	case t.counts["failure"] > 0 && t.counts["failure"]+t.reads == s.N:
		return "failed provisioning"
	default:
		return "provisioning"
	}
}

// sentence tells what a run did: "2 users created (anna@..., bo@...), 1 lookup".
func (t *tale) sentence() string {
	var parts []string
	for _, d := range deeds {
		n := t.counts[d[0]]
		if n == 0 {
			continue
		}
		part := strconv.Itoa(n) + " " + d[min(n, 2)-1]
		if d[0] == "user created" && len(t.names) > 0 && len(t.names) <= 3 {
			part += " (" + clipText(strings.Join(t.names, ", "), 160) + ")"
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}
