package store

import (
	"context"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
)

// Way is how users are looked up: each is served by an index, so that it takes
// the same time whatever their number.
type Way string

// The ways. Names and ids of the IdP are found by their beginning, userNames and
// display names in any case.
const (
	ByNewest     Way = "newest" // all of them, the newest first
	ByID         Way = "id"
	ByUserName   Way = "userName"
	ByDisplay    Way = "displayName" // the first 256 characters count
	ByExternalID Way = "externalId"
	ByEmail      Way = "emails" // one of them as a whole
)

// Lookup asks for the users that one way finds by a text.
type Lookup struct {
	Tenant int64
	Way    Way
	Text   string
	// Except are the ways whose finds by the same text are left out.
	Except []Way
	Status cinode.Status // empty for any
	// At is the place to go on from, nil for an end of the list; Backward goes
	// towards its beginning, and gives what is nearest to At first.
	At       *Position
	Backward bool
	Limit    int
}

// Found is a user and its place in the order of a Way.
type Found struct {
	Person
	Position
}

// Member is a member of a group. Status is a user's, empty for a group.
type Member struct {
	Link
	Status cinode.Status
}

// Directory is the part of the store that shows what a tenant holds to people.
type Directory interface {
	LookUp(ctx context.Context, l Lookup) ([]Found, error)
	// Members lists the members of a group by their ids; Name is not looked at.
	Members(ctx context.Context, group int64, s Slice) ([]Member, error)
	// UnitsOf are the Teams that a user is in, or the Roles that it has.
	UnitsOf(ctx context.Context, tenant int64, kind cinode.Kind, user int64) ([]cinode.Unit, error)
	// LinksTo are the links to some Teams or Roles, by the ids of their groups.
	LinksTo(ctx context.Context, tenant int64, kind cinode.Kind, units []int64) ([]cinode.Link, error)
	// LinksOf are the links of some groups.
	LinksOf(ctx context.Context, tenant int64, groups []int64) ([]cinode.Link, error)
	// GroupNames are the displayNames of those of some groups that are there, by id.
	GroupNames(ctx context.Context, tenant int64, groups []int64) (map[int64]string, error)
	// Sizes counts the members of groups, or of Teams or Roles, up to most; of is
	// "Group" or a Kind.
	Sizes(ctx context.Context, tenant int64, of string, ids []int64, most int) (map[int64]int, error)
}
