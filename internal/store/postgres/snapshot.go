package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/store/sqlfilter"
)

// snapshots are the statements about snapshots.
var snapshots = dialect.SnapshotSQL()

// SaveSnapshot keeps what a tenant is under a name.
func (s *Store) SaveSnapshot(ctx context.Context, tenant int64, name string, now time.Time, e store.AuditEntry) (store.Snapshot, error) {
	err := s.withTenant(ctx, tenant, pgx.RepeatableRead, func(tx pgx.Tx) error {
		if err := dropSnapshot(ctx, tx, tenant, name); err != nil {
			return err
		}
		var id int64
		if err := tx.QueryRow(ctx, "SELECT nextval('snapshot_ids')").Scan(&id); err != nil {
			return err
		}
		if tag, err := tx.Exec(ctx, snapshots.Save, id, name, now.UnixMilli(), tenant); err != nil || tag.RowsAffected() == 0 {
			return orMissing(err)
		}
		b := &pgx.Batch{}
		b.Queue(snapshots.SaveTokens, id, tenant)
		queueCopy(b, tenant, -id)
		queueAudit(b, e)
		return tx.SendBatch(ctx, b).Close()
	})
	if err != nil {
		return store.Snapshot{}, err
	}
	return s.snapshot(ctx, tenant, name)
}

// withTenant runs fn in a transaction that has a tenant locked: one after the other
// saves and loads snapshots of it. A tenant that is gone is store.ErrNotFound.
func (s *Store) withTenant(ctx context.Context, tenant int64, level pgx.TxIsoLevel, fn func(pgx.Tx) error) error {
	return s.write(ctx, func(c *pgx.Conn) error {
		return pgx.BeginTxFunc(ctx, c, pgx.TxOptions{IsoLevel: level}, func(tx pgx.Tx) error {
			var one int
			if err := tx.QueryRow(ctx, "SELECT 1 FROM tenants WHERE id = $1 FOR UPDATE", tenant).Scan(&one); err != nil {
				return err
			}
			return fn(tx)
		})
	})
}

func orMissing(err error) error {
	if err == nil {
		return store.ErrNotFound
	}
	return err
}

func queueCopy(b *pgx.Batch, from, to int64) {
	for _, sql := range snapshots.Copy {
		b.Queue(sql, from, to)
	}
}

func queueClear(b *pgx.Batch, tenant int64) {
	for _, sql := range snapshots.Clear {
		b.Queue(sql, tenant)
	}
}

// dropSnapshot removes a snapshot if there is one.
func dropSnapshot(ctx context.Context, tx pgx.Tx, tenant int64, name string) error {
	id, err := findSnapshot(ctx, tx, tenant, name)
	if err != nil || id == 0 {
		return err
	}
	b := &pgx.Batch{}
	b.Queue(snapshots.DropSaved, id)
	b.Queue(snapshots.Drop, tenant, name)
	queueClear(b, -id)
	b.Queue(snapshots.DropCounts, -id)
	return tx.SendBatch(ctx, b).Close()
}

// findSnapshot gives the number of a snapshot, 0 for none.
func findSnapshot(ctx context.Context, tx pgx.Tx, tenant int64, name string) (int64, error) {
	rows, err := tx.Query(ctx, snapshots.Find+" FOR UPDATE", tenant, name)
	if err != nil {
		return 0, err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	return ids[0], nil
}

func (s *Store) snapshot(ctx context.Context, tenant int64, name string) (store.Snapshot, error) {
	all, err := s.Snapshots(ctx, tenant)
	for _, one := range all {
		if one.Name == name {
			return one, nil
		}
	}
	return store.Snapshot{}, orMissing(err)
}

// Snapshots lists the snapshots of a tenant.
func (s *Store) Snapshots(ctx context.Context, tenant int64) ([]store.Snapshot, error) {
	return collect(ctx, s, sqlfilter.ScanSnapshot, snapshots.List, tenant)
}

// LoadSnapshot makes a tenant what it was.
func (s *Store) LoadSnapshot(ctx context.Context, tenant int64, name string, e store.AuditEntry) (cinode.Tenant, error) {
	err := s.withTenant(ctx, tenant, pgx.ReadCommitted, func(tx pgx.Tx) error {
		id, err := findSnapshot(ctx, tx, tenant, name)
		if err != nil || id == 0 {
			return orMissing(err)
		}
		b := &pgx.Batch{}
		queueClear(b, tenant)
		b.Queue(snapshots.DropTokens, tenant)
		b.Queue(snapshots.LoadTokens, id)
		b.Queue(snapshots.Load, tenant, name)
		queueAudit(b, e)
		b.Queue(snapshots.Zero, tenant)
		queueCopy(b, -id, tenant)
		return tx.SendBatch(ctx, b).Close()
	})
	if err != nil {
		return cinode.Tenant{}, err
	}
	return s.Tenant(ctx, tenant)
}

// DeleteSnapshot removes a snapshot.
func (s *Store) DeleteSnapshot(ctx context.Context, tenant int64, name string, e store.AuditEntry) error {
	return s.withTenant(ctx, tenant, pgx.ReadCommitted, func(tx pgx.Tx) error {
		if id, err := findSnapshot(ctx, tx, tenant, name); err != nil || id == 0 {
			return orMissing(err)
		}
		if err := dropSnapshot(ctx, tx, tenant, name); err != nil {
			return err
		}
		return audit(ctx, tx, e)
	})
}

// dropSnapshots removes all snapshots of a tenant.
func dropSnapshots(ctx context.Context, tx pgx.Tx, tenant int64) error {
	rows, err := tx.Query(ctx, "SELECT name FROM snapshots WHERE tenant_id = $1", tenant)
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	for _, name := range names {
		if err := dropSnapshot(ctx, tx, tenant, name); err != nil {
			return err
		}
	}
	return err
}

// EmptyTenant removes what a tenant has.
func (s *Store) EmptyTenant(ctx context.Context, tenant int64, e store.AuditEntry) error {
	return s.withTenant(ctx, tenant, pgx.ReadCommitted, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, "UPDATE tenants SET clock_frozen = 0, clock_offset = 0 WHERE id = $1", tenant)
		if err != nil || tag.RowsAffected() == 0 {
			return orMissing(err)
		}
		b := &pgx.Batch{}
		queueClear(b, tenant)
		queueAudit(b, e)
		b.Queue(snapshots.Zero, tenant)
		return tx.SendBatch(ctx, b).Close()
	})
}
