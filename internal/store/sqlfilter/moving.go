package sqlfilter

import (
	"fmt"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// Query runs a query and calls row for each of its rows, with what scans it.
type Query func(text string, args []any, row func(Scan) error) error

// Dump reads the records of a tenant for store.Moving, one query after the other.
func (d *Dialect) Dump(query Query, tenant int64, each func(store.Record) error) error {
	x := &dumper{query: query, number: d.number, args: []any{tenant}, each: each}
	for _, step := range []func() error{
		x.tenant, x.tokens,
		func() error {
			return x.resources("users", func(r *store.ResourceRecord) store.Record { return store.Record{User: r} })
		},
		func() error {
			return x.resources("groups", func(r *store.ResourceRecord) store.Record { return store.Record{Group: r} })
		},
		func() error { return x.members("User") },
		func() error { return x.members("Group") },
		func() error { return x.units("teams", cinode.KindTeam) },
		func() error { return x.units("roles", cinode.KindRole) },
		func() error { return x.unitMembers("team_members", "team_id", cinode.KindTeam) },
		func() error { return x.unitMembers("user_roles", "role_id", cinode.KindRole) },
		x.links,
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

type dumper struct {
	query  Query
	number func(string) string
	args   []any // the tenant
	each   func(store.Record) error
}

func (x *dumper) rows(text string, row func(Scan) error) error {
	return x.query(x.number(text), x.args, row)
}

func (x *dumper) tenant() error {
	found := false
	err := x.rows("SELECT id, name, persona, strict, skip_unknown_members, switches, mappings, created FROM tenants WHERE id = $1",
		func(scan Scan) error {
			var t cinode.Tenant
			var switches, mappings string
			var created int64
			if err := scan(&t.ID, &t.Name, &t.Persona, &t.Strict, &t.SkipUnknownMembers, &switches, &mappings, &created); err != nil {
				return err
			}
			found, t.Created = true, FromMillis(created)
			if err := store.DecodeBehaviour(&t, switches, mappings); err != nil {
				return fmt.Errorf("%w: %w", store.ErrDamaged, err)
			}
			return x.each(store.Record{Tenant: &t})
		})
	if err == nil && !found {
		return store.ErrNotFound
	}
	return err
}

func (x *dumper) tokens() error {
	return x.rows(`SELECT hash, tenant_id, name, audience, scopes, user_id, created, expires, revoked, used_at, used_address, used_client
		FROM tokens WHERE tenant_id = $1 ORDER BY created, name_key`, func(scan Scan) error {
		var t store.TokenRecord
		var hash []byte
		var scopes string
		var created, expires, revoked, used int64
		err := scan(&hash, &t.Tenant, &t.Name, &t.Audience, &scopes, &t.UserID, &created, &expires, &revoked, &used,
			&t.LastUsed.Address, &t.LastUsed.Client)
		if err != nil {
			return err
		}
		copy(t.Hash[:], hash)
		t.Created, t.Expires, t.Revoked, t.LastUsed.At = FromMillis(created), FromMillis(expires), FromMillis(revoked), FromMillis(used)
		if t.Scopes, err = cinode.ParseScopes(scopes); err != nil {
			return fmt.Errorf("%w: token %q: %w", store.ErrDamaged, t.Name, err)
		}
		return x.each(store.Record{Token: &t})
	})
}

func (x *dumper) resources(table string, record func(*store.ResourceRecord) store.Record) error {
	return x.rows("SELECT id, version, created, last_modified, doc, COALESCE(password, '') FROM "+table+" WHERE tenant_id = $1 ORDER BY id",
		func(scan Scan) error {
			var r store.ResourceRecord
			var created, modified int64
			if err := scan(&r.ID, &r.Version, &created, &modified, &r.Text, &r.Password); err != nil {
				return err
			}
			r.Created, r.Modified = time.UnixMilli(created).UTC(), time.UnixMilli(modified).UTC()
			return x.each(record(&r))
		})
}

// members are read by type, each in the order of an index.
func (x *dumper) members(memberType string) error {
	return x.chunks("SELECT group_id, member_id FROM memberships WHERE tenant_id = $1 AND member_type = "+quote(memberType)+
		" ORDER BY group_id, member_id", func(group int64, ids []int64) store.Record {
		return store.Record{Members: &store.MembersRecord{Group: group, Type: memberType, IDs: ids}}
	})
}

func (x *dumper) units(table string, kind cinode.Kind) error {
	return x.rows("SELECT id, name, created FROM "+table+" WHERE tenant_id = $1 ORDER BY id", func(scan Scan) error {
		u := cinode.Unit{Kind: kind}
		var created int64
		if err := scan(&u.ID, &u.Name, &created); err != nil {
			return err
		}
		u.Created = time.UnixMilli(created).UTC()
		return x.each(store.Record{Unit: &u})
	})
}

func (x *dumper) unitMembers(table, column string, kind cinode.Kind) error {
	return x.chunks("SELECT "+column+", user_id FROM "+table+" WHERE tenant_id = $1 ORDER BY "+column+", user_id",
		func(unit int64, ids []int64) store.Record {
			return store.Record{UnitMembers: &store.UnitMembersRecord{Kind: kind, Unit: unit, Users: ids}}
		})
}

// chunks gathers rows of an owner and an id into records.
func (x *dumper) chunks(text string, record func(owner int64, ids []int64) store.Record) error {
	var owner int64
	var ids []int64
	flush := func() error {
		if len(ids) == 0 {
			return nil
		}
		full := ids
		ids = nil
		return x.each(record(owner, full))
	}
	err := x.rows(text, func(scan Scan) error {
		var of, id int64
		if err := scan(&of, &id); err != nil {
			return err
		}
		if of != owner || len(ids) == store.MaxMembers {
			if err := flush(); err != nil {
				return err
			}
		}
		owner, ids = of, append(ids, id)
		return nil
	})
	if err != nil {
		return err
	}
	return flush()
}

func (x *dumper) links() error {
	return x.rows("SELECT group_id, kind, unit_id, COALESCE(awaited_key, ''), created FROM links WHERE tenant_id = $1 ORDER BY group_id",
		func(scan Scan) error {
			var l store.LinkRecord
			var created int64
			if err := scan(&l.Group, &l.Kind, &l.Unit, &l.AwaitedKey, &created); err != nil {
				return err
			}
			l.Created = time.UnixMilli(created).UTC()
			return x.each(store.Record{Link: &l})
		})
}

// Millis is the form in which a time is stored, 0 for none.
func Millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}
