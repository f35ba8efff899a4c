package sqlfilter

import (
	"strconv"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/scim/filter"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

// Clause is a predicate over a table of resources with the alias r, and all
// parameters of the statement with those it needs. Selective says that an index
// finds the few rows that can fulfil it.
type Clause struct {
	SQL       string
	Args      []any
	Selective bool
}

// Compiler turns bound filters and sorts of one request into SQL. Args begins
// with the parameters that the statement has already, of which the first is the
// tenant.
type Compiler struct {
	Dialect *Dialect
	Type    *schema.ResourceType
	Tenant  int64
	BaseURL string
	Args    []any

	few bool // an index finds few rows by other attributes than groups
}

// Filter compiles a filter. A comparison of a missing value is NULL in SQL,
// which and, or and WHERE treat as false; not is IS NOT TRUE, so that it turns
// NULL into true as the evaluator does.
func (c *Compiler) Filter(b *filter.Bound) Clause {
	c.few = c.selective(b, false)
	sql := c.node(b, scope{value: c.resource, keys: true})
	return Clause{SQL: sql, Args: c.Args, Selective: c.selective(b, true)}
}

// scope gives the SQL of an attribute where the names of a filter are looked
// up: the resource itself, which has keys, or one value inside brackets.
type scope struct {
	value func(target schema.Target) value
	keys  bool
}

func (c *Compiler) node(b *filter.Bound, in scope) string {
	switch b.Kind {
	case filter.NodeAnd:
		return "(" + c.node(b.Left, in) + " AND " + c.node(b.Right, in) + ")"
	case filter.NodeOr:
		return "(" + c.node(b.Left, in) + " OR " + c.node(b.Right, in) + ")"
	case filter.NodeNot:
		return "(" + c.node(b.Left, in) + ") IS NOT TRUE"
	case filter.NodePresent:
		switch {
		case in.keys && c.always(b.Target):
			return "1 = 1"
		case in.keys && isGroups(c.Type, b.Target):
			return c.inGroups(b, func(kind string) string { return c.present(c.group(b.Target.Sub, kind), b) })
		}
		return c.present(in.value(b.Target), b)
	case filter.NodeCompare:
		if in.keys && isGroups(c.Type, b.Target) {
			return c.inGroups(b, func(kind string) string { return c.exact(c.group(b.Target.Sub, kind), b) })
		}
		return c.compare(in.value(b.Target), b, in.keys)
	case filter.NodeValuePath:
		return c.valuePath(b)
	default:
		return "1 = 0"
	}
}

func (c *Compiler) param(v any) string {
	c.Args = append(c.Args, v)
	return c.Dialect.param + strconv.Itoa(len(c.Args))
}

// form says how SQL compares a value.
type form int

const (
	formText    form = iota
	formID           // an integer whose text is compared
	formInstant      // milliseconds since 1970
)

// value is an attribute in SQL. A list yields its values by from, and sql is
// one of them.
type value struct {
	sql  string
	form form
	from string // FROM item with what follows it, for a list
	// byID finds the resources with a link to one id by an index.
	byID func(param string) string
}

func (v value) wrap(predicate string) string {
	if v.from == "" {
		return predicate
	}
	return "EXISTS (SELECT 1 FROM " + v.from + " AND " + predicate + ")"
}

func (c *Compiler) present(v value, b *filter.Bound) string {
	switch {
	case v.sql == "":
		return v.wrap("1 = 1")
	case b.Leaf().Type == schema.TypeComplex:
		return v.wrap("(" + v.sql + ") IS NOT NULL AND " + c.Dialect.asText(v.sql) + " NOT IN ('{}', '[]', '[{}]')")
	default:
		return v.wrap("(" + v.sql + ") IS NOT NULL")
	}
}

func (c *Compiler) compare(v value, b *filter.Bound, keys bool) string {
	if v.byID != nil && b.Op == filter.OpEqual && b.Leaf().Name == "value" {
		id, err := strconv.ParseInt(b.Operand.Text, 10, 64)
		if err != nil || strconv.FormatInt(id, 10) != b.Operand.Text {
			return "1 = 0"
		}
		return v.byID(c.param(id))
	}
	exact := v.wrap(c.exact(v, b))
	if path := b.Target.String(); keys && c.hasKey(b) {
		return "(" + c.Dialect.keyMatch(c.param(Key(c.Tenant, path, operandText(b)))) + " AND " + exact + ")"
	}
	return exact
}

// operandText is the operand as the searchable form would have it.
func operandText(b *filter.Bound) string {
	if b.IsNumber() {
		key, _ := filter.NumberKey(b.Operand.Text) // binding has refused what is none
		return key
	}
	return b.Operand.Text
}

// exact compares one value.
func (c *Compiler) exact(v value, b *filter.Bound) string {
	switch {
	case v.form == formInstant:
		return instant(v.sql, b, c.param)
	case v.form == formID && b.Op == filter.OpEqual:
		id, err := strconv.ParseInt(b.Operand.Text, 10, 64)
		if err != nil || strconv.FormatInt(id, 10) != b.Operand.Text {
			return "1 = 0"
		}
		return v.sql + " = " + c.param(id)
	case v.form == formID:
		return c.text(c.Dialect.asText(v.sql), b)
	}
	if b.Leaf().Type != schema.TypeBoolean {
		return c.text(v.sql, b)
	}
	if b.IsPrimaryOfValue() {
		return "COALESCE(" + v.sql + ", " + c.Dialect.truth(false) + ") = " + c.Dialect.truth(b.Operand.Bool)
	}
	return v.sql + " = " + c.Dialect.truth(b.Operand.Bool)
}

func (c *Compiler) text(expr string, b *filter.Bound) string {
	substring := b.Op == filter.OpContains || b.Op == filter.OpStartsWith || b.Op == filter.OpEndsWith
	if substring && b.Operand.Text == "" {
		return "(" + expr + ") IS NOT NULL"
	}
	p := c.param(operandText(b))
	switch b.Op {
	case filter.OpContains:
		return c.Dialect.contains(expr, p)
	case filter.OpStartsWith:
		return c.Dialect.starts(expr, p)
	case filter.OpEndsWith:
		return c.Dialect.ends(expr, p)
	case filter.OpEqual:
		return expr + " = " + p
	default:
		return expr + c.Dialect.binary + sign(b.Op) + p
	}
}

func sign(op filter.Op) string {
	switch op {
	case filter.OpGreater:
		return " > "
	case filter.OpGreaterOrEqual:
		return " >= "
	case filter.OpLess:
		return " < "
	case filter.OpLessOrEqual:
		return " <= "
	default:
		return " = "
	}
}

// instant compares a column of milliseconds with an operand that may be finer.
func instant(column string, b *filter.Bound, param func(any) string) string {
	t, _ := schema.ParseDateTime(b.Operand.Text)
	op, aligned := b.Op, t.Truncate(time.Millisecond).Equal(t)
	if !aligned {
		switch op {
		case filter.OpEqual:
			return "1 = 0"
		case filter.OpGreaterOrEqual:
			op = filter.OpGreater
		case filter.OpLess:
			op = filter.OpLessOrEqual
		}
	}
	return column + sign(op) + param(t.UnixMilli())
}

// hasKey reports whether an index finds the values that equal the operand by
// their key. Columns and links have indexes of their own.
func (c *Compiler) hasKey(b *filter.Bound) bool {
	leaf := b.Leaf()
	if b.Op != filter.OpEqual || leaf.Type == schema.TypeBoolean || b.Operand.Text == "" {
		return false
	}
	stored := !c.hasColumn(b.Target) && !isLinks(c.Type, b.Target) && !isOfManager(c.Type, b.Target)
	return stored && b.Target.Attribute.Name != "schemas" && c.Dialect.keyed(b.Target.String())
}

// selective reports whether an index finds the few rows that can fulfil a
// filter. Groups say whether those of a user may be what it looks up.
func (c *Compiler) selective(b *filter.Bound, groups bool) bool {
	switch b.Kind {
	case filter.NodeAnd:
		return c.selective(b.Left, groups) || c.selective(b.Right, groups)
	case filter.NodeOr:
		return c.selective(b.Left, groups) && c.selective(b.Right, groups)
	case filter.NodeNever:
		return true
	case filter.NodeCompare:
		if b.Op != filter.OpEqual || !groups && isGroups(c.Type, b.Target) {
			return false
		}
		indexed := c.hasColumn(b.Target) && b.Target.Attribute.Name != "meta"
		links := isLinks(c.Type, b.Target) && b.Target.Sub != nil && b.Target.Sub.Name == "value"
		return indexed || links || c.hasKey(b)
	case filter.NodeValuePath:
		if !groups && isGroups(c.Type, b.Target) {
			return false
		}
		_, ok := c.narrowed(b)
		return ok
	default:
		return false
	}
}
