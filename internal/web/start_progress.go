package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/journal"
)

// States of a step of the checklist.
const (
	stepDone    = "done"
	stepRefused = "refused"
	stepNow     = "now" // the one that is waited for
	stepLater   = "later"
)

// step is a probe with what came of it.
type step struct {
	probe
	State  string
	Status int       // of the answer, 0 for none
	At     time.Time // zero where nothing came
	URL    string    // of the request, where there is a page of requests
	// Cause says why nothing came, or why it was refused; Outlook what the client
	// does then.
	Cause, Outlook string
}

// Said is the state for those who do not see it.
func (s step) Said() string {
	switch s.State {
	case stepDone:
		return "came"
	case stepRefused:
		return "refused"
	case stepNow:
		return "awaited"
	}
	if s.Optional {
		return "does not always come"
	}
	return "not yet"
}

// progress is the checklist of an identity provider.
type progress struct {
	Steps []step
	Done  int // of those that are not optional, as Of is
	Of    int
	// Refusals turned requests away before anything was looked at, of this client or
	// of one that nobody could tell.
	Refusals []refusedCall
	// Strangers are requests that came in the time and could not be told to be of
	// any client.
	Strangers int
	Off       bool // nothing is recorded, so that nothing can be told
}

// refusedCall is a request that access control turned away.
type refusedCall struct {
	At      time.Time
	Status  int
	Method  string
	Path    string
	Address string
	Reason  string
	Count   int
}

// watched is how many of the newest requests of a client are looked at.
const watched = 300

// farBack is how many of the newest exchanges, of all tenants, they are looked for
// in: a page must not read a journal of millions to find that nothing came.
const farBack = 20_000

// progress looks at what came since a time.
func (v *visit) progress(x guide, since time.Time) (progress, error) {
	p := progress{Off: v.Admin.Journal == nil || v.Admin.Journal.Max == 0}
	var mine, strange, nobodys []journal.Exchange
	if !p.Off {
		last, err := v.lastID(journal.Query{})
		if err != nil {
			return p, err
		}
		from := max(0, last-farBack)
		if mine, err = v.sent(x.Client, from, since); err != nil {
			return p, err
		}
		if x.Client != journal.ClientUnknown {
			if strange, err = v.sent(journal.ClientUnknown, from, since); err != nil {
				return p, err
			}
		}
		if nobodys, err = v.refusedOfNobody(from, since); err != nil {
			return p, err
		}
	}
	p.Refusals = refusals(slices.Concat(nobodys, mine, strange))
	mine, p.Strangers = adopt(mine, strange)
	for _, probe := range x.Probes {
		s := v.step(probe, mine)
		if !probe.Optional {
			p.Of++
			if s.State == stepDone {
				p.Done++
			}
		}
		p.Steps = append(p.Steps, s)
	}
	p.point(len(mine) == 0)
	return p, nil
}

func (v *visit) sent(client journal.Client, after int64, since time.Time) ([]journal.Exchange, error) {
	return v.Admin.Journal.Exchanges(v.r.Context(), journal.Query{
		Tenant: v.Tenant.ID, After: after, Newest: true, Limit: watched, Match: journal.Match{Client: client, Since: since},
	}, "")
}

// refusedOfNobody are requests with a token that nobody has, which belong to no
// tenant, the newest first. Those that named this tenant in their address are meant
// for it; where there is no other, all are.
func (v *visit) refusedOfNobody(after int64, since time.Time) ([]journal.Exchange, error) {
	const looked = 50
	list, err := v.Admin.Journal.Exchanges(v.r.Context(), journal.Query{
		After: after, Newest: true, Limit: looked, Match: journal.Match{MinStatus: http.StatusUnauthorized, MaxStatus: http.StatusUnauthorized, Since: since},
	}, "")
	alone := !v.hasOthers()
	here := "/scim/tenants/" + idText(v.Tenant.ID) + "/"
	return slices.DeleteFunc(list, func(e journal.Exchange) bool {
		return e.Tenant != 0 || !alone && !strings.HasPrefix(e.Path, here)
	}), err
}

// newestOrRefused is the id of the newest exchange after another that the checklist
// may show.
func (v *visit) newestOrRefused(after int64) (int64, error) {
	id, err := v.newest(after)
	if err != nil || id > 0 {
		return id, err
	}
	list, err := v.refusedOfNobody(after, time.Time{})
	if err != nil || len(list) == 0 {
		return 0, err
	}
	return list[0].ID, nil
}

// adopt adds to a client's requests those of nobody with a token of the client's:
// its first ones may not have told who sent them. The rest are strangers.
func adopt(mine, strange []journal.Exchange) (all []journal.Exchange, strangers int) {
	tokens := map[string]bool{}
	for i := range mine {
		if mine[i].Token != "" {
			tokens[mine[i].Token] = true
		}
	}
	for i := range strange {
		switch {
		case tokens[strange[i].Token]:
			mine = append(mine, strange[i])
		case !strange[i].Refused:
			strangers++
		}
	}
	return mine, strangers
}

// step tells what came of a probe: once it was answered well, that counts.
func (v *visit) step(p probe, sent []journal.Exchange) step {
	s := step{probe: p, State: stepLater}
	var found *journal.Exchange
	for i := range sent {
		e := &sent[i]
		if !p.fits(e) {
			continue
		}
		good, better := isGood(e), found != nil && isGood(found)
		if found == nil || good && !better || good == better && e.At.After(found.At) {
			found = e
		}
	}
	if found == nil {
		return s
	}
	s.State, s.Status, s.At = stepDone, found.Status, found.At
	if v.has("requests") {
		s.URL = v.url("requests/" + idText(found.ID))
	}
	if !isGood(found) {
		s.State, s.Cause, s.Outlook = stepRefused, sentence(strings.TrimSuffix(found.Reason, ".")), sentence(found.Outlook)
		if found.Status == http.StatusConflict && p.Conflict != "" {
			s.Cause = p.Conflict
		}
		if s.Cause == "" {
			s.Cause = "The answer says why."
		}
	}
	return s
}

func isGood(e *journal.Exchange) bool { return e.Status > 0 && e.Status < http.StatusBadRequest }

// point finds the step that is waited for: the first that must come and did not.
// Where one before it was refused, that is the cause.
func (p *progress) point(nothing bool) {
	for i := range p.Steps {
		s := &p.Steps[i]
		if s.State == stepRefused && !s.Optional {
			return
		}
		if s.State != stepLater || s.Optional {
			continue
		}
		s.State, s.Cause = stepNow, s.Missing
		if nothing && len(p.Refusals) > 0 {
			s.Cause = "Requests came and were refused: see above."
		}
		return
	}
}

// refusals are the reasons for which requests were turned away, the newest of each.
func refusals(list []journal.Exchange) []refusedCall {
	const most = 3
	var out []refusedCall
	at := map[string]int{}
	for i := range list {
		e := &list[i]
		if !e.Refused {
			continue
		}
		k, known := at[e.Reason]
		if !known {
			if len(out) == most {
				continue
			}
			k, at[e.Reason] = len(out), len(out)
			out = append(out, refusedCall{})
		}
		if n := out[k].Count; e.At.After(out[k].At) {
			out[k] = refusedCall{At: e.At, Status: e.Status, Method: e.Method, Path: e.Path, Address: e.Address, Reason: sentence(strings.TrimSuffix(e.Reason, ".")), Count: n}
		}
		out[k].Count++
	}
	return out
}
