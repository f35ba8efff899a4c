package schema

import (
	"fmt"

	"github.com/cinode-scim/cinode-scim/internal/scim"
)

// UnknownError names an attribute, or the extension that it is of, that a type
// does not have.
type UnknownError struct {
	Path string // with its URN where it is of an extension
	Type string // the resource type's name
}

func (e *UnknownError) Error() string {
	return fmt.Sprintf("no schema of this server gives %s the attribute %q", e.Type, e.Path)
}

// keptApart are attributes of the core schemas that a store does not keep among
// the others.
var keptApart = map[string]bool{"schemas": true, "id": true, "meta": true, "password": true, "members": true, "groups": true}

// CheckStored holds attributes that come from elsewhere against the form in which
// a resource is stored: canonical names, values of the right type, nothing that is
// kept apart. What a client may write or must give is not asked. An attribute that
// the type does not have is an UnknownError.
func (t *ResourceType) CheckStored(o scim.Object) error {
	for _, name := range names(o) {
		if e := t.Extension(name); e != nil && e.ID == name {
			inner, ok := o[name].(scim.Object)
			if !ok {
				return scim.InvalidValue("%s must be an object", name)
			}
			if err := t.checkStored(inner, e.Attribute, name+":"); err != nil {
				return err
			}
			continue
		}
		if keptApart[name] {
			return scim.InvalidValue("%s is not kept among the attributes", name)
		}
		if err := t.checkStoredValue(t.Attribute(name), name, o[name], name); err != nil {
			return err
		}
	}
	return nil
}

func (t *ResourceType) checkStored(o scim.Object, find func(string) *Attribute, prefix string) error {
	for _, name := range names(o) {
		if err := t.checkStoredValue(find(name), name, o[name], prefix+name); err != nil {
			return err
		}
	}
	return nil
}

func (t *ResourceType) checkStoredValue(a *Attribute, name string, v any, path string) error {
	if a == nil || a.Name != name {
		return &UnknownError{Path: path, Type: t.Name}
	}
	list := []any{v}
	if a.MultiValued {
		var ok bool
		if list, ok = v.([]any); !ok {
			return scim.InvalidValue("%s must be an array", path)
		}
		if err := a.CheckSize(len(list)); err != nil {
			return err
		}
	}
	for _, e := range list {
		if err := t.checkStoredOne(a, e, path); err != nil {
			return err
		}
	}
	return nil
}

func (t *ResourceType) checkStoredOne(a *Attribute, v any, path string) error {
	if a.Type != TypeComplex {
		return checkScalar(a, v, path)
	}
	o, ok := v.(scim.Object)
	if !ok {
		return scim.InvalidValue("%s must be an object", path)
	}
	return t.checkStored(o, a.Sub, path+".")
}
