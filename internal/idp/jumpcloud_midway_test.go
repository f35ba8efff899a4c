package idp_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/api/scimtest"
	"github.com/cinode-scim/cinode-scim/internal/idp"
	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

// The directory changes while a group of it is being made.
func TestJumpCloud_GroupChangesWhileItIsMade(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		edit func(*desk) error
		want []string
	}{
		"deleted":      {func(d *desk) error { return d.DeleteGroup("One") }, []string{}},
		"renamed":      {func(d *desk) error { return d.RenameGroup("One", "First") }, []string{"First"}},
		"unbound":      {func(d *desk) error { return d.Unbind("One") }, []string{"One"}},
		"emptied":      {func(d *desk) error { return d.RemoveMembers("One", "ann@example.com") }, []string{"One"}},
		"left by them": {func(d *desk) error { return d.DeleteUser("ann@example.com") }, []string{"One"}},
	}
	for name, test := range tests {
		for _, killed := range []bool{false, true} {
			t.Run(map[bool]string{false: name, true: name + ", and killed"}[killed], func(t *testing.T) {
				t.Parallel()
				path := filepath.Join(t.TempDir(), "state.json")
				srv := scimtest.New(t)
				var before []byte
				ctx, kill := context.WithCancel(t.Context())
				defer kill()
				var d *desk
				d = activated(t, srv, srv.TenantURL, idp.Options{StateFile: path, OnExchange: func(x *scimclient.Exchange) {
					if d == nil || x.Method != http.MethodPost || !strings.HasSuffix(x.URL, "/Groups") || x.Status != 201 || len(d.View().Groups) == 0 {
						return
					}
					if before, _ = os.ReadFile(path); killed {
						kill()
						return
					}
					d.ok(test.edit(d))
				}})
				d.team("One", "ann@example.com")
				_, err := d.Sync(ctx)
				require.Equal(t, killed, err != nil)
				require.NotEmpty(t, before)
				if killed {
					d.Close()
					d.ok(os.WriteFile(path, before, 0o600))
					d = newDesk(t, srv, srv.TenantURL, idp.Options{StateFile: path})
					d.ok(d.Resume(srv.Token))
					d.ok(test.edit(d))
				}
				d.converge()
				require.Equal(t, test.want, d.groupNames())
				require.Len(t, srv.Requests(scimtest.Match{Method: "POST", Path: "/Groups", Status: "201"}), 2, "one, and that of the test")
				require.Zero(t, d.sync().Requests)
			})
		}
	}
}

// Lookups alone make nobody JumpCloud's: who was there before, and left the directory
// while the target was down, stays as they are.
func TestJumpCloud_LeftBeforeAnythingWasSent(t *testing.T) {
	t.Parallel()
	srv := scimtest.New(t)
	d := activated(t, srv, srv.TenantURL, idp.Options{})
	d.stranger("ann@example.com")
	d.stranger("bo@example.com")
	d.team("One", "ann@example.com", "bo@example.com")
	end := srv.Fault(scimtest.Fault{Action: "html", Methods: []string{"GET"}})
	report, err := d.Sync(t.Context())
	d.ok(err)
	require.True(t, report.Failed())
	end()
	d.ok(d.RemoveMembers("One", "ann@example.com"))
	d.ok(d.DeleteUser("bo@example.com"))
	require.Zero(t, d.sync().Requests)
	require.Equal(t, map[string]bool{"ann@example.com": true, "bo@example.com": true}, d.people())
}

// A target that gives the same id to all would have one person's changes sent to another.
func TestJumpCloud_OneIDForAll(t *testing.T) {
	t.Parallel()
	good := &wire{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			w.WriteHeader(http.StatusCreated)
			_, _ = w.Write([]byte(`{"id":"1"}`))
			return
		}
		good.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	d := &desk{t: t}
	var err error
	d.Provider, err = idp.New(idp.Options{Kind: idp.JumpCloud, Shorten: quick})
	d.ok(err)
	t.Cleanup(d.Close)
	_, err = d.AddApplication(idp.Application{Name: "any"})
	d.ok(err)
	d.ok(d.Configure(t.Context(), idp.Connection{BaseURL: server.URL, Token: "secret", Groups: true}))
	d.ok(d.Activate(t.Context()))
	d.hire(person("ann@example.com"), person("bo@example.com"))
	d.group("One", "ann@example.com")
	d.group("Two", "ann@example.com")
	report, err := d.Sync(t.Context())
	d.ok(err)
	require.Len(t, report.Failures, 1, "bo is in no group yet")
	require.Contains(t, report.Failures[0].Error, "the id of another group, 1")
	d.ok(d.AddMembers("One", "bo@example.com"))
	report, err = d.Sync(t.Context())
	d.ok(err)
	require.Contains(t, report.Failures[0].Error, "the id of somebody else, 1")
	require.Equal(t, idp.StatePending, d.View().Users[1].State)
}
