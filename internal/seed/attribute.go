package seed

import (
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v3"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

// attributes reads the attributes of a user or group. The schemas say what a
// value is read as, so that a number in the place of a string is one.
type attributes struct {
	*reader
	schema.Normalizer
	persona cinode.Persona
}

// of reads the attributes of a resource from those of its keys that are no keys of
// seed files.
func (a *attributes) of(n *yaml.Node, list []member) scim.Object {
	out := scim.Object{}
	seen := map[string]*yaml.Node{}
	faults := a.faults
	for _, m := range list {
		name, inner := a.attribute(m, seen)
		if name != "" && inner != nil {
			out[name] = inner
		}
	}
	if a.faults == faults { // else what is missing may be what is at fault
		published := a.persona.Registry.Lookup(a.Type.Schema.ID) // which says what the persona requires
		a.required(at(n), published.Attributes, out, "")
		for _, e := range a.Type.Extensions {
			inner, _ := out[e.ID].(scim.Object)
			if inner != nil || a.Type.Requires(e) {
				a.required(at(n), e.Attributes, inner, e.ID+":")
			}
		}
	}
	return out
}

// attribute reads one attribute or extension.
func (a *attributes) attribute(m member, seen map[string]*yaml.Node) (string, any) {
	if e := a.Type.Extension(m.name); e != nil {
		if !a.once(seen, member{e.ID, m.key, m.value}, a.Type.Name) || isNull(m.value) {
			return "", nil
		}
		return e.ID, a.parts(m.value, e.ID, e.ID+":", e.Attributes, e.Attribute)
	}
	d := a.Type.Attribute(m.name)
	switch {
	case d == nil:
		a.unknown(m, m.name, attributeNames(a.Type))
		return "", nil
	case d.Name == "schemas": // they follow from the content
		return "", nil
	case !a.once(seen, member{d.Name, m.key, m.value}, a.Type.Name):
		return "", nil
	}
	return d.Name, a.value(m, d, d.Name)
}

func attributeNames(t *schema.ResourceType) []string {
	names := append(writable(t.Schema.Attributes), "externalId")
	for _, e := range t.Extensions {
		names = append(names, e.ID)
	}
	return names
}

func writable(list []*schema.Attribute) []string {
	var names []string
	for _, d := range list {
		if d.Mutability != schema.MutabilityReadOnly {
			names = append(names, d.Name)
		}
	}
	return names
}

// unknown refuses a name that the persona does not have.
func (a *attributes) unknown(m member, path string, names []string) {
	if _, ok := a.Wider.ResolveText(path); ok && !strings.Contains(path, "[") {
		a.refuse(at(m.key), "%s is no attribute that the persona %s has; take it out, or give the tenant the persona rfc", path, a.persona.Name)
		return
	}
	a.refuse(at(m.key), "there is no attribute %q; %s", path, suggest(m.name, names))
}

// value reads the value of an attribute; nil is none.
func (a *attributes) value(m member, d *schema.Attribute, path string) any {
	switch {
	case isNull(m.value):
		return nil
	case d.Mutability == schema.MutabilityReadOnly:
		a.refuse(at(m.key), "%s is the server's to set; take it out", path)
		return nil
	case !d.MultiValued:
		return a.single(m.value, d, path)
	case !a.is(m.value, yaml.SequenceNode, path):
		return nil
	}
	list := make([]any, 0, len(m.value.Content))
	for i, e := range m.value.Content {
		if inner := a.single(e, d, path+"["+strconv.Itoa(i)+"]"); inner != nil {
			list = append(list, inner)
		}
	}
	out, err := a.Value(d, list, path)
	if err != nil {
		a.refuseError(at(m.value), err)
	}
	return out
}

// single reads one value of an attribute.
func (a *attributes) single(n *yaml.Node, d *schema.Attribute, path string) any {
	if isNull(n) {
		return nil
	}
	if d.Type == schema.TypeComplex {
		if d.Name == "manager" && n.Kind == yaml.ScalarNode { // who, as members are written
			if text, ok := a.text(n, path); ok && text != "" {
				return scim.Object{"value": text}
			}
			return nil
		}
		return a.parts(n, path, path+".", d.SubAttributes, d.Sub)
	}
	text, ok := a.text(n, path)
	if !ok {
		return nil
	}
	out, err := a.Single(d, typed(d, text), path)
	if err != nil {
		a.refuseError(at(n), err)
		return nil
	}
	return out
}

// typed makes of a text what an attribute has, or leaves it for the schema to
// refuse.
func typed(d *schema.Attribute, text string) any {
	switch d.Type {
	case schema.TypeBoolean:
		if value, ok := parseBoolean(text); ok {
			return value
		}
	case schema.TypeInteger, schema.TypeDecimal:
		if v := jsontext.Value(text); v.IsValid() && v.Kind() == '0' && strings.TrimSpace(text) == text {
			return scim.Number(text)
		}
	}
	return text
}

// parts reads a complex value or an extension; nil when nothing is in it.
func (a *attributes) parts(n *yaml.Node, what, prefix string, all []*schema.Attribute, find func(string) *schema.Attribute) any {
	list, ok := a.members(n, what)
	if !ok {
		return nil
	}
	out := scim.Object{}
	seen := map[string]*yaml.Node{}
	for _, m := range list {
		d := find(m.name)
		if d == nil {
			a.unknown(m, prefix+m.name, writable(all))
			continue
		}
		if !a.once(seen, member{d.Name, m.key, m.value}, what) {
			continue
		}
		if inner := a.value(m, d, prefix+d.Name); inner != nil {
			out[d.Name] = inner
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// required refuses what lacks a required attribute; an empty string is none.
func (a *attributes) required(p place, list []*schema.Attribute, o scim.Object, prefix string) {
	for _, d := range list {
		v := o[d.Name]
		if d.Required && d.Mutability != schema.MutabilityReadOnly && (v == nil || v == "") {
			a.refuse(p, "%s%s is missing or empty; every %s of this tenant needs it", prefix, d.Name, strings.ToLower(a.Type.Name))
		}
		switch v := v.(type) {
		case scim.Object:
			a.required(p, d.SubAttributes, v, prefix+d.Name+".")
		case []any:
			for _, e := range v {
				part, _ := e.(scim.Object)
				if part != nil {
					a.required(p, d.SubAttributes, part, prefix+d.Name+".")
				}
			}
		}
	}
}
