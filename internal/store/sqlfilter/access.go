package sqlfilter

import (
	"time"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/clock"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// TenantColumns are what ScanTenant reads of tenants with the alias t,
// TokenColumns what ScanToken reads of tokens with the alias k.
const (
	TenantColumns = "t.id, t.name, t.persona, t.strict, t.skip_unknown_members, t.switches, t.mappings, t.clock_frozen, t.clock_offset, t.created"
	TokenColumns  = "k.tenant_id, k.name, k.audience, k.scopes, k.user_id, k.created, k.expires, k.revoked, k.used_at, k.used_address, k.used_client" //nolint:gosec // columns
)

// ScanTenant reads TenantColumns.
func ScanTenant(scan Scan) (cinode.Tenant, error) {
	var r tenantRow
	if err := scan(r.targets()...); err != nil {
		return cinode.Tenant{}, err
	}
	return r.read()
}

// ScanToken reads TokenColumns.
func ScanToken(scan Scan) (cinode.Token, error) {
	var r tokenRow
	if err := scan(r.targets()...); err != nil {
		return cinode.Token{}, err
	}
	return r.read()
}

// ScanAccess reads TokenColumns and TenantColumns.
func ScanAccess(scan Scan) (a store.Access, err error) {
	var token tokenRow
	var tenant tenantRow
	if err := scan(append(token.targets(), tenant.targets()...)...); err != nil {
		return a, err
	}
	if a.Tenant, err = tenant.read(); err != nil {
		return a, err
	}
	a.Token, err = token.read()
	return a, err
}

type tenantRow struct {
	tenant             cinode.Tenant
	switches, mappings string
	frozen, offset     int64
	created            int64
}

func (r *tenantRow) targets() []any {
	t := &r.tenant
	return []any{&t.ID, &t.Name, &t.Persona, &t.Strict, &t.SkipUnknownMembers, &r.switches, &r.mappings, &r.frozen, &r.offset, &r.created}
}

func (r *tenantRow) read() (cinode.Tenant, error) {
	r.tenant.Created = FromMillis(r.created)
	r.tenant.Clock = clock.Setting{Frozen: FromMillis(r.frozen), Offset: time.Duration(r.offset) * time.Millisecond}
	err := store.DecodeBehaviour(&r.tenant, r.switches, r.mappings)
	return r.tenant, err
}

// TenantArgs are the columns of a tenant that can change: name, persona, strict,
// skip_unknown_members, switches, mappings, clock_frozen, clock_offset.
func TenantArgs(t cinode.Tenant) ([]any, error) {
	switches, mappings, err := store.EncodeBehaviour(t)
	frozen := int64(0)
	if !t.Clock.Frozen.IsZero() {
		frozen = t.Clock.Frozen.UnixMilli()
	}
	return []any{t.Name, t.Persona, t.Strict, t.SkipUnknownMembers, switches, mappings, frozen, t.Clock.Offset.Milliseconds()}, err
}

type tokenRow struct {
	token                           cinode.Token
	scopes                          string
	created, expires, revoked, used int64
}

func (r *tokenRow) targets() []any {
	t := &r.token
	return []any{&t.Tenant, &t.Name, &t.Audience, &r.scopes, &t.UserID, &r.created, &r.expires,
		&r.revoked, &r.used, &t.LastUsed.Address, &t.LastUsed.Client}
}

func (r *tokenRow) read() (cinode.Token, error) {
	t := r.token
	t.Created, t.Expires, t.Revoked, t.LastUsed.At = FromMillis(r.created), FromMillis(r.expires), FromMillis(r.revoked), FromMillis(r.used)
	var err error
	t.Scopes, err = cinode.ParseScopes(r.scopes)
	return t, err
}

// TokenArgs are the columns of a new token, in the order of TokenColumns, behind
// its hash and with its folded name behind its name, but for when it was revoked
// and used.
func TokenArgs(t cinode.Token, hash cinode.Hash) []any {
	return []any{hash[:], t.Tenant, t.Name, cinode.NameKey(t.Name), t.Audience, cinode.JoinScopes(t.Scopes), t.UserID,
		t.Created.UnixMilli(), t.Expires.UnixMilli()}
}

// FromMillis reads a time; 0 stands for none.
func FromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
