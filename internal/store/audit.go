package store

import (
	"context"
	"time"
)

// AuditEntry is a line of the audit log: who did what to what, and when.
type AuditEntry struct {
	ID      int64 // the store's, growing; not looked at by AppendAudit
	Tenant  int64
	At      time.Time
	Actor   string // "admin", "cli", or the token of a client
	Address string // where the request came from, empty for none
	Request string // the id that the log has of the request, empty for none
	Action  string // "token.create": what it was done to, a dot, what was done
	Target  string // "users/26"; empty for the tenant itself
	Detail  string // what a reader needs besides, never a secret
}

// AuditParams ask for a part of the audit log, the newest entries first.
type AuditParams struct {
	Tenant int64  // 0 for those of all tenants
	Before int64  // only what is older than the entry of this id; 0 for the newest
	Limit  int    // at most
	Action string // an action, or what stands before its dot; empty for all
	Actor  string // empty for all
}

// Audit is the audit log. It is append only: no method changes or removes an
// entry, and DeleteTenant leaves those of the tenant.
type Audit interface {
	AppendAudit(ctx context.Context, e AuditEntry) error
	AuditLog(ctx context.Context, p AuditParams) ([]AuditEntry, error)
}
