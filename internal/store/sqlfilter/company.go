package sqlfilter

import (
	"fmt"
	"strings"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// Units is the SQL about Teams, or about Roles. The comments name the parameters
// in their order.
type Units struct {
	Kind   cinode.Kind
	List   string // tenant, after, folded part of the name, limit
	Get    string // tenant, id
	Insert string // tenant, id, name, folded name, created
	Rename string // tenant, id, name, folded name
	Delete string // tenant, id

	OfUser  string // those of a user: tenant, user
	OfGroup string // the id of what a group is linked to: tenant, group

	Members string // tenant, after, folded part of the name, that of a userName, limit, id
	Join    string // those of a list who are users in a group: tenant, id, list, group
	Leave   string // those of a list whom a group holds and no other linked one: tenant, id, list, group
	Empty   string // tenant, id
	Forget  string // tenant, user
	// Gather brings in all users in linked groups, Shed takes out of what has linked
	// groups who is in none of them: tenant.
	Gather, Shed string
}

// Kinds are the statements for each kind.
type Kinds map[cinode.Kind]Units

// Of gives those of one kind; the error names the two there are.
func (k Kinds) Of(kind cinode.Kind) (Units, error) {
	u, ok := k[kind]
	if !ok {
		return u, fmt.Errorf("there is no kind %q; use Team or Role", kind)
	}
	return u, nil
}

// Kinds are the statements about Teams and about Roles.
func (d *Dialect) Kinds() Kinds {
	return Kinds{
		cinode.KindTeam: d.units(cinode.KindTeam, "teams", "team_members", "team_id"),
		cinode.KindRole: d.units(cinode.KindRole, "roles", "user_roles", "role_id"),
	}
}

func (d *Dialect) units(kind cinode.Kind, table, members, column string) Units {
	get := "SELECT u.id, u.name, u.created FROM " + table + " u WHERE u.tenant_id = $1 AND "
	drop := "DELETE FROM " + members + " WHERE tenant_id = $1 AND "
	return Units{
		Kind:   kind,
		List:   d.number(get + "u.id > $2 AND " + d.contains("u.name_key", "$3") + " ORDER BY u.id LIMIT $4"),
		Get:    d.number(get + "u.id = $2"),
		Insert: d.number("INSERT INTO " + table + " (tenant_id, id, name, name_key, created) VALUES ($1, $2, $3, $4, $5)"),
		Rename: d.number("UPDATE " + table + " SET name = $3, name_key = $4 WHERE tenant_id = $1 AND id = $2"),
		Delete: d.number("DELETE FROM " + table + " WHERE tenant_id = $1 AND id = $2"),
		OfUser: d.number("SELECT u.id, u.name, u.created FROM " + members + " m JOIN " + table + " u ON u.tenant_id = m.tenant_id AND u.id = m." + column + `
			WHERE m.tenant_id = $1 AND m.user_id = $2 ORDER BY u.id`),
		OfGroup: d.number("SELECT u.id FROM links l JOIN " + table + ` u ON u.tenant_id = l.tenant_id AND u.id = l.unit_id
			WHERE l.tenant_id = $1 AND l.group_id = $2 AND l.kind = ` + quote(string(kind))),
		Members: d.number("SELECT " + personColumns + " FROM " + members + ` m JOIN users r ON r.tenant_id = m.tenant_id AND r.id = m.user_id
			WHERE m.tenant_id = $1 AND m.` + column + " = $6 AND m.user_id > $2 AND " + d.isNamed() + " ORDER BY m.user_id LIMIT $5"),
		Join: d.number("INSERT INTO " + members + " (tenant_id, " + column + `, user_id) SELECT m.tenant_id, $2, m.member_id FROM memberships m
			WHERE m.tenant_id = $1 AND m.group_id = $4 AND m.member_type = 'User' AND ` + d.among("m.member_id", "$3") + " ON CONFLICT DO NOTHING"),
		Leave: d.number(drop + column + " = $2 AND " + d.among("user_id", "$3") + `
			AND EXISTS (SELECT 1 FROM memberships m WHERE m.tenant_id = $1 AND m.group_id = $4 AND m.member_id = ` + members + `.user_id)
			AND NOT EXISTS (SELECT 1 FROM links l JOIN memberships m ON m.tenant_id = l.tenant_id AND m.group_id = l.group_id
				WHERE l.tenant_id = $1 AND l.unit_id = $2 AND l.kind = ` + quote(string(kind)) + `
				AND l.group_id <> $4 AND m.member_id = ` + members + ".user_id)"),
		Empty:  d.number(drop + column + " = $2"),
		Forget: d.number(drop + "user_id = $2"),
		Gather: d.number("INSERT INTO " + members + " (tenant_id, " + column + `, user_id) SELECT DISTINCT l.tenant_id, l.unit_id, m.member_id
			FROM links l JOIN memberships m ON m.tenant_id = l.tenant_id AND m.group_id = l.group_id
			WHERE l.tenant_id = $1 AND l.kind = ` + quote(string(kind)) + " AND m.member_type = 'User' ON CONFLICT DO NOTHING"),
		Shed: d.number(drop + column + " IN (SELECT l.unit_id FROM links l WHERE l.tenant_id = $1 AND l.kind = " + quote(string(kind)) + `)
			AND NOT EXISTS (SELECT 1 FROM links l JOIN memberships m ON m.tenant_id = l.tenant_id AND m.group_id = l.group_id
				WHERE l.tenant_id = $1 AND l.kind = ` + quote(string(kind)) + " AND l.unit_id = " + members + "." + column + `
				AND m.member_id = ` + members + ".user_id)"),
	}
}

// number writes parameters as the database has them.
func (d *Dialect) number(text string) string { return strings.ReplaceAll(text, "$", d.param) }

// LinkStatements is the SQL about links. The comments name the parameters in their
// order.
type LinkStatements struct {
	List   string // tenant, after, folded part of the group's name, limit
	Insert string // tenant, group, kind, unit, awaited key or empty, created
	// Exists counts links of groups of a name and object id: tenant, folded name,
	// name, object id.
	Exists string
	Take   string // end the wait of a link, giving group, kind and unit: tenant, awaited key
	Settle string // end the wait of a group's link: tenant, group
	// Unlinked are groups without a link: id, name, folded name, created. Parameter:
	// tenant.
	Unlinked string
	Of       string // the groups linked to a Team or Role: tenant, kind, id
	Delete   string // tenant, group
	To       string // as List, to some of a kind: tenant, kind, list
	OfGroups string // as List, of some groups: tenant, list
}

// LinkSQL are the statements about links.
func (d *Dialect) LinkSQL() LinkStatements {
	const whole = `SELECT l.group_id, g.display, COALESCE(g.external_id, ''), l.kind, l.unit_id, COALESCE(t.name, o.name, ''),
			CASE WHEN l.awaited_key IS NULL THEN 0 ELSE 1 END, l.created
		FROM links l JOIN groups g ON g.tenant_id = l.tenant_id AND g.id = l.group_id
		LEFT JOIN teams t ON t.tenant_id = l.tenant_id AND t.id = l.unit_id AND l.kind = 'Team'
		LEFT JOIN roles o ON o.tenant_id = l.tenant_id AND o.id = l.unit_id AND l.kind = 'Role'
		WHERE l.tenant_id = $1 AND `
	return LinkStatements{
		List: d.number(whole + `l.group_id > $2 AND ` + d.contains("g.display_key", "$3") + " ORDER BY l.group_id LIMIT $4"),
		Insert: d.number(`INSERT INTO links (tenant_id, group_id, kind, unit_id, awaited_key, created)
			VALUES ($1, $2, $3, $4, NULLIF(CAST($5 AS text), ''), $6)`),
		Exists: d.number(`SELECT count(*) FROM groups g JOIN links l ON l.tenant_id = g.tenant_id AND l.group_id = g.id
			WHERE g.tenant_id = $1 AND g.display_key = $2 AND g.display = $3 AND COALESCE(g.external_id, '') = $4`),
		Take: d.number(`UPDATE links SET awaited_key = NULL WHERE tenant_id = $1 AND awaited_key = $2
			RETURNING group_id, kind, unit_id`),
		Settle: d.number("UPDATE links SET awaited_key = NULL WHERE tenant_id = $1 AND group_id = $2 AND awaited_key IS NOT NULL"),
		Unlinked: d.number(`SELECT g.id, g.display, g.display_key, g.created FROM groups g WHERE g.tenant_id = $1
			AND NOT EXISTS (SELECT 1 FROM links l WHERE l.tenant_id = $1 AND l.group_id = g.id) ORDER BY g.id`),
		Of:       d.number("SELECT l.group_id FROM links l WHERE l.tenant_id = $1 AND l.kind = $2 AND l.unit_id = $3 ORDER BY l.group_id"),
		Delete:   d.number("DELETE FROM links WHERE tenant_id = $1 AND group_id = $2"),
		OfGroups: d.number(whole + d.among("l.group_id", "$2") + " ORDER BY l.group_id"),
		To:       d.number(whole + "l.kind = $2 AND " + d.among("l.unit_id", "$3") + " ORDER BY l.group_id"),
	}
}

// People lists users: tenant, after, folded part of the name, that of a userName,
// limit, status or empty.
func (d *Dialect) People() string {
	return d.number("SELECT " + personColumns + " FROM users r WHERE r.tenant_id = $1 AND r.id > $2 AND " + d.isNamed() + `
		AND (CASE WHEN r.active THEN 'Active' ELSE 'Disconnected' END = $6 OR $6 = '') ORDER BY r.id LIMIT $5`)
}

// Census counts what a tenant holds: users, those of them who are disconnected,
// groups, Teams, Roles. Parameter: tenant.
func (d *Dialect) Census() string {
	total := "(SELECT CAST(COALESCE(sum(n), 0) AS bigint) FROM resource_counts WHERE tenant_id = $1 AND type = "
	of := "(SELECT count(*) FROM "
	return d.number("SELECT " + total + "'User'), " + of + "users WHERE tenant_id = $1 AND active = FALSE), " + total + "'Group'), " +
		of + "teams WHERE tenant_id = $1), " + of + "roles WHERE tenant_id = $1)")
}

const personColumns = "r.id, r.doc, r.display, r.active, r.last_modified"

// isNamed finds r by a part of its display name or userName.
func (d *Dialect) isNamed() string {
	return "(" + d.contains("r.display_key", "$3") + " OR " + d.contains("r.user_name", "$4") + ")"
}

// ScanPerson reads a row of a list of users.
func ScanPerson(scan Scan) (store.Person, error) { return scanPerson(scan) }

func scanPerson(scan Scan, more ...any) (store.Person, error) {
	p := store.Person{Status: cinode.StatusDisconnected}
	var doc []byte
	var active bool
	var modified int64
	if err := scan(append([]any{&p.ID, &doc, &p.DisplayName, &active, &modified}, more...)...); err != nil {
		return store.Person{}, err
	}
	if active {
		p.Status = cinode.StatusActive
	}
	p.Modified = time.UnixMilli(modified).UTC()
	o, err := scim.DecodeObject(doc)
	p.UserName = text(o, "userName")
	return p, err
}

// ScanUnit reads a Team or Role: id, name, created.
func ScanUnit(kind cinode.Kind) func(Scan) (cinode.Unit, error) {
	return func(scan Scan) (cinode.Unit, error) {
		u := cinode.Unit{Kind: kind}
		var created int64
		err := scan(&u.ID, &u.Name, &created)
		u.Created = FromMillis(created)
		return u, err
	}
}

// ScanLink reads a link as the statements of LinkSQL give it.
func ScanLink(scan Scan) (l cinode.Link, err error) {
	var awaited, created int64
	err = scan(&l.GroupID, &l.DisplayName, &l.ObjectID, &l.Kind, &l.UnitID, &l.UnitName, &awaited, &created)
	l.Awaited, l.Created = awaited == 1, FromMillis(created)
	return l, err
}

// AwaitedKey is store.AwaitedKey, for the statements of this package.
func AwaitedKey(displayName, objectID string) string { return store.AwaitedKey(displayName, objectID) }

// AwaitedGroup describes the group of a link as the client that it waits for
// would.
func AwaitedGroup(p store.LinkParams) store.CreateParams {
	o := scim.Object{"displayName": p.DisplayName}
	if p.ObjectID != "" {
		o["externalId"] = p.ObjectID
	}
	return store.CreateParams{Tenant: p.Tenant, Type: schema.RFC().Groups, Attributes: o, Now: p.Now}
}
