package scimtest

import (
	"net/http"
	"strconv"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
)

// User is a user as the server has it.
type User struct {
	ID          string
	UserName    string
	DisplayName string
	Status      string // Cinode's: "Active" or "Disconnected"
	Modified    time.Time
	// Attributes is what the SCIM endpoint shows. Numbers are float64, objects
	// map[string]any, arrays []any.
	Attributes map[string]any
}

// Active reports whether the user may work.
func (u User) Active() bool { return u.Status == string(cinode.StatusActive) }

// Get gives a value of Attributes, by the names of its members and the numbers of
// elements from 0: Get("emails", "0", "value"). It is nil where there is none.
func (u User) Get(path ...string) any { return get(u.Attributes, path) }

// Group is a group as the server has it.
type Group struct {
	ID          string
	DisplayName string
	ExternalID  string
	Members     []string // their ids
	Modified    time.Time
	Attributes  map[string]any
}

// Get gives a value of Attributes, as that of User does.
func (g Group) Get(path ...string) any { return get(g.Attributes, path) }

// state is what the admin API tells of a tenant.
type state struct {
	Users []struct {
		ID          string         `json:"id"`
		UserName    string         `json:"userName"`
		DisplayName string         `json:"displayName"`
		Status      string         `json:"status"`
		Modified    time.Time      `json:"modified"`
		SCIM        map[string]any `json:"scim"`
	} `json:"users"`
	Groups []struct {
		ID          string         `json:"id"`
		DisplayName string         `json:"displayName"`
		ExternalID  string         `json:"externalId"`
		Modified    time.Time      `json:"modified"`
		SCIM        map[string]any `json:"scim"`
	} `json:"groups"`
}

func (s *Server) state() (v state) {
	s.tb.Helper()
	s.must(http.MethodGet, "/tenants/"+strconv.FormatInt(s.TenantID, 10)+"/state", nil, &v)
	return v
}

// Users gives all users of the tenant in the order of their ids, those that are
// disconnected too.
func (s *Server) Users() []User {
	s.tb.Helper()
	list := []User{}
	for _, u := range s.state().Users {
		list = append(list, User{u.ID, u.UserName, u.DisplayName, u.Status, u.Modified, u.SCIM})
	}
	return list
}

// User gives the user of a userName, in any case, or ends the test.
func (s *Server) User(userName string) User {
	s.tb.Helper()
	for _, u := range s.Users() {
		if same(u.UserName, userName) {
			return u
		}
	}
	s.tb.Fatalf("scimtest: there is no user %q", userName)
	return User{}
}

// Groups gives all groups of the tenant in the order of their ids.
func (s *Server) Groups() []Group {
	s.tb.Helper()
	list := []Group{}
	for _, g := range s.state().Groups {
		out := Group{g.ID, g.DisplayName, g.ExternalID, []string{}, g.Modified, g.SCIM}
		members, _ := g.SCIM["members"].([]any) // a group may have none
		for _, m := range members {
			if id, ok := get(m, []string{"value"}).(string); ok {
				out.Members = append(out.Members, id)
			}
		}
		list = append(list, out)
	}
	return list
}

// Group gives the first group of a displayName, in any case, or ends the test.
func (s *Server) Group(displayName string) Group {
	s.tb.Helper()
	for _, g := range s.Groups() {
		if same(g.DisplayName, displayName) {
			return g
		}
	}
	s.tb.Fatalf("scimtest: there is no group %q", displayName)
	return Group{}
}
