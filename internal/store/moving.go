package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"iter"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

// Moving is the part of the store that carries a tenant whole from one database
// to another: all but its audit log, which belongs to the server. What is derived
// from attributes is not carried but made anew.
type Moving interface {
	// Dump calls each with the records of a tenant: the tenant, its tokens, users,
	// groups, members that are users, members that are groups, Teams, Roles, the
	// members of both, links; each kind in the order of its ids, all of one
	// snapshot. each may be slow, but must not use the store. ErrNotFound if there
	// is no such tenant, ErrDamaged if a record of it cannot be read.
	Dump(ctx context.Context, tenant int64, each func(Record) error) error
	// Restore makes a tenant of records in the order of Dump, under another number
	// if need be, and a line of the audit log: all of it or nothing. Numbers that
	// are given out later are above all it brings. ErrExists if there is such a
	// tenant, a UniqueError of "secret" if a token opens another one. registry has
	// the schemas of the server. records are read once.
	Restore(ctx context.Context, tenant int64, registry *schema.Registry, records iter.Seq2[Record, error], e AuditEntry) error
}

// Record is a part of a tenant: the one of these that is not nil.
type Record struct {
	Tenant      *cinode.Tenant
	Token       *TokenRecord
	User, Group *ResourceRecord
	Members     *MembersRecord
	Unit        *cinode.Unit
	UnitMembers *UnitMembersRecord
	Link        *LinkRecord
}

// MaxMembers is how many ids a record of members has at most.
const MaxMembers = 1000

// TokenRecord is a token with what is stored of its secret. Its user may have been
// deleted since.
type TokenRecord struct {
	cinode.Token
	Hash cinode.Hash
}

// ResourceRecord is a user or group. Text is the JSON of its attributes, whose
// schemas are not looked at. Password is hashed, empty for none.
type ResourceRecord struct {
	ID, Version       int64
	Created, Modified time.Time
	Text              []byte
	Password          string

	attributes scim.Object
}

// Attributes decodes Text, once, and holds it against the type with all its
// attributes. The error may be a schema.UnknownError.
func (r *ResourceRecord) Attributes(t *schema.ResourceType) (scim.Object, error) {
	if r.attributes != nil {
		return r.attributes, nil
	}
	o, err := scim.DecodeObject(r.Text)
	if err != nil {
		return nil, err
	}
	delete(o, "schemas")
	if err := t.CheckStored(o); err != nil {
		return nil, err
	}
	r.attributes = o
	return o, nil
}

// MembersRecord are members of a group, all of one type.
type MembersRecord struct {
	Group int64
	Type  string // "User" or "Group"
	IDs   []int64
}

// UnitMembersRecord are users in a Team or with a Role.
type UnitMembersRecord struct {
	Kind  cinode.Kind
	Unit  int64
	Users []int64
}

// LinkRecord is a link. AwaitedKey is the hash by which the group is found that a
// link made beforehand waits for, empty once it has come.
type LinkRecord struct {
	Group      int64
	Kind       cinode.Kind
	Unit       int64
	AwaitedKey string
	Created    time.Time
}

// AwaitedKey is the form in which a link finds the group it waits for: a hash of
// exactly that display name and object id, since both may be longer than an index
// holds.
func AwaitedKey(displayName, objectID string) string {
	sum := sha256.Sum256([]byte(displayName + "\x00" + objectID)) // neither holds U+0000
	return hex.EncodeToString(sum[:])
}

// Highest is the highest number off the sequence of ids that a record brings or
// names. That of a user who has been deleted, but whom a token still names, must
// not be given to another.
func (r Record) Highest() int64 {
	switch {
	case r.Token != nil:
		return r.Token.UserID
	case r.User != nil:
		return r.User.ID
	case r.Group != nil:
		return r.Group.ID
	case r.Unit != nil:
		return r.Unit.ID
	default:
		return 0
	}
}
