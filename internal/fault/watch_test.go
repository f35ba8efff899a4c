package fault_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/fault"
	"github.com/cinode-scim/cinode-scim/internal/scim"
)

// directory is a list of names that is served by page, by index or cursor, and
// grows by POST.
type directory struct {
	mu    sync.Mutex
	names []string
}

type listResponse struct {
	Schemas      []string       `json:"schemas"`
	TotalResults int            `json:"totalResults"`
	StartIndex   int            `json:"startIndex,omitzero"`
	NextCursor   string         `json:"nextCursor,omitzero"`
	ItemsPerPage int            `json:"itemsPerPage"`
	Resources    []scim.Object  `json:"Resources"`
	Extra        map[string]any `json:",inline"`
}

func (d *directory) serve(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	w.Header().Set("Content-Type", scim.MediaType)
	search := map[string]any{}
	for k, v := range r.URL.Query() {
		search[k] = v[0]
	}
	switch {
	case strings.HasSuffix(r.URL.Path, "/.search"):
		clear(search)
		_ = json.Unmarshal(body, &search)
	case r.Method == http.MethodPost && string(body) == "refuse":
		w.WriteHeader(http.StatusBadRequest)
		return
	case r.Method == http.MethodPost:
		d.names = append(d.names, string(body))
		switch string(body) {
		case "silent":
		case "chatty":
			_, _ = io.WriteString(w, "{}")
		default:
			w.WriteHeader(http.StatusCreated)
		}
		return
	}
	start, count := number(search["startIndex"], 1), number(search["count"], 100)
	cursor, byCursor := search["cursor"].(string)
	if byCursor {
		start = number(strings.TrimPrefix(cursor, "c"), 1)
	}
	l := listResponse{Schemas: []string{scim.URNListResponse}, TotalResults: len(d.names), Resources: []scim.Object{}}
	for i := start; i < start+count && i <= len(d.names); i++ {
		l.Resources = append(l.Resources, scim.Object{"userName": d.names[i-1]})
	}
	l.ItemsPerPage = len(l.Resources)
	if l.StartIndex = start; byCursor {
		if l.StartIndex = 0; start+count <= len(d.names) {
			l.NextCursor = "c" + strconv.Itoa(start+count)
		}
	}
	_ = json.MarshalWrite(w, l)
}

func number(v any, missing int) int {
	if n, err := strconv.Atoi(fmt.Sprint(v)); err == nil {
		return n
	}
	return missing
}

func (x *wire) list(path string) (names []string, l listResponse) {
	x.t.Helper()
	return x.names(x.send("GET", path, ""))
}

func (x *wire) search(body string) (names []string, l listResponse) {
	x.t.Helper()
	return x.names(x.send("POST", "/Users/.search", body))
}

func (x *wire) names(got answer) (names []string, l listResponse) {
	x.t.Helper()
	require.NoError(x.t, got.err)
	require.Equal(x.t, 200, got.status)
	require.Equal(x.t, scim.MediaType, got.header.Get("Content-Type"))
	require.NoError(x.t, json.Unmarshal([]byte(got.body), &l))
	require.Empty(x.t, l.Extra)
	require.Len(x.t, l.Resources, l.ItemsPerPage)
	for _, r := range l.Resources {
		names = append(names, fmt.Sprint(r["userName"]))
	}
	return names, l
}

func (x *wire) create(name string) {
	x.t.Helper()
	require.NoError(x.t, x.send("POST", "/Users", name).err)
}

func TestStale(t *testing.T) {
	t.Parallel()
	d := &directory{names: []string{"a"}}
	x := start(t, d.serve)
	x.rules(fault.Rule{ID: "lag", Path: "/Users/**", Action: fault.Action{Name: fault.ActionStale, For: fault.Duration(5 * time.Second)}})
	users := func() string { names, _ := x.list("/Users?filter=x"); return strings.Join(names, "") }

	require.Equal(t, "a", users())
	x.create("b")
	require.Equal(t, "a", users(), "before the write")
	x.clock.Advance(4 * time.Second)
	x.create("c")
	require.Equal(t, "a", users())
	x.clock.Advance(time.Second)
	require.Equal(t, "abc", users(), "five seconds after the first write that the answer lacks")
	x.create("d")
	require.Equal(t, "abc", users())
	names, _ := x.list("/Users")
	require.Equal(t, []string{"a", "b", "c", "d"}, names, "another list was not asked for before the write")
	names, _ = x.list("/Groups")
	require.Len(t, names, 4, "a path that does not fit")
	x.clock.Advance(5 * time.Second)
	require.Equal(t, "abcd", users())
	require.Equal(t, []string{"lag", "lag", "lag"}, x.playedIDs())
	status, err := x.set.Get("lag")
	require.NoError(t, err)
	require.EqualValues(t, 3, status.Played)
}

func TestStale_Search(t *testing.T) {
	t.Parallel()
	d := &directory{names: []string{"a"}}
	x := start(t, d.serve)
	x.rules(fault.Rule{Action: fault.Action{Name: fault.ActionStale, For: fault.Duration(time.Second)}})
	names, _ := x.search(`{"count":5}`)
	require.Equal(t, []string{"a"}, names)
	x.create("b")
	names, _ = x.search(`{"count":5}`)
	require.Equal(t, []string{"a"}, names, "a search is no write, and answered as before")
	names, _ = x.search(`{"count":6}`)
	require.Equal(t, []string{"a", "b"}, names)
}

func TestStale_WhatIsAWrite(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		body, header string
		stale        bool
	}{
		"a write":                            {"b", "", true},
		"a write without an explicit status": {"silent", "", true},
		"a write that answers at once":       {"chatty", "", true},
		"a refused one":                      {"refuse", "", false},
		"one that a fault kept away":         {"b", "503", false},
		"one whose answer a fault lost":      {"b", "reset; execute", true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := &directory{names: []string{"a"}}
			x := start(t, d.serve)
			x.rules(fault.Rule{Action: fault.Action{Name: fault.ActionStale, For: fault.Duration(time.Second)}})
			x.list("/Users")
			if test.header == "" {
				x.create(test.body)
			} else {
				x.send("POST", "/Users", test.body, fault.HeaderName, test.header)
			}
			x.list("/Users")
			require.Equal(t, test.stale, len(x.requests()[2]) == 1)
		})
	}
}

func TestStale_TurnsAreOfStaleAnswers(t *testing.T) {
	t.Parallel()
	d := &directory{names: []string{"a"}}
	x := start(t, d.serve)
	x.rules(fault.Rule{Nth: 2, Action: fault.Action{Name: fault.ActionStale, For: fault.Duration(time.Second)}})
	x.list("/Users")
	x.create("b")
	var seen []int
	for range 3 {
		names, _ := x.list("/Users")
		seen = append(seen, len(names))
	}
	require.Equal(t, []int{2, 1, 2}, seen)
}

func TestStale_TokensAndLongSearchesApart(t *testing.T) {
	t.Parallel()
	d := &directory{names: []string{"a"}}
	x := start(t, d.serve)
	x.rules(fault.Rule{Action: fault.Action{Name: fault.ActionStale, For: fault.Duration(time.Second)}})
	x.list("/Users")
	long := `{"filter":"` + strings.Repeat("x", 1<<20) + `"}`
	x.search(long)
	x.create("b")
	names, _ := x.search(long)
	require.Len(t, names, 2, "too long to be kept")
	names, _ = x.names(x.send("GET", "/Users", "", "X-Token", "other"))
	require.Len(t, names, 2, "another token may not see what this one saw")
	for i := range 80 {
		x.list("/Users?n=" + strconv.Itoa(i))
	}
	names, _ = x.list("/Users")
	require.Len(t, names, 2, "the oldest answers are let go")
}

func TestDuplicate(t *testing.T) {
	t.Parallel()
	index := func(x *wire, n, start int, _ string) ([]string, listResponse) {
		return x.list(fmt.Sprintf("/Users?filter=x&count=%d&startIndex=%d", n, start))
	}
	cursor := func(x *wire, n, _ int, cursor string) ([]string, listResponse) {
		return x.list(fmt.Sprintf("/Users?count=%d&cursor=%s", n, cursor))
	}
	search := func(x *wire, n, start int, _ string) ([]string, listResponse) {
		return x.search(fmt.Sprintf(`{"count":%d,"filter":"x","startIndex":%d}`, n, start))
	}
	tests := map[string]struct {
		page  func(x *wire, n, start int, cursor string) ([]string, listResponse)
		names string
		rule  fault.Rule
		want  string
	}{
		"index":              {index, "abcdefg", fault.Rule{}, "abc cde fg"},
		"index, full":        {index, "abcdef", fault.Rule{}, "abc cdef"},
		"cursor":             {cursor, "abcdefgh", fault.Rule{}, "abc cde fgh"},
		"search":             {search, "abcdefg", fault.Rule{}, "abc cde fg"},
		"one page":           {index, "ab", fault.Rule{}, "ab"},
		"only groups":        {index, "abcdef", fault.Rule{Path: "/Groups"}, "abc def"},
		"the next page does": {index, "abcdefghi", fault.Rule{Nth: 2}, "abc def fghi"},
		"once is one walk":   {index, "abcdefghij", fault.Rule{Times: 1}, "abc cde fgh ij"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := &directory{names: strings.Split(test.names, "")}
			x := start(t, d.serve)
			test.rule.Name = fault.ActionDuplicate
			x.rules(test.rule)
			var pages []string
			next := ""
			for at := 1; at <= len(d.names); {
				names, l := test.page(x, 3, at, next)
				require.Equal(t, len(d.names), l.TotalResults)
				pages = append(pages, strings.Join(names, ""))
				at += l.ItemsPerPage
				if next = l.NextCursor; l.StartIndex == 0 && next == "" {
					break
				}
			}
			require.Equal(t, test.want, strings.Join(pages, " "))
		})
	}
}

func TestDuplicate_NothingToRepeat(t *testing.T) {
	t.Parallel()
	d := &directory{names: strings.Split("abcdef", "")}
	x := start(t, d.serve)
	x.rules(fault.Rule{Action: fault.Action{Name: fault.ActionDuplicate}})
	names, _ := x.list("/Users?count=3&startIndex=4")
	require.Equal(t, []string{"d", "e", "f"}, names, "the page before was not asked for")
	names, _ = x.list("/Users?count=3&startIndex=7")
	require.Empty(t, names, "beyond the end")
	require.Contains(t, x.send("POST", "/Users/.search", "no JSON").body, `"totalResults":6`)
	require.Empty(t, x.playedIDs())
}

func TestDuplicate_WhatIsForgotten(t *testing.T) {
	t.Parallel()
	d := &directory{names: strings.Split("abcdef", "")}
	x := start(t, d.serve)
	x.rules(fault.Rule{Action: fault.Action{Name: fault.ActionDuplicate}})
	x.list("/Users?count=3&cursor=c4")
	names, _ := x.list("/Users?count=3&startIndex=3")
	require.Equal(t, []string{"c", "d", "e"}, names, "the last page by cursor is before none")
	x.list("/Users?count=3&filter=old")
	for i := range 80 {
		x.list("/Users?count=3&filter=" + strconv.Itoa(i))
	}
	names, _ = x.list("/Users?count=3&startIndex=4&filter=old")
	require.Equal(t, []string{"d", "e", "f"}, names, "the oldest pages are let go")
	names, _ = x.list("/Users?count=3&startIndex=4&filter=79")
	require.Equal(t, []string{"c", "d", "e", "f"}, names)
}

func TestDuplicate_IsUnhurtByWhatIsNoList(t *testing.T) {
	t.Parallel()
	x := start(t, plainHandler)
	x.rules(fault.Rule{Action: fault.Action{Name: fault.ActionDuplicate}}, fault.Rule{Action: fault.Action{Name: fault.ActionStale, For: fault.Duration(time.Second)}})
	require.Equal(t, answer{status: 200, body: userBody}, x.send("GET", "/Users", "").short())
}

func TestWatchers_GoOnBesideOtherFaults(t *testing.T) {
	t.Parallel()
	d := &directory{names: strings.Split("abcdef", "")}
	x := start(t, d.serve)
	x.rules(
		fault.Rule{ID: "shift", Action: fault.Action{Name: fault.ActionDuplicate}},
		fault.Rule{ID: "lag", Action: fault.Action{Name: fault.ActionStale, For: fault.Duration(time.Second)}},
		fault.Rule{ID: "slow", Action: fault.Action{Name: fault.ActionDelay, Delay: fault.Duration(time.Millisecond)}},
	)
	x.list("/Users?count=3")
	x.list("/Users?count=3&startIndex=4")
	x.create("g")
	names, _ := x.list("/Users?count=3&startIndex=4")
	require.Equal(t, []string{"c", "d", "e", "f"}, names, "stale and shifted")
	require.Equal(t, []string{"slow"}, x.requests()[0])
	require.Equal(t, []string{"slow", "shift"}, x.requests()[1])
	require.Equal(t, []string{"slow", "lag"}, x.requests()[3], "the kept answer was shifted already")
}

func TestStale_AFreshAnswerIsNoPlay(t *testing.T) {
	t.Parallel()
	d := &directory{names: []string{"a"}}
	x := start(t, d.serve)
	x.rules(fault.Rule{Action: fault.Action{Name: fault.ActionStale, For: fault.Duration(time.Second)}})
	x.create("b")
	x.list("/Users")
	x.list("/Users")
	require.Empty(t, x.playedIDs(), "it was asked for after the write, so it lacks nothing")
	require.EqualValues(t, 3, x.executed.Load())
}

func TestStale_AListBesideAWriteMayLackIt(t *testing.T) {
	t.Parallel()
	s := set(t, fault.Rule{Action: fault.Action{Name: fault.ActionStale, For: fault.Duration(time.Second)}})
	serve := func(method string, next http.HandlerFunc) string {
		play, ok := s.Match(fault.Request{Tenant: 1, Method: method, Path: "/Users"})
		require.True(t, ok)
		w := httptest.NewRecorder()
		play.Serve(w, httptest.NewRequestWithContext(t.Context(), method, "/scim/v2/Users", nil), next)
		return w.Body.String()
	}
	got := serve("GET", func(w http.ResponseWriter, _ *http.Request) {
		serve("POST", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusCreated) })
		_, _ = io.WriteString(w, "before")
	})
	require.Equal(t, "before", got)
	require.Equal(t, "before", serve("GET", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "after") }))
}
