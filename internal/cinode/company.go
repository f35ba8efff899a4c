package cinode

import (
	"fmt"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

// Kind is what a group can be linked to.
type Kind string

// The kinds. Members of a group linked to a Team are members of the Team, those
// of a group linked to a Role have the Role (D).
const (
	KindTeam Kind = "Team"
	KindRole Kind = "Role"
)

// Unit is a Team or a Role. Its name is its own: renaming a group leaves it (D).
type Unit struct {
	ID      int64
	Kind    Kind
	Name    string
	Created time.Time
}

// Link is between a group and a Team or Role. A group that SCIM makes gets a new
// Team of its name. One that an administrator makes beforehand shows as a group
// at once, and the group of exactly that display name and object id that SCIM
// makes later is the same (D, J).
type Link struct {
	GroupID     int64
	DisplayName string
	ObjectID    string // the group's externalId, empty for none
	Kind        Kind
	UnitID      int64
	UnitName    string
	Awaited     bool // made beforehand, and no client has made its group yet
	Created     time.Time
}

// Status is a user's, as Cinode shows it.
type Status string

// The statuses. SCIM's active is true for the first alone.
const (
	StatusActive       Status = "Active"
	StatusDisconnected Status = "Disconnected"
)

// Mapping is an optional attribute that Administration > Integrations > User
// provisioning > Attribute mappings can switch on (D).
type Mapping string

// The mappings there are.
const (
	MappingEmployeeNumber      Mapping = "EmployeeNumber"
	MappingEmploymentStartDate Mapping = "EmploymentStartDate"
)

// mappingSchemas are the extensions that the mappings bring.
var mappingSchemas = map[Mapping]string{
	MappingEmployeeNumber: scim.URNEnterpriseUser, MappingEmploymentStartDate: scim.URNCinodeUser,
}

// mapped are the schemas of what Cinode documents, with the mappings that are on.
func mapped(mappings []Mapping) (*schema.Registry, error) {
	var urns []string
	for _, m := range mappings {
		urn, ok := mappingSchemas[m]
		if !ok {
			return nil, fmt.Errorf("there is no attribute mapping %q; there are %s and %s", m, MappingEmployeeNumber, MappingEmploymentStartDate)
		}
		urns = append(urns, urn)
	}
	return schema.CinodeWith(urns...), nil
}
