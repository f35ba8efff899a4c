package schema

import (
	"embed"
	"fmt"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

//go:embed data/*.json
var data embed.FS

// Registry is the set of schemas and resource types that one persona
// publishes, and so the set that it reads and writes.
type Registry struct {
	Users, Groups *ResourceType
	// Schemas are published in this order, the discovery schemas last.
	Schemas []*Schema
}

// Types lists the resource types in the order they are published.
func (r *Registry) Types() []*ResourceType { return []*ResourceType{r.Users, r.Groups} }

// Type finds a resource type by name ("User", "Group"), or nil.
func (r *Registry) Type(name string) *ResourceType {
	for _, t := range r.Types() {
		if t.Name == name {
			return t
		}
	}
	return nil
}

// Resolve finds what a path names in the first resource type that has it.
func (r *Registry) Resolve(path string) (Target, bool) {
	for _, t := range r.Types() {
		if target, ok := t.ResolveText(path); ok {
			return target, true
		}
	}
	return Target{}, false
}

// RFC is the registry of RFC 7643: User with the enterprise extension, Group.
var RFC = sync.OnceValue(func() *Registry {
	r := newRegistry("data/user.json", "data/group.json", "data/enterprise-user.json")
	for _, t := range r.Types() {
		t.settle()
	}
	return r
})

// Cinode is the registry of what Cinode's documents list, and no more.
var Cinode = sync.OnceValue(func() *Registry {
	return newRegistry("data/cinode-user.json", "data/cinode-group.json")
})

func newRegistry(user, group string, userExtensions ...string) *Registry {
	var extensions []*Schema
	for _, file := range userExtensions {
		extensions = append(extensions, mustLoad(file))
	}
	r := &Registry{
		Users:  NewResourceType("User", "/Users", "People of the tenant.", mustLoad(user), extensions),
		Groups: NewResourceType("Group", "/Groups", "Groups of users.", mustLoad(group), nil),
	}
	r.Schemas = append([]*Schema{r.Users.Schema}, extensions...)
	r.Schemas = append(r.Schemas, r.Groups.Schema)
	for _, file := range discoverySchemas {
		r.Schemas = append(r.Schemas, mustLoad(file))
	}
	return r
}

var discoverySchemas = []string{"data/serviceproviderconfig.json", "data/resourcetype.json", "data/schema.json"}

// mustLoad reads an embedded schema; a fault there is a fault of the build.
func mustLoad(file string) *Schema {
	text, err := data.ReadFile(file)
	if err != nil {
		panic(fmt.Sprintf("schema: %v", err))
	}
	s, err := Parse(text)
	if err != nil {
		panic(fmt.Sprintf("schema: %s: %v", file, err))
	}
	return s
}

// Parse reads a Schema resource.
func Parse(text []byte) (*Schema, error) {
	s := &Schema{}
	if err := json.Unmarshal(text, s); err != nil {
		return nil, fmt.Errorf("read schema: %w", err)
	}
	compact := jsontext.Value(text).Clone()
	if err := compact.Compact(); err != nil {
		return nil, fmt.Errorf("read schema: %w", err)
	}
	s.JSON = compact
	s.byName = byName(s.Attributes)
	return s, nil
}

// common are the attributes of every resource, which no schema lists (RFC 7643
// section 3.1).
var common = sync.OnceValue(func() *Schema {
	s := &Schema{Attributes: []*Attribute{
		{Name: "schemas", Type: TypeReference, MultiValued: true, Returned: ReturnedAlways},
		{Name: "id", Type: TypeString, CaseExact: true, Mutability: MutabilityReadOnly, Returned: ReturnedAlways},
		{Name: "externalId", Type: TypeString, CaseExact: true},
		{Name: "meta", Type: TypeComplex, Mutability: MutabilityReadOnly, SubAttributes: []*Attribute{
			{Name: "resourceType", Type: TypeString, CaseExact: true, Mutability: MutabilityReadOnly},
			{Name: "created", Type: TypeDateTime, Mutability: MutabilityReadOnly},
			{Name: "lastModified", Type: TypeDateTime, Mutability: MutabilityReadOnly},
			{Name: "location", Type: TypeReference, Mutability: MutabilityReadOnly},
			{Name: "version", Type: TypeString, CaseExact: true, Mutability: MutabilityReadOnly},
		}},
	}}
	s.byName = byName(s.Attributes)
	// A URN is compared whatever its case (RFC 8141 section 3).
	s.Attribute("schemas").CaseExact = false
	return s
})

// Lookup finds a schema by its URN, exact as RFC 7643 section 7 has ids.
func (r *Registry) Lookup(id string) *Schema {
	for _, s := range r.Schemas {
		if s.ID == id {
			return s
		}
	}
	return nil
}
