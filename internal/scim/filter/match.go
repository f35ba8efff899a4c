package filter

import (
	"strings"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

// DateTimeKey writes an instant so that text order is time order.
func DateTimeKey(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000000Z") }

// Match evaluates a bound filter over a whole resource: canonical names, with
// id, meta, groups and members where the filter looks at them.
//
// It is the reference for the SQL of both databases. An attribute without a
// value makes every comparison false; an empty string counts as no value
// (RFC 7644 table 3, pr); `primary` missing counts as false (RFC 7643
// section 2.4).
func (b *Bound) Match(o scim.Object) bool {
	switch b.Kind {
	case NodeAnd:
		return b.Left.Match(o) && b.Right.Match(o)
	case NodeOr:
		return b.Left.Match(o) || b.Right.Match(o)
	case NodeNot:
		return !b.Left.Match(o)
	case NodePresent:
		return b.present(o)
	case NodeCompare:
		return b.compare(o)
	case NodeValuePath:
		for _, v := range b.attributeValues(o) {
			if e, ok := v.(scim.Object); ok && b.Left.Match(e) {
				return true
			}
		}
	}
	return false
}

// attributeValues are the values of the target's attribute, sub-attribute not
// yet applied.
func (b *Bound) attributeValues(o scim.Object) []any {
	if b.Target.Container != "" {
		o, _ = o[b.Target.Container].(scim.Object)
	}
	switch v := o[b.Target.Attribute.Name].(type) {
	case nil:
		return nil
	case []any:
		return v
	default:
		return []any{v}
	}
}

func (b *Bound) present(o scim.Object) bool {
	for _, v := range b.attributeValues(o) {
		if b.Target.Sub != nil {
			inner, _ := v.(scim.Object)
			v = inner[b.Target.Sub.Name]
		}
		if hasValue(v) {
			return true
		}
	}
	return false
}

func hasValue(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case string:
		return v != ""
	case scim.Object:
		for _, e := range v {
			if hasValue(e) {
				return true
			}
		}
		return false
	case []any:
		for _, e := range v {
			if hasValue(e) {
				return true
			}
		}
		return false
	default:
		return true
	}
}

func (b *Bound) compare(o scim.Object) bool {
	leaf := b.Leaf()
	values := b.attributeValues(o)
	if b.Target.Sub == nil {
		if len(values) == 0 && b.IsPrimaryOfValue() {
			values = []any{false}
		}
		for _, v := range values {
			if b.matches(leaf, v) {
				return true
			}
		}
		return false
	}
	for _, v := range values {
		inner, _ := v.(scim.Object)
		sub, ok := inner[leaf.Name]
		if !ok && b.IsPrimaryOfValue() {
			sub = false
		}
		if b.matches(leaf, sub) {
			return true
		}
	}
	return false
}

// IsPrimaryOfValue reports whether the leaf is the primary of a value of a
// multi-valued attribute, which is false where it is missing.
func (b *Bound) IsPrimaryOfValue() bool {
	if b.Leaf().Name != "primary" {
		return false
	}
	return b.Target.Sub == nil || b.Target.Attribute.MultiValued
}

// matches compares one value.
func (b *Bound) matches(leaf *schema.Attribute, v any) bool {
	switch v := v.(type) {
	case bool:
		return leaf.Type == schema.TypeBoolean && v == b.Operand.Bool
	case scim.Number:
		have, ok := parseNumber(string(v))
		want, isNumber := parseNumber(b.Operand.Text)
		return ok && isNumber && b.ordered(have.Cmp(want))
	case string:
		key, ok := Key(leaf, v)
		return ok && b.matchesText(key)
	default:
		return false
	}
}

// Key is the form in which a string value of an attribute is compared and
// stored for search; it is false for an empty one.
func Key(leaf *schema.Attribute, v string) (string, bool) {
	switch {
	case v == "":
		return "", false
	case leaf.Type == schema.TypeDateTime:
		t, err := schema.ParseDateTime(v)
		return DateTimeKey(t), err == nil
	default:
		return leaf.Fold(v), true
	}
}

func (b *Bound) matchesText(v string) bool {
	switch b.Op {
	case OpContains:
		return strings.Contains(v, b.Operand.Text)
	case OpStartsWith:
		return strings.HasPrefix(v, b.Operand.Text)
	case OpEndsWith:
		return strings.HasSuffix(v, b.Operand.Text)
	default:
		return b.ordered(strings.Compare(v, b.Operand.Text))
	}
}

func (b *Bound) ordered(cmp int) bool {
	switch b.Op {
	case OpEqual:
		return cmp == 0
	case OpGreater:
		return cmp > 0
	case OpGreaterOrEqual:
		return cmp >= 0
	case OpLess:
		return cmp < 0
	case OpLessOrEqual:
		return cmp <= 0
	default:
		return false
	}
}
