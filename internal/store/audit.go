package store

import (
	"context"
	"strconv"
	"strings"
	"time"
)

// By is who asks for a change.
type By struct {
	Actor   string // "admin" for the holder of the admin key, "cli", "start", or the token of a client: "token first"
	Address string // where the request came from, empty for none
	Request string // the id that the log has of the request, empty for none
}

// AuditEntry is a line of the audit log: who did what to what, and when.
type AuditEntry struct {
	By
	ID     int64 // the store's, growing; 0 before it is written
	Tenant int64 // 0 for the server
	At     time.Time
	Action string // "token.create": what it was done to, a dot, what was done
	// Target is "users/26", or empty for the tenant itself. To one that ends in a
	// slash the store adds the id that it gives.
	Target string
	Detail string // what a reader needs besides, never a secret
}

// Of is the entry once the id of what was made is known.
func (e AuditEntry) Of(id int64) AuditEntry {
	if strings.HasSuffix(e.Target, "/") {
		e.Target += strconv.FormatInt(id, 10)
	}
	return e
}

// AuditParams ask for a part of the audit log, the newest entries first.
type AuditParams struct {
	Tenant int64  // 0 for those of all tenants
	Before int64  // only what is older than the entry of this id; 0 for the newest
	Limit  int    // at most
	Action string // an action, or what stands before its dot; empty for all
	Actor  string // empty for all
	// Targets are what the entries are about, nil for all. With the actor "admin" an
	// index finds them.
	Targets []string
}

// Audit is the audit log. It is append only: no method changes or removes an
// entry, and DeleteTenant leaves those of the tenant.
type Audit interface {
	AuditLog(ctx context.Context, p AuditParams) ([]AuditEntry, error)
}
