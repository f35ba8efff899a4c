package sqlfilter

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// lookup builds the query of a store.Lookup.
type lookup struct {
	*Dialect
	store.Lookup
	args []any
}

func (l *lookup) arg(v any) string {
	l.args = append(l.args, v)
	return l.param + strconv.Itoa(len(l.args))
}

// LookUp is the query of a store.Lookup, for rows that a FoundRow reads.
func (d *Dialect) LookUp(p store.Lookup) (text string, args []any, err error) {
	l := &lookup{Dialect: d, Lookup: p}
	where := []string{"r.tenant_id = " + l.arg(p.Tenant)}
	key, condition, err := l.way(p.Way)
	if err != nil {
		return "", nil, err
	}
	where = append(where, condition)
	for _, way := range p.Except {
		_, but, err := l.way(way)
		if err != nil {
			return "", nil, err
		}
		where = append(where, "COALESCE(NOT ("+but+"), TRUE)")
	}
	if p.Status != "" {
		where = append(where, "r.active = "+strings.ToUpper(strconv.FormatBool(p.Status == cinode.StatusActive)))
	}
	descending := (p.Way == store.ByNewest) != p.Backward
	where = append(where, l.beyond(key, descending))
	order, shown := "r.id", "CAST(NULL AS text)"
	switch {
	case key != "":
		order, shown = key+", r.id", key
	case p.Way == store.ByEmail: // not the walk over a tenant in hope of an early match
		order = "r.id + 0"
	}
	if descending {
		order = strings.ReplaceAll(order, ", r.id", " DESC, r.id") + " DESC"
	}
	limit := l.arg(p.Limit)
	return "SELECT " + personColumns + ", " + shown + " FROM users r WHERE " + strings.Join(where, " AND ") + " ORDER BY " + order + " LIMIT " + limit, l.args, nil
}

// way gives what a way orders by before the id, empty for nothing, and its
// condition.
func (l *lookup) way(way store.Way) (key, condition string, err error) {
	begins := func(key, prefix string) (string, string, error) {
		return key, key + " >= " + l.arg(prefix) + " AND " + key + " < " + l.arg(prefix+string(utf8.MaxRune)), nil
	}
	switch way {
	case store.ByNewest:
		return "", "TRUE", nil
	case store.ByID:
		id, err := strconv.ParseInt(l.Text, 10, 64)
		if err != nil {
			return "", "FALSE", nil //nolint:nilerr // what is no number is nobody's id
		}
		return "", "r.id = " + l.arg(id), nil
	case store.ByUserName:
		return begins("r.user_name", scim.FoldUserName(l.Text))
	case store.ByDisplay:
		return begins(l.front("r.display_key"), front(scim.Fold(l.Text)))
	case store.ByExternalID:
		return begins("r.external_id", l.Text)
	case store.ByEmail:
		return "", l.keyMatch(l.arg(Key(l.Tenant, "emails.value", scim.Fold(l.Text)))), nil
	default:
		return "", "", fmt.Errorf("there is no way %q to look users up", way)
	}
}

// front is what Dialect.front leaves of a text.
func front(s string) string {
	most, _ := strconv.Atoi(maxKey)
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most])
	}
	return s
}

// beyond leaves out what does not come after the place to go on from.
func (l *lookup) beyond(key string, descending bool) string {
	compare := " > "
	if descending {
		compare = " < "
	}
	switch {
	case l.At == nil:
		return "TRUE"
	case key == "" || l.At.Key == nil:
		return "r.id" + compare + l.arg(l.At.ID)
	default:
		return "(" + key + ", r.id)" + compare + "(" + l.arg(*l.At.Key) + ", " + l.arg(l.At.ID) + ")"
	}
}

// ScanFound reads a row of LookUp.
func ScanFound(scan Scan) (store.Found, error) {
	var key *string
	p, err := scanPerson(scan, &key)
	return store.Found{Person: p, Position: store.Position{ID: p.ID, Key: key}}, err
}

// DirectoryStatements is the SQL of store.Directory. The comments name the
// parameters in their order.
type DirectoryStatements struct {
	Members    string // id, type, display, 1 for an active user: tenant, after, limit, group
	GroupNames string // id, display: tenant, list of ids
}

// DirectorySQL are the statements of store.Directory that are always the same.
func (d *Dialect) DirectorySQL() DirectoryStatements {
	return DirectoryStatements{
		Members: d.number(`SELECT m.member_id, m.member_type, COALESCE(mu.display, mg.display, ''), CASE WHEN mu.active THEN 1 ELSE 0 END
			FROM memberships m
			LEFT JOIN users mu ON mu.tenant_id = m.tenant_id AND mu.id = m.member_id AND m.member_type = 'User'
			LEFT JOIN groups mg ON mg.tenant_id = m.tenant_id AND mg.id = m.member_id AND m.member_type = 'Group'
			WHERE m.tenant_id = $1 AND m.group_id = $4 AND m.member_id > $2 ORDER BY m.member_id LIMIT $3`),
		GroupNames: d.number("SELECT id, display FROM groups WHERE tenant_id = $1 AND " + d.among("id", "$2")),
	}
}

// ScanMember reads a row of Members.
func ScanMember(scan Scan) (m store.Member, err error) {
	var active int64
	err = scan(&m.ID, &m.Type, &m.Display, &active)
	if m.Type == "User" {
		m.Status = cinode.StatusDisconnected
		if active == 1 {
			m.Status = cinode.StatusActive
		}
	}
	return m, err
}

// Sizes is the query of the sizes of groups, Teams or Roles: id, number. Its
// parameters are the tenant, the list of ids, and the most that is counted.
func (d *Dialect) Sizes(of string) (string, error) {
	var table, members, column string
	switch of {
	case "Group":
		table, members, column = "groups", "memberships", "group_id"
	case string(cinode.KindTeam):
		table, members, column = "teams", "team_members", "team_id"
	case string(cinode.KindRole):
		table, members, column = "roles", "user_roles", "role_id"
	default:
		return "", fmt.Errorf("nothing of the kind %q has members", of)
	}
	return d.number("SELECT u.id, (SELECT count(*) FROM (SELECT 1 FROM " + members + " m WHERE m.tenant_id = $1 AND m." + column +
		" = u.id LIMIT $3) c) FROM " + table + " u WHERE u.tenant_id = $1 AND " + d.among("u.id", "$2")), nil
}
