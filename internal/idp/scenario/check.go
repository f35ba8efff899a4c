package scenario

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"sort"
	"strings"
)

// expect checks what a step expects. What a target that fails on purpose shows wrongly
// is looked at again.
func (p *player) expect(ctx context.Context, e *Expect) {
	for attempt := 1; ; attempt++ {
		c := &checker{player: p, ctx: ctx}
		c.check(e)
		if len(c.faults) == 0 || attempt >= p.options.Patience || ctx.Err() != nil {
			for _, f := range c.faults {
				p.fault("%s", f)
			}
			for _, n := range c.notes {
				p.note("%s", n)
			}
			return
		}
	}
}

// checker compares a target with what is expected of it.
type checker struct {
	*player
	ctx    context.Context //nolint:containedctx // it lives as long as one check
	faults []string
	notes  []string
	known  map[string]string // userNames by id
}

func (c *checker) wrong(format string, args ...any) {
	c.faults = append(c.faults, fmt.Sprintf(format, args...))
}

func (c *checker) check(e *Expect) {
	c.known = map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(e.Users)) {
		c.checkUser(name, e.Users[name])
	}
	for _, name := range slices.Sorted(maps.Keys(e.Groups)) {
		if c.looksAtGroups() {
			c.checkGroup(name, e.Groups[name])
		}
	}
	for kind, want := range map[string]*int{"Users": e.Counts.Users, "Groups": e.Counts.Groups} {
		if want == nil {
			continue
		}
		if n, err := c.total(c.ctx, kind); err != nil {
			c.wrong("%v", err)
		} else if n != *want {
			c.wrong("the target has %d %s, not %d", n, kind, *want)
		}
	}
	if e.InSync {
		c.checkSync()
	}
	if phase := c.provider().Phase(); e.Phase != "" && phase != e.Phase {
		c.wrong("the integration is %s, not %s", phase, e.Phase)
	}
	c.checkDeeds(e)
	c.checkJournal(e)
}

// looksAtGroups is false where the run, and not the story, has groups left aside.
func (c *checker) looksAtGroups() bool {
	if c.options.NoGroups {
		c.once("groups are not looked at, since they are not managed")
	}
	return !c.options.NoGroups
}

// once notes something that is true of several expectations.
func (c *checker) once(note string) {
	if !slices.Contains(c.notes, note) {
		c.notes = append(c.notes, note)
	}
}

func (c *checker) checkUser(name string, want UserExpect) {
	u, err := c.user(c.ctx, name)
	switch {
	case err != nil:
		c.wrong("%v", err)
		return
	case u == nil && !want.Absent:
		c.wrong("the target has no user %s", name)
		return
	case u == nil:
		return
	case want.Absent:
		c.wrong("the target has the user %s, and should not", name)
		return
	}
	c.known[u.id()] = u.text("userName")
	for _, path := range slices.Sorted(maps.Keys(want.Values)) {
		if got := u.text(path); got != want.Values[path] {
			c.wrong("%s: %s is %q, not %q", name, path, got, want.Values[path])
		}
	}
	for _, group := range want.Groups {
		c.checkMembership(name, u.id(), group, true)
	}
	for _, group := range want.Out {
		c.checkMembership(name, u.id(), group, false)
	}
}

func (c *checker) checkMembership(user, id, name string, want bool) {
	if !c.looksAtGroups() {
		return
	}
	g, err := c.group(c.ctx, name)
	switch {
	case err != nil:
		c.wrong("%v", err)
	case g == nil && want:
		c.wrong("the target has no group %s", name)
	case g != nil && slices.Contains(g.members(), id) != want:
		c.wrong("%s is %s, and should%s be", user, map[bool]string{true: "not a member of " + name, false: "a member of " + name}[want],
			map[bool]string{true: "", false: " not"}[want])
	}
}

func (c *checker) checkGroup(name string, want GroupExpect) {
	g, err := c.group(c.ctx, name)
	switch {
	case err != nil:
		c.wrong("%v", err)
		return
	case g == nil && !want.Absent:
		c.wrong("the target has no group %s", name)
		return
	case g == nil:
		return
	case want.Absent:
		c.wrong("the target has the group %s, and should not", name)
		return
	}
	members := g.members()
	if want.Count != nil && len(members) != *want.Count {
		c.wrong("the group %s has %s, not %d", name, plural(len(members), "member", "members"), *want.Count)
	}
	if want.Members == nil {
		return
	}
	got := make([]string, 0, len(members))
	for _, id := range members {
		got = append(got, c.nameOf(id))
	}
	c.same(fmt.Sprintf("the group %s", name), got, want.Members)
}

// same compares names without their order and case.
func (c *checker) same(what string, got, want []string) {
	fold := func(names []string) []string {
		out := make([]string, len(names))
		for i, n := range names {
			out[i] = strings.ToLower(n)
		}
		sort.Strings(out)
		return out
	}
	if g, w := fold(got), fold(want); !slices.Equal(g, w) {
		c.wrong("%s has %s, not %s", what, listed(g), listed(w))
	}
}

// mostListed is how many names a sentence has.
const mostListed = 10

func listed(names []string) string {
	switch {
	case len(names) == 0:
		return "nobody"
	case len(names) > mostListed:
		return fmt.Sprintf("%s and %d more", strings.Join(names[:mostListed], ", "), len(names)-mostListed)
	default:
		return strings.Join(names, ", ")
	}
}

// nameOf is the userName of an id.
func (c *checker) nameOf(id string) string {
	if name, ok := c.known[id]; ok {
		return name
	}
	var u resource
	if err := c.read(c.ctx, "/Users/"+url.PathEscape(id), &u); err != nil {
		return "user " + id
	}
	c.known[id] = u.text("userName")
	return c.known[id]
}
