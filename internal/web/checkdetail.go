package web

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/checks"
	"github.com/cinode-scim/cinode-scim/internal/conformance"
	"github.com/cinode-scim/cinode-scim/internal/report"
)

// Bounds of what a page shows of exchanges, in bytes. The archive has it whole.
const (
	shownMessage = 6 << 10
	shownInAll   = 56 << 10
)

// exchangesOf shows the requests of a row. The last ones tell why, so they go first
// where there is not room for all.
func exchangesOf(r conformance.Result, base string) []exchangeView {
	list := make([]exchangeView, len(r.Exchanges))
	room := shownInAll
	take := func(text string) string {
		limit := min(shownMessage, max(room, 200))
		if len(text) > limit {
			text = strings.ToValidUTF8(text[:limit], "") + fmt.Sprintf("\n… (%d bytes; the HAR has more)", len(text))
		}
		room -= len(text)
		return text
	}
	for i, e := range slices.Backward(r.Exchanges) {
		list[i] = exchangeView{
			N: i + 1, Method: e.Method, Path: take(strings.TrimPrefix(e.URL, base)), Status: e.Status, Took: report.Short(e.Duration),
			Sent: take(conformance.Sent(e)), Received: take(conformance.Received(e)),
			Open: i == len(r.Exchanges)-1 && r.Verdict != conformance.Pass,
		}
		if curl := e.Curl(); len(curl) < min(shownMessage/3, room) {
			list[i].Curl = curl
			room -= 2 * len(curl)
		}
		if e.Err != nil {
			list[i].Received = take(e.Err.Error() + "\n\n" + list[i].Received)
		}
	}
	return list
}

var ofRFC = regexp.MustCompile(`^(\d{4}) §(\d+(?:\.\d+)*)`)

// specURL is where the text of a section can be read; empty where no RFC has it.
func specURL(section string) string {
	if m := ofRFC.FindStringSubmatch(section); m != nil {
		return "https://www.rfc-editor.org/rfc/rfc" + m[1] + ".html#section-" + m[2]
	}
	return ""
}

// difference is a row whose verdict is another in a second run.
type difference struct {
	Row  conformance.Row
	A, B *rowView // nil where a run lacks the row
	Why  string
}

type comparePage struct {
	frame
	A, B    runView
	Groups  []differences
	Same    int // rows with the same verdict in both
	Swap    string
	Back    string
	Missing bool // one of them was stopped, or judged other rows

	First, Next string
}

// differences are those of one kind.
type differences struct {
	Title, Kind string
	N           int // on all pages
	List        []difference
}

// show puts the differences on the page that begins at one of them.
func (p *comparePage) show(all []differences, from int) (next int) {
	room, at := rowsShown, 0
	for _, group := range all {
		group.N = len(group.List)
		begin := min(max(from-at, 0), group.N)
		end := min(begin+room, group.N)
		at += group.N
		group.List = group.List[begin:end]
		room -= end - begin
		if len(group.List) > 0 {
			p.Groups = append(p.Groups, group)
		}
	}
	if next = from + rowsShown; next < at {
		return next
	}
	return 0
}

// compareChecks shows which rows have another verdict in run b than in run a.
func (v *visit) compareChecks() error {
	a, ofA, err := v.endedRun(v.query("a"))
	if err != nil {
		return err
	}
	b, ofB, err := v.endedRun(v.query("b"))
	if err != nil {
		return err
	}
	page := comparePage{
		frame: v.frame("Compare two runs"), A: v.viewRun(a), B: v.viewRun(b), Back: v.url("check"),
		Swap: v.url("check/compare", "a", b.ID, "b", a.ID),
	}
	was := map[string]rowView{}
	for _, r := range ofA.Results {
		if judged(page.A, r) {
			was[r.Row.ID] = v.viewRow(a, r)
		}
	}
	worse, better := differences{Title: "Worse", Kind: "danger"}, differences{Title: "Better", Kind: "success"}
	for _, r := range ofB.Results {
		before, ok := was[r.Row.ID]
		delete(was, r.Row.ID)
		if !ok || !judged(page.B, r) {
			page.Missing = true
			continue
		}
		now := v.viewRow(b, r)
		d := difference{Row: r.Row, A: &before, B: &now, Why: now.Why()}
		switch before, after := rank(before.Verdict), rank(now.Verdict); {
		case after < before:
			worse.List = append(worse.List, d)
		case after > before:
			d.Why = d.A.Why()
			better.List = append(better.List, d)
		default:
			page.Same++
		}
	}
	page.Missing = page.Missing || len(was) > 0
	from, _ := strconv.Atoi(v.query("from")) // what is no number is the first page
	from = max(from, 0)
	if next := page.show([]differences{worse, better}, from); next > 0 {
		page.Next = v.url("check/compare", "a", a.ID, "b", b.ID, "from", strconv.Itoa(next))
	}
	if from > 0 {
		page.First = v.url("check/compare", "a", a.ID, "b", b.ID)
	}
	return v.show("check-compare", page)
}

// judged leaves out what a run did not come to before it was stopped.
func judged(r runView, result conformance.Result) bool {
	return r.State == checks.Done || result.Verdict != conformance.Skipped
}

// rank is the place of a verdict: the higher the better.
func rank(v conformance.Verdict) int {
	for i, k := range []conformance.Verdict{conformance.Fail, conformance.Error, conformance.Warning, conformance.Skipped, conformance.Pass} {
		if k == v {
			return i
		}
	}
	return -1
}
