package main

import (
	"crypto/tls"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/conformance"
	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

const (
	badgeURN  = "urn:example:scim:2.0:Badge"
	badgeFile = `[
		{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Schema"],"id":"` + badgeURN + `","name":"Badge","attributes":[
			{"name":"number","type":"integer"},{"name":"weight","type":"decimal"},{"name":"issued","type":"dateTime"},
			{"name":"note","returned":"request"}]},
		{"schemas":["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],"name":"User","schemaExtensions":[{"schema":"` + badgeURN + `","required":false}]}]`
)

// extendedMutants are of a server with an extension of its own, whose cursors
// end after a second, and that keeps a filter for a secret out of addresses.
var extendedMutants = []mutant{
	{row: "CURS-009", why: "does not say that time is over", on: "GET /Users", got: when(answers(400), set("scimType", "invalidCursor"))},
	{row: "FILT-042", why: "does not say that it is sensitive", on: "GET /Users", got: when(answers(403), drop("scimType"))},
	{row: "FILT-042", why: "takes it nowhere", on: "POST /Users/.search", sent: refuse(403, "sensitive")},
	{row: "CHAR-003", why: "writes integers with a fraction", on: "GET /Users/*", got: swap(`"number":7`, `"number":7.0`)},
	{row: "CHAR-003", why: "writes integers as strings", on: "GET /Users/*", got: swap(`"number":7`, `"number":"7"`)},
	{row: "CHAR-003", why: "takes a fraction", on: "POST /Users", sent: swap(`"number":1.5`, `"number":1`)},
	{row: "CHAR-003", why: "takes a string", on: "POST /Users", sent: swap(`"number":"7"`, `"number":7`)},
	{row: "CHAR-003", why: "rounds", on: "GET /Users/*", got: set(badgeURN+"/weight", 1.3)},
	{row: "CHAR-004", why: "does not know the calendar", on: "POST /Users", sent: swap("2024-02-30T", "2024-02-29T")},
	{row: "CHAR-004", why: "loses the zone", on: "GET /Users/*", got: swap("10:00:00+02:00", "10:00:00Z")},
	{row: "CHAR-004", why: "takes a date for midnight", on: "POST /Users", sent: swap(`"2024-01-01"`, `"2024-01-01T00:00:00Z"`)},
	{row: "CHAR-010", why: "returns what nobody requested", on: "GET /Users/*", got: set(badgeURN+"/note", "x")},
	{row: "CHAR-010", why: "does not return what was requested", on: "GET /Users/*", got: drop(badgeURN + "/note")},
	{row: "CHAR-010", why: "does not return what was set", on: "POST /Users", got: drop(badgeURN + "/note")},
	{row: "CHAR-010", why: "does not return what was put", on: "PUT /Users/*", got: drop(badgeURN + "/note")},
}

func TestMutant_Extended(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "badge.json")
	require.NoError(t, os.WriteFile(file, []byte(badgeFile), 0o600))
	l, tenants := startLab(t, len(extendedMutants), "--schema", file, "--cursor-timeout", "5s", "--sensitive", "ims.value")
	for i, m := range extendedMutants {
		t.Run(m.row+" "+m.why, func(t *testing.T) {
			t.Parallel()
			if i == 0 || extendedMutants[i-1].row != m.row {
				l.requireGood(t, tenants[i], m)
			}
			l.requireNoticed(t, tenants[i], m)
		})
	}
}

// TestMutant_OldTLS is the mutant of SEC-001, for which the server must be reached by TLS.
func TestMutant_OldTLS(t *testing.T) {
	t.Parallel()
	l, tenants := startLab(t, 1)
	judge := func(oldest uint16) conformance.Result {
		s := httptest.NewUnstartedServer(&proxy{mutant{}, l.traceServer, tenantBase(tenants[0]), traceSecret(tenants[0]), &store{data: map[any]any{}}})
		s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError) // of handshakes that are to fail
		s.TLS = &tls.Config{MinVersion: oldest}
		s.StartTLS()
		t.Cleanup(s.Close)
		c, err := scimclient.New(s.URL+tenantBase(tenants[0]), scimclient.Options{Token: traceSecret(tenants[0]), Timeout: 20 * time.Second, Insecure: true})
		require.NoError(t, err)
		t.Cleanup(c.Close)
		report, err := conformance.Run(t.Context(), c, conformance.Options{Only: []string{"SEC-001"}})
		require.NoError(t, err)
		return report.Results[0]
	}
	good, bad := judge(tls.VersionTLS12), judge(tls.VersionTLS10)
	require.Equal(t, conformance.Pass, good.Verdict, "%v", good.Reasons)
	require.Equal(t, conformance.Fail, bad.Verdict)
}
