package main

import (
	"crypto/rand"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/conformance"
	"github.com/cinode-scim/cinode-scim/internal/scimclient"
	"github.com/cinode-scim/cinode-scim/internal/testenv"
)

// A mutant is a server that breaks the rule of one row of the checklist: ours
// behind a proxy that changes requests or answers. The judge must notice it. A
// check that no mutant can fail proves nothing.
//
// To write one:
//
//	{row: "CREATE-002", why: "leaves Location out", on: "POST /Users", got: header("Location", "")},
//	{row: "FILT-003", why: "minds the case of names", on: "GET /Users", sent: filter("USERNAME", "nickName")},
//
// Break that rule alone, in the way a real server would. The judge runs just
// this row, against a tenant of its own, so that lists hold nothing else.
//
// on picks calls by method and by path from the base URL on: "POST|PUT /Users",
// "* /Users/*" (a * is one segment, ** the rest); "" is all. sent changes the
// request on its way in; one that gives an answer (answer, refuse)
// keeps it from the server. got changes the answer on its way out.
//
// given, if the row is skipped or not met on our server, makes ours one that it
// applies to and that meets it: the judge must pass it, and fail it with the
// mutant around it. It is a mutant without row and why.
//
// The words are in mutant_words_test.go. All work on the message at hand, which
// is the request in sent and the answer in got. A path to JSON is of names parted
// by slashes, as in "meta/created", "Resources/*/emails/0/type" or, for the
// element of an array that has such a member, "emails/type=work/value"; a + at
// its end adds to an array. "**/title" is in a resource and in each of a list.
//
//	do(...)                          one after the other
//	at("GET /Users", ...)            for some calls only
//	when(cond, ...), unless(cond, ...)
//	  asks("text", ...)              all texts are in the request as it came: "METHOD /path?decoded query\nbody"
//	  asksHeader("If-Match", "W/")   the request as it came has the header with the text ("" for any value)
//	  answers(400, ...)              the answer has one of these statuses
//	  holds("path", value)           the JSON has this at the path; any value if nil
//	  after(n)                       n earlier calls came here
//	  asksRaw("a+b")                 the query has this before it is decoded
//	set, drop, change("path", ...)   change JSON; change takes a func(any) any, which may give gone (see
//	                                 reverse, double)
//	echo("path", ...)                puts what the client sent there into the answer
//	keep("path")                     the same, and into all later answers for this resource
//	freeze("path")                   gives what the first answer for this resource had there
//	stored("path")                   in a PUT, fills in what the resource has there, if the client sent nothing
//	swap(old, new)                   changes the text of the body
//	header(name, value)              "" takes it away
//	param(name, value), filter(old, new)
//	                                 change the query; filter changes the decoded text of the filter
//	to("/Users")                     sends it to another path
//	first(op), operations(f)         put a PATCH operation (see op) before those sent, or change them all
//	code(n), answer(n, body), refuse(n, scimType), nothing(), accept(), wrap()
//	                                 nothing is an empty list; accept makes a refusal a success that
//	                                 repeats the request; wrap makes a resource a list
//	also(method, path, body), patch(op)
//	                                 send one more request to the server, patch to a user; {id} in the path
//	                                 and in the body is the id in the answer, or else that in the path
//	reread()                         answers with the resource as a GET gives it
//	schemaOf(urn, "emails.type")     the path of an attribute in /Schemas
//	func(c *call) { ... }            all else: see call, and c.store for what lasts between calls
//
// scopes, for rows that need a token of fewer rights, are those of one that the
// judge gets for it: onlyReads or less. The judge knows another tenant, too:
// "* /scim/tenants/*/v2/Users" is there. me makes the judge's token that of a user.
//
// partly, for rows of which only a part can be seen from outside, so that the
// judge skips a good server at the end: it must fail the mutant all the same.
type mutant struct {
	row, why   string
	given      *mutant
	scopes     string
	me, partly bool
	on         string
	sent, got  edit
}

const onlyReads = "users:read,groups:read"

// mutantTables are the mutants of all areas.
var mutantTables = [][]mutant{
	discoveryMutants, schemaMutants, httpMutants, createMutants, readMutants, filterMutants, operatorMutants, valuePathMutants,
	pageMutants, projectionMutants, putMutants, patchFormMutants, patchChangeMutants, deleteMutants, errorMutants, commonMutants,
	sortMutants, cursorMutants, searchMutants, meMutants, bulkMutants, tenantMutants, securityMutants,
	characteristicMutants, userMutants, groupMutants, enterpriseMutants, internationalMutants, interopMutants,
}

// TestMutant wants each mutant to be noticed, and the server behind it to be good.
func TestMutant(t *testing.T) {
	t.Parallel()
	mutants := slices.Concat(mutantTables...)
	l, tenants := startLab(t, len(mutants)+1)
	t.Run("rows", func(t *testing.T) {
		t.Parallel()
		requireMutants(t, l.judge(t, tenants[len(mutants)], mutant{scopes: onlyReads}), mutants)
	})
	for i, m := range mutants {
		t.Run(m.row+" "+m.why, func(t *testing.T) {
			t.Parallel()
			again := i > 0 && mutants[i-1].row == m.row && mutants[i-1].given == m.given
			if !again && (m.given != nil || m.scopes != "" || m.me || m.partly) { // else "rows" has seen that it is good
				l.requireGood(t, tenants[i], m)
			}
			l.requireNoticed(t, tenants[i], m)
		})
	}
}

// requireGood wants the judge to find no fault with the server behind a mutant.
func (l *lab) requireGood(t *testing.T, tenant int, m mutant) {
	t.Helper()
	result, wanted := l.judge(t, tenant, mutant{row: m.row, given: m.given, scopes: m.scopes, me: m.me})[0], conformance.Pass
	if m.partly {
		wanted = conformance.Skipped
	}
	require.Equal(t, wanted, result.Verdict, "%v", result.Reasons)
}

// requireNoticed wants the judge to fail a mutant, or, where the row is no MUST, to warn of it.
func (l *lab) requireNoticed(t *testing.T, tenant int, m mutant) {
	t.Helper()
	result := l.judge(t, tenant, m)[0]
	wanted := []conformance.Verdict{conformance.Fail}
	if result.Row.Level != conformance.Must {
		wanted = append(wanted, conformance.Warning)
	}
	require.Contains(t, wanted, result.Verdict, "%s (%s): %v", m.row, m.why, result.Reasons)
	require.NotEmpty(t, result.Reasons)
	t.Log(result.Verdict, result.Reasons) // whether it is for the right reason, a reader can tell
}

// requireMutants wants a mutant for each check that applies to our server, and none without a check.
func requireMutants(t *testing.T, ours []conformance.Result, mutants []mutant) {
	t.Helper()
	var missing []string
	for _, result := range ours {
		of := func(m mutant) bool { return m.row == result.Row.ID }
		i := slices.IndexFunc(mutants, of)
		if result.Verdict == conformance.Skipped {
			checked := !slices.Contains(result.Reasons, "the judge has no check for it")
			require.True(t, i < 0 || checked && (mutants[i].given != nil || mutants[i].scopes != "" || mutants[i].me || mutants[i].partly), "%s: the row is skipped, and its mutant says not what is given", result.Row.ID)
			continue
		}
		if i < 0 {
			missing = append(missing, result.Row.ID)
			continue
		}
		require.True(t, mutants[i].given != nil || result.Verdict == conformance.Pass,
			"%s: our server does not pass, and its mutant says not what is given: %v", result.Row.ID, result.Reasons)
	}
	require.Empty(t, missing, "these rows have no mutant")
	for _, m := range mutants {
		require.NotEmpty(t, m.why, m.row)
		require.True(t, slices.ContainsFunc(ours, func(r conformance.Result) bool { return r.Row.ID == m.row }), "%s: there is no such row", m.row)
	}
}

// lab is the server behind all mutants. Each has a tenant of it, and there is another for all.
type lab struct {
	*traceServer
	database string
	other    int
}

// startLab starts a server with some tenants and that other one.
func startLab(t *testing.T, n int, flags ...string) (l *lab, tenants []int) {
	t.Helper()
	for i := range n + 1 {
		tenants = append(tenants, firstTraceTenant+i)
	}
	database := filepath.Join(t.TempDir(), "scim.db") // a file, for tokens to be made in
	return &lab{startTraceServer(t, database, "rfc", tenants, flags...), database, tenants[n]}, tenants[:n]
}

// judge runs the row of a mutant against it, or all rows if it names none.
func (l *lab) judge(t *testing.T, tenant int, m mutant) []conformance.Result {
	t.Helper()
	url := startProxy(t, l.traceServer, tenant, m)
	client := func(tenant int, token string) *scimclient.Client {
		c, err := scimclient.New(url+tenantBase(tenant), scimclient.Options{Token: token, Timeout: 20 * time.Second})
		require.NoError(t, err)
		t.Cleanup(c.Close)
		return c
	}
	options := conformance.Options{Parallel: 4, Other: client(l.other, traceSecret(l.other))}
	if m.row != "" {
		options.Only = []string{m.row}
	}
	if m.scopes != "" {
		options.Reader = client(tenant, l.token(t, tenant, "--scopes", m.scopes))
	}
	main := traceSecret(tenant)
	if m.me {
		main = l.token(t, tenant, "--user", l.user(t, tenant))
	}
	report, err := conformance.Run(t.Context(), client(tenant, main), options)
	require.NoError(t, err)
	return report.Results
}

func tenantBase(tenant int) string { return "/scim/tenants/" + strconv.Itoa(tenant) + "/v2" }

// token makes one as the flags tell.
func (l *lab) token(t *testing.T, tenant int, flags ...string) string {
	t.Helper()
	args := append([]string{"token", "create", rand.Text(), "--database", l.database, "--tenant", strconv.Itoa(tenant), "--json"}, flags...)
	output, err := exec.CommandContext(t.Context(), testenv.Program(t), args...).CombinedOutput()
	require.NoError(t, err, string(output))
	secret, _ := valueAt(readJSON(string(output)), "secret").(string)
	require.NotEmpty(t, secret, string(output))
	return secret
}

// user makes one and gives its id.
func (l *lab) user(t *testing.T, tenant int) string {
	t.Helper()
	a, err := l.send(t.Context(), traceMessage{
		method: http.MethodPost, target: tenantBase(tenant) + "/Users",
		headers: []traceHeader{{"Authorization", "Bearer " + traceSecret(tenant)}, {"Content-Type", "application/scim+json"}},
		body:    writeJSON(obj{"schemas": arr{coreUser}, "userName": rand.Text(), "displayName": "The caller"}),
	})
	require.NoError(t, err)
	id, _ := valueAt(readJSON(a.body), "id").(string)
	require.NotEmpty(t, id, a.body)
	return id
}

// matches says whether a pattern of a mutant picks a call.
func matches(pattern, method, path string) bool {
	methods, paths, _ := strings.Cut(pattern, " ")
	if pattern == "" {
		return true
	}
	if methods != "*" && !slices.Contains(strings.Split(methods, "|"), method) {
		return false
	}
	want, got := strings.Split(paths, "/"), strings.Split(path, "/")
	for i, segment := range want {
		if segment == "**" {
			return true
		}
		if i >= len(got) || segment != "*" && segment != got[i] {
			return false
		}
	}
	return len(want) == len(got)
}

func TestMutant_Matches(t *testing.T) {
	t.Parallel()
	require.True(t, matches("", http.MethodGet, "/Users"))
	require.True(t, matches("* /Users/*", http.MethodGet, "/Users/1"))
	require.True(t, matches("PUT|GET /Users/**", http.MethodGet, "/Users/1/x"))
	require.False(t, matches("PUT /Users/*", http.MethodGet, "/Users/1"))
	require.False(t, matches("* /Users/*", http.MethodGet, "/Users"))
	require.False(t, matches("* /Users", http.MethodGet, "/Users/1"))
}
