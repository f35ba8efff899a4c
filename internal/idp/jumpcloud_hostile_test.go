package idp_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/api/scimtest"
	"github.com/cinode-scim/cinode-scim/internal/idp"
)

// A target that breaks the contract of idp-profiles.md 1.6 is told what is wrong.
func TestJumpCloud_ActivationNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		request, answer string
		status          int
		want            string
	}{
		"numeric id":          {"POST /Users", `{"id":1}`, 201, "POST /Users: the answer has no id that is a string"},
		"no body":             {"POST /Users", ``, 204, "no id that is a string"},
		"HTML":                {"GET /Users", `<html>`, 200, `the 200 answer cannot be read: it is no JSON object, but begins with "<html>"`},
		"endless":             {"GET /Users", `{"x":"` + strings.Repeat("x", 16<<20), 200, "it is longer than 16777216 bytes"},
		"HTML, refused":       {"GET /Users", `<html>`, 502, "was answered 502 with a body that is no JSON"},
		"no list":             {"GET /Users", `{}`, 200, "totalResults is no number"},
		"an array":            {"GET /Users", `[]`, 200, "cannot be read"},
		"wrong resources":     {"GET /Users", `{"totalResults":1,"Resources":{}}`, 200, "Resources is no list"},
		"wrong elements":      {"GET /Groups", `{"totalResults":1,"Resources":[1]}`, 200, "no object"},
		"no groups":           {"GET /Groups", `{"detail":"no groups here"}`, 404, "was answered 404 no groups here"},
		"filter ignored":      {"GET /Users?", `{"totalResults":1,"Resources":[{"id":"1","userName":"other"}]}`, 200, "has others than those whose userName is"},
		"no rename":           {"PATCH /Groups/2", `{}`, 501, "PATCH /Groups/2 was answered 501"},
		"no PUT":              {"PUT /Users/1", `{"scimType":"mutability","detail":"not here"}`, 400, "mutability not here"},
		"no DELETE of groups": {"DELETE /Groups/2", ``, 405, "DELETE /Groups/2 was answered 405 without a body"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			good := &wire{}
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				line := r.Method + " " + r.URL.Path
				if r.URL.RawQuery != "" {
					line += "?"
				}
				if line == test.request {
					w.WriteHeader(test.status)
					_, _ = w.Write([]byte(test.answer))
					return
				}
				good.ServeHTTP(w, r)
			}))
			t.Cleanup(server.Close)
			p, err := idp.New(idp.Options{Kind: idp.JumpCloud, Dialect: idp.DialectCustom, Shorten: quick})
			require.NoError(t, err)
			t.Cleanup(p.Close)
			_, err = p.AddApplication(idp.Application{Name: "any"})
			require.NoError(t, err)
			require.NoError(t, p.Configure(t.Context(), idp.Connection{BaseURL: server.URL, Token: "secret", Groups: true}))
			err = p.Activate(t.Context())
			require.ErrorContains(t, err, "There was a problem activating identity management: ")
			require.ErrorContains(t, err, test.want)
			require.Equal(t, idp.PhaseConfigured, p.Phase())
		})
	}
}

func TestJumpCloud_ActivationCleansUp(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault  scimtest.Fault
		groups int
	}{
		"before anything":          {scimtest.Fault{Action: "status", Status: 500, Methods: []string{"GET"}}, 0},
		"update":                   {scimtest.Fault{Action: "status", Status: 500, Methods: []string{"PUT"}}, 0},
		"answer to the user lost":  {scimtest.Fault{Action: "reset", Execute: new(true), Methods: []string{"POST"}, Path: "/Users"}, 0},
		"answer to the group lost": {scimtest.Fault{Action: "reset", Execute: new(true), Methods: []string{"POST"}, Path: "/Groups"}, 0},
		"no body":                  {scimtest.Fault{Action: "truncate", Methods: []string{"POST"}, Path: "/Groups"}, 0},
		"rename":                   {scimtest.Fault{Action: "status", Status: 500, Methods: []string{"PATCH"}}, 0},
		"group cannot be deleted":  {scimtest.Fault{Action: "status", Status: 500, Methods: []string{"DELETE"}, Path: "/Groups/{id}"}, 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := scimtest.New(t)
			d := newDesk(t, srv, srv.URL, idp.Options{})
			srv.Fault(test.fault)
			d.ok(d.Configure(t.Context(), d.connection()))
			require.Error(t, d.Activate(t.Context()))
			require.Len(t, srv.Groups(), test.groups)
			for _, u := range srv.Users() {
				require.False(t, u.Active())
			}
			srv.ClearFaults()
			d.ok(d.Activate(t.Context()))
			require.Len(t, srv.Groups(), test.groups, "names are fresh, so leftovers do not collide")
		})
	}
}

func TestJumpCloud_ActivationCleansUpAfterACancel(t *testing.T) {
	t.Parallel()
	for n := range 13 {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			srv := scimtest.New(t)
			l := &leash{}
			d := newDesk(t, srv, srv.URL, idp.Options{OnExchange: l.request})
			d.ok(d.Configure(t.Context(), d.connection()))
			ctx, cut := context.WithCancel(t.Context())
			defer cut()
			l.left, l.cut = n, cut
			if err := d.Activate(ctx); err != nil {
				require.ErrorIs(t, err, context.Canceled)
			}
			require.Empty(t, srv.Groups())
			for _, u := range srv.Users() {
				require.False(t, u.Active())
			}
		})
	}
}

func TestJumpCloud_TwoPeopleAndOneAccount(t *testing.T) {
	t.Parallel()
	srv := scimtest.New(t) // where a userName cannot be changed
	d := activated(t, srv, srv.URL, idp.Options{})
	d.team("One", "ann@example.com")
	d.sync()
	_, err := d.EditUser("ann@example.com", func(u *idp.User) { u.Username = "anna@example.com" })
	d.ok(err)
	d.hire(person("ann@example.com"))
	d.ok(d.AddMembers("One", "ann@example.com"))
	report, err := d.Sync(t.Context())
	d.ok(err)
	require.Len(t, report.Failures, 1)
	require.Contains(t, report.Failures[0].Error, "another person's of the directory")
	require.False(t, d.event("user_lookup_provision").Success)
	require.Equal(t, map[string]bool{"ann@example.com": true}, d.people())
}

func TestJumpCloud_Parallel(t *testing.T) {
	t.Parallel()
	srv := scimtest.New(t)
	d := newDesk(t, srv, srv.TenantURL, idp.Options{Concurrency: 8})
	srv.Fault(scimtest.Fault{Preset: "flaky", Percent: 10})
	d.ok(d.Configure(t.Context(), d.connection()))
	d.activates()
	d.career()
	srv.ClearFaults()
	for _, g := range srv.Groups() {
		if g.DisplayName == "Others" {
			d.send("DELETE", "/Groups/"+g.ID, "")
		}
	}
	d.ok(d.RemoveMembers("Others", "u4@example.com"))
	d.converge()
	d.ok(d.AddMembers("Others", "u4@example.com"))
	d.converge()
	d.afterCareer()
}

func TestJumpCloud_OptionsThatAreWrong(t *testing.T) {
	t.Parallel()
	for want, o := range map[string]idp.Options{
		"dialect":   {Dialect: "scim"},
		"job title": {JobTitle: "role"},
		"test user": {TestUser: "probe"},
	} {
		o.Kind = idp.JumpCloud
		_, err := idp.New(o)
		var input *idp.InputError
		require.ErrorAs(t, err, &input)
		require.Equal(t, want, input.Field)
		require.False(t, strings.HasSuffix(err.Error(), "."))
	}
}

// A group of many thousands comes with all of its members.
func TestJumpCloud_ALongAnswer(t *testing.T) {
	t.Parallel()
	target := record(t)
	members := strings.Repeat(`{"value":"a"},`, 200_000) + `{"value":"a"}`
	target.answers["GET /Groups"] = `{"totalResults":1,"Resources":[{"id":"g9","displayName":"all","members":[` + members + `]}]}`
	p, err := idp.New(idp.Options{Kind: idp.JumpCloud, Shorten: quick})
	require.NoError(t, err)
	t.Cleanup(p.Close)
	_, err = p.AddApplication(idp.Application{Name: "any"})
	require.NoError(t, err)
	require.NoError(t, p.Configure(t.Context(), idp.Connection{BaseURL: target.URL + "/scim/v2", Token: "secret", Groups: true}))
	require.NoError(t, p.Activate(t.Context()))
}

func TestState_WithHoles(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"no links":   `{"kind":"okta","userLinks":null,"groupLinks":{}}`,
		"a user":     `{"kind":"okta","directory":{"users":[null],"groups":[]}}`,
		"a group":    `{"kind":"okta","directory":{"users":[],"groups":[null]}}`,
		"a link":     `{"kind":"okta","userLinks":{"a":null}}`,
		"no members": `{"kind":"okta","groupLinks":{"a":{"target":"1","name":"a","members":null}}}`,
		"cut off":    `{"kind":"okta","userLinks":{`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "state.json")
			require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
			_, err := idp.New(idp.Options{Kind: idp.Okta, StateFile: file})
			var state *idp.StateError
			require.ErrorAs(t, err, &state)
			require.ErrorContains(t, err, "mend it, or remove it to begin anew")
		})
	}
}
