package schema

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/scim"
)

// place is where in a file something stands.
type place struct{ file, pointer string }

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

// at is the place of a member or an element.
func (p place) at(name string) place {
	return place{p.file, p.pointer + "/" + pointerEscapes.Replace(name)}
}

func (p place) fail(format string, args ...any) error {
	where := p.file
	if p.pointer != "" {
		where += " at " + p.pointer
	}
	return fmt.Errorf("%s: "+format, append([]any{where}, args...)...)
}

// object is a JSON object of a file.
type object struct {
	place
	members scim.Object
}

func asObject(v any, at place, what string) (object, error) {
	o, ok := v.(scim.Object)
	if !ok {
		return object{}, at.fail("this must be an object: %s", what)
	}
	return object{at, o}, nil
}

// only refuses members that are not among the names.
func (o object) only(allowed ...string) error {
	for _, name := range slices.Sorted(maps.Keys(o.members)) {
		if !slices.Contains(allowed, name) {
			return o.at(name).fail("there is no %q here; known are %s", name, strings.Join(allowed, ", "))
		}
	}
	return nil
}

// text is a member that is a string, preset where it is missing.
func (o object) text(name, preset string) (string, error) {
	switch v := o.members[name].(type) {
	case nil:
		return preset, nil
	case string:
		return v, nil
	default:
		return "", o.at(name).fail("%s must be a string", name)
	}
}

// word is text that is one of some words.
func (o object) word(name, preset string, words ...string) (string, error) {
	v, err := o.text(name, preset)
	if err == nil && !slices.Contains(words, v) {
		err = o.at(name).fail("%q is no %s; use one of %s", v, name, strings.Join(words, ", "))
	}
	return v, err
}

func (o object) boolean(name string) (bool, error) {
	switch v := o.members[name].(type) {
	case nil:
		return false, nil
	case bool:
		return v, nil
	default:
		return false, o.at(name).fail("%s must be true or false", name)
	}
}

// list is a member that is an array, nil where it is missing.
func (o object) list(name string) ([]any, error) {
	switch v := o.members[name].(type) {
	case nil:
		return nil, nil
	case []any:
		return v, nil
	default:
		return nil, o.at(name).fail("%s must be an array", name)
	}
}

// texts is a list of different strings.
func (o object) texts(name string) ([]string, error) {
	list, err := o.list(name)
	var out []string
	for i, e := range list {
		s, ok := e.(string)
		if !ok || s == "" {
			return nil, o.at(name).at(strconv.Itoa(i)).fail("%s must hold strings that are not empty", name)
		}
		if slices.Contains(out, s) {
			return nil, o.at(name).at(strconv.Itoa(i)).fail("%q stands twice in %s; take one out", s, name)
		}
		out = append(out, s)
	}
	return out, err
}

// has reports whether a member is there and not null.
func (o object) has(name string) bool { return o.members[name] != nil }

// read takes what a file has into the extension.
func (x *extension) read(f File) error {
	at := place{file: f.Name}
	v, err := scim.Decode(f.Text)
	if err != nil {
		return at.fail("this is not the JSON of a schema: %w", err)
	}
	if list, ok := v.([]any); ok {
		return x.resources(list, at)
	}
	return x.resource(v, at)
}

func (x *extension) resources(list []any, at place) error {
	for i, e := range list {
		if err := x.resource(e, at.at(strconv.Itoa(i))); err != nil {
			return err
		}
	}
	return nil
}

func (x *extension) resource(v any, at place) error {
	o, err := asObject(v, at, "a Schema or ResourceType resource")
	if err != nil {
		return err
	}
	urns, err := o.texts("schemas")
	switch {
	case err != nil:
		return err
	case slices.Contains(urns, scim.URNListResponse):
		list, err := o.list("Resources")
		if err != nil {
			return err
		}
		return x.resources(list, o.at("Resources"))
	case slices.Contains(urns, scim.URNSchema):
		return x.schema(o)
	case slices.Contains(urns, scim.URNResourceType):
		return x.resourceType(o)
	default:
		return o.at("schemas").fail("schemas must hold %s, %s or %s, to tell what this is", scim.URNSchema, scim.URNResourceType, scim.URNListResponse)
	}
}

// urn is what a schema's id may be: a URN (RFC 8141) that can stand in an
// address, a filter and a PATCH path without escapes.
var urn = regexp.MustCompile(`(?i)^urn:[a-z0-9][a-z0-9-]{0,30}[a-z0-9]:[a-z0-9._~:+=@!$*-]+$`)

func (x *extension) schema(o object) error {
	if err := o.only("schemas", "id", "name", "description", "attributes", "meta"); err != nil {
		return err
	}
	id, err := o.text("id", "")
	if err != nil {
		return err
	}
	if err := x.checkID(id, o.at("id")); err != nil {
		return err
	}
	s := &Schema{ID: id}
	if s.Name, err = o.text("name", ""); err != nil {
		return err
	}
	if s.Description, err = o.text("description", ""); err != nil {
		return err
	}
	if s.Attributes, err = x.attributes(o, "attributes", nil); err != nil {
		return err
	}
	if err := s.publish(); err != nil {
		return o.fail("this schema cannot be published: %w", err)
	}
	c := &custom{Schema: s, at: o.place}
	x.order = append(x.order, c)
	x.schemas[strings.ToLower(id)] = c
	return nil
}

func (x *extension) checkID(id string, at place) error {
	switch {
	case id == "":
		return at.fail("the schema needs an id, a URN such as urn:example:params:scim:schemas:extension:2.0:Badge")
	case !urn.MatchString(id):
		return at.fail("%q cannot be the id of a schema; write a URN such as urn:example:params:scim:schemas:extension:2.0:Badge", id)
	case x.schemas[strings.ToLower(id)] != nil:
		return at.fail("the schema %s is there twice; take one out", id)
	}
	_, message := cutPrefixFold(id, "urn:ietf:params:scim:api:")
	for _, s := range append(slices.Clone(x.base.Schemas), cinodeExtension()) {
		if message = message || strings.EqualFold(s.ID, id); message {
			return at.fail("%s is a schema that the server has already; give yours an id of its own", id)
		}
	}
	return nil
}

// resourceType reads which extensions a type has. Whatever else it says of the
// type must be so.
func (x *extension) resourceType(o object) error {
	if err := o.only("schemas", "id", "name", "description", "endpoint", "schema", "schemaExtensions", "meta"); err != nil {
		return err
	}
	name, err := o.text("name", "")
	if err != nil {
		return err
	}
	t := x.base.Type(name)
	if t == nil {
		return o.at("name").fail("%q cannot be extended; the resource types are User and Group", name)
	}
	for _, fixed := range [][2]string{{"id", t.Name}, {"endpoint", t.Endpoint}, {"schema", t.Schema.ID}} {
		if got, err := o.text(fixed[0], fixed[1]); err != nil || got != fixed[1] {
			return o.at(fixed[0]).fail("the %s of %s is %q; write that or leave it out", fixed[0], t.Name, fixed[1])
		}
	}
	list, err := o.list("schemaExtensions")
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return o.at("schemaExtensions").fail("schemaExtensions must name a schema, such as [{\"schema\": \"urn:...\", \"required\": false}]")
	}
	for i, e := range list {
		if err := x.use(t, e, o.at("schemaExtensions").at(strconv.Itoa(i))); err != nil {
			return err
		}
	}
	return nil
}

func (x *extension) use(t *ResourceType, v any, at place) error {
	o, err := asObject(v, at, `{"schema": "urn:...", "required": false}`)
	if err == nil {
		err = o.only("schema", "required")
	}
	if err != nil {
		return err
	}
	id, err := o.text("schema", "")
	if err != nil {
		return err
	}
	required, err := o.boolean("required")
	if err != nil {
		return err
	}
	if slices.ContainsFunc(x.uses, func(u use) bool { return u.typ == t && strings.EqualFold(u.id, id) }) {
		return o.at("schema").fail("%s names the schema %q twice; take one out", t.Name, id)
	}
	x.uses = append(x.uses, use{typ: t, id: id, required: required, at: o.at("schema")})
	return nil
}
