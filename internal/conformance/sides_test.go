package conformance

import (
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

// tenants is a server with a memory for each tenant, which the token names.
// The token of the reader opens the first, but for writing.
func tenants(t *testing.T) (client, reader, other *scimclient.Client, first, second *memory) {
	t.Helper()
	first, second = newMemory(), newMemory()
	client = target(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Seen", r.Header.Get("Authorization"))
		switch r.Header.Get("Authorization") {
		case "Bearer hush-reader":
			if r.Method != http.MethodGet {
				w.Header().Set("WWW-Authenticate", `Bearer error="insufficient_scope"`)
				w.WriteHeader(http.StatusForbidden)
			}
			fmt.Fprintf(w, `{"schemas":[%q],"detail":%q}`, errorURN, "hush-reader may not")
		case "Bearer hush-other":
			second.ServeHTTP(w, r)
		default:
			first.ServeHTTP(w, r)
		}
	})
	side := func(token, name string) *scimclient.Client {
		c, err := scimclient.New(client.Base(), scimclient.Options{Token: token, TokenName: name})
		require.NoError(t, err)
		t.Cleanup(c.Close)
		return c
	}
	return client, side("hush-reader", "READ_TOKEN"), side("hush-other", "OTHER_TOKEN"), first, second
}

func TestRun_Sides(t *testing.T) {
	t.Parallel()
	client, reader, other, first, second := tenants(t)
	report, err := Run(t.Context(), client, Options{Only: []string{"AUTH-005", "ERR-008", "TEN-004"}, Reader: reader, Other: other})
	require.NoError(t, err)
	require.Empty(t, report.Left)
	verdicts := map[string]Verdict{}
	for _, r := range report.Results {
		verdicts[r.Row.ID] = r.Verdict
	}
	require.Equal(t, Pass, verdicts["AUTH-005"], report.Results)
	for _, m := range []*memory{first, second} { // TEN-004 makes a user in each
		require.Positive(t, m.made)
		require.Empty(t, m.live)
	}
	var text, machine strings.Builder
	require.NoError(t, report.WriteText(&text))
	require.NoError(t, report.WriteJSON(&machine))
	require.NotContains(t, text.String()+machine.String(), "hush")
	require.Contains(t, text.String()+machine.String(), "Bearer $READ_TOKEN")
}

func TestRun_WithoutSides(t *testing.T) {
	t.Parallel()
	client, _, _, _, _ := tenants(t)
	report, err := Run(t.Context(), client, Options{Only: []string{"AUTH-005", "AUTH-009", "ERR-008", "SEC-006", "SEC-008", "TEN"}})
	require.NoError(t, err)
	for _, r := range report.Results {
		require.Equal(t, Skipped, r.Verdict, r.Row.ID)
		require.Regexp(t, `--(read|other)-token$`, r.Reasons[0])
	}
}

func TestRun_SidesThatOpenNothing(t *testing.T) {
	t.Parallel()
	client, _, _, _, _ := tenants(t)
	stranger := target(t, answers(http.StatusUnauthorized, "{}"))
	nowhere, err := scimclient.New(stranger.Base()+"/nowhere", scimclient.Options{Token: "hush"})
	require.NoError(t, err)
	t.Cleanup(nowhere.Close)
	for name, o := range map[string]Options{"reader": {Reader: nowhere}, "other tenant": {Other: nowhere}} {
		_, err := Run(t.Context(), client, o)
		require.ErrorIs(t, err, ErrUnreachable, name)
	}
}

// TestTrial_WhatTheReaderMakesIsRemoved needs the first token, for the reader's may not be good enough.
func TestTrial_WhatTheReaderMakesIsRemoved(t *testing.T) {
	t.Parallel()
	m := newMemory()
	client := target(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete && r.Header.Get("Authorization") != "Bearer secret" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		if r.Method == http.MethodGet {
			fmt.Fprint(w, "{}")
			return
		}
		m.ServeHTTP(w, r)
	})
	reader, err := scimclient.New(client.Base(), scimclient.Options{Token: "reader"})
	require.NoError(t, err)
	t.Cleanup(reader.Close)
	report, err := Run(t.Context(), client, Options{Only: []string{"AUTH-005"}, Reader: reader})
	require.NoError(t, err)
	require.Equal(t, Warning, report.Results[0].Verdict)
	require.Equal(t, 1, m.made)
	require.Empty(t, m.live)
}

// TestSEC009_SeesAFetch runs the check against a server that opens photos.
func TestSEC009_SeesAFetch(t *testing.T) {
	t.Parallel()
	link := regexp.MustCompile(`http://127\.0\.0\.1:\d+/photo\.jpg`)
	for opens, verdict := range map[bool]Verdict{true: Warning, false: Pass} {
		var fetches sync.WaitGroup
		client := target(t, func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if found := link.Find(body); opens && err == nil && found != nil {
				fetches.Go(func() {
					request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, string(found), nil)
					if err != nil {
						return
					}
					if answer, err := http.DefaultClient.Do(request); err == nil {
						_ = answer.Body.Close()
					}
				})
			}
			w.WriteHeader(map[string]int{http.MethodPost: 201, http.MethodPut: 200, http.MethodDelete: 204}[r.Method])
			if r.Method != http.MethodDelete {
				fmt.Fprint(w, `{"id":"1"}`)
			}
		})
		report, err := Run(t.Context(), client, Options{Only: []string{"SEC-009"}})
		require.NoError(t, err)
		fetches.Wait()
		http.DefaultClient.CloseIdleConnections()
		require.Equal(t, verdict, report.Results[0].Verdict, report.Results[0].Reasons)
	}
}

// TestRefusesOldTLS tries servers that take TLS of some version at least.
func TestRefusesOldTLS(t *testing.T) {
	t.Parallel()
	for version, verdict := range map[uint16]Verdict{tls.VersionTLS10: Fail, tls.VersionTLS12: Pass} {
		server := httptest.NewUnstartedServer(http.NotFoundHandler())
		server.TLS = &tls.Config{MinVersion: version} //nolint:gosec // an old server, to be found out
		server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
		server.StartTLS()
		t.Cleanup(server.Close)
		tr := &trial{record: &record{ctx: t.Context()}}
		got, _ := (&runner{profile: profiles["rfc"]}).carryOut(tr, Row{Level: Must}, func(t *trial) {
			t.refusesOldTLS(server.Listener.Addr().String(), "127.0.0.1")
		})
		require.Equal(t, verdict, got)
	}
}

func TestCovers(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		got, sent any
		want      bool
	}{
		"same":              {"a", "a", true},
		"other":             {"a", "A", false},
		"missing":           {nil, "a", false},
		"more members":      {object{"a": 1, "b": 2}, object{"a": 1}, true},
		"fewer members":     {object{"a": 1}, object{"a": 1, "b": 2}, false},
		"a value of many":   {list{object{"value": "x"}, object{"value": "y", "type": "work"}}, list{object{"value": "y"}}, true},
		"no value of many":  {list{object{"value": "x"}}, list{object{"value": "y"}}, false},
		"object for a list": {object{"value": "x"}, list{object{"value": "x"}}, false},
	}
	for name, test := range tests {
		require.Equal(t, test.want, covers(test.got, test.sent), name)
	}
	require.Equal(t, "\uff43\uff46\uff11-", wide("cf1-"))
}
