package fault

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/cinode-scim/cinode-scim/internal/clock"
	"github.com/cinode-scim/cinode-scim/internal/scim"
)

// Play is what is to go wrong with one request. It serves that request once.
type Play struct {
	request  Request
	clock    clock.Clock
	id       string // of the rule that plays; empty where there is only something to watch
	action   Action
	watchers []*rule
	watched  []string // the ids of watchers that played
}

// Played gives the ids of the rules that changed the answer, HeaderID among them.
// It is complete after Serve.
func (p *Play) Played() []string {
	if p.id == "" {
		return p.watched
	}
	return append([]string{p.id}, p.watched...)
}

// Serve answers a request with its fault; next carries it out. Catalogue says of
// each action whether next is called. To cut an answer off where the connection
// cannot be had, as on HTTP/2, Serve panics with http.ErrAbortHandler, which a
// handler around it that recovers must let through.
func (p *Play) Serve(w http.ResponseWriter, r *http.Request, next http.Handler) {
	next = p.watch(next)
	if p.action.Delay > 0 {
		_, r, _ = readAhead(r) // net/http sees a client leave only once the body is read
	}
	if p.action.Name == ActionDelay && p.action.Late {
		answer := record(next, r)
		pause(r.Context(), p.action.Delay)
		answer.send(w)
		return
	}
	if !pause(r.Context(), p.action.Delay) {
		refuse(w, scim.StatusError(http.StatusServiceUnavailable, "the delay of a fault took longer than the request may"), new(1))
		return
	}
	p.play(w, r, next)
}

func (p *Play) play(w http.ResponseWriter, r *http.Request, next http.Handler) {
	a := p.action
	if a.executes() {
		record(next, r)
	}
	switch a.Name {
	case ActionStatus:
		refuse(w, &scim.Error{Status: a.Status, Type: a.ScimType, Detail: a.detail("something went wrong inside the server")}, a.RetryAfter)
	case ActionThrottle:
		refuse(w, &scim.Error{Status: http.StatusTooManyRequests, Detail: a.detail("too many requests; wait as Retry-After says")}, a.retryAfter())
	case ActionUnavailable:
		refuse(w, &scim.Error{Status: http.StatusServiceUnavailable, Detail: a.detail("the service is not available; try again later")}, a.retryAfter())
	case ActionConflict:
		refuse(w, scim.Uniqueness("%s", a.detail("the value of an attribute that must be unique is taken")), nil)
	case ActionTokenDeath:
		w.Header().Set("WWW-Authenticate", `Bearer realm="cinode-scim", error="invalid_token"`)
		refuse(w, scim.StatusError(http.StatusUnauthorized, "the token is not valid for this server"), nil)
	case ActionHTML:
		sendHTML(w, a.Status)
	case ActionReset:
		reset(w)
	case ActionTruncate:
		truncate(w, record(next, r), a.Bytes)
	case ActionContentType:
		answer := record(next, r)
		answer.mislabel(a.ContentType)
		answer.send(w)
	case ActionNoContent:
		answer := record(next, r)
		answer.empty()
		answer.send(w)
	default: // a delay that is over, or only something to watch
		next.ServeHTTP(w, r)
	}
}

func (a Action) detail(usual string) string {
	if a.Detail != "" {
		return a.Detail
	}
	return usual
}

func (a Action) retryAfter() *int {
	if a.RetryAfter != nil {
		return a.RetryAfter
	}
	return new(1)
}

// pause waits in the time of the machine, since clients do too, and reports
// whether the request still lives then.
func pause(ctx context.Context, d Duration) bool {
	return d == 0 || clock.Wait(ctx, time.Duration(d)) == nil
}

// errorBody is the message of RFC 7644 section 3.12.
type errorBody struct {
	Schemas  []string       `json:"schemas"`
	ScimType scim.ErrorType `json:"scimType,omitzero"`
	Detail   string         `json:"detail"`
	Status   string         `json:"status"`
}

// refuse answers with a SCIM error. Retry-After is whole seconds, since Okta
// reads no dates.
func refuse(w http.ResponseWriter, e *scim.Error, retryAfter *int) {
	// The one error is bad UTF-8, which rules cannot hold.
	body, _ := json.Marshal(errorBody{Schemas: []string{scim.URNError}, ScimType: e.Type, Detail: e.Detail, Status: strconv.Itoa(e.Status)})
	if retryAfter != nil {
		w.Header().Set("Retry-After", strconv.Itoa(*retryAfter))
	}
	answer := recording{header: http.Header{}, status: e.Status, body: body}
	answer.header.Set("Content-Type", scim.MediaType)
	answer.send(w)
}

// page is what a proxy says whose server does not answer.
const page = `<!DOCTYPE html>
<html>
<head><title>The server does not answer</title></head>
<body><h1>The server does not answer</h1><p>Please try again in a few minutes.</p></body>
</html>
`

func sendHTML(w http.ResponseWriter, status int) {
	if status == 0 {
		status = http.StatusBadGateway
	}
	answer := recording{header: http.Header{}, status: status, body: []byte(page)}
	answer.header.Set("Content-Type", "text/html; charset=utf-8")
	answer.send(w)
}
