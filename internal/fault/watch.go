package fault

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/go-json-experiment/json"
)

// Bounds of what a watching rule remembers of one tenant; the oldest goes first.
const (
	maxKept   = 64
	maxAnswer = 1 << 20 // a longer answer, or search request, is not watched
)

// watch puts the watching rules around the handler that carries the request out.
func (p *Play) watch(next http.Handler) http.Handler {
	for _, r := range p.watchers {
		inner := next
		next = http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
			switch {
			case r.Name == ActionDuplicate:
				p.shift(w, request, inner, r)
			case p.request.isList():
				p.lag(w, request, inner, r)
			default:
				p.noteWrite(w, request, inner, r)
			}
		})
	}
	return next
}

// memory gives what a rule remembers of the tenant, for one function.
func (r *rule) memory(tenant int64, use func(*tally)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	use(r.of(tenant))
}

// query is a list that was asked for, by address or by SearchRequest.
type query struct {
	whole  string // tells it from every other request
	walk   string // the same for all pages of one list
	start  int64  // of index pages, from 1
	cursor string
}

// searchPage are the members of a SearchRequest that choose the page.
type searchPage struct {
	StartIndex int64  `json:"startIndex,omitzero,case:ignore"`
	Count      int64  `json:"count,omitzero,case:ignore"`
	Cursor     string `json:"cursor,omitzero,case:ignore"`
	// The rest is the list itself.
	Rest map[string]any `json:",inline"`
}

// readQuery reads which page of which list is asked for. It gives the request to
// go on with, whose body can be read again; ok is false where it cannot be told.
func (p *Play) readQuery(r *http.Request) (q query, next *http.Request, ok bool) {
	place := p.request.Token + "\n" + r.Host + r.URL.Path + "\n"
	if !p.request.isSearch() {
		values := r.URL.Query()
		q = query{whole: place + values.Encode(), cursor: values.Get("cursor"), start: 1}
		if n, err := strconv.ParseInt(values.Get("startIndex"), 10, 64); err == nil {
			q.start = n
		}
		q.walk = place + without(values, "startIndex", "count", "cursor").Encode()
		return q, r, true
	}
	body, r, ok := readAhead(r)
	if !ok {
		return q, r, false
	}
	var page searchPage
	if err := json.Unmarshal(body, &page); err != nil {
		return q, r, false
	}
	walk, err := json.Marshal(page.Rest, json.Deterministic(true))
	q = query{whole: place + string(body), walk: place + string(walk), start: page.StartIndex, cursor: page.Cursor}
	return q, r, err == nil
}

// readAhead reads a body and gives the request with it unread. ok is false where
// it is long or broken.
func readAhead(r *http.Request) (body []byte, next *http.Request, ok bool) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, r, true
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxAnswer+1))
	clone := *r
	clone.Body = again{io.MultiReader(bytes.NewReader(body), r.Body), r.Body}
	return body, &clone, err == nil && len(body) <= maxAnswer
}

// again is a body of which the beginning has been read.
type again struct {
	io.Reader
	io.Closer
}

func without(values url.Values, names ...string) url.Values {
	for _, n := range names {
		values.Del(n)
	}
	return values
}

// key of the end of the page before the one that q asks for; empty for the first.
func (q query) key() string {
	switch {
	case q.cursor != "":
		return q.walk + "\ncursor " + q.cursor
	case q.start > 1:
		return q.walk + "\nindex " + strconv.FormatInt(q.start, 10)
	default:
		return ""
	}
}
