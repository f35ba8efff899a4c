package journal_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/journal"
)

func TestReason(t *testing.T) {
	t.Parallel()
	require.Equal(t, "the token lacks the scope that this needs: create one with it (users:write)", journal.Reason(journal.RefusalScope, "users:write"))
	require.Equal(t, "x", journal.Reason("no such", "x"))
	for _, r := range []journal.Refusal{
		journal.RefusalNoCredential, journal.RefusalEmptyToken, journal.RefusalWrongScheme, journal.RefusalBareToken, journal.RefusalTwoTokens,
		journal.RefusalMistyped, journal.RefusalAdminKey, journal.RefusalUnknownToken, journal.RefusalExpired, journal.RefusalRevoked,
		journal.RefusalWrongAudience, journal.RefusalOtherTenant, journal.RefusalUnknownTenant, journal.RefusalScope, journal.RefusalRate,
	} {
		sentence := journal.Reason(r, "")
		require.NotEmpty(t, sentence, r)
		require.Equal(t, sentence, journal.NewMasker(true).Text(sentence), "no mask hides it")
	}
}

func TestOutlook(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		client        journal.Client
		method, route string
		status        int
		retryAfter    bool
		want          string // a part of it
	}{
		{journal.ClientOkta, "GET", "/Users", 429, true, "as many seconds as Retry-After"},
		{journal.ClientOkta, "GET", "/Users", 429, false, "for 5 minutes"},
		{journal.ClientOkta, "PATCH", "/Users/{id}", 501, false, "does not fall back to PUT"},
		{journal.ClientOkta, "POST", "/Users", 409, false, "stops the job"},
		{journal.ClientOkta, "GET", "/Users", 404, false, "no match"},
		{journal.ClientOkta, "GET", "/Users/{id}", 404, false, ""},
		{journal.ClientOkta, "GET", "/Users", 200, false, ""},
		{journal.ClientOkta, "GET", "/Users", 0, false, "60 seconds"},
		{journal.ClientEntra, "GET", "/Users", 404, false, "incompatible"},
		{journal.ClientEntra, "DELETE", "/Users/{id}", 404, false, "deleted"},
		{journal.ClientEntra, "PATCH", "/Users/{id}", 429, true, "not documented"},
		{journal.ClientEntra, "PATCH", "/Users/{id}", 500, false, "quarantined"},
		{journal.ClientEntra, "PATCH", "/Users/{id}", 0, false, "quarantined"},
		{journal.ClientEntra, "PATCH", "/Users/{id}", 204, false, ""},
		{journal.ClientJumpCloud, "DELETE", "/Users/{id}", 501, false, "active false"},
		{journal.ClientJumpCloud, "POST", "/Users", 409, false, ""},
		{journal.ClientOneLogin, "GET", "/Users", 404, false, "no match"},
		{journal.ClientGoogle, "POST", "/Users", 500, false, ""},
		{journal.ClientOurs, "GET", "/Users", 429, true, "up to 3 times"},
		{journal.ClientUnknown, "GET", "/Users", 500, false, ""},
	} {
		got := journal.Outlook(c.client, c.method, c.route, c.status, c.retryAfter)
		require.Contains(t, got, c.want, "%v", c)
		require.Equal(t, c.want == "", got == "", "%v: %s", c, got)
	}
}

func TestSection(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		method, route, query string
		status               int
		want                 string
	}{
		{"POST", "/Users", "", 201, "RFC 7644 section 3.3"},
		{"GET", "/Users/{id}", "", 200, "RFC 7644 section 3.4.1"},
		{"HEAD", "/Users/{id}", "", 200, "RFC 7644 section 3.4.1"},
		{"GET", "/Users", "", 200, "RFC 7644 section 3.4.2"},
		{"GET", "/Users", "startIndex=1&filter=x", 200, "RFC 7644 section 3.4.2.2"},
		{"GET", "/Users", "startIndex=1", 200, "RFC 7644 section 3.4.2.4"},
		{"GET", "/Users", "cursor=", 200, "RFC 9865 section 2"},
		{"GET", "/Users", "sortBy=x", 200, "RFC 7644 section 3.4.2.3"},
		{"POST", "/Users/.search", "", 200, "RFC 7644 section 3.4.3"},
		{"PUT", "/Groups/{id}", "", 501, "RFC 7644 section 3.5.1"},
		{"PATCH", "/Groups/{id}", "", 204, "RFC 7644 section 3.5.2"},
		{"DELETE", "/Users/{id}", "", 204, "RFC 7644 section 3.6"},
		{"POST", "/Bulk", "", 200, "RFC 7644 section 3.7"},
		{"GET", "/Me", "", 501, "RFC 7644 section 3.11"},
		{"GET", "/Schemas", "", 200, "RFC 7644 section 4"},
		{"GET", "/Schemas", "", 401, "RFC 6750 section 3"},
		{"PATCH", "/Users/{id}", "", 412, "RFC 7644 section 3.14"},
		{"GET", "", "", 404, "RFC 7644 section 3.2"},
	} {
		require.Equal(t, c.want, journal.Section(c.method, c.route, c.query, c.status), "%v", c)
	}
}

func TestCinodeRule(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		method, route string
		status        int
		why, want     string
	}{
		{"PUT", "/Groups/{id}", 501, "", "not supported [D]"},
		{"DELETE", "/Users/{id}", 204, "", "Disconnected"},
		{"DELETE", "/Groups/{id}", 204, "", "the Team and its members stay"},
		{"POST", "/Users", 409, "uniqueness", "e-mail"},
		{"POST", "/Users", 201, "", ""},
		{"PATCH", "/Users/{id}", 400, "mutability", "read only"},
		{"PATCH", "/Users/{id}", 400, "invalidValue", ""},
		{"GET", "/Groups", 400, "invalidFilter", "a filter has"},
		{"GET", "/Schemas", 401, "no-credential", "discovery included"},
		{"GET", "/Users", 403, "other-tenant", "another tenant"},
		{"GET", "/Users", 403, "insufficient-scope", ""},
		{"GET", "/Users", 401, "expired", "expiry"},
	} {
		got := journal.CinodeRule(c.method, c.route, c.status, c.why)
		require.Contains(t, got, c.want, "%v", c)
		require.Equal(t, c.want == "", got == "", "%v: %s", c, got)
	}
}
