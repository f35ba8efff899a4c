package fault_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/clock"
	"github.com/cinode-scim/cinode-scim/internal/fault"
	"github.com/cinode-scim/cinode-scim/internal/scim"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// wire is a server with faults in front of a handler, and a client.
type wire struct {
	t      *testing.T
	set    *fault.Set
	clock  *clock.Settable
	server *httptest.Server
	client *http.Client
	// executed counts the requests that were carried out.
	executed atomic.Int64
	mu       sync.Mutex
	played   [][]string
	begun    chan struct{} // the server has a request
	done     chan struct{} // a handler has ended, which may be after its client has the answer
}

const userBody = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"26","userName":"bea"}`

func plainHandler(w http.ResponseWriter, r *http.Request) {
	status := map[string]int{http.MethodPost: http.StatusCreated, http.MethodDelete: http.StatusNoContent}[r.Method]
	if status == http.StatusNoContent {
		w.WriteHeader(status)
		return
	}
	w.Header().Set("Content-Type", scim.MediaType)
	w.Header().Set("ETag", `W/"1"`)
	if status != 0 {
		w.WriteHeader(status)
	}
	_, _ = io.WriteString(w, userBody)
}

// start serves a handler. What a test sends as X-Token and X-Fault is what the
// server's edge would know of the request.
func start(t *testing.T, handler http.HandlerFunc, how ...func(*httptest.Server)) *wire {
	t.Helper()
	x := &wire{t: t, clock: clock.New(noon), begun: make(chan struct{}, 100), done: make(chan struct{}, 100)}
	x.set = fault.NewSet(x.clock)
	next := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x.executed.Add(1)
		handler(w, r)
	})
	x.server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x.begun <- struct{}{}
		defer func() { x.done <- struct{}{} }()
		q := fault.Request{Tenant: 1, Method: r.Method, Path: strings.TrimPrefix(r.URL.Path, "/scim/v2"), Token: r.Header.Get("X-Token")}
		play, ok := x.set.Match(q)
		if header := r.Header.Get(fault.HeaderName); header != "" {
			action, err := fault.ParseHeader(header)
			if err == nil {
				play, err = x.set.Single(action, q)
			}
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			ok = true
		}
		if !ok {
			next.ServeHTTP(w, r)
			return
		}
		defer func() {
			x.mu.Lock()
			defer x.mu.Unlock()
			x.played = append(x.played, play.Played())
		}()
		play.Serve(w, r, next)
	}))
	x.server.Config.ErrorLog = nil
	for _, f := range how {
		f(x.server)
	}
	if x.server.URL == "" {
		x.server.Start()
	}
	t.Cleanup(x.server.Close)
	x.client = x.server.Client()
	return x
}

func (x *wire) rules(rules ...fault.Rule) {
	x.t.Helper()
	_, err := x.set.Add(rules...)
	require.NoError(x.t, err)
}

// answer is what a client got.
type answer struct {
	status int
	header http.Header
	body   string
	err    error // of the request, or of reading its body
}

func (x *wire) send(method, path, body string, headers ...string) answer {
	x.t.Helper()
	return x.sendIn(x.t.Context(), method, path, body, headers...)
}

func (x *wire) sendIn(ctx context.Context, method, path, body string, headers ...string) answer {
	x.t.Helper()
	r, err := http.NewRequestWithContext(ctx, method, x.server.URL+"/scim/v2"+path, bytes.NewReader([]byte(body)))
	require.NoError(x.t, err)
	r.GetBody = nil // else the client tries again by itself
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	for len(x.done) > 0 {
		<-x.done // of a request that the client sent twice
	}
	for len(x.begun) > 0 {
		<-x.begun
	}
	res, err := x.client.Do(r)
	defer func() { <-x.done }()
	if err != nil {
		return answer{err: err}
	}
	content, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	return answer{status: res.StatusCode, header: res.Header, body: string(content), err: err}
}

// requests gives for each request that met a fault what it played.
func (x *wire) requests() [][]string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return slices.Clone(x.played)
}

func (x *wire) playedIDs() []string {
	var all []string
	for _, ids := range x.requests() {
		all = append(all, ids...)
	}
	return all
}

func (a answer) requireError(t *testing.T, status int, scimType string) {
	t.Helper()
	require.NoError(t, a.err)
	require.Equal(t, status, a.status)
	require.Equal(t, scim.MediaType, a.header.Get("Content-Type"))
	o, err := scim.DecodeObject([]byte(a.body))
	require.NoError(t, err)
	require.Equal(t, []any{scim.URNError}, o["schemas"])
	require.Equal(t, strconv.Itoa(status), o["status"])
	require.NotEmpty(t, o["detail"])
	if scimType == "" {
		require.NotContains(t, o, "scimType")
		return
	}
	require.Equal(t, scimType, o["scimType"])
}

func TestServe_Refusals(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		action     fault.Action
		method     string
		status     int
		scimType   string
		retryAfter string
		executed   int64
		contains   string
	}{
		"status":                  {fault.Action{Name: fault.ActionStatus, Status: 500}, "GET", 500, "", "", 0, `"status":"500"`},
		"status, all parameters":  {fault.Action{Name: fault.ActionStatus, Status: 400, ScimType: "tooMany", Detail: `a "b"`, RetryAfter: new(7)}, "GET", 400, "tooMany", "7", 0, `a \"b\"`},
		"status, executed":        {fault.Action{Name: fault.ActionStatus, Status: 502, Execute: new(true)}, "PATCH", 502, "", "", 1, ""},
		"throttle":                {fault.Action{Name: fault.ActionThrottle}, "GET", 429, "", "1", 0, ""},
		"throttle, longer":        {fault.Action{Name: fault.ActionThrottle, RetryAfter: new(120)}, "POST", 429, "", "120", 0, ""},
		"unavailable":             {fault.Action{Name: fault.ActionUnavailable}, "GET", 503, "", "1", 0, ""},
		"unavailable, executed":   {fault.Action{Name: fault.ActionUnavailable, Execute: new(true)}, "POST", 503, "", "1", 1, ""},
		"conflict":                {fault.Action{Name: fault.ActionConflict}, "POST", 409, "uniqueness", "", 0, ""},
		"conflict, executed":      {fault.Action{Name: fault.ActionConflict, Execute: new(true), Detail: "taken"}, "POST", 409, "uniqueness", "", 1, `"detail":"taken"`},
		"token-death":             {fault.Action{Name: fault.ActionTokenDeath}, "GET", 401, "", "", 0, ""},
		"status after a delay":    {fault.Action{Name: fault.ActionStatus, Status: 404, Delay: fault.Duration(time.Millisecond)}, "GET", 404, "", "", 0, ""},
		"a choice that is not it": {fault.Action{Name: fault.ActionStatus, Status: 403, Execute: new(false)}, "GET", 403, "", "", 0, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := start(t, plainHandler)
			x.rules(fault.Rule{ID: "it", Action: test.action})
			got := x.send(test.method, "/Users", "{}")
			got.requireError(t, test.status, test.scimType)
			require.Equal(t, test.retryAfter, got.header.Get("Retry-After"))
			require.Equal(t, test.executed, x.executed.Load())
			require.Contains(t, got.body, test.contains)
			require.Equal(t, test.status == 401, got.header.Get("WWW-Authenticate") == `Bearer realm="cinode-scim", error="invalid_token"`)
			require.Empty(t, got.header.Get("ETag"), "a header of the lost answer came through")
			require.Equal(t, []string{"it"}, x.playedIDs())
		})
	}
}

// tls serves TLS and HTTP/1.1 only, http2 both.
func tls(s *httptest.Server) { s.StartTLS() }

func http2(s *httptest.Server) {
	s.EnableHTTP2 = true
	s.StartTLS()
}

func TestServe_Reset(t *testing.T) {
	t.Parallel()
	for name, how := range map[string]func(*httptest.Server){"plain": func(*httptest.Server) {}, "TLS": tls} {
		for _, execute := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				x := start(t, plainHandler, how)
				x.rules(fault.Rule{Action: fault.Action{Name: fault.ActionReset, Execute: new(execute)}})
				got := x.send("POST", "/Users", strings.Repeat("x", 10))
				require.ErrorIs(t, got.err, syscall.ECONNRESET)
				require.Equal(t, execute, x.executed.Load() == 1)
			})
		}
	}
}

func TestServe_HTTP2_CutsTheStreamOnly(t *testing.T) {
	t.Parallel()
	for _, action := range []fault.Action{{Name: fault.ActionReset}, {Name: fault.ActionTruncate}, {Name: fault.ActionTruncate, Bytes: new(0)}} {
		x := start(t, plainHandler, http2)
		x.rules(fault.Rule{Nth: 2, Action: action})
		require.Equal(t, answer{status: 200, body: userBody}, x.send("GET", "/Users/26", "").short())
		got := x.send("GET", "/Users/26", "")
		require.ErrorContains(t, got.err, "stream error")
		require.Equal(t, answer{status: 200, body: userBody}, x.send("GET", "/Users/26", "").short(), "the connection went with the stream")
	}
}

func (a answer) short() answer { return answer{status: a.status, body: a.body, err: a.err} }

func TestServe_Truncate(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		bytes *int
		want  string
	}{
		"half":           {nil, userBody[:len(userBody)/2]},
		"none":           {new(0), ""},
		"some":           {new(20), userBody[:20]},
		"never the last": {new(1 << 20), userBody[:len(userBody)-1]},
	}
	for name, test := range tests {
		for _, how := range []func(*httptest.Server){func(*httptest.Server) {}, tls} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				x := start(t, plainHandler, how)
				x.rules(fault.Rule{Action: fault.Action{Name: fault.ActionTruncate, Bytes: test.bytes}})
				got := x.send("GET", "/Users/26", "")
				require.ErrorIs(t, got.err, io.ErrUnexpectedEOF)
				require.Equal(t, 200, got.status)
				require.Equal(t, test.want, got.body)
				require.Equal(t, []string{scim.MediaType}, got.header["Content-Type"])
				require.Equal(t, strconv.Itoa(len(userBody)), got.header.Get("Content-Length"))
				require.EqualValues(t, 1, x.executed.Load())
			})
		}
	}
}

func TestServe_Truncate_WithoutBodyThereIsNoAnswer(t *testing.T) {
	t.Parallel()
	x := start(t, plainHandler)
	x.rules(fault.Rule{Action: fault.Action{Name: fault.ActionTruncate}})
	got := x.send("DELETE", "/Users/26", "")
	require.ErrorIs(t, got.err, io.EOF)
	require.EqualValues(t, 1, x.executed.Load())
}

func TestServe_WrongAnswers(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		action      fault.Action
		method      string
		status      int
		contentType string
		body        string
		executed    int64
	}{
		"html":                          {fault.Action{Name: fault.ActionHTML}, "GET", 502, "text/html; charset=utf-8", "<!DOCTYPE html>", 0},
		"html, as a sign-in page":       {fault.Action{Name: fault.ActionHTML, Status: 200}, "GET", 200, "text/html; charset=utf-8", "<h1>", 0},
		"html, executed":                {fault.Action{Name: fault.ActionHTML, Execute: new(true)}, "POST", 502, "text/html; charset=utf-8", "<h1>", 1},
		"content-type":                  {fault.Action{Name: fault.ActionContentType}, "GET", 200, "text/plain; charset=utf-8", userBody, 1},
		"content-type, chosen":          {fault.Action{Name: fault.ActionContentType, ContentType: "text/html"}, "POST", 201, "text/html", userBody, 1},
		"content-type without a body":   {fault.Action{Name: fault.ActionContentType}, "DELETE", 204, "", "", 1},
		"no-content":                    {fault.Action{Name: fault.ActionNoContent}, "PATCH", 204, "", "", 1},
		"no-content leaves 201 alone":   {fault.Action{Name: fault.ActionNoContent}, "POST", 201, scim.MediaType, userBody, 1},
		"no-content of HEAD":            {fault.Action{Name: fault.ActionNoContent}, "HEAD", 204, "", "", 1},
		"content-type of HEAD":          {fault.Action{Name: fault.ActionContentType}, "HEAD", 200, "text/plain; charset=utf-8", "", 1},
		"delay":                         {fault.Action{Name: fault.ActionDelay, Delay: fault.Duration(time.Millisecond)}, "GET", 200, scim.MediaType, userBody, 1},
		"delay, late":                   {fault.Action{Name: fault.ActionDelay, Delay: fault.Duration(time.Millisecond), Late: true}, "POST", 201, scim.MediaType, userBody, 1},
		"no-content after a short rest": {fault.Action{Name: fault.ActionNoContent, Delay: fault.Duration(time.Millisecond)}, "PUT", 204, "", "", 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := start(t, plainHandler)
			x.rules(fault.Rule{Action: test.action})
			got := x.send(test.method, "/Users", "")
			require.NoError(t, got.err)
			require.Equal(t, test.status, got.status)
			require.Equal(t, test.contentType, got.header.Get("Content-Type"))
			require.Contains(t, got.body, test.body)
			require.Equal(t, test.body == "", got.body == "")
			require.Equal(t, test.executed, x.executed.Load())
		})
	}
}

func TestServe_Delay_WaitsThatLong(t *testing.T) {
	t.Parallel()
	const delay = 50 * time.Millisecond
	for _, late := range []bool{false, true} {
		var executed time.Time
		x := start(t, func(w http.ResponseWriter, r *http.Request) {
			executed = time.Now()
			plainHandler(w, r)
		})
		x.rules(fault.Rule{Action: fault.Action{Name: fault.ActionDelay, Delay: fault.Duration(delay), Late: late}})
		before := time.Now()
		require.Equal(t, answer{status: 200, body: userBody}, x.send("GET", "/Users/26", "").short())
		if waited := executed.Sub(before); !late {
			require.GreaterOrEqual(t, waited, delay)
			continue
		}
		require.GreaterOrEqual(t, time.Since(executed), delay)
	}
}

func TestServe_Delay_EndsWithTheRequest(t *testing.T) {
	t.Parallel()
	for _, late := range []bool{false, true} {
		x := start(t, plainHandler)
		x.rules(fault.Rule{Action: fault.Action{Name: fault.ActionDelay, Delay: fault.Duration(time.Minute), Late: late}})
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			<-x.begun
			cancel()
		}()
		require.ErrorIs(t, x.sendIn(ctx, "POST", "/Users", "{}").err, context.Canceled)
		require.Len(t, x.playedIDs(), 1)
		require.Equal(t, late, x.executed.Load() == 1, "only a late delay writes for a client that gave up")
	}
}

func TestServe_Delay_IsRefusedWhenTheServerGivesUp(t *testing.T) {
	t.Parallel()
	set := fault.NewSet(clock.New(noon))
	_, err := set.Add(fault.Rule{Action: fault.Action{Name: fault.ActionDelay, Delay: fault.Duration(time.Minute)}})
	require.NoError(t, err)
	play, ok := set.Match(fault.Request{Tenant: 1, Method: "GET", Path: "/Users"})
	require.True(t, ok)
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	w := httptest.NewRecorder()
	play.Serve(w, httptest.NewRequestWithContext(ctx, "GET", "/Users", nil), http.HandlerFunc(plainHandler))
	require.Equal(t, 503, w.Code)
	require.Equal(t, "1", w.Header().Get("Retry-After"))
}

func TestServe_AnswerWithoutStatusIs200(t *testing.T) {
	t.Parallel()
	x := start(t, func(http.ResponseWriter, *http.Request) {})
	x.rules(fault.Rule{Action: fault.Action{Name: fault.ActionNoContent}})
	require.Equal(t, answer{status: 204}, x.send("GET", "/Users", "").short())
}

func TestServe_AbortsWhereTheConnectionCannotBeHad(t *testing.T) {
	t.Parallel()
	set := fault.NewSet(clock.New(noon))
	for _, action := range []fault.ActionName{fault.ActionReset, fault.ActionTruncate} {
		play, err := set.Single(fault.Action{Name: action}, fault.Request{Method: "GET", Path: "/Users"})
		require.NoError(t, err)
		require.PanicsWithValue(t, http.ErrAbortHandler, func() {
			play.Serve(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), "GET", "/Users", nil), http.HandlerFunc(plainHandler))
		})
	}
}

func TestServe_TokenDeath(t *testing.T) {
	t.Parallel()
	x := start(t, plainHandler)
	x.rules(fault.Rule{ID: "dies", Path: "/Users/{id}", Nth: 3, Times: 3, Action: fault.Action{Name: fault.ActionTokenDeath}})
	status := func(path, token string) int { return x.send("GET", path, "", "X-Token", token).status }
	require.Equal(t, []int{200, 200, 200}, []int{status("/Users/1", "a"), status("/Users/1", "a"), status("/Groups", "a")})
	require.Equal(t, 401, status("/Users/1", "a"), "the third that fits")
	require.Equal(t, 401, status("/Groups", "a"), "dead is dead, whatever the path")
	require.Equal(t, 200, status("/Users/1", "b"), "another token lives")
	require.Equal(t, 401, status("/Users/1", "a"))
	require.Equal(t, 200, status("/Users/1", "a"), "it has played as often as it may")
	require.EqualValues(t, 5, x.executed.Load())
	x.set.Reset(1)
	require.Equal(t, 200, status("/Users/1", "a"), "a reset forgets the dead")
}

func TestServe_Header(t *testing.T) {
	t.Parallel()
	x := start(t, plainHandler)
	x.rules(fault.Rule{Nth: 2, Action: fault.Action{Name: fault.ActionStatus, Status: 418}})
	got := x.send("GET", "/Users", "", fault.HeaderName, "status=503; retry-after=3")
	got.requireError(t, 503, "")
	require.Equal(t, "3", got.header.Get("Retry-After"))
	require.ErrorIs(t, x.send("GET", "/Users", "", fault.HeaderName, "reset").err, syscall.ECONNRESET)
	require.ErrorIs(t, x.send("GET", "/Users", "", fault.HeaderName, "truncate").err, io.ErrUnexpectedEOF)
	require.Contains(t, x.send("GET", "/Users", "", fault.HeaderName, "html").body, "<html>")
	require.Equal(t, 409, x.send("POST", "/Users", "{}", fault.HeaderName, "conflict").status)
	require.Equal(t, 400, x.send("GET", "/Users", "", fault.HeaderName, "conflict").status, "it does not fit")
	require.Equal(t, 400, x.send("GET", "/Users", "", fault.HeaderName, "nonsense").status)
	require.Equal(t, 401, x.send("GET", "/Users", "", fault.HeaderName, "token-death").status)
	require.Equal(t, 200, x.send("GET", "/Users", "").status, "the death was for one request, and no rule counted")
}
