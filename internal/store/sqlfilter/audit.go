package sqlfilter

import (
	"strconv"
	"strings"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/store"
)

const auditColumns = "tenant_id, at, actor, address, request, action, target, detail"

// InsertAudit is the statement that appends a line to the audit log, with its
// arguments.
func (d *Dialect) InsertAudit(e store.AuditEntry) (text string, args []any) {
	args = []any{e.Tenant, e.At.UnixMilli(), e.Actor, e.Address, e.Request, e.Action, e.Target, e.Detail}
	marks := make([]string, len(args))
	for i := range args {
		marks[i] = d.param + strconv.Itoa(i+1)
	}
	return "INSERT INTO audit_log (" + auditColumns + ") VALUES (" + strings.Join(marks, ", ") + ")", args
}

// SelectAudit is the query of a part of the audit log. Only what is asked for is
// in it, so that an index fits.
func (d *Dialect) SelectAudit(p store.AuditParams) (text string, args []any) {
	var where []string
	// A condition names its argument with a question mark.
	condition := func(text string, arg any) {
		args = append(args, arg)
		where = append(where, strings.ReplaceAll(text, "?", d.param+strconv.Itoa(len(args))))
	}
	if p.Tenant != 0 {
		condition("tenant_id = ?", p.Tenant)
	}
	if p.Before != 0 {
		condition("id < ?", p.Before)
	}
	if p.Action != "" {
		condition("(action = ? OR substr(action, 1, length(?) + 1) = ? || '.')", p.Action)
	}
	if p.Actor != "" {
		condition("actor = ?", p.Actor)
	}
	text = "SELECT id, " + auditColumns + " FROM audit_log"
	if len(where) > 0 {
		text += " WHERE " + strings.Join(where, " AND ")
	}
	args = append(args, p.Limit)
	return text + " ORDER BY id DESC LIMIT " + d.param + strconv.Itoa(len(args)), args
}

// AuditRow reads a line of SelectAudit.
type AuditRow struct {
	entry store.AuditEntry
	at    int64
}

// Targets are what a row is scanned into.
func (r *AuditRow) Targets() []any {
	e := &r.entry
	return []any{&e.ID, &e.Tenant, &r.at, &e.Actor, &e.Address, &e.Request, &e.Action, &e.Target, &e.Detail}
}

// Entry is the line that was scanned.
func (r *AuditRow) Entry() store.AuditEntry {
	r.entry.At = time.UnixMilli(r.at).UTC()
	return r.entry
}
