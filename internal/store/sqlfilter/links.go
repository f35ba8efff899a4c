package sqlfilter

import (
	"bytes"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/cinode-scim/cinode-scim/internal/store"
)

// Columns are what both databases read of a resource, of its table with the
// alias r: id, version, created, last_modified, wide, doc, links as ParseLinks
// reads them, then id and display of the manager. The display is NULL where
// there is no such user; that of a manager who is not asked for costs nothing.
func (d *Dialect) Columns(resourceType string, withLinks, withManager bool) string {
	if !withLinks {
		return d.columns(resourceType, "CAST(NULL AS text)", withManager)
	}
	return d.columns(resourceType, d.Links(resourceType), withManager)
}

// Shallow are the Columns with links where no group of the tenant is a member of
// another, and nested, which says whether they are wrong because one is. To
// PostgreSQL the mere presence of the recursion in a statement costs as much as
// finding the direct groups.
func (d *Dialect) Shallow(resourceType string, withManager bool) string {
	if resourceType == "User" {
		return d.columns(resourceType, d.directGroups(d.userLinks("0"), ""), withManager) + ", " + d.nested() + " AS nested"
	}
	return d.Columns(resourceType, true, false) + ", FALSE AS nested"
}

func (d *Dialect) columns(resourceType, links string, withManager bool) string {
	manager := "CAST(NULL AS bigint) AS manager_id, CAST(NULL AS text) AS manager"
	if withManager && resourceType == "User" {
		manager = "r.manager_id, (SELECT mu.display FROM users mu WHERE mu.tenant_id = r.tenant_id AND mu.id = r.manager_id) AS manager"
	}
	return "r.id, r.version, r.created, r.last_modified, r.wide, r.doc, " + links + " AS links, " + manager
}

// Links aggregates the links of r as ParseLinks reads them.
func (d *Dialect) Links(resourceType string) string {
	if resourceType == "User" {
		return d.groupsOf(d.userLinks, func(string) string { return "" })
	}
	return "(SELECT " + d.aggregate("m.member_id, m.member_type, COALESCE(mu.display, mg.display, '')", "m.member_id") + `
		FROM memberships m
		LEFT JOIN users mu ON mu.tenant_id = m.tenant_id AND mu.id = m.member_id AND m.member_type = 'User'
		LEFT JOIN groups mg ON mg.tenant_id = m.tenant_id AND mg.id = m.member_id AND m.member_type = 'Group'
		WHERE m.tenant_id = r.tenant_id AND m.group_id = r.id)`
}

func (d *Dialect) userLinks(isIndirect string) string {
	return d.aggregate("g.id, 'Group', g.display, "+isIndirect, "g.id")
}

// ParseLinks reads the JSON in which both databases aggregate links: arrays of
// id, type and display, `[[1,"User","Ann"],...]`, for groups of a user also
// whether it is in them indirectly, as 0 or 1; nothing for no links.
func ParseLinks(text []byte) ([]store.Link, error) {
	if len(text) == 0 {
		return nil, nil
	}
	dec := jsontext.NewDecoder(bytes.NewReader(text))
	var links []store.Link
	if _, err := dec.ReadToken(); err != nil {
		return nil, fmt.Errorf("read links: %w", err)
	}
	for dec.PeekKind() == '[' {
		l, err := parseLink(dec)
		if err != nil {
			return nil, fmt.Errorf("read links: %w", err)
		}
		links = append(links, l)
	}
	return links, nil
}

func parseLink(dec *jsontext.Decoder) (l store.Link, err error) {
	for i := 0; ; i++ { // [, id, type, display, indirect, ]
		tok, err := dec.ReadToken()
		if err != nil || tok.Kind() == ']' {
			return l, err
		}
		switch i { // a token is good until the next is read
		case 1:
			if l.ID, err = tok.Int(); err != nil {
				return l, err
			}
		case 2:
			l.Type = tok.String()
		case 3:
			l.Display = tok.String()
		case 4:
			l.Indirect = tok.String() == "1"
		}
	}
}
