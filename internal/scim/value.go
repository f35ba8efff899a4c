package scim

import (
	"maps"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// A decoded JSON tree is built of nil, bool, string, Number, []any and Object.
// Numbers stay the literal that was sent, so that none loses precision.
type (
	// Object is a JSON object; names are exact, compared by the schema.
	Object = map[string]any
	// Number is the literal of a JSON number.
	Number string
)

// Clone copies a tree deeply.
func Clone(v any) any {
	switch v := v.(type) {
	case Object:
		return CloneObject(v)
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = Clone(e)
		}
		return out
	default:
		return v
	}
}

// CloneObject copies an object deeply.
func CloneObject(o Object) Object {
	out := make(Object, len(o))
	for k, e := range o {
		out[k] = Clone(e)
	}
	return out
}

// Equal reports whether two trees hold the same values; the order of members
// of an object has no meaning, that of an array has.
func Equal(a, b any) bool {
	switch a := a.(type) {
	case Object:
		b, ok := b.(Object)
		return ok && maps.EqualFunc(a, b, Equal)
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !Equal(a[i], b[i]) {
				return false
			}
		}
		return true
	default:
		return a == b
	}
}

// Fold gives the form under which strings that are not caseExact are compared,
// stored for search and sorted: NFC, Unicode case folding, NFC again. The
// evaluator and both databases compare folded strings byte by byte, so they
// cannot disagree about a letter.
func Fold(s string) string {
	upper := false
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return norm.NFC.String(cases.Fold().String(norm.NFC.String(s)))
		}
		upper = upper || 'A' <= s[i] && s[i] <= 'Z'
	}
	if !upper {
		return s
	}
	return strings.ToLower(s)
}

// Lookup finds a member of an object whatever the case of its name (RFC 7643
// section 2.1).
func Lookup(o Object, name string) (any, bool) {
	if v, ok := o[name]; ok {
		return v, true
	}
	for k, v := range o {
		if strings.EqualFold(k, name) {
			return v, true
		}
	}
	return nil, false
}
