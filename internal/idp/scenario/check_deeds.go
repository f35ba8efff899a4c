package scenario

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/idp"
)

// checkDeeds compares what the provider did. How much that is nobody knows where the
// target fails on purpose.
func (c *checker) checkDeeds(e *Expect) {
	if c.options.Patience > 1 {
		return
	}
	c.mu.Lock()
	all, recent := c.events, c.events[c.since:]
	sentAll, sentNow := maps.Clone(c.sent), maps.Clone(c.now)
	c.mu.Unlock()
	for _, want := range e.Events {
		if !takes(want.Only, c.options.Provider.Kind) || c.uncounted(want.often) || (want.Kind == idp.KindGroup || want.Member != "") && !c.looksAtGroups() {
			continue
		}
		list := recent
		if want.Since == sinceStart {
			list = all
		}
		n := 0
		for _, x := range list {
			if want.fits(x) {
				n++
			}
		}
		if !want.often.fits(n) {
			c.wrong("the event %s came %s, and should have come %s%s", want.words(), plural(n, "time", "times"), want.often.words(), near(want, list))
		}
	}
	for _, want := range e.Requests {
		if !takes(want.Only, c.options.Provider.Kind) || c.uncounted(want.often) || strings.HasPrefix(want.Path, "/Groups") && !c.looksAtGroups() {
			continue
		}
		counts := sentNow
		if want.Since == sinceStart {
			counts = sentAll
		}
		n := 0
		for key, times := range counts {
			if want.fits(key.method, key.path, key.status) {
				n += times
			}
		}
		if !want.often.fits(n) {
			c.wrong("%s was sent %s, and should have been %s", want.words(), plural(n, "time", "times"), want.often.words())
		}
	}
}

// uncounted is true of what an earlier run has a share in, which was stopped: how large
// it was is not kept.
func (c *checker) uncounted(want often) bool {
	if !c.again() && (!c.resumed || want.Since != sinceStart) {
		return false
	}
	c.once("events and requests of the run that was stopped are not counted")
	return true
}

// near tells events of the same kind, for whoever wrote the expectation.
func near(want EventExpect, list []idp.Event) string {
	var found []string
	for _, x := range list {
		if len(found) < 3 && (want.Object == "" || strings.EqualFold(want.Object, x.Object.Name)) {
			found = append(found, cmp.Or(x.Type, string(x.Action))+" "+x.Object.Name)
		}
	}
	if len(found) == 0 {
		return ""
	}
	return "; there is " + strings.Join(found, ", ")
}

// fits compares a request. In a pattern * stands for any part of a segment, and of a
// query for all of it.
func (w RequestExpect) fits(method, address string, status int) bool {
	if w.Method != "" && !strings.EqualFold(w.Method, method) || !statusFits(w.Status, status) {
		return false
	}
	if w.Path == "" {
		return true
	}
	plain, query, _ := strings.Cut(address, "?")
	wantPlain, wantQuery, asked := strings.Cut(w.Path, "?")
	ok, err := path.Match(wantPlain, plain)
	return err == nil && ok && (!asked || globs(wantQuery, query))
}

func statusFits(want string, status int) bool {
	switch {
	case want == "":
		return true
	case len(want) == 3 && strings.HasSuffix(want, "xx"):
		return fmt.Sprint(status/100) == want[:1]
	default:
		return fmt.Sprint(status) == want
	}
}

// globs matches a text in which * is any part.
func globs(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	if !strings.HasPrefix(text, parts[0]) {
		return false
	}
	text = text[len(parts[0]):]
	for i, part := range parts[1:] {
		if i == len(parts)-2 {
			return strings.HasSuffix(text, part)
		}
		at := strings.Index(text, part)
		if at < 0 {
			return false
		}
		text = text[at+len(part):]
	}
	return text == ""
}

func (w RequestExpect) words() string {
	return strings.TrimSpace(cmp.Or(w.Method, "a request") + " " + w.Path + " " + w.Status)
}

// checkJournal compares what the target has recorded.
func (c *checker) checkJournal(e *Expect) {
	if e.Journal == nil && len(e.Audit) == 0 {
		return
	}
	if c.admin == nil {
		c.notes = append(c.notes, "journal and audit log are not looked at: that needs the admin API of this project's server")
		return
	}
	if e.Journal != nil {
		c.checkUnknown(e.Journal)
		for _, want := range e.Journal.Requests {
			if c.resumed {
				continue // the journal is looked at from the beginning of this run on
			}
			n, err := c.recorded("method=" + url.QueryEscape(want.Method) + "&path=" + url.QueryEscape(want.Path) + "&status=" + url.QueryEscape(want.Status))
			if err != nil {
				c.wrong("%v", err)
			} else if !want.often.fits(n) {
				c.wrong("the journal has %s %s, and should have it %s", want.words(), plural(n, "time", "times"), want.often.words())
			}
		}
		for _, id := range slices.Sorted(maps.Keys(e.Journal.Deviations)) {
			n, err := c.recorded("deviation=" + url.QueryEscape(id))
			if err != nil {
				c.wrong("%v", err)
			} else if n != e.Journal.Deviations[id] {
				c.wrong("the journal has the deviation %s %s, not %d", id, plural(n, "time", "times"), e.Journal.Deviations[id])
			}
		}
	}
	c.checkAudit(e.Audit)
}

func (c *checker) checkUnknown(want *JournalExpect) {
	if want.Unknown == nil {
		return
	}
	n, err := c.recorded("client=unknown")
	if err != nil {
		c.wrong("%v", err)
	} else if n != *want.Unknown {
		c.wrong("the journal has %s of a client that it does not know, not %d", plural(n, "request", "requests"), *want.Unknown)
	}
}

// recorded counts requests of the journal since the story began.
func (c *checker) recorded(query string) (int, error) {
	var count struct {
		Count int `json:"count"`
	}
	address := fmt.Sprintf("/requests/count?tenant=%d&%s", c.admin.tenant, query)
	if c.admin.since != "" {
		address += "&since=" + c.admin.since
	}
	err := c.admin.get(c.ctx, address, &count)
	return count.Count, err
}

// auditPage is how many entries of the audit log are looked at.
const auditPage = 1000

func (c *checker) checkAudit(wants []AuditExpect) {
	if len(wants) == 0 {
		return
	}
	var log struct {
		Items []struct {
			Action string `json:"action"`
			Detail string `json:"detail"`
		} `json:"items"`
	}
	if err := c.admin.get(c.ctx, fmt.Sprintf("/tenants/%d/audit?limit=%d", c.admin.tenant, auditPage), &log); err != nil {
		c.wrong("%v", err)
		return
	}
	for _, want := range wants {
		n := 0
		for _, item := range log.Items {
			if item.Action == want.Action && strings.Contains(item.Detail, want.Detail) {
				n++
			}
		}
		if !want.fits(n) {
			c.wrong("the audit log has %s %s, and should have it %s", want.Action, plural(n, "time", "times"), want.words())
		}
	}
}
