// Package store is the port to the database: what provisioning and access
// control need of it, the errors it answers with, and its guarantees. The
// implementations are store/postgres and store/sqlite; store/storetest is the
// suite that both must pass.
//
// Guarantees. Each method is one transaction, and its answer is given after
// the commit. Nothing of another tenant can be seen, counted, sorted by or
// collided with. Uniqueness is the database's. Update locks the resource
// before it calls Change, so that parallel changes lose nothing; Change may be
// called again after a deadlock and must be pure. Ids come from one sequence
// over users, groups, Teams and Roles and are never given twice.
package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/filter"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

// What a store answers with besides plain I/O errors.
var (
	ErrNotFound = errors.New("not found")
	ErrBusy     = errors.New("the database is busy; try again")
	ErrExists   = errors.New("exists already")
)

// UniqueError says that a value which must be unique in the tenant is taken.
type UniqueError struct {
	Attribute string // "userName"
}

func (e *UniqueError) Error() string { return e.Attribute + " is taken" }

// ErrDamaged says that what is stored cannot be made sense of.
var ErrDamaged = errors.New("what is stored is damaged")

// MaxIndexed is the longest value that an index finds, in bytes, case folded.
const MaxIndexed = 2048

// TooLongError says that a value which an index finds is longer than one holds.
type TooLongError struct {
	Attribute string
	Limit     int // in bytes, case folded
}

func (e *TooLongError) Error() string {
	return fmt.Sprintf("%s is longer than %d bytes", e.Attribute, e.Limit)
}

// UnknownMembersError names member ids that are neither a user nor a group of
// the tenant.
type UnknownMembersError struct {
	IDs []int64
}

func (e *UnknownMembersError) Error() string { return fmt.Sprintf("unknown members %v", e.IDs) }

// Ref names a resource. Type is the resource type's name.
type Ref struct {
	Tenant int64
	Type   string
	ID     int64
}

// Resource is a stored resource. Text is the JSON of what the client set,
// ready to send but for id, meta and links, and begins with its schemas.
type Resource struct {
	Type string // the resource type's name
	ID   int64
	Meta scim.Meta
	Text []byte
	// Wide says that Text holds attributes that Cinode does not have.
	Wide bool
	// Links are the members of a group or the groups of a user, by id; only
	// where they were asked for.
	Links []Link
	// Manager is the user whom the enterprise extension names as manager, if
	// there is one (RFC 7643 section 4.3).
	Manager *Link
}

// Link is a member of a group, or a group of a user. A user is in a group
// indirectly through groups that are members of it.
type Link struct {
	ID       int64
	Type     string // "User" or "Group"
	Display  string
	Indirect bool
}

// CreateParams describe a new resource. Attributes are normalised, without id,
// meta, password, members and groups.
type CreateParams struct {
	Tenant     int64
	Type       *schema.ResourceType
	ID         int64 // one of ReserveIDs, or 0 for the next
	Attributes scim.Object
	Password   string // hashed, empty for none
	Members    []int64
	// SkipUnknown leaves unknown members out instead of failing with
	// UnknownMembersError; Created.Skipped names them.
	SkipUnknown bool
	// Company gives a group its place in the company: a new Team of its name with a
	// link, or, where an administrator has made a link for exactly that name and
	// externalId beforehand, the group of that link, which becomes what is
	// described. One whose ID is given, or that CreateAll makes, always gets a new
	// Team.
	Company bool
	Now     time.Time
	Audit   AuditEntry
}

// Created is the answer to Create. Adopted says that the resource is the group of
// a link made beforehand, with the members that it may have had.
type Created struct {
	Resource
	Skipped []int64
	Adopted bool
}

// GetParams ask for one resource, with its Links and the Manager of a user.
type GetParams struct {
	Ref
	Links   bool
	Manager bool
}

// ListParams ask for a page of a list. Start counts from 1; Count 0 asks for
// the total alone.
type ListParams struct {
	Tenant int64
	// Of says what is listed: resources of one type, or of several as one list.
	Of         []Selection
	Descending bool
	Start      int64
	Count      int
	// Cursor pages by position instead: what comes After, or the first page if
	// that is nil, whatever was written in between. Long strings are then sorted
	// by their first 256 characters.
	Cursor bool
	After  *Position
	// BaseURL is what meta.location and $ref begin with where a filter
	// compares them.
	BaseURL string
}

// Selection is a part of a type's resources. Sort is what a page is ordered by:
// equal values by id, resources without a value last, first when descending
// (RFC 7644 section 3.4.2.3). In a list of several types a nil Sort, next to one
// that is not, counts as an attribute that the type lacks.
type Selection struct {
	Type   *schema.ResourceType
	Filter *filter.Bound  // nil: all
	Sort   *schema.Target // nil: by id
	// Links and Manager are as in GetParams.
	Links   bool
	Manager bool
}

// Position is a place in the order of a list: that of a resource, which need not
// exist any more. Key is its sort value as the database writes it, nil for none
// or where the order is that of ids.
type Position struct {
	ID  int64
	Key *string
}

// Page is a part of a result and the exact number of all its resources. Next is
// the position of its last resource where a cursor was asked for and more follow.
type Page struct {
	Total     int64
	Resources []Resource
	Next      *Position
}

// UpdateParams describe a change of one resource.
type UpdateParams struct {
	Ref
	Type *schema.ResourceType
	Now  time.Time
	// Links loads the links of the resource for Current and the answer, Manager the
	// manager of a user.
	Links   bool
	Manager bool
	// MemberIDs are ids about which Change must know whether they exist and
	// are members.
	MemberIDs []int64
	// Company makes the members of the Team or Role that a group is linked to follow
	// the change: users that it adds join, users that it removes leave unless
	// another group linked to the same holds them. A change ends the wait for the
	// client of a link made beforehand.
	Company bool
	Change  func(Current) (Change, error)
}

// Reading is how the resource is read before it is changed.
func (p UpdateParams) Reading() GetParams {
	return GetParams{Ref: p.Ref, Links: p.Links, Manager: p.Manager}
}

// Current is a resource as it is inside the transaction. Password is hashed,
// empty for none.
type Current struct {
	Resource
	Password string
	Known    map[int64]string // of MemberIDs: those that exist, with their type
	IsMember map[int64]bool   // of MemberIDs: those that are members
}

// Change is what becomes of a resource. Without attributes, password and members
// it changes nothing, keeps the version and is not in the audit log.
type Change struct {
	Attributes    scim.Object // nil: as they are
	Password      *string     // hashed, empty for none; nil: as it is
	AddMembers    []int64     // must be known
	RemoveMembers []int64
	Audit         AuditEntry
}

// IsZero reports whether nothing changes.
func (c Change) IsZero() bool {
	return c.Attributes == nil && c.Password == nil && len(c.AddMembers) == 0 && len(c.RemoveMembers) == 0
}

// DeleteParams name a resource to remove. Check may refuse with the resource's
// current version. Memberships of the resource go with it, and the version of
// each group that it leaves moves. A group's link goes too, while the Team or Role
// and its members stay; a user leaves Teams and Roles.
type DeleteParams struct {
	Ref
	Now   time.Time
	Check func(version int64) error
	Audit AuditEntry
}

// Resources is the part of the store that provisioning uses.
type Resources interface {
	Create(ctx context.Context, p CreateParams) (Created, error)
	// ReserveIDs takes ids off the sequence for resources that name each other
	// before they exist.
	ReserveIDs(ctx context.Context, n int) ([]int64, error)
	// CreateAll makes resources of one tenant that may be members of each other:
	// all or none. SkipUnknown is not looked at: unknown members are an error.
	CreateAll(ctx context.Context, all []CreateParams) ([]Created, error)
	Get(ctx context.Context, p GetParams) (Resource, error)
	List(ctx context.Context, p ListParams) (Page, error)
	Update(ctx context.Context, p UpdateParams) (Resource, error)
	Delete(ctx context.Context, p DeleteParams) error
}

// Access is a token with the tenant that it opens.
type Access struct {
	Token  cinode.Token
	Tenant cinode.Tenant
}

// TokenUse is a use of a token to remember.
type TokenUse struct {
	Hash cinode.Hash
	Use  cinode.Use
}

// Administration is the part of the store that access control and the
// commands use.
type Administration interface {
	// CreateTenant makes a tenant. ID 0 takes the next one; a given one that
	// exists is ErrExists.
	CreateTenant(ctx context.Context, t cinode.Tenant, e AuditEntry) (cinode.Tenant, error)
	Tenant(ctx context.Context, id int64) (cinode.Tenant, error)
	// Tenants lists tenants by id: those with an id above after, at most limit.
	Tenants(ctx context.Context, after int64, limit int) ([]cinode.Tenant, error)
	// ChangeTenant changes name, persona, switches and mappings of a tenant under a
	// lock. An error of change changes nothing. Where the company is switched on that
	// way, Teams, links and members are made what they would be had it been on.
	ChangeTenant(ctx context.Context, id int64, change func(*cinode.Tenant) (AuditEntry, error)) (cinode.Tenant, error)
	// DeleteTenant removes a tenant with all that it has but its audit log.
	DeleteTenant(ctx context.Context, id int64, e AuditEntry) error

	// CreateToken stores a token; a name or secret in use is a UniqueError of
	// "name" or "secret".
	CreateToken(ctx context.Context, t cinode.Token, hash cinode.Hash, e AuditEntry) error
	// PutToken is CreateToken that takes the place of a token of that name.
	PutToken(ctx context.Context, t cinode.Token, hash cinode.Hash, e AuditEntry) error
	Token(ctx context.Context, tenant int64, name string) (cinode.Token, error)
	// Tokens lists tokens in the order they were made: those after the one of a
	// name, or from the first if it is empty, at most limit.
	Tokens(ctx context.Context, tenant int64, after string, limit int) ([]cinode.Token, error)
	// RevokeToken ends a token; one that is revoked stays as it is.
	RevokeToken(ctx context.Context, tenant int64, name string, at time.Time, e AuditEntry) error
	// TokenByHash finds a token whatever its state.
	TokenByHash(ctx context.Context, hash cinode.Hash) (Access, error)
	TouchTokens(ctx context.Context, uses []TokenUse) error

	// PutAdminKey stores the hash of the admin key. Without replace it fails
	// with ErrExists where there is one.
	PutAdminKey(ctx context.Context, hash cinode.Hash, replace bool, e AuditEntry) error
	// AdminKey is the hash stored, or ErrNotFound.
	AdminKey(ctx context.Context) (cinode.Hash, error)

	// Secret gives SecretSize random bytes that are the same for a name in every
	// process of the database, made at the first call.
	Secret(ctx context.Context, name string) ([]byte, error)
}

// SecretSize is the length of a Secret in bytes.
const SecretSize = 32

// Store is a database.
type Store interface {
	Resources
	Administration
	Company
	Directory
	Audit
	Snapshots
	Moving
	Ping(ctx context.Context) error
	Close()
}
