package store

import (
	"context"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
)

// Snapshot is what a tenant was at a moment: its behaviour and clock, its tokens,
// and all that it had, ids and versions included. Journal and audit log are not in
// it.
type Snapshot struct {
	Name    string
	Created time.Time
	Users   int64
	Groups  int64
}

// Snapshots is the part of the store for test control.
type Snapshots interface {
	// SaveSnapshot keeps what a tenant is under a name, in the place of what had that
	// name.
	SaveSnapshot(ctx context.Context, tenant int64, name string, now time.Time, e AuditEntry) (Snapshot, error)
	// Snapshots lists those of a tenant by name.
	Snapshots(ctx context.Context, tenant int64) ([]Snapshot, error)
	// LoadSnapshot makes the tenant what it was: the rows are the same, and new ids
	// still new.
	LoadSnapshot(ctx context.Context, tenant int64, name string, e AuditEntry) (cinode.Tenant, error)
	DeleteSnapshot(ctx context.Context, tenant int64, name string, e AuditEntry) error
	// EmptyTenant removes all users, groups, Teams, Roles and links of a tenant, and
	// sets its clock right; behaviour and tokens stay.
	EmptyTenant(ctx context.Context, tenant int64, e AuditEntry) error
}
