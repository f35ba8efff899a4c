// Package filter owns the filter language of RFC 7644 section 3.4.2.2 and
// attribute paths of PATCH: guards, parsing, binding to a schema, and matching
// in memory, which is the reference that both databases must agree with.
// Turning a bound filter into SQL is left to store/sqlfilter.
//
// Parsing is scim2/filter-parser's, behind a lexer of ours: filter-parser has
// no bound on recursion, does not decode strings, loses large numbers and
// takes two terms at most in brackets. The lexer checks size, decodes
// literals, and hands it a skeleton in which names and literals are
// placeholders; skeletons repeat, so parsed ones are kept.
package filter

import (
	"strconv"
	"strings"
	"unicode/utf8"

	lru "github.com/hashicorp/golang-lru/v2"
	parser "github.com/scim2/filter-parser/v2"

	"github.com/cinode-scim/cinode-scim/internal/scim"
)

// Op is a comparison operator.
type Op string

// The operators of RFC 7644 table 3.
const (
	OpEqual          Op = "eq"
	OpNotEqual       Op = "ne"
	OpContains       Op = "co"
	OpStartsWith     Op = "sw"
	OpEndsWith       Op = "ew"
	OpPresent        Op = "pr"
	OpGreater        Op = "gt"
	OpGreaterOrEqual Op = "ge"
	OpLess           Op = "lt"
	OpLessOrEqual    Op = "le"
)

var operators = map[string]struct{}{
	"eq": {}, "ne": {}, "co": {}, "sw": {}, "ew": {}, "pr": {}, "gt": {}, "ge": {}, "lt": {}, "le": {},
}

// Expr is a filter as parsed: And, Or, Not, Comparison or ValuePath. Names are
// as sent and not yet known to exist.
type Expr interface{ expr() }

// The forms of an expression.
type (
	// And holds when both sides hold.
	And struct{ Left, Right Expr }
	// Or holds when one side holds.
	Or struct{ Left, Right Expr }
	// Not holds when its operand does not.
	Not struct{ Operand Expr }
	// Comparison compares an attribute with a literal; with pr there is none.
	Comparison struct {
		Path    string
		Op      Op
		Literal Literal
	}
	// ValuePath holds when one value of the attribute fulfils Filter.
	ValuePath struct {
		Path   string
		Filter Expr
	}
)

func (And) expr()        {}
func (Or) expr()         {}
func (Not) expr()        {}
func (Comparison) expr() {}
func (ValuePath) expr()  {}

// skeletons keeps parsed skeletons: an IdP sends the same two or three filters
// for ever, so that parsing costs next to nothing.
var skeletons, _ = lru.New[string, parser.Expression](1024)

// Parse reads a filter. Errors are 400 invalidFilter and name the character.
func Parse(text string) (Expr, error) {
	if len(text) > MaxLength {
		return nil, scim.InvalidFilter("the filter is longer than %d bytes", MaxLength)
	}
	if !utf8.ValidString(text) {
		return nil, scim.InvalidFilter("the filter is not valid UTF-8")
	}
	if strings.IndexByte(text, 0) >= 0 { // PostgreSQL has no such text
		return nil, scim.InvalidFilter("the filter holds the character U+0000")
	}
	if strings.TrimSpace(text) == "" {
		return nil, scim.InvalidFilter("the filter is empty; leave the parameter out to list everything")
	}
	l := &lexer{text: text}
	if err := l.expression(0); err != nil {
		return nil, err
	}
	return l.parse()
}

func (l *lexer) parse() (Expr, error) {
	skeleton := l.skeleton.String()
	tree, ok := skeletons.Get(skeleton)
	if !ok {
		var err error
		if tree, err = parser.ParseFilter([]byte(skeleton)); err != nil {
			return nil, l.fail("it does not follow the grammar")
		}
		skeletons.Add(skeleton, tree)
	}
	return l.fill(tree)
}

// fill puts names and literals back in place of their placeholders.
func (l *lexer) fill(tree parser.Expression) (Expr, error) {
	switch e := tree.(type) {
	case *parser.LogicalExpression:
		left, err := l.fill(e.Left)
		if err != nil {
			return nil, err
		}
		right, err := l.fill(e.Right)
		if err != nil {
			return nil, err
		}
		if strings.EqualFold(string(e.Operator), "or") {
			return Or{left, right}, nil
		}
		return And{left, right}, nil
	case *parser.NotExpression:
		operand, err := l.fill(e.Expression)
		return Not{operand}, err
	case *parser.AttributeExpression:
		c := Comparison{Path: l.path(e.AttributePath), Op: Op(strings.ToLower(string(e.Operator)))}
		if e.CompareValue != nil {
			c.Literal = l.slot(e.CompareValue).literal
		}
		return c, nil
	case *parser.ValuePath:
		inner, _ := e.ValueFilter.(*parser.AttributeExpression)
		return ValuePath{Path: l.path(e.AttributePath), Filter: l.slot(inner.CompareValue).inner}, nil
	default:
		return nil, l.fail("it does not follow the grammar")
	}
}

func (l *lexer) path(p parser.AttributePath) string {
	i, _ := strconv.Atoi(strings.TrimPrefix(p.AttributeName, "a"))
	return l.paths[i]
}

func (l *lexer) slot(placeholder any) slot {
	text, _ := placeholder.(string)
	i, _ := strconv.Atoi(text)
	return l.literals[i]
}

// HasBrackets reports whether a filter, well-formed or not, has a value path or the
// beginning of one.
func HasBrackets(text string) bool {
	quoted := false
	for i := 0; i < len(text); i++ {
		switch {
		case quoted && text[i] == '\\':
			i++
		case text[i] == '"':
			quoted = !quoted
		case !quoted && text[i] == '[':
			return true
		}
	}
	return false
}
