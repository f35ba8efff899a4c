package scenario

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/idp"
)

// Sentences tells what is expected of a provider in plain words, for whoever watches a
// story. It is empty where nothing is.
func (e *Expect) Sentences(kind idp.Kind) []string {
	if e == nil {
		return nil
	}
	var list []string
	add := func(format string, values ...any) { list = append(list, fmt.Sprintf(format, values...)) }
	if e.Phase != "" {
		add("The integration is %s.", e.Phase)
	}
	for _, name := range slices.Sorted(maps.Keys(e.Users)) {
		add("%s %s.", name, e.Users[name].words())
	}
	for _, name := range slices.Sorted(maps.Keys(e.Groups)) {
		add("The group %s %s.", name, e.Groups[name].words())
	}
	if n := e.Counts.Users; n != nil {
		add("The server has %s.", plural(*n, "user", "users"))
	}
	if n := e.Counts.Groups; n != nil {
		add("The server has %s.", plural(*n, "group", "groups"))
	}
	if e.InSync {
		add("The server has all that the directory asks for.")
	}
	for _, x := range e.Events {
		if takes(x.Only, kind) {
			add("The log has %s, %s.", x.words(), x.said())
		}
	}
	for _, x := range e.Requests {
		if takes(x.Only, kind) {
			add("%s", x.said())
		}
	}
	return append(list, e.recordSentences()...)
}

// recordSentences are those of what the server has recorded.
func (e *Expect) recordSentences() []string {
	var list []string
	if j := e.Journal; j != nil {
		if j.Unknown != nil {
			list = append(list, knownAll(*j.Unknown))
		}
		for _, x := range j.Requests {
			list = append(list, fmt.Sprintf("The server has recorded %s, %s.", x.words(), x.often.said()))
		}
		for _, id := range slices.Sorted(maps.Keys(j.Deviations)) {
			list = append(list, fmt.Sprintf("The server has met the deviation %s %s.", id, plural(j.Deviations[id], "time", "times")))
		}
	}
	for _, x := range e.Audit {
		list = append(list, fmt.Sprintf("The audit log has %s, %s.", x.Action, x.said()))
	}
	return list
}

func knownAll(but int) string {
	if but == 0 {
		return "The server knows whose requests these are."
	}
	return fmt.Sprintf("The server knows whose requests these are, but for %d.", but)
}

// said is how often, for people.
func (o often) said() string {
	switch {
	case o.Count != nil && *o.Count == 0:
		return "never"
	case o.Count != nil && *o.Count == 1:
		return "once"
	default:
		return o.words()
	}
}

func (w RequestExpect) said() string {
	if w.Count != nil && *w.Count == 0 {
		return w.words() + " is not sent."
	}
	return w.words() + " is sent " + w.often.said() + "."
}

func (u UserExpect) words() string {
	if u.Absent {
		return "is not there"
	}
	var parts []string
	switch u.Values["active"] {
	case "true":
		parts = append(parts, "is active")
	case "false":
		parts = append(parts, "is deactivated")
	}
	for _, name := range slices.Sorted(maps.Keys(u.Values)) {
		switch value := u.Values[name]; {
		case name == "active":
		case value == absent:
			parts = append(parts, "has no "+name)
		default:
			parts = append(parts, "has "+name+" "+value)
		}
	}
	if len(u.Groups) > 0 {
		parts = append(parts, "is in "+strings.Join(u.Groups, " and "))
	}
	if len(u.Out) > 0 {
		parts = append(parts, "is not in "+strings.Join(u.Out, " or "))
	}
	return cmp.Or(strings.Join(parts, ", "), "is there")
}

func (g GroupExpect) words() string {
	switch {
	case g.Absent:
		return "is not there"
	case g.Members != nil && len(g.Members) == 0:
		return "has no members"
	case g.Members != nil:
		return "has the members " + strings.Join(g.Members, ", ")
	case g.Count != nil:
		return "has " + plural(*g.Count, "member", "members")
	default:
		return "is there"
	}
}
