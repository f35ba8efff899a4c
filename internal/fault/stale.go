package fault

import (
	"net/http"
	"time"
)

// answers are the last answers to the lists of one tenant.
type answers struct {
	kept   map[string]*answer
	order  []string
	writes int64 // how many there were, so that a list beside a write is told from one before
	last   time.Time
}

// answer is the last one to a list. old says since when it lacks a write.
type answer struct {
	*recording
	old   bool
	since time.Time
}

// noteWrite carries a write out and ages what is kept, before the client can know
// that the write was done. Refused writes change nothing.
func (p *Play) noteWrite(w http.ResponseWriter, r *http.Request, next http.Handler, by *rule) {
	noted := &beforeAnswer{ResponseWriter: w, call: func(status int) {
		if status < http.StatusMultipleChoices {
			by.memory(p.request.Tenant, func(t *tally) { t.answers.age(p.clock.Now()) })
		}
	}}
	next.ServeHTTP(noted, r)
	if !noted.done {
		noted.WriteHeader(http.StatusOK) // as net/http would
	}
}

func (a *answers) age(now time.Time) {
	a.writes++
	a.last = now
	for _, kept := range a.kept {
		if !kept.old {
			kept.old, kept.since = true, now
		}
	}
}

// lag answers a list from what is kept while that is not too old, and else keeps
// what it is answered with.
func (p *Play) lag(w http.ResponseWriter, r *http.Request, next http.Handler, by *rule) {
	q, r, ok := p.readQuery(r)
	if !ok {
		next.ServeHTTP(w, r)
		return
	}
	var old *recording
	var writes int64
	by.memory(p.request.Tenant, func(t *tally) {
		writes = t.answers.writes
		if kept := t.answers.kept[q.whole]; kept != nil && kept.old && p.clock.Now().Before(kept.since.Add(time.Duration(by.For))) {
			old = kept.recording
		}
	})
	if old != nil {
		if by.take(p.request.Tenant) {
			p.watched = append(p.watched, by.ID)
			old.send(w)
			return
		}
		next.ServeHTTP(w, r) // what is kept stays, for turns to come
		return
	}
	fresh := record(next, r)
	if fresh.status == http.StatusOK && len(fresh.body) <= maxAnswer {
		by.memory(p.request.Tenant, func(t *tally) { t.answers.keep(q.whole, fresh, writes) })
	}
	fresh.send(w)
}

// keep remembers an answer. If there was a write meanwhile, it may lack it.
func (a *answers) keep(key string, fresh *recording, writes int64) {
	if _, known := a.kept[key]; !known {
		a.order = append(a.order, key)
	}
	a.kept[key] = &answer{recording: fresh, old: writes != a.writes, since: a.last}
	if len(a.order) > maxKept {
		delete(a.kept, a.order[0])
		a.order = a.order[1:]
	}
}

// beforeAnswer calls a function once, before anything is sent.
type beforeAnswer struct {
	http.ResponseWriter
	call func(status int)
	done bool
}

// WriteHeader calls the function first.
func (b *beforeAnswer) WriteHeader(status int) {
	if !b.done && status >= http.StatusOK {
		b.done = true
		b.call(status)
	}
	b.ResponseWriter.WriteHeader(status)
}

// Write calls the function first.
func (b *beforeAnswer) Write(body []byte) (int, error) {
	if !b.done {
		b.WriteHeader(http.StatusOK)
	}
	return b.ResponseWriter.Write(body)
}

// Unwrap lets http.ResponseController reach the connection.
func (b *beforeAnswer) Unwrap() http.ResponseWriter { return b.ResponseWriter }
