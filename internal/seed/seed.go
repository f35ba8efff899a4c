// Package seed owns seed files: what a database begins with, as people write it
// down. It reads and checks them (Decode), loads them (Load) and makes them
// (Generate). What tenants, tokens, Teams and Roles are is package cinode's, what
// a valid attribute is is package schema's, and how records get into a database
// is the store's.
//
// # The format
//
// A file is YAML, and so may be JSON:
//
//	tenants:
//	  - id: 1                     # the only key that a tenant needs
//	    name: Load test
//	    persona: cinode           # or rfc
//	    strict: false
//	    skipUnknownMembers: false
//	    switches: {delete-disconnects: false}
//	    mappings: [EmployeeNumber]
//	    tokens:
//	      - name: ci
//	        secret: "${TOKEN}"    # or "${TOKEN:-a default}"; $$ is a dollar sign
//	        scopes: [users:read]  # all if left out
//	        expires: 30d          # from its loading on, or 2027-01-31; 365d if left out
//	        user: ann             # whom /Me stands for
//	    users:
//	      - ref: ann              # a handle for this file
//	        userName: ann@example.com
//	        name: {givenName: Ann, familyName: Berg}
//	      - id: 500               # to fix an id
//	        userName: bo@example.com
//	        name: {givenName: Bo, familyName: Ek}
//	        active: false
//	    groups:
//	      - ref: consultants
//	        displayName: Consultants
//	        members: [ann, bo@example.com]
//	    teams:
//	      - {ref: north, name: North, members: [ann]}
//	    roles:
//	      - {ref: lead, name: Team lead}
//	    links:
//	      - {group: consultants, team: north}
//	      - {displayName: Leads, objectId: 5f1c, role: lead} # a group that a client will make
//
// Users and groups have the attributes of SCIM, of the schemas of the tenant's
// persona. Whoever is named elsewhere is named by ref, by a user's userName, or by
// an id that the file gives. The manager of the enterprise extension is named so
// too.
//
// Large files are divided by lines of "---" into documents, which are read one
// after the other: a later document that names a tenant of an earlier one adds to
// its lists.
//
// # Decisions
//
// Ids that a file does not give are counted from 1 in each tenant, over users,
// groups, teams, roles and the groups of links, each in file order, leaving out
// those that it gives. So the same file has the same ids in every database and
// under every tenant, and test code can rely on them.
//
// Nothing is tolerated in a file as it is in what clients send: its author is
// there to mend it. All that is wrong is told at once, with its place.
//
// Where a persona links groups to Teams, a group without a link of the file's own
// gets a Team of its name, as one that a client makes does.
//
// Variables are expanded in values alone, after the file is parsed, so that no
// variable can add a key or an entry. Anchors and aliases are refused: a few of
// them can stand for more than any machine holds.
package seed

import (
	"time"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/scim"
)

// File is a seed file that has been checked: all references are ids, and every
// record has one.
type File struct {
	Name    string
	Tenants []*Tenant
}

// Tenant is a tenant with all that it begins with, each list but that of tokens in
// the order of ids.
type Tenant struct {
	cinode.Tenant // without Created
	Tokens        []Token
	Users         []Resource
	Groups        []Resource // with those of links that are awaited
	Units         []Unit     // Teams, with those that groups bring, then Roles
	Links         []Link

	at place
}

// Token is a token whose end may depend on when it is loaded.
type Token struct {
	cinode.Token               // without Tenant, Created and, where Lifetime says it, Expires
	Hash         cinode.Hash   // of its secret, which is kept nowhere
	Lifetime     time.Duration // below 0 for one that has ended; 0 where Expires says it

	at place
}

// Resource is a user or a group.
type Resource struct {
	ID int64
	// Attributes are normalised, without id, password and members.
	Attributes scim.Object
	Password   string // prepared for hashing, empty for none
	// Users and Groups are the members of a group.
	Users, Groups []int64
}

// Unit is a Team or Role with the users in it.
type Unit struct {
	cinode.Unit // without Created
	Members     []int64
}

// Link is between a group and a Team or Role.
type Link struct {
	GroupID int64
	Kind    cinode.Kind
	UnitID  int64
	Awaited bool
}

// Counts are how many of each a tenant begins with.
type Counts struct {
	Tokens int `json:"tokens"`
	Users  int `json:"users"`
	Groups int `json:"groups"`
	Teams  int `json:"teams"`
	Roles  int `json:"roles"`
	Links  int `json:"links"`
}

// Counts counts what the tenant has, with what its groups bring.
func (t *Tenant) Counts() Counts {
	c := Counts{Tokens: len(t.Tokens), Users: len(t.Users), Groups: len(t.Groups), Links: len(t.Links)}
	for _, u := range t.Units {
		if u.Kind == cinode.KindTeam {
			c.Teams++
		} else {
			c.Roles++
		}
	}
	return c
}
