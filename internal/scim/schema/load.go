package schema

import (
	"embed"
	"fmt"
	"slices"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/cinode-scim/cinode-scim/internal/scim"
)

//go:embed data/*.json
var data embed.FS

// Registry is the set of schemas and resource types that one persona
// publishes, and so the set that it reads and writes.
type Registry struct {
	Users, Groups *ResourceType
	// Schemas are published in this order, the discovery schemas last.
	Schemas []*Schema

	once    sync.Once
	storage *Registry
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

// Cinode is the registry of what Cinode's documents list for every tenant, and no
// more.
var Cinode = sync.OnceValue(func() *Registry { return newRegistry(cinodeUser, cinodeGroup) })

const (
	cinodeUser  = "data/cinode-user.json"
	cinodeGroup = "data/cinode-group.json"
)

// cinodeExtensions are those that a tenant of Cinode can have switched on, in the
// order they are published. The enterprise user is that part of the RFC's which
// Cinode documents.
var cinodeExtensions = []struct{ urn, file string }{
	{scim.URNEnterpriseUser, "data/cinode-enterprise-user.json"}, {scim.URNCinodeUser, "data/cinode-extension.json"},
}

// cinodeExtension is the one that no RFC has.
var cinodeExtension = sync.OnceValue(func() *Schema { return mustLoad("data/cinode-extension.json") })

// cinodeVariants are the registries of Cinode, by which extensions they have: the
// first is the bit of 1, the second that of 2.
var cinodeVariants = [...]func() *Registry{Cinode, cinodeVariant(0), cinodeVariant(1), cinodeVariant(0, 1)}

func cinodeVariant(extensions ...int) func() *Registry {
	return sync.OnceValue(func() *Registry {
		var files []string
		for _, i := range extensions {
			files = append(files, cinodeExtensions[i].file)
		}
		return newRegistry(cinodeUser, cinodeGroup, files...)
	})
}

// CinodeWith is Cinode with those of its two extensions whose URNs are named.
func CinodeWith(urns ...string) *Registry {
	variant := 0
	for i, e := range cinodeExtensions {
		if slices.Contains(urns, e.urn) {
			variant |= 1 << i
		}
	}
	return cinodeVariants[variant]()
}

// Storage is the registry of everything that the store may hold: these schemas
// and Cinode's own, which is published only where a tenant has it switched on.
func (r *Registry) Storage() *Registry {
	r.once.Do(func() {
		if r.Users.Extension(scim.URNCinodeUser) != nil {
			r.storage = r
			return
		}
		users := *r.Users
		users.Extensions = append(slices.Clone(r.Users.Extensions), cinodeExtension())
		users.index()
		r.storage = &Registry{Users: &users, Groups: r.Groups, Schemas: append(slices.Clone(r.Schemas), cinodeExtension())}
	})
	return r.storage
}

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
