package fault

import (
	"net/http"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// pages are the ends of the pages of one tenant, under the key of the page that
// follows.
type pages struct {
	ends  map[string]pageEnd
	order []string
}

// pageEnd is the last entry of a page. shifted says that the client has not seen
// it, since everything had moved back by one.
type pageEnd struct {
	entry   jsontext.Value
	shifted bool
}

// list is a ListResponse with what a page needs of it. The rest is kept as it is.
type list struct {
	Total      int64            `json:"totalResults"`
	Start      int64            `json:"startIndex,omitzero"`
	NextCursor string           `json:"nextCursor,omitzero"`
	PerPage    int64            `json:"itemsPerPage"`
	Resources  []jsontext.Value `json:"Resources"`
	Rest       jsontext.Value   `json:",inline"`
}

// shift answers a page; where the one before is known, with that one's last entry
// in front.
func (p *Play) shift(w http.ResponseWriter, r *http.Request, next http.Handler, by *rule) {
	q, r, ok := p.readQuery(r)
	if !ok {
		next.ServeHTTP(w, r)
		return
	}
	answer := record(next, r)
	var l list
	if answer.status != http.StatusOK || len(answer.body) > maxAnswer || json.Unmarshal(answer.body, &l) != nil || len(l.Resources) == 0 {
		answer.send(w)
		return
	}
	var before pageEnd
	var known bool
	by.memory(p.request.Tenant, func(t *tally) { before, known = t.pages.ends[q.key()] })
	begins := known && !before.shifted && by.take(p.request.Tenant)
	if begins {
		p.watched = append(p.watched, by.ID)
	}
	shifted := begins || before.shifted
	end := pageEnd{entry: slices.Clone(l.Resources[len(l.Resources)-1]), shifted: shifted}
	by.memory(p.request.Tenant, func(t *tally) { t.pages.keep(l.next(q), end) })
	if shifted {
		if body, err := json.Marshal(l.after(before.entry)); err == nil {
			answer.body = body
		}
	}
	answer.send(w)
}

// more reports whether there is a page behind this one.
func (l list) more() bool {
	return l.NextCursor != "" || l.Start > 0 && l.Start+int64(len(l.Resources))-1 < l.Total
}

// next is the key of the page behind this one, empty where there is none.
func (l list) next(q query) string {
	if !l.more() {
		return ""
	}
	return query{walk: q.walk, cursor: l.NextCursor, start: l.Start + int64(len(l.Resources))}.key()
}

// after is a page that begins with an entry of the page before. What falls off its
// end is the first entry of the next page; the last page keeps it.
func (l list) after(entry jsontext.Value) list {
	resources := append([]jsontext.Value{entry}, l.Resources...)
	if l.more() {
		resources = resources[:len(l.Resources)]
	}
	l.Resources, l.PerPage = resources, int64(len(resources))
	return l
}

func (p *pages) keep(key string, end pageEnd) {
	if key == "" {
		return
	}
	if _, known := p.ends[key]; !known {
		p.order = append(p.order, key)
	}
	p.ends[key] = end
	if len(p.order) > maxKept {
		delete(p.ends, p.order[0])
		p.order = p.order[1:]
	}
}
