package adminhttp_test

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/adminhttp"
)

// stream is an open stream of events.
type stream struct {
	lines *bufio.Scanner
	close func()
}

// event is one of them.
type event struct {
	id, name string
	request  map[string]any
}

// events opens a stream over the wire.
func (f *fixture) events(t *testing.T, query string, changes ...change) *stream {
	t.Helper()
	server := httptest.NewServer(f.router)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/admin/api/v1/events"+query, nil)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+adminKey)
	for _, c := range changes {
		c(r)
	}
	res, err := server.Client().Do(r)
	require.NoError(t, err)
	t.Cleanup(server.Close)
	t.Cleanup(func() { _ = res.Body.Close() })
	t.Cleanup(cancel)
	require.Equal(t, 200, res.StatusCode)
	require.Equal(t, "text/event-stream", res.Header.Get("Content-Type"))
	s := &stream{lines: bufio.NewScanner(res.Body), close: cancel}
	s.lines.Buffer(nil, 1<<20)
	require.True(t, s.lines.Scan())
	require.Equal(t, ": the requests that come from now on", s.lines.Text())
	return s
}

// next waits for an event; ok is false where the stream ended.
func (s *stream) next(t *testing.T) (e event, ok bool) {
	t.Helper()
	for s.lines.Scan() {
		name, value, _ := strings.Cut(s.lines.Text(), ": ")
		switch name {
		case "id":
			e.id = value
		case "event":
			e.name = value
		case "data":
			require.NoError(t, json.Unmarshal([]byte(value), &e.request))
			require.Equal(t, "request", e.name)
			require.Equal(t, e.id, e.request["id"])
			return e, true
		}
	}
	return e, false
}

// paths are those of the next events.
func (s *stream) paths(t *testing.T, n int) []any {
	t.Helper()
	var list []any
	for range n {
		e, ok := s.next(t)
		require.True(t, ok)
		list = append(list, e.request["path"])
	}
	return list
}

func TestEvents_ComeAsTheyHappen(t *testing.T) {
	t.Parallel()
	f := newFixture(t, stores["sqlite"](t))
	token := f.token(t, "t")
	f.scim(t, token, "GET", "/scim/v2/Users/1", "")
	all, some := f.events(t, ""), f.events(t, "?tenant=1&method=GET&path=/users/*&status=404&text=users/4")
	for _, path := range []string{"2", "3", "4"} {
		f.scim(t, token, "GET", "/scim/v2/Users/"+path, "")
	}
	f.scim(t, "csc_wrong", "GET", "/scim/v2/Users/44", "")
	f.scim(t, token, "GET", "/scim/v2/Users/45", "")
	require.Equal(t, []any{"/Users/2", "/Users/3", "/Users/4", "/Users/44", "/Users/45"}, all.paths(t, 5))
	require.Equal(t, []any{"/Users/4", "/Users/45"}, some.paths(t, 2))
	f.scim(t, token, "GET", "/scim/v2/Groups", "")
	e, ok := all.next(t)
	require.True(t, ok)
	require.Equal(t, f.want(t, 200, "GET", "/requests/"+e.id, "").object(t), e.request)
}

func TestEvents_GoOnAfterTheLast(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		t.Helper()
		token := f.token(t, "t")
		for _, path := range []string{"1", "2", "3"} {
			f.scim(t, token, "GET", "/scim/v2/Users/"+path, "")
		}
		first := f.want(t, 200, "GET", "/requests?order=oldest&limit=1", "").ids(t)[0]
		s := f.events(t, "", header("Last-Event-ID", first))
		require.Equal(t, []any{"/Users/2", "/Users/3"}, s.paths(t, 2))
		f.scim(t, token, "GET", "/scim/v2/Users/4", "")
		e, ok := s.next(t)
		require.True(t, ok)
		require.Equal(t, "/Users/4", e.request["path"])
		s.close()
		f.scim(t, token, "GET", "/scim/v2/Users/5", "")
		again := f.events(t, "?method=GET", header("Last-Event-ID", e.id))
		require.Equal(t, []any{"/Users/5"}, again.paths(t, 1))
		whole := f.events(t, "", header("Last-Event-ID", "0"))
		require.Len(t, whole.paths(t, 5), 5)
		odd := f.events(t, "", header("Last-Event-ID", "none"))
		f.scim(t, token, "GET", "/scim/v2/Users/6", "")
		require.Equal(t, []any{"/Users/6"}, odd.paths(t, 1))
	})
}

func TestEvents_EndWithTheServer(t *testing.T) {
	t.Parallel()
	f := newFixture(t, stores["sqlite"](t))
	stopping := make(chan struct{})
	s := f.with(t, func(o *adminhttp.Options) { o.Stopping = stopping }).events(t, "")
	f.scim(t, f.token(t, "t"), "GET", "/scim/v2/Users", "")
	_, ok := s.next(t)
	require.True(t, ok)
	close(stopping)
	_, ok = s.next(t)
	require.False(t, ok)
	require.NoError(t, s.lines.Err(), "the stream is whole")
}

func TestEvents_AreMany(t *testing.T) {
	t.Parallel()
	f := newFixture(t, stores["sqlite"](t))
	token := f.token(t, "t")
	s := f.events(t, "")
	for range 500 {
		f.scim(t, token, "GET", "/scim/v2/ServiceProviderConfig", "")
	}
	require.Len(t, s.paths(t, 500), 500)
}
