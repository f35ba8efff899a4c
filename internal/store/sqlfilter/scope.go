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

func (c *Compiler) tenant() string { return c.Dialect.tenant() }

func (c *Compiler) textParam(s string) string { return c.Dialect.asText(c.param(s)) }

// resource is the scope of names outside brackets.
func (c *Compiler) resource(t schema.Target) value {
	if c.hasColumn(t) {
		return c.column(t)
	}
	if isMembers(c.Type, t) {
		return c.member(t.Sub)
	}
	if isOfManager(c.Type, t) {
		return c.manager(t.Sub)
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

// member is a member of a group; sub nil stands for it as a whole.
func (c *Compiler) member(sub *schema.Attribute) value {
	v := value{from: `memberships m
		LEFT JOIN users mu ON mu.tenant_id = m.tenant_id AND mu.id = m.member_id AND m.member_type = 'User'
		LEFT JOIN groups mg ON mg.tenant_id = m.tenant_id AND mg.id = m.member_id AND m.member_type = 'Group'
		WHERE m.tenant_id = r.tenant_id AND m.group_id = r.id`}
	v.byID = func(p string) string {
		return "r.id IN (SELECT m.group_id FROM memberships m WHERE m.tenant_id = " + c.tenant() + " AND m.member_id = " + p + ")"
	}
	if sub == nil {
		return v
	}
	switch sub.Name {
	case "value":
		v.sql, v.form = "m.member_id", formID
	case "display":
		v.sql = "NULLIF(COALESCE(mu.display_key, mg.display_key), '')"
	case "type":
		v.sql = "lower(m.member_type)"
	case "$ref":
		v.sql = "(" + c.textParam(c.BaseURL) + " || '/' || m.member_type || 's/' || m.member_id)"
	}
	return v
}

// manager is what a user shows of its manager besides the id.
func (c *Compiler) manager(sub *schema.Attribute) value {
	shown := "NULLIF(mu.display_key, '')"
	if sub.Name == "$ref" {
		shown = c.textParam(c.BaseURL+c.Type.Endpoint+"/") + " || mu.id"
	}
	return value{sql: "(SELECT " + shown + " FROM users mu WHERE mu.tenant_id = " + c.tenant() + " AND mu.id = r.manager_id)"}
}

// valuePath compiles brackets: one value that fulfils all of the inner filter.
func (c *Compiler) valuePath(b *filter.Bound) string {
	var outer value
	var inner scope
	switch {
	case isGroups(c.Type, b.Target):
		return c.inGroups(b, func(kind string) string {
			return c.node(b.Left, scope{value: func(t schema.Target) value { return c.group(t.Attribute, kind) }})
		})
	case isMembers(c.Type, b.Target):
		outer = c.member(nil)
		inner.value = func(t schema.Target) value {
			v := c.member(t.Attribute)
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
