// Package replay owns sending requests again: recordings, which are HTTP archives
// (HAR 1.2), scenarios, which are written by hand, what stands in the place of
// secrets in both, how ids are followed from one server to another, and the
// differences between the answers. Who records is up to package journal, which
// writes scenarios with it; how differences are shown to whom is the commands'.
//
// # Scenarios
//
// A scenario is YAML, and so may be JSON:
//
//	baseUrl: http://127.0.0.1:8080/scim/v2   # --base-url goes before it
//	headers: {X-Tenant: acme}                # of every request
//	steps:                                   # or the list alone
//	  - name: create Ann
//	    method: POST                         # GET if it is left out
//	    path: /Users                         # below the base URL
//	    headers: {Accept: null}              # null leaves one out
//	    body: {userName: "${NAME:-ann@example.com}"}
//	    expect:
//	      status: 201                        # or a class, 2xx
//	      headers: {Location: "*/Users/*"}   # * is any part
//	      body: {active: true}               # may have more than this
//	    save: {ann: id, tag: header:ETag}
//	  - name: she is there
//	    path: /Users/${ann}
//	    expect: {status: 200}
//
// ${NAME} is what a step before it has saved, what --set gives, or a variable of the
// environment; ${NAME:-default} has a default, and $$ is a dollar sign. A body that
// is a text is sent as it is, any other as JSON. Requests have Accept, Content-Type
// and "Authorization: Bearer ${CINODE_SCIM_TOKEN}" of their own, if they do not say
// otherwise. A step without expect takes every answer.
//
// # Archives
//
// Archives come from others: no file can make this process tell what it knows, and no
// credential that one tells is sent or printed. ${NAME} is a text like any other there.
// Authorization keeps its scheme, if that is a known one, and has CINODE_SCIM_TOKEN, and
// so does access_token in a query. Another header that holds a secret has
// CINODE_SCIM_<HEADER> if its member _variable says so, as this program's exports do,
// and is left out otherwise; so is a parameter. Passwords and *** in a body are sent as
// ***, with a warning, or are what --set gives for the name of the attribute.
//
// # Decisions
//
// A value in a path is one segment, and in a query one value: neither can go elsewhere.
// A request that nothing answered is never as it should be, unless the recording has no
// answer either; one that cannot be sent fails alone.
//
// The file does not decide where a token goes: what to send to is told by the caller,
// and a base URL of the file counts for this machine only.
//
// An id of the recording stands for the resource that the new server has in its
// place: one that was created by the same request, or found under the same userName,
// externalId or displayName. It is replaced in paths, filters, references and members,
// and nowhere else, so that an employee number that looks like it stays.
//
// What two right answers never share is no difference: times and versions in meta,
// ETag, the base of locations. Attributes with several values have no order.
package replay

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Recording is what to send, in order.
type Recording struct {
	// Base is where it was recorded or should go, empty if nothing says so.
	Base  string
	Steps []*Step
	// Foreign says that it may come from anywhere, as archives do: it may ask the
	// environment for variables of EnvironmentPrefix alone.
	Foreign bool
}

// Header is a header field of a request. Its value may have variables.
type Header struct{ Name, Value string }

// Step is a request, and what is known of its answer. Path, the values of headers and
// body may have variables.
type Step struct {
	Name    string
	Method  string
	Path    string // below the base, with its query
	Headers []Header
	Body    []byte
	Cut     bool // the body is not whole, so that the request cannot be sent
	// Left are the secrets of a recording that are not sent, as "the header X-Api-Key".
	Left []string
	// Recorded is the answer to compare with, nil for none.
	Recorded *Answer
	Expect   *Expect
	Save     map[string]string // variable -> where its value is in the answer
}

// Answer is what a server said.
type Answer struct {
	Status int // 0 where the connection ended without one
	Header http.Header
	Body   []byte
	Cut    bool // less is known of the body than there was
}

// Expect is what an answer must be like.
type Expect struct {
	Status  string            // "201" or "2xx", empty for any
	Headers map[string]string // globs
	Body    []byte            // JSON with variables, empty for any
}

// Options say how to replay.
type Options struct {
	// Lookup finds the value of a variable.
	Lookup func(name string) (string, bool)
	// Ignore are attributes that are not compared, IgnoreHeaders headers beside those
	// that never are.
	Ignore, IgnoreHeaders []string
	// Saved are what the steps of earlier runs have saved, and gets what those of this
	// run do; nil for a run of its own.
	Saved    map[string]string
	Progress func(done, total int)
}

// Difference is one thing that is not as it was or should be.
type Difference struct {
	Where string `json:"where"` // "status", "header Location", "body members"
	Want  string `json:"want,omitzero"`
	Got   string `json:"got,omitzero"`
}

// Result is what came of a step.
type Result struct {
	Number      int          `json:"number"`
	Name        string       `json:"name,omitzero"`
	Method      string       `json:"method"`
	Path        string       `json:"path"` // as it was sent
	Status      int          `json:"status,omitzero"`
	Differences []Difference `json:"differences"`
	Warnings    []string     `json:"warnings,omitzero"`
}

// Report is what came of a recording.
type Report struct {
	Target    string   `json:"target"`
	Requests  int      `json:"requests"`
	Different int      `json:"different"`
	Results   []Result `json:"results"`
}

// Run sends the steps one after the other. The error is that of a target that cannot
// be reached (ErrUnreachable, scimclient.ErrForbidden) or of the context, and the report then
// ends there.
func Run(ctx context.Context, r *Recording, t *Target, o Options) (*Report, error) {
	saved := o.Saved
	if saved == nil {
		saved = map[string]string{}
	}
	p := &player{recording: r, target: t, options: o, saved: saved, ids: newIDs(),
		authorised: hasAuthorization(r)}
	report := &Report{Target: t.Base(), Results: []Result{}}
	for i, step := range r.Steps {
		result, err := p.play(ctx, step)
		if err != nil {
			return report, fmt.Errorf("request %d: %w", i+1, err)
		}
		result.Number = i + 1
		report.Results = append(report.Results, result)
		report.Requests++
		if len(result.Differences) > 0 {
			report.Different++
		}
		if o.Progress != nil {
			o.Progress(i+1, len(r.Steps))
		}
	}
	return report, nil
}

// hasAuthorization tells recordings whose requests say who sends them from those in
// which that was left out.
func hasAuthorization(r *Recording) bool {
	for _, s := range r.Steps {
		for _, h := range s.Headers {
			if strings.EqualFold(h.Name, "Authorization") {
				return true
			}
		}
	}
	return false
}

// player is a recording on its way.
type player struct {
	recording  *Recording
	target     *Target
	options    Options
	saved      map[string]string
	ids        *ids
	authorised bool
}

func (p *player) lookup(name string) (string, bool) {
	if v, ok := p.saved[name]; ok {
		return v, true
	}
	return p.options.Lookup(name)
}

func (p *player) play(ctx context.Context, step *Step) (Result, error) {
	result := Result{Name: step.Name, Method: step.Method, Path: step.Path, Differences: []Difference{}}
	if step.Cut {
		result.Differences = append(result.Differences, Difference{Where: "request", Want: "a whole body", Got: "the file has only a part of it, and it is not sent"})
		return result, nil
	}
	for _, what := range step.Left {
		result.Warnings = append(result.Warnings, what+" holds a secret of the recording and is left out")
	}
	out, err := p.fill(step, &result)
	if err != nil {
		result.Differences = append(result.Differences, Difference{Where: "request", Got: err.Error()})
		return result, nil //nolint:nilerr // the step has failed, not the run
	}
	result.Path = p.target.mask(out.Path)
	answer, err := p.target.send(ctx, out)
	if errors.Is(err, errUnsent) {
		result.Differences = append(result.Differences, Difference{Where: "request", Got: err.Error()})
		return result, nil
	}
	if err != nil {
		return result, err
	}
	result.Status = answer.Status
	if answer.Status == 0 && step.Recorded == nil {
		result.Differences = append(result.Differences, Difference{"status", step.Expect.status(), statusText(0)})
		return result, nil
	}
	if step.Recorded != nil {
		p.ids.learn(out.Path, step.Recorded.Body, answer.Body)
		result.Differences = p.compare(step.Recorded, answer)
	}
	if step.Expect != nil {
		result.Differences = append(result.Differences, p.check(step.Expect, answer)...)
	}
	result.Differences = append(result.Differences, p.save(step.Save, answer)...)
	return result, nil
}

// climbs reports whether a path goes up, as it is or encoded.
func climbs(path string) bool {
	path, _, _ = strings.Cut(path, "?")
	for segment := range strings.SplitSeq(path, "/") {
		if plain, err := url.PathUnescape(segment); err == nil && (plain == "." || plain == "..") {
			return true
		}
	}
	return false
}

// fill puts the values of variables, and the ids of the new server, into a request.
func (p *player) fill(step *Step, result *Result) (*Step, error) {
	out := &Step{Method: step.Method}
	path, err := expandPath(step.Path, p.lookup)
	if err != nil {
		return nil, err
	}
	if out.Path = p.ids.toNew.path(path); climbs(out.Path) {
		return nil, errors.New("its path has a segment . or .., which leaves the base URL")
	}
	for _, h := range step.Headers {
		value, err := expand(h.Value, p.lookup)
		if err != nil {
			return nil, fmt.Errorf("the header %s: %w", h.Name, err)
		}
		out.Headers = append(out.Headers, Header{h.Name, value})
	}
	if token, ok := p.options.Lookup(TokenVariable); ok && !p.authorised {
		out.Headers = append(out.Headers, Header{"Authorization", "Bearer " + token})
	}
	body, err := expandBody(step.Body, p.lookup)
	if err != nil {
		return nil, fmt.Errorf("the body: %w", err)
	}
	for _, name := range maskedIn(body) {
		result.Warnings = append(result.Warnings, fmt.Sprintf("%s is sent as %s, which stands for a secret; give it with --set %s=VALUE", name, masked, name))
	}
	out.Body = p.ids.toNew.body(body)
	return out, nil
}
