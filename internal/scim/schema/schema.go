// Package schema owns attribute definitions and every rule that follows from
// them alone: the published schemas as embedded JSON, names resolved to
// attributes, bodies normalised and checked, projections, and the order in
// which attributes are written. What a client meant by a malformed value is
// left to package quirk; what is stored is left to the store.
package schema

import (
	"slices"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/scim"
)

// Type is a data type of RFC 7643 section 2.3.
type Type string

// The data types.
const (
	TypeString    Type = "string"
	TypeBoolean   Type = "boolean"
	TypeDecimal   Type = "decimal"
	TypeInteger   Type = "integer"
	TypeDateTime  Type = "dateTime"
	TypeBinary    Type = "binary"
	TypeReference Type = "reference"
	TypeComplex   Type = "complex"
)

// Mutability says who may change an attribute and when (RFC 7643 section 7).
type Mutability string

// The mutabilities.
const (
	MutabilityReadWrite Mutability = "readWrite"
	MutabilityReadOnly  Mutability = "readOnly"
	MutabilityImmutable Mutability = "immutable"
	MutabilityWriteOnly Mutability = "writeOnly"
)

// Returned says when an attribute is in an answer (RFC 7643 section 7).
type Returned string

// The values of returned.
const (
	ReturnedDefault Returned = "default"
	ReturnedAlways  Returned = "always"
	ReturnedNever   Returned = "never"
	ReturnedRequest Returned = "request"
)

// Uniqueness says how far a value must be the only one of its kind (RFC 7643
// section 7).
type Uniqueness string

// The values of uniqueness.
const (
	UniquenessNone   Uniqueness = "none"
	UniquenessServer Uniqueness = "server"
	UniquenessGlobal Uniqueness = "global"
)

// Attribute is the definition of an attribute or sub-attribute with its
// characteristics. It is never changed after loading.
type Attribute struct {
	Name            string       `json:"name"`
	Type            Type         `json:"type"`
	MultiValued     bool         `json:"multiValued"`
	Description     string       `json:"description,omitzero"`
	Required        bool         `json:"required"`
	CanonicalValues []string     `json:"canonicalValues,omitempty"`
	CaseExact       bool         `json:"caseExact"`
	Mutability      Mutability   `json:"mutability"`
	Returned        Returned     `json:"returned"`
	Uniqueness      Uniqueness   `json:"uniqueness,omitzero"`
	ReferenceTypes  []string     `json:"referenceTypes,omitempty"`
	SubAttributes   []*Attribute `json:"subAttributes,omitempty"`

	bySub         attributeIndex
	userName      bool // a user name, which RFC 7644 section 5 has prepared
	format        func(value, path string) error
	requiresParts bool // one of the sub-attributes is required
}

// Fold gives the form in which strings of the attribute are compared.
func (a *Attribute) Fold(s string) string {
	switch {
	case a.CaseExact:
		return s
	case a.userName:
		return scim.FoldUserName(s)
	default:
		return scim.Fold(s)
	}
}

// Sub finds a sub-attribute by name in any case, or nil.
func (a *Attribute) Sub(name string) *Attribute {
	return a.bySub.find(name)
}

// IsText reports whether values are compared as strings.
func (a *Attribute) IsText() bool {
	return a.Type == TypeString || a.Type == TypeReference || a.Type == TypeBinary
}

// index sets what the definition leaves out to the defaults of RFC 7643 section
// 2.2.
func (a *Attribute) index() {
	if a.Type == "" {
		a.Type = TypeString
	}
	if a.Uniqueness == "" && a.Type != TypeComplex {
		a.Uniqueness = UniquenessNone
	}
	if a.Mutability == "" {
		a.Mutability = MutabilityReadWrite
	}
	if a.Returned == "" {
		a.Returned = ReturnedDefault
	}
	if a.Type == TypeReference || a.Type == TypeBinary {
		a.CaseExact = true
	}
	a.bySub = byName(a.SubAttributes)
	a.requiresParts = slices.ContainsFunc(a.SubAttributes, func(sub *Attribute) bool { return sub.Required })
}

// Schema is a Schema resource of RFC 7643 section 7.
type Schema struct {
	ID          string       `json:"id"`
	Name        string       `json:"name"`
	Description string       `json:"description"`
	Attributes  []*Attribute `json:"attributes"`

	// JSON is the resource as published, without schemas and meta.
	JSON []byte `json:"-"`

	byName attributeIndex
}

// Attribute finds a top-level attribute by name in any case, or nil.
func (s *Schema) Attribute(name string) *Attribute {
	return s.byName.find(name)
}

// attributeIndex finds attributes by their names as they are and in lower case:
// most names come as they are, and need no copy then.
type attributeIndex map[string]*Attribute

func (x attributeIndex) find(name string) *Attribute {
	if a, ok := x[name]; ok {
		return a
	}
	return x[strings.ToLower(name)]
}

func byName(list []*Attribute) attributeIndex {
	x := make(attributeIndex, 2*len(list))
	for _, a := range list {
		a.index()
		x[a.Name], x[strings.ToLower(a.Name)] = a, a
	}
	return x
}
