package scimclient_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func serve(t *testing.T, o scimclient.Options, handler http.HandlerFunc) *scimclient.Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	client, err := scimclient.New(server.URL+"/scim/v2/", o)
	require.NoError(t, err)
	t.Cleanup(client.Close)
	return client
}

func TestNew_RefusesWhatIsNoBase(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"", "example.com/scim", "ftp://example.com", "https:///x", "https://example.com/?a=b", "https://example.com/#x", "https://u:p@example.com", "http://[::1"} {
		_, err := scimclient.New(base, scimclient.Options{})
		require.Error(t, err, base)
	}
}

func TestDo_SendsAndRecords(t *testing.T) {
	t.Parallel()
	client := serve(t, scimclient.Options{Token: "hush-token", Header: http.Header{"X-Key": {"hush-key"}}, UserAgent: "judge"},
		func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			w.WriteHeader(http.StatusCreated)
			fmt.Fprintf(w, "%s %s %s %s %s %s %s", r.Method, r.URL, r.Header.Get("Authorization"), r.Header.Get("X-Key"), r.Header.Get("Content-Type"), r.UserAgent(), body)
		})
	e := client.Do(t.Context(), scimclient.Request{Method: "POST", Path: "/Users?a=hush-token", Body: "it's", Header: http.Header{"If-Match": {`W/"1"`}}})
	require.NoError(t, e.Err)
	require.Equal(t, http.StatusCreated, e.Status)
	require.Equal(t, "POST /scim/v2/Users?a=$TOKEN Bearer $TOKEN hush-key application/scim+json judge it's", e.Body)
	require.Equal(t, `curl -i -X POST -H 'Accept: application/scim+json' -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/scim+json'`+
		` -H 'If-Match: W/"1"' -H "X-Key: $X_KEY" --data-binary 'it'\''s' "`+client.Base()+`/Users?a=$TOKEN"`, e.Curl())
	require.Positive(t, e.Duration)

	e = client.Do(t.Context(), scimclient.Request{Method: "GET", Path: "/Users", Anonymous: true, Header: http.Header{"Accept": nil}})
	require.NotContains(t, e.Body, "Bearer")
	require.Equal(t, `curl -i -H "X-Key: $X_KEY" '`+client.Base()+`/Users'`, e.Curl())
}

func TestDo_HostileAnswers(t *testing.T) {
	t.Parallel()
	handlers := map[string]http.HandlerFunc{
		"endless body": func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := io.WriteString(w, strings.Repeat("x", 1<<16)); err != nil {
					return
				}
			}
		},
		"endless wait":   func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"endless header": func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X", strings.Repeat("x", 1<<20)) },
		"cut off":        func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"shorter than due": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "10")
			fmt.Fprint(w, "x")
		},
	}
	for name, handler := range handlers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := serve(t, scimclient.Options{Timeout: 500 * time.Millisecond, BodyLimit: 1000}, handler)
			e := client.Do(t.Context(), scimclient.Request{Method: "GET", Path: "/"})
			require.LessOrEqual(t, len(e.Body), 1000)
			require.NotEqual(t, e.Truncated, e.Err != nil, "it is cut or it has an error")
			require.NotEmpty(t, e.Answer(100))
		})
	}
}

func TestDo_FollowsNoRedirectAndLeavesNoOrigin(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	client := serve(t, scimclient.Options{Token: "t"}, func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		http.Redirect(w, r, "/elsewhere", http.StatusPermanentRedirect)
	})
	e := client.Do(t.Context(), scimclient.Request{Method: "GET", Path: client.Base() + "/Me"})
	require.Equal(t, "/elsewhere", e.Redirect())
	require.EqualValues(t, 1, calls.Load())
	for _, path := range []string{"http://192.0.2.1/x", "https" + strings.TrimPrefix(client.Base(), "http") + "/x"} {
		e = client.Do(t.Context(), scimclient.Request{Method: "GET", Path: path})
		require.ErrorIs(t, e.Err, scimclient.ErrOrigin)
	}
	require.EqualValues(t, 1, calls.Load())
}

func TestDo_InsecureTLS(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.Config.ErrorLog = nil
	t.Cleanup(server.Close)
	for insecure, status := range map[bool]int{true: 200, false: 0} {
		client, err := scimclient.New(server.URL, scimclient.Options{Insecure: insecure})
		require.NoError(t, err)
		require.Equal(t, status, client.Do(t.Context(), scimclient.Request{Method: "GET", Path: "/"}).Status)
		client.Close()
	}
}

func TestDo_Rate(t *testing.T) {
	t.Parallel()
	client := serve(t, scimclient.Options{Rate: 50}, func(http.ResponseWriter, *http.Request) {})
	started := time.Now()
	for range 4 {
		require.NoError(t, client.Do(t.Context(), scimclient.Request{Method: "GET", Path: "/"}).Err)
	}
	require.GreaterOrEqual(t, time.Since(started), 55*time.Millisecond)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, client.Do(ctx, scimclient.Request{Method: "GET", Path: "/"}).Err, context.Canceled)
}

func TestDo_RetriesWhenToldTo(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	handler := func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) < 3 {
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusTooManyRequests)
		}
	}
	client := serve(t, scimclient.Options{Retries: 3}, handler)
	require.Equal(t, 200, client.Do(t.Context(), scimclient.Request{Method: "GET", Path: "/"}).Status)
	require.EqualValues(t, 3, calls.Load())
	calls.Store(0)
	client = serve(t, scimclient.Options{}, handler)
	require.Equal(t, 429, client.Do(t.Context(), scimclient.Request{Method: "GET", Path: "/"}).Status)
}
