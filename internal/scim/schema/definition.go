package schema

import (
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
)

// The names that a definition of an attribute has (RFC 7643 section 7).
var characteristics = []string{
	"name", "type", "multiValued", "description", "required", "canonicalValues", "caseExact", "mutability", "returned", "uniqueness",
	"referenceTypes", "subAttributes",
}

// attributes reads a list of definitions; of is the complex attribute that they
// are parts of, nil outside one.
func (x *extension) attributes(o object, member string, of *Attribute) ([]*Attribute, error) {
	list, err := o.list(member)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, o.at(member).fail("%s must hold at least one attribute", member)
	}
	var out []*Attribute
	seen := map[string]bool{}
	for i, e := range list {
		inner, err := asObject(e, o.at(member).at(strconv.Itoa(i)), "the definition of an attribute")
		if err != nil {
			return nil, err
		}
		a, err := x.attribute(inner, of)
		if err != nil {
			return nil, err
		}
		lower := strings.ToLower(a.Name)
		if seen[lower] {
			return nil, inner.at("name").fail("two attributes are called %q; case does not tell them apart", a.Name)
		}
		seen[lower] = true
		out = append(out, a)
	}
	return out, nil
}

func (x *extension) attribute(o object, of *Attribute) (*Attribute, error) {
	if err := o.only(characteristics...); err != nil {
		return nil, err
	}
	a := &Attribute{}
	for _, step := range []func(object, *Attribute, *Attribute) error{x.name, readType, readRights, readValues, x.readParts} {
		if err := step(o, a, of); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// name checks the name. One that RFC 7643 has already would be mistaken for it.
func (x *extension) name(o object, a, of *Attribute) error {
	var err error
	if a.Name, err = o.text("name", ""); err != nil {
		return err
	}
	switch {
	case a.Name == "":
		return o.at("name").fail("the attribute needs a name")
	case !isName(a.Name), a.Name == "$ref" && of == nil:
		return o.at("name").fail("%q is no name of an attribute; use letters, digits, $, - and _, with a letter first", a.Name)
	case of != nil:
		return nil
	}
	for _, t := range x.base.Types() {
		if t.Attribute(a.Name) != nil {
			return o.at("name").fail("%q is an attribute of every %s already; choose another name", a.Name, t.Name)
		}
	}
	return nil
}

func readType(o object, a, of *Attribute) error {
	kind, err := o.word("type", string(TypeString), string(TypeString), string(TypeBoolean), string(TypeDecimal), string(TypeInteger),
		string(TypeDateTime), string(TypeBinary), string(TypeReference), string(TypeComplex))
	if err != nil {
		return err
	}
	if a.Description, err = o.text("description", ""); err != nil {
		return err
	}
	if a.MultiValued, err = o.boolean("multiValued"); err != nil {
		return err
	}
	switch a.Type = Type(kind); {
	case of == nil:
		return nil
	case a.Type == TypeComplex:
		return o.at("type").fail("%q is complex inside a complex attribute, which RFC 7643 section 2.3.8 does not allow", a.Name)
	case a.MultiValued:
		return o.at("multiValued").fail("%q holds several values inside one, where filters cannot reach them; make an attribute of its own of it", a.Name)
	case a.Name == "primary" && of.MultiValued && a.Type != TypeBoolean:
		return o.at("type").fail("primary must be a boolean (RFC 7643 section 2.4)")
	}
	return nil
}

func readRights(o object, a, _ *Attribute) error {
	mutability, err := o.word("mutability", string(MutabilityReadWrite),
		string(MutabilityReadWrite), string(MutabilityReadOnly), string(MutabilityImmutable), string(MutabilityWriteOnly))
	if err != nil {
		return err
	}
	returned, err := o.word("returned", string(ReturnedDefault),
		string(ReturnedDefault), string(ReturnedAlways), string(ReturnedNever), string(ReturnedRequest))
	if err != nil {
		return err
	}
	if a.Required, err = o.boolean("required"); err != nil {
		return err
	}
	a.Mutability, a.Returned = Mutability(mutability), Returned(returned)
	switch {
	case a.Mutability == MutabilityWriteOnly && a.Returned != ReturnedNever:
		return o.at("returned").fail("%q is writeOnly, so that nobody may read it; set returned to never", a.Name)
	case a.Mutability == MutabilityReadOnly && a.Required:
		return o.at("required").fail("%q is readOnly, so that no client can give it; it cannot be required", a.Name)
	}
	return nil
}

func readValues(o object, a, _ *Attribute) error {
	exact, err := o.boolean("caseExact")
	if err != nil {
		return err
	}
	unique, err := o.word("uniqueness", string(UniquenessNone), string(UniquenessNone), string(UniquenessServer), string(UniquenessGlobal))
	if err != nil {
		return err
	}
	if a.CanonicalValues, err = o.texts("canonicalValues"); err != nil {
		return err
	}
	if a.ReferenceTypes, err = o.texts("referenceTypes"); err != nil {
		return err
	}
	a.CaseExact = exact
	switch {
	case unique != string(UniquenessNone):
		return o.at("uniqueness").fail("the server cannot keep %q unique: it has no index for it; set uniqueness to none", a.Name)
	case exact && (a.Type == TypeComplex || a.Type == TypeBoolean):
		return o.at("caseExact").fail("%q is %s, which has no case; leave caseExact out", a.Name, a.Type)
	case len(a.CanonicalValues) > 0 && a.Type != TypeString && a.Type != TypeReference:
		return o.at("canonicalValues").fail("%q is %s; canonicalValues are for strings", a.Name, a.Type)
	case len(a.ReferenceTypes) > 0 && a.Type != TypeReference:
		return o.at("referenceTypes").fail("%q is %s; referenceTypes are for references", a.Name, a.Type)
	case len(a.ReferenceTypes) == 0 && a.Type == TypeReference:
		return o.at("referenceTypes").fail("%q is a reference; name in referenceTypes what it may point to: User, Group, external or uri", a.Name)
	}
	for i, r := range a.ReferenceTypes {
		if r != "User" && r != "Group" && r != "external" && r != "uri" {
			return o.at("referenceTypes").at(strconv.Itoa(i)).fail("%q is nothing to point to; use User, Group, external or uri", r)
		}
	}
	return nil
}

func (x *extension) readParts(o object, a, _ *Attribute) error {
	if a.Type != TypeComplex {
		if o.has("subAttributes") {
			return o.at("subAttributes").fail("%q is %s; subAttributes are for complex attributes", a.Name, a.Type)
		}
		return nil
	}
	parts, err := x.attributes(o, "subAttributes", a)
	a.SubAttributes = parts
	return err
}

// publish sets what definitions leave out and writes the schema as it is shown.
func (s *Schema) publish() error {
	s.byName = byName(s.Attributes)
	var err error
	s.JSON, err = json.Marshal(s)
	return err
}
