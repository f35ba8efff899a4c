package idp_test

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/api/scimtest"
	"github.com/cinode-scim/cinode-scim/internal/idp"
)

// desk is an administrator's: JumpCloud on one side, a server of ours on the other.
type desk struct {
	*idp.Provider
	t    *testing.T
	srv  *scimtest.Server
	base string

	mu     sync.Mutex
	events []idp.Event
}

// quick makes JumpCloud's own waits short.
const quick = 1e6

// newDesk makes JumpCloud with the application added, and nothing configured.
func newDesk(t *testing.T, srv *scimtest.Server, base string, options idp.Options) *desk {
	t.Helper()
	d := &desk{t: t, srv: srv, base: base}
	options.Kind = idp.JumpCloud
	if options.Shorten == 0 {
		options.Shorten = quick
	}
	options.OnEvent = func(e idp.Event) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.events = append(d.events, e)
	}
	p, err := idp.New(options)
	require.NoError(t, err)
	t.Cleanup(p.Close)
	d.Provider = p
	if p.Phase() == idp.PhaseNone {
		_, err = p.AddApplication(idp.Application{Name: "cinode", DisplayLabel: "Our Cinode", BookmarkURL: "https://app.cinode.com"})
		require.NoError(t, err)
	}
	return d
}

// activated is a desk whose integration is active.
func activated(t *testing.T, srv *scimtest.Server, base string, options idp.Options) *desk {
	t.Helper()
	d := newDesk(t, srv, base, options)
	require.NoError(t, d.Configure(t.Context(), d.connection()))
	require.NoError(t, d.Activate(t.Context()))
	return d
}

func (d *desk) connection() idp.Connection {
	return idp.Connection{BaseURL: d.base, Token: d.srv.Token, Groups: true}
}

// statement runs the test of a statement of the article against the tenant base URL
// and against the one that names none. All requests have to be told as JumpCloud's.
func statement(t *testing.T, test func(d *desk)) {
	t.Helper()
	for _, name := range []string{"tenant", "non-tenant"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := scimtest.New(t)
			base := srv.TenantURL
			if name == "non-tenant" {
				base = srv.URL
			}
			d := activated(t, srv, base, idp.Options{})
			test(d)
			d.allKnown()
		})
	}
}

func (d *desk) allKnown() {
	d.t.Helper()
	for _, r := range d.srv.Requests() {
		require.Equal(d.t, "JumpCloud", r.Client, r.String())
	}
}

// sync runs a cycle in which nothing fails.
func (d *desk) sync() idp.Report {
	d.t.Helper()
	report, err := d.Sync(d.t.Context())
	require.NoError(d.t, err)
	require.Empty(d.t, report.Failures)
	return report
}

func (d *desk) hire(people ...idp.User) {
	d.t.Helper()
	for _, u := range people {
		_, err := d.AddUser(u)
		require.NoError(d.t, err)
	}
}

// group makes a group that is bound.
func (d *desk) group(name string, members ...string) {
	d.t.Helper()
	_, err := d.AddGroup(idp.Group{Name: name, Members: members, Bound: true})
	require.NoError(d.t, err)
}

// team hires people into a bound group of their own.
func (d *desk) team(name string, people ...string) {
	d.t.Helper()
	for _, username := range people {
		d.hire(person(username))
	}
	d.group(name, people...)
}

func person(username string) idp.User {
	first, _, _ := strings.Cut(username, "@")
	return idp.User{Username: username, FirstName: strings.ToUpper(first[:1]) + first[1:], LastName: "Berg"}
}

func (d *desk) ok(err error) {
	d.t.Helper()
	require.NoError(d.t, err)
}

// mark forgets the events so far, and gives the number of the last request.
func (d *desk) mark() int64 {
	d.mu.Lock()
	d.events = nil
	d.mu.Unlock()
	requests := d.srv.Requests()
	if len(requests) == 0 {
		return 0
	}
	return requests[len(requests)-1].ID
}

// since gives the requests after a mark, each as its method and path.
func (d *desk) since(mark int64) []string {
	var lines []string
	for _, r := range d.srv.Requests() {
		if r.ID > mark {
			line := r.Method + " " + r.Path
			if f := r.Query.Get("filter"); f != "" {
				line += " " + f
			}
			lines = append(lines, line)
		}
	}
	return lines
}

// types gives the names of the events since the mark.
func (d *desk) types() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var list []string
	for _, e := range d.events {
		list = append(list, e.Type)
	}
	return list
}

// event gives the last event of a type.
func (d *desk) event(name string) idp.Event {
	d.t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, e := range slices.Backward(d.events) {
		if e.Type == name {
			return e
		}
	}
	require.Fail(d.t, "there is no event "+name)
	return idp.Event{}
}

// members gives the usernames of a group's members, sorted.
func (d *desk) members(group string) []string {
	d.t.Helper()
	names := map[string]string{}
	for _, u := range d.srv.Users() {
		names[u.ID] = u.UserName
	}
	list := []string{}
	for _, id := range d.srv.Group(group).Members {
		list = append(list, names[id])
	}
	slices.Sort(list)
	return list
}

// people gives the users of the server that are not of connection tests, and
// whether they are active.
func (d *desk) people() map[string]bool {
	list := map[string]bool{}
	for _, u := range d.srv.Users() {
		if !strings.HasPrefix(u.UserName, "jumpcloud-test-") {
			list[u.UserName] = u.Active()
		}
	}
	return list
}

func (d *desk) groupNames() []string {
	list := []string{}
	for _, g := range d.srv.Groups() {
		list = append(list, g.DisplayName)
	}
	return list
}

// posts counts the successful creates by userName.
func (d *desk) posts() map[string]int {
	count := map[string]int{}
	for _, r := range d.srv.Requests(scimtest.Match{Method: "POST", Path: "/Users", Status: "201"}) {
		name, _ := r.Sent.Get("userName").(string)
		count[name]++
	}
	return count
}

// send makes a request to the server as somebody else than JumpCloud.
func (d *desk) send(method, path, body string) map[string]any {
	d.t.Helper()
	request, err := http.NewRequestWithContext(d.t.Context(), method, d.base+path, bytes.NewReader([]byte(body)))
	d.ok(err)
	request.Header.Set("Content-Type", "application/scim+json")
	request.Header.Set("User-Agent", "JumpCloud, another one")
	answer, err := d.srv.Client().Do(request)
	d.ok(err)
	defer func() { _ = answer.Body.Close() }()
	require.Less(d.t, answer.StatusCode, 300)
	var out map[string]any
	if answer.StatusCode != http.StatusNoContent {
		d.ok(json.UnmarshalRead(answer.Body, &out))
	}
	return out
}

// newToken makes another token of the tenant.
func (d *desk) newToken(name string) string {
	d.t.Helper()
	body, err := json.Marshal(map[string]any{"name": name, "expires": d.srv.Now().AddDate(1, 0, 0).Format(time.RFC3339)})
	d.ok(err)
	request, err := http.NewRequestWithContext(d.t.Context(), http.MethodPost, d.srv.AdminURL+"/tenants/1/tokens", bytes.NewReader(body))
	d.ok(err)
	request.Header.Set("Authorization", "Bearer "+d.srv.AdminKey)
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	d.ok(err)
	defer func() { _ = answer.Body.Close() }()
	require.Equal(d.t, http.StatusCreated, answer.StatusCode)
	var made struct {
		Secret string `json:"secret"`
	}
	d.ok(json.UnmarshalRead(answer.Body, &made))
	require.NotEmpty(d.t, made.Secret)
	return made.Secret
}

// adminRequest asks the admin API without a body, and gives the status.
func adminRequest(d *desk, method, path string) int {
	d.t.Helper()
	request, err := http.NewRequestWithContext(d.t.Context(), method, d.srv.AdminURL+path, http.NoBody)
	d.ok(err)
	request.Header.Set("Authorization", "Bearer "+d.srv.AdminKey)
	answer, err := http.DefaultClient.Do(request)
	d.ok(err)
	d.ok(answer.Body.Close())
	return answer.StatusCode
}
