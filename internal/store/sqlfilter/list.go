package sqlfilter

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// List is a list compiled to SQL: a part for each of its types, one order, and
// the parameters of all. The first parameter is the tenant.
type List struct {
	Parts []Part
	// Args are all parameters; the first Counted of them are those of the total.
	Args    []any
	Counted int

	params  store.ListParams
	dialect *Dialect
}

// Part is the share of one type in a list. Its SQL is about the table with the
// alias r.
type Part struct {
	store.Selection
	Table string
	Where string
	// Key is what the list is ordered by in front of the id; it is empty for
	// nothing.
	Key string
	// After leaves out what a cursor is past, and follows Where.
	After string
	// Selective says that an index finds the few rows of the filter.
	Selective bool

	integer bool // of Key
}

// tables are the tables of the resource types.
var tables = map[string]string{"User": "users", "Group": "groups"}

// List compiles a list. All filters come first, so that the total needs none of
// the parameters that follow.
func (d *Dialect) List(p store.ListParams) (*List, error) {
	l := &List{params: p, dialect: d, Args: []any{p.Tenant}}
	for _, of := range p.Of {
		part := Part{Selection: of, Table: tables[of.Type.Name], Where: "r.tenant_id = " + d.tenant()}
		if of.Filter != nil {
			clause := l.compiler(of.Type).Filter(of.Filter)
			part.Where += " AND " + clause.SQL
			part.Selective = clause.Selective
			l.Args = clause.Args
		}
		l.Parts = append(l.Parts, part)
	}
	l.Counted = len(l.Args)
	if p.Count == 0 {
		return l, nil
	}
	l.sort()
	return l, l.after(p.After)
}

func (l *List) compiler(t *schema.ResourceType) *Compiler {
	return &Compiler{Dialect: l.dialect, Type: t, Tenant: l.params.Tenant, BaseURL: l.params.BaseURL, Args: l.Args}
}

// sort compiles the keys and makes them comparable with each other: a part
// without one is as long as another has one an attribute without values.
func (l *List) sort() {
	keyed, integers := 0, 0
	for i := range l.Parts {
		part := &l.Parts[i]
		if part.Sort == nil {
			continue
		}
		c := l.compiler(part.Type)
		part.Key, part.integer = c.key(*part.Sort)
		l.Args = c.Args
		if part.Key == "" {
			continue
		}
		keyed++
		if part.integer {
			integers++
		}
	}
	if keyed == 0 {
		return
	}
	for i := range l.Parts {
		part := &l.Parts[i]
		switch {
		case part.Key == "" && integers == keyed:
			part.Key, part.integer = "CAST(NULL AS bigint)", true
		case part.Key == "":
			part.Key = "CAST(NULL AS text)"
		case part.integer && integers < keyed:
			part.Key, part.integer = l.dialect.asText(part.Key), false
		}
		if !part.integer {
			if l.params.Cursor {
				part.Key = l.dialect.front(part.Key)
			}
			part.Key += l.dialect.binary
		}
	}
}

// key compiles what a resource is sorted by. Values compare as filters compare
// them; of a multi-valued attribute the primary value counts, else the first
// (RFC 7644 section 3.4.2.3). A complex attribute is sorted by its value, and
// one that has none by nothing.
func (c *Compiler) key(target schema.Target) (sql string, integer bool) {
	if leaf := target.Leaf(); leaf.Type == schema.TypeComplex {
		if target.Sub = leaf.Sub("value"); target.Sub == nil {
			return "", false
		}
	}
	var v value
	if isGroups(c.Type, target) {
		v = c.firstGroup(target.Sub)
	} else if v = c.resource(target); v.from != "" {
		d := c.Dialect
		first := d.order
		switch {
		case isMembers(c.Type, target):
			first = "m.group_id, m.member_id"
		case target.Attribute.Sub("primary") != nil:
			first = "COALESCE(" + d.leaf(d.element, "primary") + ", " + d.truth(false) + ") DESC, " + first
		}
		v.sql = "(SELECT " + v.sql + " FROM " + v.from + " ORDER BY " + first + " LIMIT 1)"
	}
	switch v.form {
	case formID:
		return c.Dialect.asText(v.sql), false
	case formInstant:
		return v.sql, true
	default:
		return v.sql, target.Leaf().Type == schema.TypeBoolean && c.Dialect.integerTruth
	}
}

// after compiles the place where a page begins.
func (l *List) after(at *store.Position) error {
	if !l.params.Cursor || at == nil {
		return nil
	}
	id := l.Param(at.ID)
	key := ""
	if at.Key != nil && l.Keyed() {
		if !l.Parts[0].integer {
			key = l.dialect.asText(l.Param(*at.Key))
		} else if n, err := strconv.ParseInt(*at.Key, 10, 64); err == nil {
			key = l.Param(n)
		} else {
			return fmt.Errorf("the position %q is none of this order", *at.Key)
		}
	}
	for i := range l.Parts {
		part := &l.Parts[i]
		part.After = " AND " + after(part.Key, key, id, l.params.Descending)
	}
	return nil
}

func after(expr, key, id string, descending bool) string {
	switch {
	case expr == "":
		return "r.id > " + id
	case key == "" && descending: // those without a value come first
		return "(" + expr + " IS NOT NULL OR r.id > " + id + ")"
	case key == "":
		return "(" + expr + " IS NULL AND r.id > " + id + ")"
	case descending:
		return "(" + expr + " < " + key + " OR " + expr + " = " + key + " AND r.id > " + id + ")"
	default:
		return "(" + expr + " > " + key + " OR " + expr + " = " + key + " AND r.id > " + id + " OR " + expr + " IS NULL)"
	}
}

// Param adds a parameter.
func (l *List) Param(v any) string {
	l.Args = append(l.Args, v)
	return l.dialect.param + strconv.Itoa(len(l.Args))
}

// Keyed reports whether the order is by more than the id.
func (l *List) Keyed() bool { return l.Parts[0].Key != "" }

// Copy is the list with parameters of its own to add to.
func (l *List) Copy() *List {
	c := *l
	c.Args = slices.Clone(l.Args)
	return &c
}

// Skip is how many rows are in front of the page.
func (l *List) Skip() int64 {
	if l.params.Cursor {
		return 0
	}
	return max(l.params.Start-1, 0)
}

// Next cuts a page to the number that was asked for, and gives the position of
// its last resource where a cursor finds more. keys are those of its resources.
func (l *List) Next(page *store.Page, keys []*string) {
	count := l.params.Count
	if !l.params.Cursor || len(page.Resources) <= count {
		return
	}
	page.Resources = page.Resources[:count]
	page.Next = &store.Position{ID: page.Resources[count-1].ID}
	if l.Keyed() {
		page.Next.Key = keys[count-1]
	}
}

// Limit is how many rows to read: one more than asked for tells whether more
// follow a cursor.
func (l *List) Limit() int {
	if l.params.Cursor {
		return l.params.Count + 1
	}
	return l.params.Count
}

// Order gives the items of ORDER BY over a key and an id. Both databases take
// resources without a value to the end, or the beginning when descending.
func (l *List) Order(key, id string) string {
	switch {
	case key == "":
		return id
	case l.params.Descending:
		return key + " DESC NULLS FIRST, " + id
	default:
		return key + " NULLS LAST, " + id
	}
}

// Total is a query for the number n of all resources of the list. Whole types
// have counters.
func (l *List) Total() string {
	var terms []string
	var whole []string
	for _, part := range l.Parts {
		if part.Filter == nil {
			whole = append(whole, quote(part.Type.Name))
			continue
		}
		terms = append(terms, "SELECT count(*) AS n FROM "+part.Table+" r WHERE "+part.Where)
	}
	if len(whole) > 0 {
		terms = append(terms, "SELECT CAST(COALESCE(sum(n), 0) AS bigint) AS n FROM resource_counts WHERE tenant_id = "+
			l.dialect.tenant()+" AND type IN ("+strings.Join(whole, ", ")+")")
	}
	if len(terms) == 1 {
		return terms[0]
	}
	return "SELECT (" + strings.Join(terms, ") + (") + ") AS n"
}

// Several is the page of a list of several types as p, for WITH: type, id and
// key of each of its resources, and its place. Each part gives no more than all
// of the page and what is before it.
func (l *List) Several() string {
	skip := l.Skip()
	window := l.Param(skip + int64(l.Limit()))
	parts := make([]string, len(l.Parts))
	for i, part := range l.Parts {
		id, key := "r.id", part.Key
		if part.Selective { // not the walk over a tenant in hope of an early match
			id = "r.id + 0"
		}
		if key == "" {
			key = "CAST(NULL AS text)"
		}
		parts[i] = "SELECT * FROM (SELECT " + quote(part.Type.Name) + " AS type, r.id AS id, " + key + " AS key FROM " + part.Table + " r WHERE " +
			part.Where + part.After + " ORDER BY " + l.Order(part.Key, id) + " LIMIT " + window + ") s" + strconv.Itoa(i)
	}
	key := ""
	if l.Keyed() {
		key = "u.key"
	}
	return "p AS (SELECT u.type, u.id, CAST(u.key AS text) AS key, row_number() OVER (ORDER BY " + l.Order(key, "u.id") + ") AS place FROM (" +
		strings.Join(parts, " UNION ALL ") + ") u ORDER BY place LIMIT " + l.Param(l.Limit()) + " OFFSET " + l.Param(skip) + ")"
}

// Whole is a FROM item x with the resources of p: type, key and place, then the
// columns of their types.
func (l *List) Whole(columns func(Part) string) string {
	parts := make([]string, len(l.Parts))
	for i, part := range l.Parts {
		parts[i] = "SELECT p.type, p.key, p.place, " + columns(part) + " FROM p CROSS JOIN " + part.Table +
			" r WHERE r.tenant_id = " + l.dialect.tenant() + " AND r.id = p.id AND p.type = " + quote(part.Type.Name)
	}
	return "(" + strings.Join(parts, " UNION ALL ") + ") x"
}
