package sqlfilter

import (
	"github.com/cinode-scim/cinode-scim/internal/scim/filter"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

// hasColumn reports whether an attribute has a column, or follows from one.
func (c *Compiler) hasColumn(t schema.Target) bool {
	if t.Container != "" {
		return false
	}
	switch t.Attribute.Name {
	case "id", "externalId", "meta":
		return true
	case "userName":
		return c.Type.Name == "User"
	case "displayName":
		return c.Type.Name == "Group"
	default:
		return false
	}
}

// always reports whether an attribute never lacks a value.
func (c *Compiler) always(t schema.Target) bool {
	return t.Container == "" && (t.Attribute.Name == "id" || t.Attribute.Name == "meta")
}

func (c *Compiler) column(t schema.Target) value {
	switch t.Attribute.Name {
	case "id":
		return value{sql: "r.id", form: formID}
	case "externalId":
		return value{sql: "r.external_id"}
	case "userName":
		return value{sql: "r.user_name"}
	case "displayName":
		return value{sql: "r.display_key"}
	default:
		return c.meta(t)
	}
}

func (c *Compiler) meta(t schema.Target) value {
	name := ""
	if t.Sub != nil {
		name = t.Sub.Name
	}
	switch name {
	case "created":
		return value{sql: "r.created", form: formInstant}
	case "lastModified":
		return value{sql: "r.last_modified", form: formInstant}
	case "version":
		return value{sql: `('W/"' || r.version || '"')`}
	case "location":
		return value{sql: "(" + c.textParam(c.BaseURL+c.Type.Endpoint+"/") + " || r.id)"}
	case "resourceType":
		return value{sql: quote(c.Type.Name)}
	default:
		return value{}
	}
}

// tenant is the parameter that names the tenant. A subquery that took it from r
// would run once for every row.
func (c *Compiler) tenant() string { return c.Dialect.param + "1" }

func (c *Compiler) textParam(s string) string { return c.Dialect.asText(c.param(s)) }

// resource is the scope of names outside brackets.
func (c *Compiler) resource(t schema.Target) value {
	if c.hasColumn(t) {
		return c.column(t)
	}
	if isLinks(c.Type, t) {
		return c.link(t.Sub)
	}
	var names []string
	if t.Container != "" {
		names = append(names, t.Container)
	}
	names = append(names, t.Attribute.Name)
	d := c.Dialect
	if !t.Attribute.MultiValued {
		if t.Sub != nil {
			names = append(names, t.Sub.Name)
		}
		if t.Leaf().Type == schema.TypeComplex {
			return value{sql: d.member("r.search", names...)}
		}
		return value{sql: d.leaf("r.search", names...)}
	}
	v := value{from: d.unnest(d.member("r.search", names...)) + " WHERE 1 = 1", sql: d.scalar}
	if t.Sub != nil {
		v.sql = d.leaf(d.element, t.Sub.Name)
	} else if t.Attribute.Type == schema.TypeComplex {
		v.sql = d.element
	}
	return v
}

// link is a member of a group or a group of a user; sub nil stands for the
// link as a whole.
func (c *Compiler) link(sub *schema.Attribute) value {
	v := value{from: `memberships m
		LEFT JOIN users mu ON mu.tenant_id = m.tenant_id AND mu.id = m.member_id AND m.member_type = 'User'
		LEFT JOIN groups mg ON mg.tenant_id = m.tenant_id AND mg.id = m.member_id AND m.member_type = 'Group'
		WHERE m.tenant_id = r.tenant_id AND m.group_id = r.id`}
	id, display, kind, folder := "m.member_id", "COALESCE(mu.display_key, mg.display_key)", "lower(m.member_type)", "'/' || m.member_type || 's/'"
	v.byID = func(p string) string {
		return "r.id IN (SELECT m.group_id FROM memberships m WHERE m.tenant_id = " + c.tenant() + " AND m.member_id = " + p + ")"
	}
	if c.Type.Name == "User" {
		v.from = `memberships m JOIN groups mg ON mg.tenant_id = m.tenant_id AND mg.id = m.group_id
		WHERE m.tenant_id = r.tenant_id AND m.member_id = r.id`
		id, display, kind, folder = "m.group_id", "mg.display_key", "'direct'", "'/Groups/'"
		v.byID = func(p string) string {
			return "r.id IN (SELECT m.member_id FROM memberships m WHERE m.tenant_id = " + c.tenant() + " AND m.group_id = " + p + ")"
		}
	}
	if sub == nil {
		return v
	}
	switch sub.Name {
	case "value":
		v.sql, v.form = id, formID
	case "display":
		v.sql = "NULLIF(" + display + ", '')"
	case "type":
		v.sql = kind
	case "$ref":
		v.sql = "(" + c.textParam(c.BaseURL) + " || " + folder + " || " + id + ")"
	}
	return v
}

// valuePath compiles brackets: one value that fulfils all of the inner filter.
func (c *Compiler) valuePath(b *filter.Bound) string {
	var outer value
	var inner scope
	switch {
	case isLinks(c.Type, b.Target):
		outer = c.link(nil)
		inner.value = func(t schema.Target) value {
			v := c.link(t.Attribute)
			v.from, v.byID = "", nil
			return v
		}
	case !b.Target.Attribute.MultiValued:
		return c.singleValuePath(b)
	default:
		outer = c.resource(b.Target)
		inner.value = func(t schema.Target) value { return value{sql: c.Dialect.leaf(c.Dialect.element, t.Attribute.Name)} }
	}
	sql := outer.wrap(c.node(b.Left, inner))
	if key, ok := c.narrowed(b); ok {
		return "(" + key() + " AND " + sql + ")"
	}
	return sql
}

// singleValuePath takes a singular complex attribute as its one value, which
// must be there.
func (c *Compiler) singleValuePath(b *filter.Bound) string {
	inner := scope{value: func(t schema.Target) value {
		return c.resource(schema.Target{Container: b.Target.Container, Attribute: b.Target.Attribute, Sub: t.Attribute})
	}}
	if c.always(b.Target) {
		return c.node(b.Left, inner)
	}
	return "((" + c.resource(b.Target).sql + ") IS NOT NULL AND " + c.node(b.Left, inner) + ")"
}

// narrowed finds an index condition that every value which fulfils the
// brackets fulfils as well.
func (c *Compiler) narrowed(b *filter.Bound) (func() string, bool) {
	eq := conjunct(b.Left, func(inner *filter.Bound) bool {
		full := *inner
		full.Target = schema.Target{Container: b.Target.Container, Attribute: b.Target.Attribute, Sub: inner.Target.Attribute}
		if isLinks(c.Type, full.Target) {
			return inner.Target.Attribute.Name == "value"
		}
		return inner.Kind == filter.NodeCompare && inner.Op == filter.OpEqual && c.hasKey(&full)
	})
	if eq == nil {
		return nil, false
	}
	full := *eq
	full.Target = schema.Target{Container: b.Target.Container, Attribute: b.Target.Attribute, Sub: eq.Target.Attribute}
	return func() string { return c.compare(c.resource(full.Target), &full, true) }, true
}

// conjunct finds a comparison for equality that the filter as a whole needs.
func conjunct(b *filter.Bound, ok func(*filter.Bound) bool) *filter.Bound {
	switch b.Kind {
	case filter.NodeAnd:
		if found := conjunct(b.Left, ok); found != nil {
			return found
		}
		return conjunct(b.Right, ok)
	case filter.NodeCompare:
		if b.Op == filter.OpEqual && ok(b) {
			return b
		}
	}
	return nil
}

// Order compiles a sort to the items of ORDER BY. Values compare as filters
// compare them; of a multi-valued attribute the primary value counts, else the
// first (RFC 7644 section 3.4.2.3). A complex attribute is sorted by its value,
// and one that has none by id.
func (c *Compiler) Order(target schema.Target, descending bool) string {
	if leaf := target.Leaf(); leaf.Type == schema.TypeComplex {
		if target.Sub = leaf.Sub("value"); target.Sub == nil {
			return "r.id"
		}
	}
	v := c.resource(target)
	expr := v.sql
	if v.from != "" {
		d := c.Dialect
		first := d.order
		switch {
		case isLinks(c.Type, target):
			first = "m.group_id, m.member_id"
		case target.Attribute.Sub("primary") != nil:
			first = "COALESCE(" + d.leaf(d.element, "primary") + ", " + d.truth(false) + ") DESC, " + first
		}
		expr = "(SELECT " + v.sql + " FROM " + v.from + " ORDER BY " + first + " LIMIT 1)"
	}
	switch {
	case v.form == formID:
		expr = c.Dialect.asText(expr) + c.Dialect.binary
	case v.form == formText && target.Leaf().Type != schema.TypeBoolean:
		expr += c.Dialect.binary
	}
	if descending {
		return "(" + expr + " IS NULL) DESC, " + expr + " DESC"
	}
	return "(" + expr + " IS NULL), " + expr
}
