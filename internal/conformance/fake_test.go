package conformance

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

// fake is a server that lists, sorts, searches and walks with cursors, and has
// /Me. It does so rightly, but for its flaw.
type fake struct {
	flaw      string
	discovery map[string]string

	mu      sync.Mutex
	clock   time.Time // of what is made
	kept    []object  // in the order of their making
	tenants map[string]string
	opened  int

	parallel int // checks
}

// The tokens of the fake.
const (
	userToken, readToken, otherToken = "secret-of-a-user", "secret-of-a-reader", "secret-of-another"
)

func newFake(t *testing.T, flaw string) *fake {
	t.Helper()
	f := &fake{flaw: flaw, discovery: map[string]string{}, tenants: map[string]string{}, clock: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	for _, path := range discoveryEndpoints {
		text, err := os.ReadFile("testdata" + path + ".json")
		require.NoError(t, err)
		f.discovery[path] = string(text)
	}
	config, ok := parse(f.discovery["/ServiceProviderConfig"]).(object)
	require.True(t, ok)
	method := map[bool]string{true: "cursor", false: "index"}[flaw == "names the other method"]
	for _, feature := range []string{"sort", "filter"} {
		if strings.HasPrefix(flaw, "has no "+feature) {
			config[feature] = object{"supported": false}
		}
	}
	config["pagination"] = object{"cursor": true, "index": !strings.HasSuffix(flaw, "cursors alone"), "defaultPaginationMethod": method, "maxPageSize": 1000, "cursorTimeout": 5}
	f.discovery["/ServiceProviderConfig"] = encode(config)
	f.keep("/Users", object{"schemas": list{userURN}, "userName": "me", "displayName": "Me"}, "one")
	return f
}

// run judges the fake, with all tokens.
func (f *fake) run(t *testing.T, only ...string) map[string]Result {
	t.Helper()
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	client := func(token string) *scimclient.Client {
		c, err := scimclient.New(server.URL, scimclient.Options{Token: token, Timeout: 5 * time.Second})
		require.NoError(t, err)
		t.Cleanup(c.Close)
		return c
	}
	report, err := Run(t.Context(), client(userToken), Options{Only: only, Parallel: f.parallel, Reader: client(readToken), Other: client(otherToken)})
	require.NoError(t, err)
	results := map[string]Result{}
	for _, r := range report.Results {
		results[r.Row.ID] = r
	}
	return results
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	w.Header().Set("Content-Type", "application/scim+json")
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	tenant := map[string]string{userToken: "one", readToken: "one", otherToken: "two"}[token]
	if f.flaw == "asks no cursor for a token" && r.URL.Query().Get("cursor") != "" && tenant == "" {
		tenant = "one"
	}
	path := strings.TrimSuffix(r.URL.Path, "/")
	endpoint, isSearch := strings.CutSuffix(path, "/.search")
	switch {
	case tenant == "":
		f.refuse(w, 401, "", "no token")
	case f.discovery[path] != "":
		fmt.Fprint(w, f.discovery[path])
	case path == "/Me":
		f.me(w, r, token)
	case isSearch && r.Method == http.MethodPost:
		f.search(w, r, endpoint, tenant)
	case isSearch && f.flaw == "answers GET .search":
		fmt.Fprint(w, `{}`)
	case r.Method == http.MethodPost:
		f.create(w, r, path, tenant)
	case path == "/Users" || path == "/Groups" || path == "":
		f.list(w, r.URL.Query(), path, tenant)
	default:
		f.one(w, r, path)
	}
}

func (f *fake) refuse(w http.ResponseWriter, status int, scimType, detail string) {
	w.WriteHeader(status)
	fmt.Fprint(w, encode(object{"schemas": list{errorURN}, "status": strconv.Itoa(status), "scimType": scimType, "detail": detail}))
}

func (f *fake) keep(endpoint string, body object, tenant string) object {
	id := fmt.Sprintf("id%d", len(f.tenants))
	f.clock = f.clock.Add(time.Millisecond)
	kind := map[string]string{"/Users": "User", "/Groups": "Group"}[endpoint]
	body["id"] = id
	body["meta"] = object{"resourceType": kind, "location": endpoint + "/" + id, "created": f.clock.Format("2006-01-02T15:04:05.000Z")}
	f.kept, f.tenants[id] = append(f.kept, body), tenant
	return body
}

func (f *fake) create(w http.ResponseWriter, r *http.Request, endpoint, tenant string) {
	var body object
	if json.UnmarshalRead(r.Body, &body) != nil {
		f.refuse(w, 400, "invalidSyntax", "no JSON")
		return
	}
	w.WriteHeader(http.StatusCreated)
	fmt.Fprint(w, encode(f.keep(endpoint, body, tenant)))
}

// at is the index of the resource at a path, -1 if there is none.
func (f *fake) at(path string) int {
	return slices.IndexFunc(f.kept, func(o object) bool { return at(o, "meta", "location") == path })
}

func (f *fake) one(w http.ResponseWriter, r *http.Request, path string) {
	i := f.at(path)
	switch {
	case i < 0:
		f.refuse(w, 404, "", "nothing there")
	case r.Method == http.MethodDelete:
		f.kept = slices.Delete(f.kept, i, i+1)
		w.WriteHeader(http.StatusNoContent)
	default:
		fmt.Fprint(w, encode(f.shown(f.kept[i], r)))
	}
}

// shown gives a resource with its absolute location.
func (f *fake) shown(o object, r *http.Request) object {
	o = maps.Clone(o)
	meta, _ := o["meta"].(object)
	meta = maps.Clone(meta)
	meta["location"] = fmt.Sprintf("http://%s%s", r.Host, meta["location"])
	o["meta"] = meta
	return o
}

func (f *fake) me(w http.ResponseWriter, r *http.Request, token string) {
	me := f.shown(f.kept[0], r)
	location := fmt.Sprint(at(me, "meta", "location"))
	switch {
	case f.flaw == "lacks /Me":
		f.refuse(w, 501, "", "no /Me here")
	case f.flaw == "hides /Me", token == readToken && f.flaw != "shows the reader another":
		f.refuse(w, 404, "", "no resource of yours")
	case r.Method == http.MethodPost && f.flaw == "breaks on POST /Me":
		f.refuse(w, 500, "", "broken")
	case r.Method == http.MethodPost:
		f.refuse(w, 501, "", "not that way")
	case f.flaw == "redirects /Me for now":
		http.Redirect(w, r, location, http.StatusFound)
	case f.flaw == "redirects /Me":
		http.Redirect(w, r, location, http.StatusPermanentRedirect)
	default:
		w.Header().Set("Location", location)
		if f.flaw == "calls /Me permanent" {
			w.Header().Set("Location", "/Me")
		}
		if r.URL.Query().Get("attributes") == "id" && f.flaw != "projects no /Me" {
			me = object{"schemas": me["schemas"], "id": me["id"]}
		}
		fmt.Fprint(w, encode(me))
	}
}

func (f *fake) search(w http.ResponseWriter, r *http.Request, endpoint, tenant string) {
	var body object
	if err := json.UnmarshalRead(r.Body, &body); err != nil {
		f.refuse(w, map[bool]int{true: 500, false: 400}[f.flaw == "breaks on broken JSON"], "invalidSyntax", "no JSON")
		return
	}
	if !slices.Contains(strs(body["schemas"]), searchURN) && f.flaw != "wants no URN" {
		f.refuse(w, 400, "invalidSyntax", "no SearchRequest")
		return
	}
	if f.flaw == "makes what is searched" {
		w.WriteHeader(http.StatusCreated)
	}
	q := url.Values{}
	for name, v := range body {
		switch v := v.(type) {
		case list:
			q.Set(name, strings.Join(strs(v), ","))
		default:
			q.Set(name, fmt.Sprint(v))
		}
	}
	for flaw, name := range map[string]string{"searches without attributes": "attributes", "searches without sortOrder": "sortOrder", "searches without cursor": "cursor"} {
		if f.flaw == flaw {
			q.Del(name)
		}
	}
	f.list(w, q, endpoint, tenant)
}

func (f *fake) list(w http.ResponseWriter, q url.Values, endpoint, tenant string) {
	if f.flaw == "has no filter" {
		q.Del("filter")
	}
	match, ok := f.filter(q.Get("filter"))
	if unknown := f.flaw == "wants attributes of all types" && endpoint == "" && strings.Contains(q.Get("filter"), "userName"); !ok || unknown {
		f.refuse(w, 400, "invalidFilter", "no filter")
		return
	}
	var found []object
	for _, o := range f.kept {
		location := fmt.Sprint(at(o, "meta", "location"))
		root := endpoint == "" && (f.flaw != "has users alone at the root" || strings.HasPrefix(location, "/Users"))
		if f.tenants[fmt.Sprint(o["id"])] == tenant && (root || strings.HasPrefix(location, endpoint+"/") && endpoint != "") && match(o) {
			found = append(found, o)
		}
	}
	if !f.sort(w, found, q) {
		return
	}
	page := object{"schemas": list{listURN}, "totalResults": len(found)}
	start, end, ok := f.page(w, page, q, len(found), endpoint+tenant)
	if !ok {
		return
	}
	resources := list{}
	for _, o := range found[start:end] {
		resources = append(resources, project(o, q))
	}
	page["Resources"], page["itemsPerPage"] = resources, len(resources)
	if f.flaw == "counts the page" {
		page["totalResults"] = len(resources)
	}
	if f.flaw == "cuts in silence" && q.Get("filter") == "userName pr" {
		page["Resources"] = resources[:len(resources)/2]
	}
	fmt.Fprint(w, encode(page))
}

func project(o object, q url.Values) object {
	o = maps.Clone(o)
	if names := q.Get("attributes"); names != "" {
		maps.DeleteFunc(o, func(k string, _ any) bool {
			return k != "id" && k != "schemas" && !slices.Contains(strings.Split(names, ","), k)
		})
	}
	for name := range strings.SplitSeq(q.Get("excludedAttributes"), ",") {
		delete(o, name)
	}
	return o
}

// filter reads what the checks of the lists ask for: eq and pr, joined by or, or narrowed by one and.
func (f *fake) filter(text string) (func(object) bool, bool) {
	if left, right, found := strings.Cut(text, " and "); found {
		a, okA := f.filter(strings.Trim(left, "()"))
		b, okB := f.filter(strings.Trim(right, "()"))
		return func(o object) bool { return a(o) && b(o) }, okA && okB
	}
	if text == "" {
		return func(object) bool { return true }, true
	}
	var terms []func(object) bool
	for term := range strings.SplitSeq(text, " or ") {
		words := strings.SplitN(term, " ", 3)
		switch {
		case len(words) == 2 && words[1] == "pr":
			terms = append(terms, func(o object) bool { return o[words[0]] != nil })
		case len(words) == 3 && words[1] == "eq":
			value := parse(words[2])
			terms = append(terms, func(o object) bool { return o[words[0]] == value })
		default:
			return nil, false
		}
	}
	return func(o object) bool {
		return slices.ContainsFunc(terms, func(term func(object) bool) bool { return term(o) })
	}, true
}
