package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
)

// Mark is what a user's attribute is published as beside what its schema says: the
// persona holds requests against a rule of its own, which the engine need not
// know.
type Mark struct {
	Path       string // of an attribute or sub-attribute of the core schema
	Required   bool
	Mutability Mutability // empty: as it is
}

// Marked is the registry with marks in the User schema that it publishes. What it
// reads and writes stays the same.
func (r *Registry) Marked(marks []Mark) (*Registry, error) {
	if len(marks) == 0 {
		return r, nil
	}
	user := *r.Users.Schema
	for _, m := range marks {
		user.Attributes = marked(user.Attributes, m)
	}
	var err error
	if user.JSON, err = json.Marshal(&user); err != nil {
		return nil, fmt.Errorf("publish the User schema: %w", err)
	}
	out := &Registry{Users: r.Users, Groups: r.Groups, Schemas: slices.Clone(r.Schemas)}
	out.Schemas[slices.Index(out.Schemas, r.Users.Schema)] = &user
	return out, nil
}

// marked copies a list with a mark on the attribute of its path.
func marked(list []*Attribute, m Mark) []*Attribute {
	list = slices.Clone(list)
	name, rest, nested := strings.Cut(m.Path, ".")
	for i, a := range list {
		if a.Name != name {
			continue
		}
		one := *a
		switch {
		case nested:
			one.SubAttributes = marked(a.SubAttributes, Mark{Path: rest, Required: m.Required, Mutability: m.Mutability})
		case m.Mutability != "":
			one.Mutability, one.Required = m.Mutability, one.Required || m.Required
		default:
			one.Required = one.Required || m.Required
		}
		list[i] = &one
	}
	return list
}
