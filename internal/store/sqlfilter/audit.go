package sqlfilter

import (
	"strconv"
	"strings"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/store"
)

// byHand is the actor whose lines have an index of their own: only a statement that
// names it makes use of that.
const byHand = "admin"

const auditColumns = "tenant_id, at, actor, address, request, action, target, detail"

// InsertAudit is the statement that appends a line to the audit log for each row
// of from, or one line without it, with its arguments behind others. Where the
// target waits for an id, it is the last that this connection has taken.
func (d *Dialect) InsertAudit(e store.AuditEntry, args []any, from string) (text string, all []any) {
	row := []any{e.Tenant, e.At.UnixMilli(), e.Actor, e.Address, e.Request, e.Action, e.Target, e.Detail}
	values := make([]string, len(row))
	for i, v := range row {
		sqlType := "text"
		if _, ok := v.(int64); ok {
			sqlType = "bigint"
		}
		values[i] = "CAST(" + d.param + strconv.Itoa(len(args)+i+1) + " AS " + sqlType + ")"
	}
	if strings.HasSuffix(e.Target, "/") {
		values[6] += " || " + d.lastID
	}
	return "INSERT INTO audit_log (" + auditColumns + ") SELECT " + strings.Join(values, ", ") + from, append(args, row...)
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
	switch p.Actor {
	case "":
	case byHand:
		where = append(where, "actor = "+quote(byHand))
	default:
		condition("actor = ?", p.Actor)
	}
	if p.Targets != nil {
		places := []string{"NULL"}
		for _, target := range p.Targets {
			args = append(args, target)
			places = append(places, d.param+strconv.Itoa(len(args)))
		}
		where = append(where, "target IN ("+strings.Join(places, ", ")+")")
	}
	text = "SELECT id, " + auditColumns + " FROM audit_log"
	if len(where) > 0 {
		text += " WHERE " + strings.Join(where, " AND ")
	}
	args = append(args, p.Limit)
	return text + " ORDER BY id DESC LIMIT " + d.param + strconv.Itoa(len(args)), args
}

// ScanAudit reads a line of SelectAudit.
func ScanAudit(scan Scan) (e store.AuditEntry, err error) {
	var at int64
	err = scan(&e.ID, &e.Tenant, &at, &e.Actor, &e.Address, &e.Request, &e.Action, &e.Target, &e.Detail)
	e.At = time.UnixMilli(at).UTC()
	return e, err
}
