package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/store/sqlfilter"
)

// snapshots are the statements about snapshots.
var snapshots = dialect.SnapshotSQL()

// SaveSnapshot keeps what a tenant is under a name.
func (s *Store) SaveSnapshot(ctx context.Context, tenant int64, name string, now time.Time, e store.AuditEntry) (store.Snapshot, error) {
	err := s.transact(ctx, func(c *conn) error {
		if err := dropSnapshot(ctx, c, tenant, name); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		var id int64
		if err := c.queryRow(ctx, "UPDATE snapshot_ids SET last = last + 1 RETURNING last", nil, &id); err != nil {
			return err
		}
		if n, err := c.exec(ctx, snapshots.Save, id, name, now.UnixMilli(), tenant); err != nil || n == 0 {
			return orMissing(err)
		}
		if _, err := c.exec(ctx, snapshots.SaveTokens, id, tenant); err != nil {
			return err
		}
		if err := copyRows(ctx, c, tenant, -id); err != nil {
			return err
		}
		return audit(ctx, c, e)
	})
	if err != nil {
		return store.Snapshot{}, err
	}
	all, err := s.Snapshots(ctx, tenant)
	for _, one := range all {
		if one.Name == name {
			return one, nil
		}
	}
	return store.Snapshot{}, orMissing(err)
}

func orMissing(err error) error {
	if err == nil {
		return store.ErrNotFound
	}
	return err
}

func copyRows(ctx context.Context, c *conn, from, to int64) error {
	for _, text := range snapshots.Copy {
		if _, err := c.exec(ctx, text, from, to); err != nil {
			return err
		}
	}
	return nil
}

// clearRows removes what a tenant has, and sets its counters to 0.
func clearRows(ctx context.Context, c *conn, tenant int64) error {
	for _, text := range append([]string{snapshots.Zero}, snapshots.Clear...) {
		if _, err := c.exec(ctx, text, tenant); err != nil {
			return err
		}
	}
	return nil
}

// findSnapshot gives the number of a snapshot, or store.ErrNotFound.
func findSnapshot(ctx context.Context, c *conn, tenant int64, name string) (id int64, err error) {
	if err = c.queryRow(ctx, snapshots.Find, []any{tenant, name}, &id); errors.Is(err, sql.ErrNoRows) {
		return 0, store.ErrNotFound
	}
	return id, err
}

// dropSnapshot removes a snapshot.
func dropSnapshot(ctx context.Context, c *conn, tenant int64, name string) error {
	id, err := findSnapshot(ctx, c, tenant, name)
	if err != nil {
		return err
	}
	if _, err := c.exec(ctx, snapshots.DropSaved, id); err != nil {
		return err
	}
	if _, err := c.exec(ctx, snapshots.Drop, tenant, name); err != nil {
		return err
	}
	if err := clearRows(ctx, c, -id); err != nil {
		return err
	}
	_, err = c.exec(ctx, snapshots.DropCounts, -id)
	return err
}

// Snapshots lists the snapshots of a tenant.
func (s *Store) Snapshots(ctx context.Context, tenant int64) ([]store.Snapshot, error) {
	return collect(ctx, s, sqlfilter.ScanSnapshot, snapshots.List, tenant)
}

// LoadSnapshot makes a tenant what it was.
func (s *Store) LoadSnapshot(ctx context.Context, tenant int64, name string, e store.AuditEntry) (t cinode.Tenant, err error) {
	err = s.transact(ctx, func(c *conn) error {
		id, err := findSnapshot(ctx, c, tenant, name)
		if err != nil {
			return err
		}
		if err := clearRows(ctx, c, tenant); err != nil {
			return err
		}
		if err := copyRows(ctx, c, -id, tenant); err != nil {
			return err
		}
		if _, err := c.exec(ctx, snapshots.DropTokens, tenant); err != nil {
			return err
		}
		if _, err := c.exec(ctx, snapshots.LoadTokens, id); err != nil {
			return err
		}
		if _, err := c.exec(ctx, snapshots.Load, tenant, name); err != nil {
			return err
		}
		if err := audit(ctx, c, e); err != nil {
			return err
		}
		t, err = getTenant(ctx, c, tenant)
		return err
	})
	return t, err
}

// DeleteSnapshot removes a snapshot.
func (s *Store) DeleteSnapshot(ctx context.Context, tenant int64, name string, e store.AuditEntry) error {
	return s.transact(ctx, func(c *conn) error {
		if err := dropSnapshot(ctx, c, tenant, name); err != nil {
			return err
		}
		return audit(ctx, c, e)
	})
}

// dropSnapshots removes all snapshots of a tenant.
func dropSnapshots(ctx context.Context, c *conn, tenant int64) error {
	var names []string
	if err := c.query(ctx, "SELECT name FROM snapshots WHERE tenant_id = ?1", []any{tenant}, func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name)
		names = append(names, name)
		return err
	}); err != nil {
		return err
	}
	for _, name := range names {
		if err := dropSnapshot(ctx, c, tenant, name); err != nil {
			return err
		}
	}
	return nil
}

// EmptyTenant removes what a tenant has.
func (s *Store) EmptyTenant(ctx context.Context, tenant int64, e store.AuditEntry) error {
	return s.transact(ctx, func(c *conn) error {
		n, err := c.exec(ctx, "UPDATE tenants SET clock_frozen = 0, clock_offset = 0 WHERE id = ?1", tenant)
		if err != nil || n == 0 {
			return orMissing(err)
		}
		if err := clearRows(ctx, c, tenant); err != nil {
			return err
		}
		return audit(ctx, c, e)
	})
}
