package scimhttp

import (
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

// written adds to a view what a body, or the operations of a PATCH, has written
// and is returned on request only (RFC 7643 section 7).
func (v *view) written(body scim.Object) {
	paths := schema.PathsOf(body)
	operations, _ := scim.Lookup(body, "Operations")
	list, _ := operations.([]any)
	for _, e := range list {
		o, _ := e.(scim.Object)
		value, _ := scim.Lookup(o, "value")
		path, _ := scim.Lookup(o, "path")
		if text, ok := path.(string); ok && text != "" {
			value = scim.Object{text: value}
		}
		more, _ := value.(scim.Object)
		paths = append(paths, schema.PathsOf(more)...)
	}
	v.projection = v.typ.Written(v.projection, paths)
}
