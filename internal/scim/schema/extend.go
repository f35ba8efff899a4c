package schema

import (
	"maps"
	"slices"
	"strings"
)

// File is a file of Schema and ResourceType resources, by the name that messages
// give it.
type File struct {
	Name string
	Text []byte
}

// Extend makes a registry of this one and what files add to it: extensions of
// User and Group. A file holds one resource, an array of them or a ListResponse:
// schemas (RFC 7643 section 7), and resource types (section 6) that name in
// schemaExtensions which type has which. The error is one sentence with the file
// and the JSON pointer of the fault.
func (r *Registry) Extend(files ...File) (*Registry, error) {
	if len(files) == 0 {
		return r, nil
	}
	x := &extension{base: r, schemas: map[string]*custom{}}
	for _, f := range files {
		if err := x.read(f); err != nil {
			return nil, err
		}
	}
	return x.registry()
}

// extension collects what files add to a registry.
type extension struct {
	base    *Registry
	order   []*custom
	schemas map[string]*custom // by their ids in lower case
	uses    []use
}

// custom is a schema of a file.
type custom struct {
	*Schema
	at   place
	used bool
}

// use is a mention of a schema by a resource type.
type use struct {
	typ      *ResourceType
	id       string
	required bool
	at       place
}

func (x *extension) registry() (*Registry, error) {
	extensions, required := map[*ResourceType][]*Schema{}, map[*ResourceType]map[*Schema]bool{}
	for _, t := range x.base.Types() {
		extensions[t], required[t] = slices.Clone(t.Extensions), maps.Clone(t.required)
		if required[t] == nil {
			required[t] = map[*Schema]bool{}
		}
	}
	for _, u := range x.uses {
		s := u.typ.Extension(u.id)
		if own := x.schemas[strings.ToLower(u.id)]; own != nil {
			s, own.used = own.Schema, true
			extensions[u.typ] = append(extensions[u.typ], s)
		}
		if s == nil {
			return nil, u.at.fail("no file has a schema with the id %q; add it, or correct the id", u.id)
		}
		required[u.typ][s] = u.required
	}
	out := &Registry{Schemas: slices.Clone(x.base.Schemas)}
	for _, c := range x.order {
		if !c.used {
			return nil, c.at.fail("no resource type uses the schema %s; name it in schemaExtensions of a ResourceType resource", c.ID)
		}
		out.Schemas = slices.Insert(out.Schemas, len(out.Schemas)-len(discoverySchemas), c.Schema)
	}
	extended := func(base *ResourceType) *ResourceType {
		t := *base
		t.Extensions, t.required = extensions[base], required[base]
		t.index()
		return &t
	}
	out.Users, out.Groups = extended(x.base.Users), extended(x.base.Groups)
	return out, x.checkPaths(out)
}

// checkPaths refuses schemas whose id is what a path to an attribute of another
// looks like.
func (x *extension) checkPaths(r *Registry) error {
	for _, c := range x.order {
		for _, s := range append(slices.Clone(r.Schemas), cinodeExtension()) {
			name, inside := cutPrefixFold(c.ID, s.ID+":")
			if inside && s.Attribute(name) != nil {
				return c.at.at("id").fail("%q is also the path of an attribute of %s; give the schema another id", c.ID, s.ID)
			}
			name, inside = cutPrefixFold(s.ID, c.ID+":")
			if inside && c.Attribute(name) != nil {
				return c.at.fail("the path of the attribute %q is the id of another schema, %s; rename the attribute", name, s.ID)
			}
		}
	}
	return nil
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return "", false
	}
	return s[len(prefix):], true
}
