package conformance

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync"

	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

// trial is one check at work, on one side of the target.
// Its methods may end the check, but for send, which is safe for parallel use.
type trial struct {
	side
	*record
}

// side is the target as one credential sees it.
type side struct {
	client *scimclient.Client
	owner  *scimclient.Client // removes what client makes
	d      *discovered
}

// record is what a check made and noticed, on all sides.
type record struct {
	ctx                   context.Context
	mark                  string // begins every name that this check gives
	readerSide, otherSide *side  // nil if the judge was not given the credential

	mu        sync.Mutex
	names     int
	made      []made
	uncertain []side // something may have been made there that was not answered
	exchanges []*scimclient.Exchange
	notes     []string
	warned    bool
	stopped   *stop // nil while the check runs, and if it gets to its end
}

// made is a resource that a check made.
type made struct {
	side side
	path string
}

// stop is how a check ended early.
type stop struct {
	verdict Verdict
	reason  string
}

// end ends the check's goroutine, as testing.T does.
func (t *trial) end(verdict Verdict, format string, args []any) {
	t.stopped = &stop{verdict, fmt.Sprintf(format, args...)}
	runtime.Goexit()
}

func (t *trial) failf(format string, args ...any)  { t.end(Fail, format, args) }
func (t *trial) skipf(format string, args ...any)  { t.end(Skipped, format, args) }
func (t *trial) errorf(format string, args ...any) { t.end(Error, format, args) }

// check ends the check unless ok holds.
func (t *trial) check(ok bool, format string, args ...any) {
	if !ok {
		t.failf(format, args...)
	}
}

// warnf notes a flaw that is less than a failure, and goes on.
func (t *trial) warnf(format string, args ...any) {
	t.warned = true
	t.notef(format, args...)
}

// notef notes which of several allowed ways the target takes.
func (t *trial) notef(format string, args ...any) {
	t.notes = append(t.notes, fmt.Sprintf(format, args...))
}

// equal compares as JSON.
func (t *trial) equal(what string, got, want any) {
	t.check(same(got, want), "%s is %s; want %s", what, encode(got), encode(want))
}

// name is a new one that nobody else uses.
func (t *trial) name() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.names++
	return fmt.Sprintf("%s-%d", t.mark, t.names)
}

// send sends a body (a string as it is, all else as JSON) with header lines given as name and value in turn.
func (t *trial) send(method, path string, body any, header ...string) *answer {
	return t.exchange(t.request(method, path, body, header))
}

// anonymous is get without the credential.
func (t *trial) anonymous(path string) *answer {
	r := t.request(http.MethodGet, path, nil, nil)
	r.Anonymous = true
	return t.exchange(r)
}

func (t *trial) get(path string, header ...string) *answer {
	return t.send(http.MethodGet, path, nil, header...)
}

func (t *trial) request(method, path string, body any, header []string) scimclient.Request {
	r := scimclient.Request{Method: method, Path: path, Header: http.Header{}}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	switch body := body.(type) {
	case nil:
	case string:
		r.Body = body
	default:
		r.Body = encode(body)
	}
	return r
}

func (t *trial) exchange(r scimclient.Request) *answer {
	ctx := t.ctx
	if r.Method == http.MethodPost { // what may make something is seen through, or it could not be removed
		ctx = context.WithoutCancel(ctx)
	}
	a := &answer{t.client.Do(ctx, r), t}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.exchanges = append(t.exchanges, a.Exchange)
	if r.Method == http.MethodPost {
		t.remember(a)
	}
	return a
}

// remember takes note of a resource that was made. The caller holds the lock.
func (t *trial) remember(a *answer) {
	if a.Err != nil && a.Status == 0 {
		t.uncertain = append(t.uncertain, t.side)
	}
	if !a.ok() {
		return
	}
	path, _, _ := strings.Cut(strings.TrimPrefix(a.URL, t.client.Base()), "?")
	body, _ := parse(a.Body).(object)
	id, _ := body["id"].(string)
	if path == bulkPath {
		t.rememberJob(a)
		return
	}
	for _, rt := range t.d.all {
		if strings.TrimRight(path, "/") != rt.endpoint {
			continue
		}
		if id == "" {
			t.uncertain = append(t.uncertain, t.side)
			return
		}
		t.made = append(t.made, made{t.side, rt.endpoint + "/" + url.PathEscape(id)})
	}
}

// atOnce runs a function n times side by side and gives the answers.
func (t *trial) atOnce(n int, send func(i int) *answer) []*answer {
	answers := make([]*answer, n)
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() { answers[i] = send(i) })
	}
	group.Wait()
	return answers
}

// statuses counts answers by their status.
func statuses(answers []*answer) map[int]int {
	counts := map[int]int{}
	for _, a := range answers {
		counts[a.Status]++
	}
	return counts
}

// reader goes on with the token that may only read.
func (t *trial) reader() *trial {
	if t.readerSide == nil {
		t.skipf("it takes a token that may only read; give one with --read-token")
	}
	return &trial{*t.readerSide, t.record}
}

// other goes on in another tenant.
func (t *trial) other() *trial {
	if t.otherSide == nil {
		t.skipf("it takes a token of another tenant; give one with --other-token")
	}
	return &trial{*t.otherSide, t.record}
}

// users is the endpoint of users; the check is skipped if there is none.
func (t *trial) users() string {
	if t.d.user == nil {
		t.skipf("ResourceTypes has no type with the schema %s", userURN)
	}
	return t.d.user.endpoint
}

func (t *trial) groups() string {
	if t.d.group == nil {
		t.skipf("ResourceTypes has no type with the schema %s", groupURN)
	}
	return t.d.group.endpoint
}

// needs skips the check unless users have all of some attributes.
func (t *trial) needs(paths ...string) {
	t.users()
	t.needsOf(t.d.user, paths...)
}

// needsMembers skips the check unless groups have members that clients may set.
func (t *trial) needsMembers() {
	t.groups()
	t.needsOf(t.d.group, "displayName", "members.value")
	if a := t.d.group.find("members"); a.mutability != "readWrite" {
		t.skipf("members of groups are %s", a.mutability)
	}
}

func (t *trial) needsOf(rt *resourceType, paths ...string) {
	for _, path := range paths {
		if rt.find(path) == nil {
			t.skipf("the schemas of %s do not publish %s", rt.name, path)
		}
	}
}

// gated skips the check when discovery does not announce a feature that a part of it needs.
func (t *trial) gated(gates ...string) {
	for _, gate := range gates {
		if reason := t.d.gate(gate); reason != "" {
			t.skipf("%s", reason)
		}
	}
}

// has says whether users have an attribute.
func (t *trial) has(path string) bool { return t.d.user.find(path) != nil }

// again shows an exchange of the discovery among those of this check.
func (t *trial) again(e *scimclient.Exchange) *scimclient.Exchange {
	for _, seen := range t.exchanges {
		if seen.URL == e.URL && seen.Started.Equal(e.Started) {
			return seen
		}
	}
	mine := *e // other checks show it too
	t.exchanges = append(t.exchanges, &mine)
	return &mine
}
