package postgres

import (
	"cmp"
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/store/sqlfilter"
)

// Locks are taken in this order: groups, users, Teams, Roles. A link is changed by
// who has locked its group. Two groups may be linked to one Team: who leaves one of
// them may still be in the other, so that changes of its members wait for each
// other.

// unit is what a group is linked to; the zero value is nothing.
type unit struct {
	kind cinode.Kind
	id   int64
}

// queueUnit finds and locks what a group is linked to.
func queueUnit(b *pgx.Batch, tenant, group int64, out *unit) {
	for _, kind := range []cinode.Kind{cinode.KindTeam, cinode.KindRole} {
		b.Queue(units[kind].OfGroup+" FOR NO KEY UPDATE OF u", tenant, group).Query(func(rows pgx.Rows) error {
			found, err := pgx.CollectRows(rows, pgx.RowTo[int64])
			for _, id := range found {
				*out = unit{kind, id}
			}
			return err
		})
	}
}

// queueLeave takes out of a Team or Role who is about to leave a group.
func (u unit) queueLeave(b *pgx.Batch, tenant, group int64, users []int64) {
	if u.kind != "" && len(users) > 0 {
		b.Queue(units[u.kind].Leave, tenant, u.id, users, group)
	}
}

// queueJoin brings in who has become a member of a group.
func (u unit) queueJoin(b *pgx.Batch, tenant, group int64, users []int64) {
	if u.kind != "" && len(users) > 0 {
		b.Queue(units[u.kind].Join, tenant, u.id, users, group)
	}
}

// inCompany reports whether a new resource gets a Team or takes a link over.
func (n *creation) inCompany() bool { return n.Company && n.Type.Name == "Group" }

// queueTeam makes the Team of a new group, and their link.
func (n *creation) queueTeam(b *pgx.Batch, id int64) unit {
	created := n.Now.UnixMilli()
	b.Queue(units[cinode.KindTeam].Insert, n.Tenant, id, n.row.Display, n.row.DisplayKey, created)
	b.Queue(links.Insert, n.Tenant, n.out.ID, cinode.KindTeam, id, "", created)
	return unit{cinode.KindTeam, id}
}

// lockAwaited locks the group of a link that waits.
const lockAwaited = `SELECT g.id FROM links l JOIN groups g ON g.tenant_id = l.tenant_id AND g.id = l.group_id
	WHERE l.tenant_id = $1 AND l.awaited_key = $2 FOR NO KEY UPDATE OF g`

// adoptRow is updateRow whatever the version.
const adoptRow = setRow + " RETURNING version, created"

// place is where a new group comes to stand: in the place of one that was awaited,
// or in its own with a Team.
type place struct {
	group, team int64 // ids for both if it is new
	adopted     int64 // 0 if it is new
	linked      unit
	exist       known
}

// find begins the transaction. Whether a group was awaited is known when its wait
// has ended, which one of all who try does.
func (n *creation) find(ctx context.Context, c *pgx.Conn, ids []int64) (place, error) {
	p := place{exist: known{}}
	b := &pgx.Batch{}
	b.Queue("begin")
	b.Queue("SELECT nextval('resource_ids'), nextval('resource_ids')").QueryRow(func(r pgx.Row) error { return r.Scan(&p.group, &p.team) })
	if n.ID == 0 {
		key := sqlfilter.AwaitedKey(n.row.Display, n.row.ExternalID)
		b.Queue(lockAwaited, n.Tenant, key)
		b.Queue(links.Take, n.Tenant, key).Query(func(rows pgx.Rows) error {
			_, err := pgx.ForEachRow(rows, []any{&p.adopted, &p.linked.kind, &p.linked.id}, func() error { return nil })
			return err
		})
	}
	if len(ids) > 0 {
		p.exist.queue(b, n.Tenant, ids)
	}
	err := run(ctx, c, b)
	return p, err
}

// inTheCompany makes a group with its Team, or the group of a link made beforehand
// what is described.
func (n *creation) inTheCompany(ctx context.Context, c *pgx.Conn) error {
	ids := sortedUnique(n.Members)
	p, err := n.find(ctx, c, ids)
	if err != nil {
		return err
	}
	members, unknown := p.exist.split(ids)
	if n.out.Skipped = unknown; len(unknown) > 0 && !n.SkipUnknown {
		return &store.UnknownMembersError{IDs: unknown}
	}
	b := &pgx.Batch{}
	if n.out.Adopted = p.adopted != 0; n.out.Adopted {
		n.queueAdoption(b, p.adopted)
		queueUnit(b, n.Tenant, p.adopted, &unit{})
	} else {
		n.out.ID, n.out.Meta.Created, n.out.Meta.Version = cmp.Or(n.ID, p.group), n.Now, 1 // an attempt before may have adopted
		n.queueRow(b)
		p.linked = n.queueTeam(b, p.team)
	}
	if len(members) > 0 {
		p.exist.queueMembers(b, n.Tenant, n.out.ID, members)
		p.linked.queueJoin(b, n.Tenant, n.out.ID, members)
	}
	n.queueAudit(b)
	if !n.out.Adopted {
		queueCount(c, b, n.Tenant, n.Type.Name, 1)
	}
	b.Queue("commit")
	return run(ctx, c, b)
}

func (n *creation) queueAdoption(b *pgx.Batch, id int64) {
	n.out.ID = id
	b.Queue("UPDATE groups "+adoptRow, append(rowArgs(n.Tenant, n.Now, n.row, &n.Password), id)...).QueryRow(func(r pgx.Row) error {
		var created int64
		err := r.Scan(&n.out.Meta.Version, &created)
		n.out.Meta.Created = time.UnixMilli(created).UTC()
		return err
	})
}

// Links lists links by the ids of their groups.
func (s *Store) Links(ctx context.Context, p store.Slice) ([]cinode.Link, error) {
	return collect(ctx, s, sqlfilter.ScanLink, links.List, p.Tenant, p.After, scim.Fold(p.Name), p.Limit)
}

// CreateLink makes a link and the group that it waits for.
func (s *Store) CreateLink(ctx context.Context, p store.LinkParams) (cinode.Link, error) {
	u, err := units.Of(p.Kind)
	if err != nil {
		return cinode.Link{}, err
	}
	var out store.Created
	n, err := newCreation(sqlfilter.AwaitedGroup(p), &out)
	if err != nil {
		return cinode.Link{}, err
	}
	l := cinode.Link{DisplayName: p.DisplayName, ObjectID: p.ObjectID, Kind: p.Kind, UnitID: p.UnitID, Awaited: true, Created: n.Now}
	err = s.write(ctx, func(c *pgx.Conn) error {
		var same int
		var name string
		out.ID = 0
		b := &pgx.Batch{}
		b.Queue("begin")
		b.Queue("SELECT nextval('resource_ids')").QueryRow(func(r pgx.Row) error { return r.Scan(&out.ID) })
		b.Queue(u.Get+" FOR KEY SHARE", p.Tenant, p.UnitID).QueryRow(func(r pgx.Row) error { return r.Scan(nil, &name, nil) })
		b.Queue(links.Exists, p.Tenant, n.row.DisplayKey, n.row.Display, n.row.ExternalID).QueryRow(func(r pgx.Row) error { return r.Scan(&same) })
		if err := run(ctx, c, b); err != nil {
			return err
		}
		if same > 0 {
			return store.ErrExists
		}
		l.GroupID, l.UnitName = out.ID, name
		b = &pgx.Batch{}
		n.queueRow(b)
		b.Queue(links.Insert, p.Tenant, out.ID, p.Kind, p.UnitID, sqlfilter.AwaitedKey(n.row.Display, n.row.ExternalID), n.Now.UnixMilli())
		queueAudit(b, p.Audit.Of(out.ID))
		queueCount(c, b, p.Tenant, "Group", 1)
		b.Queue("commit")
		return run(ctx, c, b)
	})
	return l, err
}

// DeleteLink removes a group that has a link. The link lives as long as its group,
// so that it cannot go in between.
func (s *Store) DeleteLink(ctx context.Context, tenant, groupID int64, now time.Time, e store.AuditEntry) error {
	var one int
	if err := s.pool.QueryRow(ctx, "SELECT 1 FROM links WHERE tenant_id = $1 AND group_id = $2", tenant, groupID).Scan(&one); err != nil {
		return translate(err)
	}
	return s.Delete(ctx, store.DeleteParams{Ref: store.Ref{Tenant: tenant, Type: "Group", ID: groupID}, Now: now, Audit: e})
}
