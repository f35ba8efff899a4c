package adminhttp

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/cinode-scim/cinode-scim/internal/journal"
)

type verifyInput struct {
	Tenant        int64                 `json:"tenant"`
	After         string                `json:"after"`
	Expectations  []journal.Expectation `json:"expectations"`
	InOrder       bool                  `json:"inOrder"`
	Only          bool                  `json:"only"`
	MaxDeviations *int64                `json:"maxDeviations"`
}

// verdictView is a verdict. One that did not pass is a problem too, so that a
// script sees it by the status.
type verdictView struct {
	Type         string        `json:"type,omitzero"`
	Title        string        `json:"title,omitzero"`
	Status       int           `json:"status,omitzero"`
	Detail       string        `json:"detail,omitzero"`
	Instance     string        `json:"instance,omitzero"`
	Passed       bool          `json:"passed"`
	Expectations []outcomeView `json:"expectations"`
	Others       []string      `json:"others"`
	Deviations   int64         `json:"deviations"`
	Faults       []string      `json:"faults"`
}

type outcomeView struct {
	Passed  bool       `json:"passed"`
	Found   []string   `json:"found"`
	Reason  string     `json:"reason,omitzero"`
	Nearest []missView `json:"nearest"`
}

type missView struct {
	ID          string   `json:"id"`
	Request     string   `json:"request"`
	Differences []string `json:"differences"`
}

func idTexts(ids []int64) []string {
	list := make([]string, len(ids))
	for i, id := range ids {
		list[i] = idText(id)
	}
	return list
}

func viewVerdict(v journal.Verdict) verdictView {
	out := verdictView{Passed: v.Passed, Expectations: []outcomeView{}, Others: idTexts(v.Others), Deviations: v.Deviations, Faults: v.Faults}
	if out.Faults == nil {
		out.Faults = []string{}
	}
	for _, o := range v.Outcomes {
		view := outcomeView{Passed: o.Passed, Found: idTexts(o.Found), Reason: o.Reason, Nearest: []missView{}}
		for _, m := range o.Nearest {
			view.Nearest = append(view.Nearest, missView{ID: idText(m.ID), Request: m.Request, Differences: m.Differences})
		}
		out.Expectations = append(out.Expectations, view)
	}
	return out
}

// verify holds the journal against what a test expects: 200 where it passed, 422
// where not.
func (h *Handler) verify(w http.ResponseWriter, r *http.Request) error {
	var in verifyInput
	if err := readDocument(w, r, &in); err != nil {
		return err
	}
	t, err := h.theTenant(r, in.Tenant)
	if err != nil {
		return err
	}
	for i, x := range in.Expectations {
		if isNegative(x.Min) || isNegative(x.Max) || isNegative(x.Times) {
			return invalid(violation{Detail: "min, max and times must be at least 0", Pointer: fmt.Sprintf("#/expectations/%d", i)})
		}
	}
	plan := journal.Plan{Tenant: t.ID, Expectations: in.Expectations, InOrder: in.InOrder, Only: in.Only, MaxDeviations: -1}
	if plan.After, err = after(in.After); err != nil {
		return err
	}
	if h.MaxDeviations != nil {
		plan.MaxDeviations = int64(*h.MaxDeviations)
	}
	if in.MaxDeviations != nil {
		plan.MaxDeviations = *in.MaxDeviations
	}
	verdict, err := h.Admin.Journal.Verify(r.Context(), plan)
	if err != nil {
		return badMatcher(err, "#/expectations/{index}/request")
	}
	v := viewVerdict(verdict)
	if v.Passed {
		return send(w, http.StatusOK, v)
	}
	v.Type, v.Title, v.Status, v.Instance = typeNotMet, titles[typeNotMet], http.StatusUnprocessableEntity, r.URL.EscapedPath()
	v.Detail = why(verdict)
	return sendProblem(w, v.Status, v)
}

func isNegative(n *int) bool { return n != nil && *n < 0 }

// why is the first thing that was not as expected.
func why(v journal.Verdict) string {
	for i, o := range v.Outcomes {
		if o.Passed {
			continue
		}
		detail := fmt.Sprintf("expectations[%d]: %s", i, o.Reason)
		if len(o.Nearest) > 0 {
			detail += fmt.Sprintf("; the nearest is request %d, %s: %s", o.Nearest[0].ID, o.Nearest[0].Request, o.Nearest[0].Differences[0])
		}
		return detail
	}
	if len(v.Faults) > 0 {
		return v.Faults[0]
	}
	return ""
}

func after(text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 0 {
		return 0, invalid(violation{Detail: "after must be the id of a request", Pointer: "#/after"})
	}
	return id, nil
}

// badMatcher says where a matcher stands; {index} in the pointer is that of its
// expectation.
func badMatcher(err error, pointer string) error {
	var wrong *journal.InvalidError
	if errors.As(err, &wrong) {
		return invalid(violation{Detail: wrong.Message, Pointer: strings.Replace(pointer, "{index}", strconv.Itoa(wrong.Index), 1)})
	}
	return err
}

type waitInput struct {
	Tenant  int64  `json:"tenant"`
	Timeout string `json:"timeout"`
	After   string `json:"after"`
	// Request waits for as many requests as Times says, 1 if it is left out.
	Request *journal.Matcher `json:"request"`
	Times   *int64           `json:"times"`
	// Resources waits for a state.
	Resources *resourcesInput `json:"resources"`
}

type resourcesInput struct {
	Type   string `json:"type"`
	Filter string `json:"filter"`
	Count  *int64 `json:"count"` // exactly; at least one if it is left out
}

// waitView is what was waited for, or how far it came.
type waitView struct {
	Type     string         `json:"type,omitzero"`
	Title    string         `json:"title,omitzero"`
	Status   int            `json:"status,omitzero"`
	Detail   string         `json:"detail,omitzero"`
	Instance string         `json:"instance,omitzero"`
	Met      bool           `json:"met"`
	Count    int64          `json:"count"`
	Requests []exchangeView `json:"requests"`
}

// The times that a request may wait.
const (
	presetWait  = 10 * time.Second
	longestWait = 90 * time.Second
)

func (h *Handler) wait(w http.ResponseWriter, r *http.Request) error {
	var in waitInput
	if err := readDocument(w, r, &in); err != nil {
		return err
	}
	t, err := h.theTenant(r, in.Tenant)
	if err != nil {
		return err
	}
	timeout := presetWait
	if in.Timeout != "" {
		if timeout, err = time.ParseDuration(in.Timeout); err != nil || timeout < 0 || timeout > longestWait {
			return invalid(violation{Detail: "timeout must be a duration up to 90s, such as 10s", Pointer: "#/timeout"})
		}
	}
	if (in.Request == nil) == (in.Resources == nil) {
		return invalid(violation{Detail: "say what to wait for: request or resources, one of both", Pointer: "#"})
	}
	if in.Times != nil && *in.Times < 1 {
		return invalid(violation{Detail: "times must be at least 1; verify says that a request did not come", Pointer: "#/times"})
	}
	from, err := after(in.After)
	if err != nil {
		return err
	}
	v := waitView{Requests: []exchangeView{}}
	v.Met, err = h.Admin.Journal.Await(r.Context(), t.ID, timeout, func() (bool, error) {
		if h.stopping() {
			return false, refuse(http.StatusServiceUnavailable, "the server is shutting down")
		}
		return h.look(r, t.ID, in, &from, &v)
	})
	if err != nil {
		return badMatcher(err, "#/request")
	}
	if v.Met {
		return send(w, http.StatusOK, v)
	}
	v.Type, v.Title, v.Status, v.Instance = typeNotMet, titles[typeNotMet], http.StatusUnprocessableEntity, r.URL.EscapedPath()
	v.Detail = fmt.Sprintf("it was not met within %s; %d were found", timeout, v.Count)
	return sendProblem(w, v.Status, v)
}

// look says whether what is waited for has come. Each request is looked at once:
// after moves on.
func (h *Handler) look(r *http.Request, tenant int64, in waitInput, after *int64, v *waitView) (met bool, err error) {
	if s := in.Resources; s != nil {
		v.Count, err = h.Admin.CountResources(r.Context(), tenant, s.Type, s.Filter)
		if s.Count != nil {
			return v.Count == *s.Count, err
		}
		return v.Count > 0, err
	}
	found, last, err := h.Admin.Journal.Find(r.Context(), journal.Query{Tenant: tenant, After: *after, Limit: maxFound}, *in.Request)
	*after = last
	v.Count += int64(len(found))
	for _, e := range found {
		v.Requests = append(v.Requests, viewExchange(e))
	}
	v.Requests = v.Requests[max(0, len(v.Requests)-presetLimit):]
	times := int64(1)
	if in.Times != nil {
		times = *in.Times
	}
	return v.Count >= times, err
}

// maxFound is how many requests are looked through.
const maxFound = 100_000

// sendProblem answers with a problem document that has members of its own.
func sendProblem(w http.ResponseWriter, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
	return nil
}
