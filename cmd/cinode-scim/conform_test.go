package main

import (
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/conformance"
	"github.com/cinode-scim/cinode-scim/internal/testenv"
)

// standing is where our server stands on a row of the checklist, as the table beside the checks has it.
type standing struct{ rfc, why, cinode, cinodeWhy string }

// readStandings reads internal/conformance/standing.tsv, which has a line for each row.
func readStandings(t *testing.T) map[string]standing {
	t.Helper()
	text, err := os.ReadFile("../../internal/conformance/standing.tsv")
	require.NoError(t, err)
	all := map[string]standing{}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		cells := append(strings.Split(strings.TrimSpace(line), "\t"), "", "", "", "")
		s := standing{cells[1], cells[2], cells[3], cells[4]}
		require.Contains(t, []string{"met", "choice", "none"}, s.rfc, cells[0])
		require.True(t, s.rfc == "met" || s.why != "", "%s says not why", cells[0])
		require.Equal(t, s.cinode != "", s.cinodeWhy != "", "%s says not why", cells[0])
		require.NotContains(t, all, cells[0])
		all[cells[0]] = s
	}
	for _, row := range conformance.Rows() {
		require.Contains(t, all, row.ID, "the row stands nowhere")
	}
	require.Len(t, all, len(conformance.Rows()))
	return all
}

// judgedRow is a result of the judge's JSON.
type judgedRow struct {
	ID      string   `json:"id"`
	Verdict string   `json:"verdict"`
	Reasons []string `json:"reasons"`
}

// runJudge runs conform and gives its output and exit code.
func runJudge(t *testing.T, env []string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	command := exec.CommandContext(t.Context(), testenv.Program(t), append([]string{"conform"}, args...)...)
	command.Env = append(os.Environ(), env...)
	var errorText strings.Builder
	command.Stderr = &errorText
	output, err := command.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return string(output), errorText.String(), exit.ExitCode()
	}
	require.NoError(t, err)
	return string(output), errorText.String(), 0
}

// judged is the judge's JSON.
type judged struct {
	Left    []string    `json:"notRemoved"`
	Results []judgedRow `json:"results"`
}

// startJudged starts a server with a tenant to be judged and another.
func startJudged(t *testing.T, database, persona string, flags ...string) (l *lab, tenant int) {
	t.Helper()
	tenant = firstTraceTenant
	server := startTraceServer(t, database, persona, []int{tenant, tenant + 1}, flags...)
	return &lab{server, database, tenant + 1}, tenant
}

// conform judges a tenant, with the other one and a token that may only read users, and gives what failed.
func (l *lab) conform(t *testing.T, tenant int, token string, args ...string) (judged, int) {
	t.Helper()
	reader := l.token(t, tenant, "--scopes", "users:read")
	env := []string{"CINODE_SCIM_CONFORM_TOKEN=" + token, "CINODE_SCIM_CONFORM_READ_TOKEN=" + reader, "CINODE_SCIM_CONFORM_OTHER_TOKEN=" + traceSecret(l.other)}
	args = append([]string{"--base-url", l.url + tenantBase(tenant), "--other-base-url", l.url + tenantBase(l.other), "--json"}, args...)
	stdout, stderr, code := runJudge(t, env, args...)
	for _, secret := range []string{token, reader, traceSecret(l.other)} {
		require.NotContains(t, stdout+stderr, secret)
	}
	var report judged
	require.NoError(t, json.Unmarshal([]byte(stdout), &report), stderr)
	return report, code
}

// wide is a schema of attributes such as RFC 7643 has none of, for the rows that need them.
const wide = `[
  {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"], "id": "urn:example:schemas:Wide", "name": "Wide", "attributes": [
    {"name": "count", "type": "integer", "multiValued": false}, {"name": "rate", "type": "decimal", "multiValued": false},
    {"name": "since", "type": "dateTime", "multiValued": false}, {"name": "origin", "type": "string", "multiValued": false, "mutability": "immutable"},
    {"name": "remark", "type": "string", "multiValued": false, "returned": "request"}]},
  {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"], "name": "User",
   "schemaExtensions": [{"schema": "urn:example:schemas:Wide", "required": false}]}]`

// TestConform_RFCPersona runs the whole checklist against the built program, on both databases, with all that the
// judge can be given.
func TestConform_RFCPersona(t *testing.T) {
	t.Parallel()
	standings := readStandings(t)
	schema := filepath.Join(t.TempDir(), "wide.json")
	require.NoError(t, os.WriteFile(schema, []byte(wide), 0o600))
	for database, open := range traceDatabases {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			l, tenant := startJudged(t, open(t), "rfc", "--schema", schema, "--sensitive", "ims.value", "--cursor-timeout", "5s")
			report, code := l.conform(t, tenant, l.token(t, tenant, "--user", l.user(t, tenant)))
			require.Empty(t, report.Left)
			require.Len(t, report.Results, len(standings))
			for _, row := range report.Results {
				wanted := "pass"
				if standings[row.ID].rfc == "none" {
					wanted = "skipped"
				}
				require.Equal(t, wanted, row.Verdict, "%s: %v", row.ID, row.Reasons)
			}
			require.Equal(t, 0, code)
			answer, err := l.send(t.Context(), traceMessage{method: http.MethodGet, target: tenantBase(tenant) + "/Users",
				headers: []traceHeader{{"Authorization", "Bearer " + traceSecret(tenant)}}})
			require.NoError(t, err)
			require.Contains(t, answer.body, `"totalResults":1`, "the judge leaves users behind")
		})
	}
}

// TestConform_OtherServers judges the rows that apply to a server only if it is started in a way of its own.
func TestConform_OtherServers(t *testing.T) {
	t.Parallel()
	required := filepath.Join(t.TempDir(), "required.json")
	require.NoError(t, os.WriteFile(required, []byte(strings.ReplaceAll(wide, `"required": false`, `"required": true`)), 0o600))
	for row, flags := range map[string][]string{
		"SEC-001": {"--tls-self-signed", t.TempDir()},
		"ME-001":  nil, // the token is bound to nobody
		"RT-007":  {"--schema", required},
	} {
		t.Run(row, func(t *testing.T) {
			t.Parallel()
			l, tenant := startJudged(t, filepath.Join(t.TempDir(), "scim.db"), "rfc", flags...)
			report, code := l.conform(t, tenant, traceSecret(tenant), "--only", row, "--insecure")
			require.Equal(t, "pass", report.Results[0].Verdict, report.Results[0].Reasons)
			require.Equal(t, 0, code)
		})
	}
}

// TestConform_CinodePersona wants the cinode persona to fail what Cinode's documents have otherwise, and nothing
// more. Its own profile spares these rows.
func TestConform_CinodePersona(t *testing.T) {
	t.Parallel()
	standings := readStandings(t)
	for database, open := range traceDatabases {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			l, tenant := startJudged(t, open(t), "cinode")
			report, code := l.conform(t, tenant, traceSecret(tenant))
			require.Equal(t, 1, code)
			for _, row := range report.Results {
				require.Equal(t, standings[row.ID].cinode != "", row.Verdict == "fail", "%s: %s %v", row.ID, row.Verdict, row.Reasons)
				require.NotEqual(t, "error", row.Verdict, "%s: %v", row.ID, row.Reasons)
			}
			_, code = l.conform(t, tenant, traceSecret(tenant), "--profile", "cinode")
			require.Equal(t, 0, code)
		})
	}
}

// TestConform_Command holds what a script sees: exit codes, files, and that the token stays out of them.
func TestConform_Command(t *testing.T) {
	t.Parallel()
	server := startTraceServer(t, traceDatabases["sqlite"](t), "rfc", []int{firstTraceTenant})
	cinode := startTraceServer(t, traceDatabases["sqlite"](t), "cinode", []int{firstTraceTenant})
	cinodeBase := cinode.url + tenantBase(firstTraceTenant)
	base := server.url + "/scim/tenants/" + strconv.Itoa(firstTraceTenant) + "/v2"
	secret := traceSecret(firstTraceTenant)
	env := []string{"CINODE_SCIM_CONFORM_TOKEN=" + secret}
	tests := map[string]struct {
		env       []string
		args      []string
		code      int
		out, fail string // parts of stdout and stderr
	}{
		"all is well":       {env, []string{"--base-url", base, "--only", "CREATE,del-001", "--level", "must"}, 0, "Create (CREATE): 12 pass", ""},
		"a check fails":     {env, []string{"--base-url", cinodeBase, "--only", "DEL-002"}, 1, "curl -i", "1 checks failed"},
		"no base URL":       {env, nil, 2, "", "--base-url is missing"},
		"unknown row":       {env, []string{"--base-url", base, "--only", "NOPE"}, 2, "", `no area "NOPE"`},
		"unknown profile":   {env, []string{"--base-url", base, "--profile", "x"}, 2, "", "it must be cinode or entra or okta or rfc"},
		"unknown level":     {env, []string{"--base-url", base, "--level", "x"}, 2, "", `no level "x"`},
		"no header line":    {env, []string{"--base-url", base, "--header", "x"}, 2, "", "is no header line"},
		"nobody listens":    {env, []string{"--base-url", "http://127.0.0.1:1/scim"}, 3, "", "cannot be judged"},
		"token is refused":  {nil, []string{"--base-url", base + "x", "--token", "wrong"}, 3, "", "cannot be judged"},
		"slow, with header": {env, []string{"--base-url", base, "--only", "DEL-001", "--rate", "50", "--header", "X-Key: hush"}, 0, "1 pass", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stdout, stderr, code := runJudge(t, test.env, test.args...)
			require.Equal(t, test.code, code, stdout+stderr)
			require.Contains(t, stdout, test.out)
			require.Contains(t, stderr, test.fail)
			require.NotContains(t, stdout+stderr, secret)
			require.NotContains(t, stdout+stderr, "hush")
		})
	}
	file := filepath.Join(t.TempDir(), "junit.xml")
	_, stderr, code := runJudge(t, env, "--base-url", cinodeBase, "--only", "DEL", "--junit", file)
	require.Equal(t, 1, code, stderr)
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Contains(t, string(text), `<testsuite name="DEL Delete" tests="8" failures="2"`)
}
