package main

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"
)

// player sends the steps of a trace to one tenant of a server.
type player struct {
	trace  *trace
	server *traceServer
	mode   string
	path   string // of the SCIM base
	names  variables
	last   map[string]any // the last answer with a body
}

func newPlayer(tr *trace, server *traceServer, mode string, tenant int, tenantPath bool) *player {
	path := "/scim/v2"
	if tenantPath {
		path = "/scim/tenants/" + strconv.Itoa(tenant) + "/v2"
	}
	return &player{trace: tr, server: server, mode: mode, path: path, names: variables{
		"${token}": traceSecret(tenant), "${base}": server.url + path, "${tenant}": strconv.Itoa(tenant),
	}}
}

// play sends all steps, one after the other but for those that are sent at once.
func (p *player) play(t *testing.T, steps []traceStep) {
	t.Helper()
	for len(steps) > 0 {
		n := 1
		for steps[0].atOnce && n < len(steps) && steps[n].atOnce {
			n++
		}
		p.together(t, steps[:n])
		steps = steps[n:]
	}
}

func (p *player) together(t *testing.T, steps []traceStep) {
	t.Helper()
	answers, errs := make([]traceAnswer, len(steps)), make([]error, len(steps))
	messages := make([]traceMessage, len(steps))
	for i, s := range steps {
		messages[i] = p.message(t, s)
	}
	var group sync.WaitGroup
	for i := range steps {
		group.Go(func() { answers[i], errs[i] = p.server.send(t.Context(), messages[i]) })
	}
	group.Wait()
	for i, s := range steps {
		require.NoError(t, errs[i], s.name)
		if err := p.check(s, answers[i]); err != nil {
			require.FailNow(t, err.Error(), "%s: %s %s\n%s\ngot %d %v\n%.2000s", s.name, messages[i].method, messages[i].target,
				messages[i].body, answers[i].status, answers[i].header, answers[i].body)
		}
	}
}

// message is the request of a step with every name replaced.
func (p *player) message(t *testing.T, s traceStep) traceMessage {
	t.Helper()
	m := traceMessage{method: s.request.method, target: p.path + p.names.expand(s.request.target), body: p.names.expand(s.request.body)}
	if edits, ok := strings.CutPrefix(m.body, editLast); ok {
		edited := maps.Clone(p.last)
		require.NoError(t, json.Unmarshal([]byte(edits), &edited), s.name)
		text, err := json.Marshal(edited, json.Deterministic(true))
		require.NoError(t, err)
		m.body = string(text)
	}
	m.headers = append(m.headers, traceHeader{"Authorization", "Bearer ${token}"})
	m.headers = append(m.headers, p.trace.always...)
	if m.body != "" {
		m.headers = append(m.headers, p.trace.bodied...)
	}
	m.headers = append(m.headers, s.request.headers...)
	for i, h := range m.headers {
		m.headers[i].value = p.names.expand(h.value)
	}
	return m
}

// check holds an answer against what the step expects of it.
func (p *player) check(s traceStep, got traceAnswer) error {
	status, scimType, headers, bodies := merge(s.wants, p.mode)
	if got.status != status {
		return fmt.Errorf("the status is %d, not %d", got.status, status)
	}
	if err := p.checkBody(got, status, scimType, bodies); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		if status >= http.StatusBadRequest && name == "X-Scim-Deviations" {
			continue // what was noted before the refusal is of no account
		}
		if want := p.names.expand(headers[name]); sortedList(got.header.Get(name)) != sortedList(want) {
			return fmt.Errorf("the header %s is %q, not %q", name, got.header.Get(name), want)
		}
	}
	return nil
}

// sortedList puts the parts of a header in order.
func sortedList(header string) string {
	parts := strings.Split(header, ", ")
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

func (p *player) checkBody(got traceAnswer, status int, scimType string, bodies []any) error {
	if status == http.StatusNoContent {
		if got.body != "" || got.header.Get("Content-Type") != "" || len(bodies) > 0 {
			return fmt.Errorf("204 with a body")
		}
		return nil
	}
	if kind := got.header.Get("Content-Type"); kind != "application/scim+json" {
		return fmt.Errorf("the content type is %q", kind)
	}
	var body map[string]any
	if err := json.Unmarshal([]byte(got.body), &body); err != nil {
		return fmt.Errorf("the body: %w", err)
	}
	if status >= http.StatusBadRequest {
		return checkError(body, status, scimType)
	}
	p.last = body
	for _, want := range bodies {
		if err := p.names.match(want, body, "the answer"); err != nil {
			return err
		}
	}
	return nil
}

// checkError checks a SCIM error message (RFC 7644 section 3.12).
func checkError(body map[string]any, status int, scimType string) error {
	if got, _ := body["scimType"].(string); got != scimType {
		return fmt.Errorf("scimType is %q, not %q", got, scimType)
	}
	if body["detail"] == nil || body["detail"] == "" {
		return fmt.Errorf("an error without detail")
	}
	return variables{}.match(map[string]any{
		"schemas": []any{"urn:ietf:params:scim:api:messages:2.0:Error"}, "status": strconv.Itoa(status),
	}, body, "the error")
}

// checkEnd compares all users and groups of the tenant with what the trace says is left.
func (p *player) checkEnd(t *testing.T) {
	t.Helper()
	want := []string{}
	for _, end := range p.trace.ends {
		if end.mode == "" || end.mode == p.mode {
			want = append(want, end.lines...)
		}
	}
	slices.Sort(want)
	require.Equal(t, want, p.state(t), "what is left in the end")
}

// state writes the users and groups of the tenant as the files of traces do.
func (p *player) state(t *testing.T) []string {
	t.Helper()
	state := make([]string, 0, 8)
	userNames := map[string]string{}
	for _, user := range p.list(t, "/Users") {
		status := "inactive"
		if user["active"] == true {
			status = "active"
		}
		userNames[fmt.Sprint(user["id"])] = fmt.Sprint(user["userName"])
		state = append(state, fmt.Sprintf("user %s %s", user["userName"], status))
	}
	for _, group := range p.list(t, "/Groups") {
		var members []string
		list, _ := group["members"].([]any)
		for _, e := range list {
			member, _ := e.(map[string]any)
			members = append(members, userNames[fmt.Sprint(member["value"])])
		}
		slices.Sort(members)
		if len(members) == 0 {
			members = []string{"nobody"}
		}
		state = append(state, fmt.Sprintf("group %s: %s", group["displayName"], strings.Join(members, ", ")))
	}
	slices.Sort(state)
	return state
}

func (p *player) list(t *testing.T, endpoint string) []map[string]any {
	t.Helper()
	answer, err := p.server.send(t.Context(), traceMessage{method: http.MethodGet, target: p.path + endpoint + "?count=1000",
		headers: []traceHeader{{"Authorization", p.names.expand("Bearer ${token}")}}})
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, answer.status, answer.body)
	var page struct {
		TotalResults int              `json:"totalResults"`
		Resources    []map[string]any `json:"Resources"`
	}
	require.NoError(t, json.Unmarshal([]byte(answer.body), &page))
	require.Len(t, page.Resources, page.TotalResults)
	return page.Resources
}
