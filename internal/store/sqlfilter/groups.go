package sqlfilter

import (
	"github.com/cinode-scim/cinode-scim/internal/scim/filter"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

// A user is in the groups that it is a member of, directly, and in those that
// they are members of in turn, indirectly; one that it is in both ways is
// direct (RFC 7643 section 4.1.2). Groups may be members of each other: UNION
// takes each once, so that a circle ends. To PostgreSQL a CROSS JOIN with
// conditions is any join; SQLite, which would guess, takes its left side first.

// The values of groups.type.
const (
	direct   = "'direct'"
	indirect = "'indirect'"
)

// nested asks whether any group of the tenant is a member of another. The order
// leaves no plan but the index of such memberships, which is empty for most.
func (d *Dialect) nested() string {
	return "(SELECT n.member_id FROM memberships n WHERE n.tenant_id = " + d.tenant() +
		" AND n.member_type = 'Group' ORDER BY n.tenant_id, n.member_id LIMIT 1) IS NOT NULL"
}

// groupsOf is a subquery over the groups g that r, a user, is in: columns is
// given the SQL that is 1 for an indirect one, and so is the tail that follows
// the conditions. Only where groups are nested does it look for more than the
// memberships of r.
func (d *Dialect) groupsOf(columns, tail func(indirect string) string) string {
	isIndirect := "CASE WHEN EXISTS (SELECT 1 FROM memberships d WHERE d.tenant_id = " + d.tenant() +
		" AND d.group_id = g.id AND d.member_id = r.id) THEN 0 ELSE 1 END"
	return "(CASE WHEN " + d.nested() + ` THEN (WITH RECURSIVE above(id) AS (
			SELECT m.group_id FROM memberships m WHERE m.tenant_id = ` + d.tenant() + ` AND m.member_id = r.id
			UNION SELECT m.group_id FROM above a CROSS JOIN memberships m
			WHERE m.tenant_id = ` + d.tenant() + ` AND m.member_id = a.id AND m.member_type = 'Group')
		SELECT ` + columns(isIndirect) + " FROM above a CROSS JOIN groups g WHERE g.tenant_id = " + d.tenant() + " AND g.id = a.id" + tail(isIndirect) + `)
		ELSE ` + d.directGroups(columns("0"), tail("0")) + " END)"
}

// directGroups is a subquery over the groups g that r is a member of.
func (d *Dialect) directGroups(columns, tail string) string {
	return "(SELECT " + columns + ` FROM memberships m JOIN groups g ON g.tenant_id = m.tenant_id AND g.id = m.group_id
		WHERE m.tenant_id = r.tenant_id AND m.member_id = r.id` + tail + ")"
}

// inGroups is a predicate over users: of the groups g that one is in, there is
// one that fulfils what of gives for links of a kind. For the few users that an
// index finds it looks at the groups of each. For all others it is a set of users
// made once, from the groups down, whatever the number that it is asked about.
func (c *Compiler) inGroups(b *filter.Bound, of func(kind string) string) string {
	tenant := c.tenant()
	if c.few {
		return c.Dialect.groupsOf(func(string) string { return "1" }, func(isIndirect string) string {
			return " AND " + of(kindOf(isIndirect)) + " LIMIT 1"
		}) + " = 1"
	}
	if !readsType(b) {
		return `r.id IN (WITH RECURSIVE below(id) AS (
			SELECT g.id FROM groups g WHERE g.tenant_id = ` + tenant + " AND " + of(direct) + `
			UNION SELECT m.member_id FROM below b CROSS JOIN memberships m WHERE m.tenant_id = ` + tenant + ` AND m.group_id = b.id AND m.member_type = 'Group')
		SELECT m.member_id FROM below b CROSS JOIN memberships m WHERE m.tenant_id = ` + tenant + " AND m.group_id = b.id AND m.member_type = 'User')"
	}
	return `r.id IN (SELECT m.member_id FROM groups g CROSS JOIN memberships m
		WHERE m.tenant_id = ` + tenant + ` AND m.group_id = g.id AND m.member_type = 'User' AND g.tenant_id = ` + tenant + " AND " + of(direct) + `
		UNION ALL SELECT i.id FROM (WITH RECURSIVE below(top, id) AS (
			SELECT g.id, m.member_id FROM groups g JOIN memberships m ON m.tenant_id = ` + tenant + ` AND m.group_id = g.id AND m.member_type = 'Group'
			WHERE g.tenant_id = ` + tenant + " AND " + of(indirect) + `
			UNION SELECT b.top, m.member_id FROM below b CROSS JOIN memberships m
			WHERE m.tenant_id = ` + tenant + ` AND m.group_id = b.id AND m.member_type = 'Group')
		SELECT b.top, m.member_id AS id FROM below b CROSS JOIN memberships m
		WHERE m.tenant_id = ` + tenant + ` AND m.group_id = b.id AND m.member_type = 'User') i
		WHERE NOT EXISTS (SELECT 1 FROM memberships d WHERE d.tenant_id = ` + tenant + " AND d.group_id = i.top AND d.member_id = i.id))"
}

// kindOf is the type of a link as SQL.
func kindOf(isIndirect string) string {
	return "(CASE " + isIndirect + " WHEN 0 THEN " + direct + " ELSE " + indirect + " END)"
}

// readsType reports whether it matters to a filter over groups how a user is in
// them.
func readsType(b *filter.Bound) bool {
	switch b.Kind {
	case filter.NodeAnd, filter.NodeOr:
		return readsType(b.Left) || readsType(b.Right)
	case filter.NodeNot, filter.NodeValuePath:
		return readsType(b.Left)
	case filter.NodePresent, filter.NodeCompare:
		return b.Leaf().Name == "type"
	default:
		return false
	}
}

// group is a sub-attribute of a group that a user is in by that kind of link;
// nil stands for the link as a whole.
func (c *Compiler) group(sub *schema.Attribute, kind string) value {
	if sub == nil {
		return value{}
	}
	switch sub.Name {
	case "value":
		return value{sql: "g.id", form: formID}
	case "display":
		return value{sql: "NULLIF(g.display_key, '')"}
	case "type":
		return value{sql: kind}
	case "$ref":
		return value{sql: "(" + c.textParam(c.BaseURL+"/Groups/") + " || g.id)"}
	default:
		return value{sql: c.Dialect.asText("NULL")}
	}
}

// firstGroup is a sub-attribute of the first group that r is in.
func (c *Compiler) firstGroup(sub *schema.Attribute) value {
	var v value
	v.sql = c.Dialect.groupsOf(func(isIndirect string) string {
		shown := c.group(sub, kindOf(isIndirect))
		v.form = shown.form
		return shown.sql
	}, func(string) string { return " ORDER BY g.id LIMIT 1" })
	return v
}
