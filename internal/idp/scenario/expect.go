package scenario

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/cinode-scim/cinode-scim/internal/idp"
)

// Expect is what is to be true after a step.
type Expect struct {
	Users    map[string]UserExpect  `yaml:"users"`  // by userName
	Groups   map[string]GroupExpect `yaml:"groups"` // by displayName
	Counts   Counts                 `yaml:"counts"`
	InSync   bool                   `yaml:"inSync"` // the target has all that the directory asks for
	Phase    idp.Phase              `yaml:"phase"`  // of the integration
	Events   []EventExpect          `yaml:"events"`
	Requests []RequestExpect        `yaml:"requests"`
	Journal  *JournalExpect         `yaml:"journal"`
	Audit    []AuditExpect          `yaml:"audit"`
}

// UserExpect is what a user of the target is like.
type UserExpect struct {
	Absent bool
	Values map[string]string // attributes by their paths, as name.givenName
	Groups []string          // that have the user as a member
	Out    []string          // that have not
}

const absent = "absent"

// The keys of a user that are no attributes.
const (
	keyGroups = "groups"
	keyOut    = "notIn"
)

func (u *UserExpect) read(r *reader, n *yaml.Node, what string) {
	if n.Kind != yaml.MappingNode {
		if u.Absent = n.Value == absent; !u.Absent {
			r.refuse(n, "%s must be absent, or attributes with their values", what)
		}
		return
	}
	u.Values = map[string]string{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i].Value, n.Content[i+1]
		switch name {
		case keyGroups:
			r.into(value, &u.Groups, what+"."+name)
		case keyOut:
			r.into(value, &u.Out, what+"."+name)
		default:
			u.Values[name] = r.text(value, what+"."+name)
		}
	}
}

// GroupExpect is what a group of the target is like.
type GroupExpect struct {
	Absent  bool
	Members []string // userNames of all of its members; nil says nothing of them
	Count   *int     // of members
}

func (g *GroupExpect) read(r *reader, n *yaml.Node, what string) {
	if n.Kind == yaml.ScalarNode {
		if g.Absent = n.Value == absent; !g.Absent {
			r.refuse(n, "%s must be absent, or members", what)
		}
		return
	}
	r.members(n, what, []string{"members", "count"}, func(name string, value *yaml.Node) {
		if name == "count" {
			r.into(value, &g.Count, what+".count")
			return
		}
		g.Members = []string{}
		r.into(value, &g.Members, what+".members")
	})
}

// Counts are how many the target has.
type Counts struct {
	Users  *int `yaml:"users"`
	Groups *int `yaml:"groups"`
}

// How often something has to have happened. Without either it is once or more.
type often struct {
	Count   *int  `yaml:"count"`
	AtLeast *int  `yaml:"atLeast"`
	Since   since `yaml:"since"`
}

// since is from when on: the step before if it is empty, or start.
type since string

const sinceStart since = "start"

// UnmarshalText takes the one word that there is.
func (s *since) UnmarshalText(text []byte) error {
	if *s = since(text); *s != "" && *s != sinceStart {
		return fmt.Errorf("%q is not %s; leave it out to mean this step", text, sinceStart)
	}
	return nil
}

func (o often) fits(n int) bool {
	switch {
	case o.Count != nil:
		return n == *o.Count
	case o.AtLeast != nil:
		return n >= *o.AtLeast
	default:
		return n > 0
	}
}

func (o often) words() string {
	switch {
	case o.Count != nil:
		return plural(*o.Count, "time", "times")
	case o.AtLeast != nil:
		return plural(*o.AtLeast, "time", "times") + " or more"
	default:
		return "once or more"
	}
}

// EventExpect is an event of the provider's log.
type EventExpect struct {
	Type    string            `yaml:"type"`    // the provider's own name
	Action  idp.Action        `yaml:"action"`  // the name that is the same for all
	Kind    string            `yaml:"kind"`    // user, group or application
	Object  string            `yaml:"object"`  // username, name of the group, or display label
	Member  string            `yaml:"member"`  // whose membership it is about
	Success *bool             `yaml:"success"` // both if left out
	Error   string            `yaml:"error"`   // a part of it
	Changes map[string]string `yaml:"changes"` // new values by the log's names of attributes
	Only    []idp.Kind        `yaml:"only"`
	often
}

func (e EventExpect) fits(x idp.Event) bool {
	switch {
	case e.Type != "" && e.Type != x.Type,
		e.Action != "" && e.Action != x.Action,
		e.Kind != "" && e.Kind != x.Object.Kind,
		e.Object != "" && !strings.EqualFold(e.Object, x.Object.Name),
		e.Member != "" && !strings.EqualFold(e.Member, x.Member.Name),
		e.Success != nil && *e.Success != x.Success,
		!strings.Contains(x.Error, e.Error):
		return false
	}
	for name, value := range e.Changes {
		found := false
		for _, c := range x.Changes {
			found = found || c.Field == name && c.To == value
		}
		if !found {
			return false
		}
	}
	return true
}

func (e EventExpect) words() string {
	var parts []string
	for _, part := range []string{e.Type, string(e.Action), e.Kind, e.Object, e.Member, e.Error} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if e.Success != nil {
		parts = append(parts, map[bool]string{true: "(success)", false: "(failure)"}[*e.Success])
	}
	return strings.Join(parts, " ")
}

// RequestExpect is requests that the provider sent.
type RequestExpect struct {
	Method string     `yaml:"method"`
	Path   string     `yaml:"path"` // below the base URL; * is any part, and the query counts where there is a ?
	Status string     `yaml:"status"`
	Only   []idp.Kind `yaml:"only"`
	often
}

// JournalExpect is what the target's journal has of this run, by its admin API.
type JournalExpect struct {
	Unknown    *int            `yaml:"unknown"`    // requests of clients that are not known
	Requests   []RequestExpect `yaml:"requests"`   // by route, such as /Users/{id}
	Deviations map[string]int  `yaml:"deviations"` // by their ids; others are no fault
}

// AuditExpect is an entry of the target's audit log of this run.
type AuditExpect struct {
	Action string `yaml:"action"`
	Detail string `yaml:"detail"` // a part of it
	often
}
