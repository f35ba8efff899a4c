package filter

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/cinode-scim/cinode-scim/internal/scim"
)

// The bounds of a filter. filter-parser recurses without one: 100,000
// parentheses would end the process.
const (
	MaxLength = 8 << 10 // bytes
	MaxDepth  = 32      // nested parentheses and brackets
	MaxTerms  = 200     // comparisons
)

// Kind is the JSON type of a literal.
type Kind int

// The kinds of literals.
const (
	KindNull Kind = iota
	KindBool
	KindNumber
	KindString
	KindBare // a word without quotes, as Cinode's and Entra's documents show
)

// Literal is the right side of a comparison, decoded.
type Literal struct {
	Kind Kind
	Text string // the string, or the literal of a number, as sent
	Bool bool
}

// lexer turns a filter into a skeleton for filter-parser and the list of what
// the skeleton's placeholders stand for. It follows the grammar of RFC 7644
// figure 1 just far enough to know what a word is.
type lexer struct {
	text  string
	pos   int
	depth int
	terms int

	skeleton strings.Builder
	paths    []string
	literals []slot
}

// slot is a literal, or the inside of brackets.
type slot struct {
	literal Literal
	inner   Expr
}

func (l *lexer) fail(format string, args ...any) error {
	return scim.InvalidFilter("the filter is not valid at character %d: "+format,
		append([]any{utf8.RuneCountInString(l.text[:min(l.pos, len(l.text))]) + 1}, args...)...)
}

func (l *lexer) space() {
	for l.pos < len(l.text) && (l.text[l.pos] == ' ' || l.text[l.pos] == '\t') {
		l.pos++
	}
}

// word reads to the next blank, bracket or quote.
func (l *lexer) word() string {
	start := l.pos
	for l.pos < len(l.text) && !strings.ContainsRune(" \t()[]\"", rune(l.text[l.pos])) {
		l.pos++
	}
	return l.text[start:l.pos]
}

// peekWord is word without moving.
func (l *lexer) peekWord() string {
	at := l.pos
	w := l.word()
	l.pos = at
	return w
}

// expression reads operands joined by and and or until the text or the
// enclosing parenthesis or bracket ends.
func (l *lexer) expression(end byte) error {
	for {
		if err := l.operand(); err != nil {
			return err
		}
		l.space()
		if l.pos == len(l.text) {
			if end != 0 {
				return l.fail("%q is missing", string(end))
			}
			return nil
		}
		if l.text[l.pos] == end {
			return nil
		}
		switch w := l.peekWord(); strings.ToLower(w) {
		case "and", "or":
			l.skeleton.WriteString(" " + strings.ToLower(w) + " ")
			l.pos += len(w)
		default:
			return l.fail("expected \"and\", \"or\" or the end, found %q", l.found())
		}
	}
}

func (l *lexer) found() string {
	if w := l.peekWord(); w != "" {
		return w
	}
	return string(l.text[l.pos])
}

func (l *lexer) operand() error {
	l.space()
	if l.pos == len(l.text) {
		return l.fail("an attribute is missing")
	}
	if l.text[l.pos] == '(' {
		return l.group()
	}
	w := l.word()
	if strings.EqualFold(w, "not") {
		at := l.pos
		l.space()
		if l.pos < len(l.text) && l.text[l.pos] == '(' {
			l.skeleton.WriteString("not ")
			return l.group()
		}
		l.pos = at
	}
	if w == "" {
		return l.fail("an attribute is missing before %q", string(l.text[l.pos]))
	}
	return l.comparison(w)
}

func (l *lexer) group() error {
	if err := l.nest(); err != nil {
		return err
	}
	l.skeleton.WriteByte('(')
	if err := l.expression(')'); err != nil {
		return err
	}
	l.skeleton.WriteByte(')')
	l.pos++
	l.depth--
	return nil
}

func (l *lexer) nest() error {
	l.pos++
	if l.depth++; l.depth > MaxDepth {
		return l.fail("more than %d nested parentheses", MaxDepth)
	}
	return nil
}

// comparison reads what follows an attribute path: a bracket, pr, or an
// operator and a literal.
func (l *lexer) comparison(path string) error {
	if l.terms++; l.terms > MaxTerms {
		return l.fail("more than %d comparisons", MaxTerms)
	}
	l.skeleton.WriteString("a" + strconv.Itoa(len(l.paths)))
	l.paths = append(l.paths, path)
	if l.pos < len(l.text) && l.text[l.pos] == '[' {
		return l.brackets()
	}
	l.space()
	at := l.pos
	op := l.word()
	if op == "" {
		return l.fail("an operator is missing after %q", path)
	}
	if _, ok := operators[strings.ToLower(op)]; !ok {
		l.pos = at
		return l.fail("%q is not an operator", op)
	}
	l.skeleton.WriteString(" " + strings.ToLower(op))
	if strings.EqualFold(op, string(OpPresent)) {
		return nil
	}
	l.space()
	literal, err := l.literal(op)
	if err != nil {
		return err
	}
	l.placeholder(slot{literal: literal})
	return nil
}

func (l *lexer) placeholder(s slot) {
	l.skeleton.WriteString(` "` + strconv.Itoa(len(l.literals)) + `"`)
	l.literals = append(l.literals, s)
}

// brackets reads the filter inside a value path as one of its own, since
// filter-parser takes no more than two terms there.
func (l *lexer) brackets() error {
	if err := l.nest(); err != nil {
		return err
	}
	inner := &lexer{text: l.text, pos: l.pos, depth: l.depth, terms: l.terms}
	if err := inner.expression(']'); err != nil {
		return err
	}
	expr, err := inner.parse()
	if err != nil {
		return err
	}
	l.pos, l.terms = inner.pos+1, inner.terms
	l.depth--
	l.skeleton.WriteString("[v eq")
	l.placeholder(slot{inner: expr})
	l.skeleton.WriteByte(']')
	if l.pos < len(l.text) && l.text[l.pos] == '.' {
		return l.fail("nothing may follow a closing bracket in a filter")
	}
	return nil
}

func (l *lexer) literal(op string) (Literal, error) {
	if l.pos == len(l.text) {
		return Literal{}, l.fail("a value is missing after %q", op)
	}
	if l.text[l.pos] == '"' {
		return l.quoted()
	}
	switch w := l.word(); {
	case w == "true", w == "false":
		return Literal{Kind: KindBool, Text: w, Bool: w == "true"}, nil
	case w == "null":
		return Literal{Kind: KindNull, Text: w}, nil
	case jsontext.Value(w).IsValid():
		return Literal{Kind: KindNumber, Text: w}, nil
	case w == "" || w[0] == '\'':
		return Literal{}, l.fail("a value in double quotes is needed after %q", op)
	default:
		return Literal{Kind: KindBare, Text: w}, nil
	}
}

func (l *lexer) quoted() (Literal, error) {
	end := l.pos + 1
	for end < len(l.text) && l.text[end] != '"' {
		if l.text[end] == '\\' {
			end++
		}
		end++
	}
	if end >= len(l.text) {
		return Literal{}, l.fail("the closing quote is missing")
	}
	s, err := jsontext.AppendUnquote(nil, l.text[l.pos:end+1])
	if err != nil {
		return Literal{}, l.fail("the string has an escape or character that JSON does not allow")
	}
	if strings.IndexByte(string(s), 0) >= 0 {
		return Literal{}, l.fail("the string holds the character U+0000")
	}
	l.pos = end + 1
	if l.pos < len(l.text) && !strings.ContainsRune(" \t)]", rune(l.text[l.pos])) {
		return Literal{}, l.fail("a blank is missing after the string")
	}
	return Literal{Kind: KindString, Text: string(s)}, nil
}
