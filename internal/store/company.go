package store

import (
	"context"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
)

// LinkParams describe a link that an administrator makes beforehand: a group of
// that name and object id, which need not exist yet, and what it is linked to.
type LinkParams struct {
	Tenant      int64
	DisplayName string
	ObjectID    string // empty for none
	Kind        cinode.Kind
	UnitID      int64
	Now         time.Time
	Audit       AuditEntry
}

// Slice is a part of a list in the order of ids: what has an id above After, at
// most Limit of it. Name finds by a part of the name in any case; empty finds
// all.
type Slice struct {
	Tenant int64
	After  int64
	Limit  int
	Name   string
}

// Person is a user as an administrator sees it. DisplayName is the userName where
// there is no other.
type Person struct {
	ID          int64
	UserName    string
	DisplayName string
	Status      cinode.Status
	Modified    time.Time
}

// Census is how much a tenant holds. Active and Disconnected are users.
type Census struct {
	Active, Disconnected, Groups, Teams, Roles int64
}

// Company is the part of the store for Cinode's side of a tenant: Teams, Roles,
// links, and what an administrator does by hand. Memberships of Teams and Roles
// follow those of linked groups in the transaction that changes the group, where
// CreateParams and UpdateParams say Company. Ids of Teams and Roles are of the
// same sequence as those of users and groups.
//
// A user's e-mail is released by Resources.Update, and a user removed for good by
// Resources.Delete.
type Company interface {
	// Units lists Teams or Roles.
	Units(ctx context.Context, kind cinode.Kind, s Slice) ([]cinode.Unit, error)
	Unit(ctx context.Context, tenant int64, kind cinode.Kind, id int64) (cinode.Unit, error)
	// CreateUnit makes a Team or Role and gives it an id; names need not be unique.
	CreateUnit(ctx context.Context, tenant int64, u cinode.Unit, e AuditEntry) (cinode.Unit, error)
	RenameUnit(ctx context.Context, tenant int64, kind cinode.Kind, id int64, name string, e AuditEntry) error
	// DeleteUnit removes it with its members and links; the linked groups go too,
	// and the version of each group that they leave moves.
	DeleteUnit(ctx context.Context, tenant int64, kind cinode.Kind, id int64, now time.Time, e AuditEntry) error
	// UnitMembers are the users in a Team or with a Role, none where there is no
	// such Team or Role.
	UnitMembers(ctx context.Context, kind cinode.Kind, id int64, s Slice) ([]Person, error)

	// Links lists links by the ids of their groups; Name is of the group.
	Links(ctx context.Context, s Slice) ([]cinode.Link, error)
	// CreateLink makes the group of a link too, which is awaited until a client
	// creates or changes it; ErrExists if a group of that very name and object id
	// is linked already, ErrNotFound if there is no such Team or Role.
	CreateLink(ctx context.Context, p LinkParams) (cinode.Link, error)
	// DeleteLink removes the group as Delete does; the Team or Role and its members
	// stay. ErrNotFound if the group has no link.
	DeleteLink(ctx context.Context, tenant, groupID int64, now time.Time, e AuditEntry) error

	// People lists users; an empty status is any.
	People(ctx context.Context, s Slice, status cinode.Status) ([]Person, error)
	// Census counts all that a tenant holds.
	Census(ctx context.Context, tenant int64) (Census, error)
}
