package conformance

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// cohort is some users that a check made and lists together. Each stands for a
// letter, in the order of their making, so that an order of users is a word.
type cohort struct {
	t      *trial
	users  []*resource
	filter string // finds just them; "" where the target has no filter
}

// given are the attributes of one user of a cohort, as name and value in turn.
type given = []any

// cohort makes users that differ as told and share an attribute to be found by.
func (t *trial) cohort(users ...given) *cohort {
	mark, c := t.name(), &cohort{t: t}
	shared := t.sharable(slices.Concat(users...))
	for i, pairs := range users {
		if !slices.Contains(pairs, any("userName")) {
			pairs = append(pairs, "userName", fmt.Sprintf("%s-%c@example.com", mark, 'a'+i))
		}
		if shared != "" {
			pairs = append(pairs, shared, mark)
		}
		c.users = append(c.users, t.user(pairs...))
	}
	switch {
	case !t.d.supports("filter"):
	case shared != "":
		c.filter = shared + " eq " + encode(mark)
	default:
		var each []string
		for _, u := range c.users {
			each = append(each, "id eq "+encode(u.id))
		}
		c.filter = strings.Join(each, " or ")
	}
	return c
}

// alike makes users that differ in their names only.
func (t *trial) alike(n int) *cohort { return t.cohort(make([]given, n)...) }

// sharable is an attribute of users that several may have alike, and that is none of some others; "" if there is none.
func (t *trial) sharable(others []any) string {
	t.users()
	for _, name := range []string{"displayName", "title", "nickName", "userType"} {
		a := t.d.user.find(name)
		if a == nil || slices.Contains(others, any(name)) {
			continue
		}
		if a.uniqueness == "none" && a.mutability == "readWrite" && a.raw["canonicalValues"] == nil {
			return name
		}
	}
	return ""
}

// get lists the users of the cohort, and all others where there is no filter.
func (c *cohort) get(query string) *answer { return c.t.get(c.at(query)) }

func (c *cohort) at(query string) string {
	path := c.t.users() + "?" + query
	if c.filter != "" {
		path += "&filter=" + url.QueryEscape(c.filter)
	}
	return path
}

// size is for pages that part the cohort, unless they have to show what others made too.
func (c *cohort) size() int {
	if c.filter == "" {
		return 100
	}
	return 2
}

// letters writes those of some ids that are of the cohort.
func (c *cohort) letters(ids []string) string {
	var word []byte
	for _, id := range ids {
		if i := slices.IndexFunc(c.users, func(u *resource) bool { return u.id == id }); i >= 0 {
			word = append(word, byte('a'+i))
		}
	}
	return string(word)
}

// all is the word of all users, in the order of their making.
func (c *cohort) all() string { return "abcdefghijklmnopqrstuvwxyz"[:len(c.users)] }

// order lists the cohort whole.
func (c *cohort) order(query string) string {
	count := 50
	if c.filter == "" {
		count = 1000
	}
	word := c.letters(c.get(fmt.Sprintf("%s&count=%d", query, count)).listed().ids())
	if missing := len(word) < len(c.users); missing && c.filter == "" {
		c.t.skipf("the target has no filter, and more users than a page holds")
	}
	c.t.equal("the users listed for "+query, inOrder(word), c.all())
	return word
}

// inOrder puts the letters of a word in order, so that a set can be compared.
func inOrder(word string) string {
	letters := []byte(word)
	slices.Sort(letters)
	return string(letters)
}

func reversed(word string) string {
	letters := []byte(word)
	slices.Reverse(letters)
	return string(letters)
}
