package filter

import (
	"fmt"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

// NodeKind says what a bound node is.
type NodeKind int

// The kinds of nodes.
const (
	NodeAnd       NodeKind = iota // Left and Right
	NodeOr                        // Left or Right
	NodeNot                       // not Left
	NodeNever                     // false, such as an order against null
	NodePresent                   // Target has a value that is not empty
	NodeCompare                   // Target Op Operand
	NodeValuePath                 // one value of Target fulfils Left, whose targets are sub-attributes
)

// Bound is a filter whose names are attributes of one resource type and whose
// literals have the attributes' types. Op is never ne or pr: those are bound
// as Not of eq and as Present.
type Bound struct {
	Kind        NodeKind
	Left, Right *Bound
	Target      schema.Target
	Op          Op
	Operand     Operand
}

// Operand is a literal in the form its attribute is compared in: strings
// folded unless caseExact, dateTimes as DateTimeKey, numbers as their literal.
type Operand struct {
	Text string
	Bool bool
	Raw  string // the literal as sent, for a value made from a filter
}

// Leaf is the attribute that a Present or Compare node looks at.
func (b *Bound) Leaf() *schema.Attribute { return b.Target.Leaf() }

// IsNumber reports whether the leaf is compared as a number.
func (b *Bound) IsNumber() bool {
	t := b.Leaf().Type
	return t == schema.TypeInteger || t == schema.TypeDecimal
}

// Binder binds filters for one resource type as its persona allows.
type Binder struct {
	Type *schema.ResourceType
	// Operators are those the persona has; nil means all, with and, or, not
	// and value paths.
	Operators map[Op]bool
	// And allows `and` where Operators is set.
	And bool
	// Unquoted takes words without quotes as strings.
	Unquoted bool
	// Strict refuses booleans in quotes.
	Strict bool
	// Lacks names who lacks an operator, for messages: "Cinode".
	Lacks      string
	Deviations *scim.Deviations
	// Beside are the types of a query over several. What one of them has and
	// Type lacks is an attribute without a value (RFC 7644 section 3.4.2.1).
	Beside []*schema.ResourceType
}

// Bind checks an expression against the type. Every fault is 400
// invalidFilter.
func (b *Binder) Bind(e Expr) (*Bound, error) {
	bound, err := b.bind(e, nil)
	if err == nil && bound.lists() > MaxLists {
		return nil, scim.InvalidFilter("the filter looks through multi-valued attributes more than %d times", MaxLists)
	}
	return bound, err
}

// MaxLists bounds how often a filter may look through the values of a
// multi-valued attribute. Each time costs a database as much as many plain
// comparisons, for members and groups a join.
const MaxLists = 20

func (b *Bound) lists() int {
	switch b.Kind {
	case NodeAnd, NodeOr:
		return b.Left.lists() + b.Right.lists()
	case NodeNot:
		return b.Left.lists()
	case NodePresent, NodeCompare, NodeValuePath:
		if b.Target.Attribute.MultiValued {
			return 1
		}
	}
	return 0
}

// BindWithin binds the filter of a value path, whose names are sub-attributes
// of attr.
func (b *Binder) BindWithin(e Expr, attr *schema.Attribute) (*Bound, error) { return b.bind(e, attr) }

func (b *Binder) bind(e Expr, within *schema.Attribute) (*Bound, error) {
	switch e := e.(type) {
	case And:
		if b.Operators != nil && !b.And {
			return nil, b.lacks("and")
		}
		return b.both(NodeAnd, e.Left, e.Right, within)
	case Or:
		if b.Operators != nil {
			return nil, b.lacks("or")
		}
		return b.both(NodeOr, e.Left, e.Right, within)
	case Not:
		if b.Operators != nil {
			return nil, b.lacks("not")
		}
		inner, err := b.bind(e.Operand, within)
		if err != nil {
			return nil, err
		}
		return not(inner), nil
	case ValuePath:
		return b.valuePath(e, within)
	case Comparison:
		return b.comparison(e, within)
	default:
		return nil, scim.InvalidFilter("the filter is not valid")
	}
}

func not(b *Bound) *Bound { return &Bound{Kind: NodeNot, Left: b} }

func (b *Binder) lacks(what string) error {
	return scim.InvalidFilter("%s has no %q in filters", b.Lacks, what)
}

func (b *Binder) both(kind NodeKind, l, r Expr, within *schema.Attribute) (*Bound, error) {
	left, err := b.bind(l, within)
	if err != nil {
		return nil, err
	}
	right, err := b.bind(r, within)
	if err != nil {
		return nil, err
	}
	return &Bound{Kind: kind, Left: left, Right: right}, nil
}

func (b *Binder) valuePath(e ValuePath, within *schema.Attribute) (*Bound, error) {
	if b.Operators != nil {
		return nil, b.lacks(e.Path + "[...]")
	}
	if within != nil {
		return nil, scim.InvalidFilter("%s[...] stands inside other brackets", e.Path)
	}
	if other := b.owner(e.Path); other != nil {
		return other.absent(other.valuePath(e, nil))
	}
	target, ok := b.Type.ResolveText(e.Path)
	if !ok || target.Attribute == nil {
		return nil, b.unknown(e.Path)
	}
	if target.IsSecret() {
		return nil, secret(target)
	}
	if target.Sub != nil || target.Attribute.Type != schema.TypeComplex {
		return nil, scim.InvalidFilter("%s has no sub-attributes to look at in brackets", e.Path)
	}
	inner, err := b.bind(e.Filter, target.Attribute)
	if err != nil {
		return nil, err
	}
	return &Bound{Kind: NodeValuePath, Target: target, Left: inner}, nil
}

func secret(target schema.Target) error {
	return scim.InvalidFilter("%s cannot be filtered on", target)
}

func (b *Binder) unknown(path string) error {
	if _, ok := schema.RFC().Type(b.Type.Name).ResolveText(path); ok && b.Lacks != "" {
		return scim.InvalidFilter("%s has no attribute %q", b.Lacks, path)
	}
	return scim.InvalidFilter("%s has no attribute %q", b.Type.Name, path)
}

func (b *Binder) resolve(path string, within *schema.Attribute) (schema.Target, error) {
	if within != nil {
		if sub := within.Sub(path); sub != nil {
			return schema.Target{Attribute: sub}, nil
		}
		return schema.Target{}, scim.InvalidFilter("%s has no sub-attribute %q", within.Name, path)
	}
	target, ok := b.Type.ResolveText(path)
	if !ok || target.Attribute == nil {
		return target, b.unknown(path)
	}
	return target, nil
}

func (b *Binder) comparison(c Comparison, within *schema.Attribute) (*Bound, error) {
	if b.Operators != nil && !b.Operators[c.Op] {
		return nil, b.lacks(string(c.Op))
	}
	if other := b.owner(c.Path); other != nil && within == nil {
		return other.absent(other.comparison(c, nil))
	}
	target, err := b.resolve(c.Path, within)
	if err != nil {
		return nil, err
	}
	leaf := target.Leaf()
	if target.IsSecret() {
		return nil, secret(target)
	}
	if c.Op == OpPresent {
		return &Bound{Kind: NodePresent, Target: target}, nil
	}
	if leaf.Type == schema.TypeComplex {
		value := leaf.Sub("value")
		if value == nil || !leaf.MultiValued {
			return nil, scim.InvalidFilter("%s is complex; compare one of its sub-attributes", target)
		}
		target.Sub, leaf = value, value
	}
	if c.Literal.Kind == KindNull {
		return b.null(c, target)
	}
	operand, err := b.operand(c, target, leaf)
	if err != nil {
		return nil, err
	}
	node := &Bound{Kind: NodeCompare, Target: target, Op: c.Op, Operand: operand}
	if c.Op == OpNotEqual {
		node.Op = OpEqual
		return not(node), nil
	}
	return node, nil
}

// null binds comparisons with null: unassigned is equal to null, and nothing
// is greater or less (RFC 7643 section 2.5).
func (b *Binder) null(c Comparison, target schema.Target) (*Bound, error) {
	present := &Bound{Kind: NodePresent, Target: target}
	switch c.Op {
	case OpEqual:
		return not(present), nil
	case OpNotEqual:
		return present, nil
	case OpContains, OpStartsWith, OpEndsWith:
		return nil, scim.InvalidFilter("%s %s null looks for nothing", target, c.Op)
	default:
		return &Bound{Kind: NodeNever}, nil
	}
}

func (b *Binder) operand(c Comparison, target schema.Target, leaf *schema.Attribute) (Operand, error) {
	text, err := b.literalText(c.Literal, target, leaf)
	if err != nil {
		return Operand{}, err
	}
	substring := c.Op == OpContains || c.Op == OpStartsWith || c.Op == OpEndsWith
	ordered := c.Op != OpEqual && c.Op != OpNotEqual && !substring
	switch leaf.Type {
	case schema.TypeBoolean:
		if substring || ordered {
			return Operand{}, unfit(target, c.Op, "a boolean")
		}
		return b.boolean(c, target)
	case schema.TypeInteger, schema.TypeDecimal:
		if substring {
			return Operand{}, unfit(target, c.Op, "a number")
		}
		if _, ok := NumberKey(text); !ok || c.Literal.Kind != KindNumber {
			return Operand{}, scim.InvalidFilter("%s is compared with a number", target)
		}
		return Operand{Text: text, Raw: text}, nil
	case schema.TypeDateTime:
		if substring {
			return Operand{}, unfit(target, c.Op, "a date")
		}
		t, err := schema.ParseDateTime(text)
		if err != nil || c.Literal.Kind == KindNumber {
			return Operand{}, scim.InvalidFilter("%s is compared with a date such as \"2026-01-31T12:00:00Z\"", target)
		}
		return Operand{Text: DateTimeKey(t), Raw: text}, nil
	case schema.TypeBinary:
		if substring || ordered {
			return Operand{}, unfit(target, c.Op, "binary")
		}
	}
	return Operand{Text: leaf.Fold(text), Raw: text}, nil
}

func unfit(target schema.Target, op Op, what string) error {
	return scim.InvalidFilter("%s is %s and has no %q", target, what, op)
}

// literalText is the literal as text, with quotes demanded where the persona
// demands them.
func (b *Binder) literalText(l Literal, target schema.Target, leaf *schema.Attribute) (string, error) {
	unquoted := l.Kind == KindBare || (l.Kind == KindNumber || l.Kind == KindBool) && (leaf.IsText() || leaf.Type == schema.TypeDateTime)
	if !unquoted {
		return l.Text, nil
	}
	if !b.Unquoted {
		return "", scim.InvalidFilter(`the value "%s" of %s must stand in double quotes`, l.Text, target)
	}
	b.Deviations.Note(scim.DeviationUnquotedFilter, target.String())
	return l.Text, nil
}

func (b *Binder) boolean(c Comparison, target schema.Target) (Operand, error) {
	if c.Literal.Kind == KindBool {
		return Operand{Bool: c.Literal.Bool}, nil
	}
	yes := strings.EqualFold(c.Literal.Text, "true")
	if b.Strict || c.Literal.Kind == KindNumber || !yes && !strings.EqualFold(c.Literal.Text, "false") {
		return Operand{}, scim.InvalidFilter("%s is compared with true or false", target)
	}
	b.Deviations.Note(scim.DeviationBoolAsString, target.String())
	return Operand{Bool: yes}, nil
}

// String writes a bound filter for messages and tests.
func (b *Bound) String() string {
	switch b.Kind {
	case NodeAnd:
		return fmt.Sprintf("(%s and %s)", b.Left, b.Right)
	case NodeOr:
		return fmt.Sprintf("(%s or %s)", b.Left, b.Right)
	case NodeNot:
		return fmt.Sprintf("not (%s)", b.Left)
	case NodePresent:
		return b.Target.String() + " pr"
	case NodeValuePath:
		return fmt.Sprintf("%s[%s]", b.Target, b.Left)
	case NodeCompare:
		if b.Leaf().Type == schema.TypeBoolean {
			return fmt.Sprintf("%s %s %t", b.Target, b.Op, b.Operand.Bool)
		}
		return fmt.Sprintf("%s %s %q", b.Target, b.Op, b.Operand.Text)
	default:
		return "never"
	}
}
