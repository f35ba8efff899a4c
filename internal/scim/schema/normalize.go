package schema

import (
	"encoding/base64"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/scim"
)

// CoerceFunc turns a value that does not fit an attribute into the one that
// was meant, and names the deviation; a value that fits comes back as it is,
// with an empty id. Package quirk has the one in use; a strict tenant has none.
type CoerceFunc func(a *Attribute, v any) (out any, deviation string)

// Normalizer turns a body as it was sent into a resource with canonical names,
// values of the right type, and neither nulls nor attributes that the client
// may not write.
type Normalizer struct {
	Type *ResourceType
	// Wider is the type with every attribute of the RFC: what is there and not
	// in Type is reported as not used rather than unknown.
	Wider *ResourceType
	// Coerce is nil where nothing is tolerated.
	Coerce CoerceFunc
	// Strict refuses unknown attributes instead of ignoring them.
	Strict bool
	// CheckFormats holds values against the formats that the RFCs give them beside
	// their types: user names, countries, certificates.
	CheckFormats bool
	Deviations   *scim.Deviations
}

// Resource normalises the body of a POST or PUT. Its schemas are not looked
// at; the result has those that its content calls for.
func (n *Normalizer) Resource(body scim.Object) (scim.Object, error) {
	out := make(scim.Object, len(body))
	for _, name := range names(body) {
		v := body[name]
		if e := n.Type.Extension(name); e != nil {
			inner, err := n.extension(e, v)
			if err != nil {
				return nil, err
			}
			setOrDrop(out, e.ID, inner)
			continue
		}
		a := n.Type.Attribute(name)
		if a == nil {
			if err := n.Unknown(name); err != nil {
				return nil, err
			}
			continue
		}
		if a.Name == "schemas" {
			continue
		}
		inner, err := n.Value(a, v, a.Name)
		if err != nil {
			return nil, err
		}
		setOrDrop(out, a.Name, inner)
	}
	return out, nil
}

// names are in order, so that of several faults the same is always named.
func names(o scim.Object) []string {
	list := slices.AppendSeq(make([]string, 0, len(o)), maps.Keys(o))
	slices.Sort(list)
	return list
}

func setOrDrop(o scim.Object, name string, v any) {
	if v != nil {
		o[name] = v
	}
}

// Unknown deals with a name that the type does not have: an error where the
// tenant is strict, otherwise a deviation.
func (n *Normalizer) Unknown(name string) error {
	if n.Strict {
		return scim.InvalidSyntax("the attribute %q is not known to %s; this tenant is strict", name, n.Type.Name)
	}
	id := scim.DeviationUnknownAttribute
	if n.Wider != nil {
		if _, ok := n.Wider.ResolveText(withoutIndexes(name)); ok {
			id = scim.DeviationAttributeNotUsed
		}
	}
	n.Deviations.Note(id, name)
	return nil
}

// withoutIndexes makes a path of what messages show: addresses[0].primary.
func withoutIndexes(name string) string {
	head, rest, _ := strings.Cut(name, "[")
	_, tail, _ := strings.Cut(rest, "]")
	return head + tail
}

func (n *Normalizer) extension(e *Schema, v any) (any, error) {
	if v == nil {
		return nil, nil //nolint:nilnil // nil is the unassigned value
	}
	o, ok := v.(scim.Object)
	if !ok {
		return nil, scim.InvalidValue("%s must be an object", e.ID)
	}
	return n.members(o, e.Attribute, e.ID+":")
}

// members normalises the members of an extension or a complex value; nil when
// none is left.
func (n *Normalizer) members(o scim.Object, find func(string) *Attribute, prefix string) (any, error) {
	out := make(scim.Object, len(o))
	for _, name := range names(o) {
		v := o[name]
		a := find(name)
		if a == nil {
			if err := n.Unknown(prefix + name); err != nil {
				return nil, err
			}
			continue
		}
		inner, err := n.Value(a, v, prefix+a.Name)
		if err != nil {
			return nil, err
		}
		setOrDrop(out, a.Name, inner)
	}
	if len(out) == 0 {
		return nil, nil //nolint:nilnil // nil is the unassigned value
	}
	return out, nil
}

// Value normalises one attribute's value; nil means unassigned. path is for
// messages.
func (n *Normalizer) Value(a *Attribute, v any, path string) (any, error) {
	if a.Mutability == MutabilityReadOnly {
		return nil, nil //nolint:nilnil // RFC 7644 section 3.3: ignored on input
	}
	if v = n.coerce(a, v, path); v == nil {
		return nil, nil //nolint:nilnil // nil is the unassigned value
	}
	if !a.MultiValued {
		return n.Single(a, v, path)
	}
	list, ok := v.([]any)
	if !ok {
		return nil, scim.InvalidValue("%s must be an array", path)
	}
	return n.list(a, list, path)
}

func (n *Normalizer) coerce(a *Attribute, v any, path string) any {
	if n.Coerce == nil {
		return v
	}
	out, deviation := n.Coerce(a, v)
	if deviation != "" {
		n.Deviations.Note(deviation, path)
	}
	return out
}

// MaxValues bounds the values of a multi-valued attribute other than a group's
// members, which are rows: PATCH looks at each of them in each operation.
const MaxValues = 1000

// CheckSize refuses more values than an attribute may have.
func (a *Attribute) CheckSize(n int) error {
	if n > MaxValues && a.Name != "members" {
		return scim.InvalidValue("%s has more than %d values", a.Name, MaxValues)
	}
	return nil
}

func (n *Normalizer) list(a *Attribute, list []any, path string) (any, error) {
	if err := a.CheckSize(len(list)); err != nil {
		return nil, err
	}
	out := make([]any, 0, len(list))
	primaries := 0
	for i, e := range list {
		if e == nil {
			continue
		}
		v, err := n.Single(a, e, path+"["+strconv.Itoa(i)+"]")
		if err != nil {
			return nil, err
		}
		if v == nil || containsEqual(out, v, len(list)) {
			continue
		}
		if IsPrimary(v) {
			primaries++
		}
		out = append(out, v)
	}
	if primaries > 1 {
		return nil, scim.InvalidValue("%s has %d primary values; at most one is allowed", path, primaries)
	}
	if len(out) == 0 {
		return nil, nil //nolint:nilnil // [] is unassigned, RFC 7643 section 2.5
	}
	return out, nil
}

// containsEqual looks for a double. A long list is left alone: what makes it
// long, a group's members, is made unique by id when stored.
func containsEqual(list []any, v any, size int) bool {
	return size <= 100 && slices.ContainsFunc(list, func(e any) bool { return scim.Equal(e, v) })
}

// IsPrimary reports whether a complex value has primary true.
func IsPrimary(v any) bool {
	o, ok := v.(scim.Object)
	return ok && o["primary"] == true
}

// Single normalises one value of an attribute, an element of it where it is
// multi-valued.
func (n *Normalizer) Single(a *Attribute, v any, path string) (any, error) {
	if a.MultiValued {
		one := *a
		one.MultiValued = false
		v = n.coerce(&one, v, path)
	}
	if a.Type == TypeComplex {
		o, ok := v.(scim.Object)
		if !ok {
			return nil, scim.InvalidValue("%s must be an object", path)
		}
		return n.members(o, a.Sub, path+".")
	}
	if err := checkScalar(a, v, path); err != nil || a.format == nil || !n.CheckFormats {
		return v, err
	}
	if text, _ := v.(string); text != "" {
		return v, a.format(text, path)
	}
	return v, nil
}

func checkScalar(a *Attribute, v any, path string) error {
	if a.Type == TypeBoolean {
		if _, ok := v.(bool); !ok {
			return scim.InvalidValue("%s must be true or false", path)
		}
		return nil
	}
	if a.Type == TypeInteger || a.Type == TypeDecimal {
		return checkNumber(a, v, path)
	}
	s, ok := v.(string)
	if !ok {
		return scim.InvalidValue("%s must be a string", path)
	}
	switch a.Type {
	case TypeDateTime:
		if _, err := ParseDateTime(s); err != nil {
			return scim.InvalidValue("%s must be a date and time such as 2026-01-31T12:00:00Z", path)
		}
	case TypeBinary:
		if _, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "=")); err != nil {
			return scim.InvalidValue("%s must be base64", path)
		}
	case TypeReference:
		if _, err := url.Parse(s); err != nil {
			return scim.InvalidValue("%s must be a URI", path)
		}
	}
	return nil
}

func checkNumber(a *Attribute, v any, path string) error {
	num, ok := v.(scim.Number)
	if !ok {
		return scim.InvalidValue("%s must be a number", path)
	}
	if a.Type == TypeInteger {
		if _, err := strconv.ParseInt(string(num), 10, 64); err != nil {
			return scim.InvalidValue("%s must be a whole number of at most 64 bits", path)
		}
	}
	return nil
}

// ParseDateTime reads an xsd:dateTime with a zone, or without one as UTC (RFC
// 7643 section 2.3.5).
func ParseDateTime(s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		t, err = time.Parse("2006-01-02T15:04:05.999999999", s)
	}
	return t.UTC(), err
}

// CheckRequired refuses a normalised resource that lacks a required attribute,
// sub-attribute or extension; a blank string is none.
func (t *ResourceType) CheckRequired(o scim.Object) error {
	if err := checkRequired(t.Schema.Attributes, o, ""); err != nil {
		return err
	}
	for _, e := range t.Extensions {
		inner, ok := o[e.ID].(scim.Object)
		if !ok && !t.Requires(e) {
			continue
		}
		if !ok {
			return scim.InvalidValue("the extension %s is required for every %s", e.ID, t.Name)
		}
		if err := checkRequired(e.Attributes, inner, e.ID+":"); err != nil {
			return err
		}
	}
	return nil
}

func isBlank(v any) bool {
	text, isText := v.(string)
	return v == nil || isText && strings.Trim(text, " \t\r\n") == ""
}

func checkRequired(list []*Attribute, o scim.Object, prefix string) error {
	for _, a := range list {
		v := o[a.Name]
		if a.Required && isBlank(v) {
			return scim.InvalidValue("%s%s is required and must not be empty", prefix, a.Name)
		}
		if !a.requiresParts || v == nil {
			continue
		}
		values, many := v.([]any)
		if !many {
			values = []any{v}
		}
		for _, e := range values {
			part, _ := e.(scim.Object)
			if err := checkRequired(a.SubAttributes, part, prefix+a.Name+"."); err != nil {
				return err
			}
		}
	}
	return nil
}
