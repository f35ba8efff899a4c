package sqlfilter

import (
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

// Scan reads one row of either driver.
type Scan = func(targets ...any) error

// Dialect is what differs between the two databases. Both take $1-like
// parameters by number: SQLite as ?1.
type Dialect struct {
	param    string
	keyMatch func(param string) string
	// keyed says which paths have keys in this database.
	keyed func(path string) bool

	member   func(from string, names ...string) string // a JSON value inside another, as JSON
	leaf     func(from string, names ...string) string // the same as text, or number and boolean in the database's own form
	unnest   func(list string) string                  // FROM item that yields elements e
	element  string                                    // such an element
	scalar   string                                    // such an element as text
	order    string                                    // its place in the list
	asText   func(expr string) string
	truth    func(b bool) string // a JSON boolean as leaf gives it
	contains func(expr, param string) string
	// mayMention finds the JSON of exchanges that may have a plainPart.
	mayMention func(expr, param string) string
	starts     func(expr, param string) string
	ends       func(expr, param string) string
	among      func(expr, param string) string // of a list of ids
	binary     string                          // collation that compares bytes
	// aggregate makes a JSON array of arrays of items, as text.
	aggregate func(items, order string) string
	// front cuts a text to its first characters.
	front func(expr string) string
	// keyColumn says that keys are a column of the resource, else rows of their own.
	keyColumn bool
	lastID    string // what the connection took last off the sequence of resources
	// integerTruth says that a boolean is an integer, else it is a text.
	integerTruth bool
	touched      exchangePart // where the exchanges that touched a resource are
}

// maxKey is how many characters of a text count where a page follows another by
// its sort key: a client carries that key to and fro.
const maxKey = "256"

// tenant is the parameter that names the tenant. A subquery that took it from r
// would run once for every row.
func (d *Dialect) tenant() string { return d.param + "1" }

// Postgres compiles for PostgreSQL: search is jsonb, keys a bigint[] with a GIN
// index.
func Postgres() *Dialect {
	path := func(from, last string, names []string) string {
		for i, name := range names {
			arrow := "->"
			if i == len(names)-1 {
				arrow = last
			}
			from += arrow + quote(name)
		}
		return from
	}
	return &Dialect{
		param:    "$",
		keyMatch: func(p string) string { return "r.keys @> ARRAY[" + p + "::bigint]" },
		keyed:    func(string) bool { return true },
		member:   func(from string, names ...string) string { return path(from, "->", names) },
		leaf:     func(from string, names ...string) string { return "(" + path(from, "->>", names) + ")" },
		unnest:   func(list string) string { return "jsonb_array_elements(" + list + ") WITH ORDINALITY e(value, place)" },
		element:  "e.value",
		scalar:   "(e.value #>> '{}')",
		order:    "e.place",
		asText:   func(expr string) string { return "(" + expr + ")::text" },
		truth: func(b bool) string {
			if b {
				return "'true'"
			}
			return "'false'"
		},
		contains: func(expr, p string) string { return "strpos(" + expr + ", " + p + "::text) > 0" },
		mayMention: func(expr, p string) string {
			return "(strpos(lower(" + expr + ` COLLATE "C"), ` + p + "::text) > 0 OR " + expr + " ~ '[" + foldedToASCII + "]' OR strpos(" + expr + `, '"bytes":"') > 0)`
		},
		starts: func(expr, p string) string { return "starts_with(" + expr + ", " + p + "::text)" },
		ends:   func(expr, p string) string { return "right(" + expr + ", length(" + p + "::text)) = " + p + "::text" },
		among:  func(expr, p string) string { return expr + " = ANY(" + p + "::bigint[])" },
		binary: ` COLLATE "C"`,
		aggregate: func(items, order string) string {
			return "json_agg(json_build_array(" + items + ") ORDER BY " + order + ")::text"
		},
		front:     func(expr string) string { return "left(" + expr + ", " + maxKey + ")" },
		keyColumn: true,
		lastID:    "currval('resource_ids')",
		touched: exchangePart{
			from: "exchanges", touch: "touched @> ARRAY[?::bigint] AND touched <> '{}'", id: "id",
			order: "id + 0", // not the walk over a tenant in hope of an early match
		},
	}
}

// sqliteKeyed are the paths that have keys in SQLite, where each key is a row of
// its own.
func sqliteKeyed(path string) bool { return path == "emails.value" }

// SQLite compiles for SQLite: search is JSON text, keys are rows of
// resource_keys.
func SQLite() *Dialect {
	path := func(names []string) string {
		var b strings.Builder
		b.WriteString("'$")
		for _, name := range names {
			b.WriteString(`."` + strings.ReplaceAll(name, "'", "''") + `"`)
		}
		return b.String() + "'"
	}
	extract := func(from string, names ...string) string { return "json_extract(" + from + ", " + path(names) + ")" }
	return &Dialect{
		param: "?",
		keyMatch: func(p string) string {
			return "r.id IN (SELECT k.id FROM resource_keys k WHERE k.tenant_id = ?1 AND k.key = " + p + ")"
		},
		keyed:      sqliteKeyed,
		member:     extract,
		leaf:       extract,
		unnest:     func(list string) string { return "json_each(" + list + ") e" },
		element:    "e.value",
		scalar:     "e.value",
		order:      "e.key",
		asText:     func(expr string) string { return "CAST(" + expr + " AS TEXT)" },
		contains:   func(expr, p string) string { return "instr(" + expr + ", " + p + ") > 0" },
		mayMention: func(expr, p string) string { return "may_mention(" + expr + ", " + p + ")" }, // MayMention
		starts:     func(expr, p string) string { return "substr(" + expr + ", 1, length(" + p + ")) = " + p },
		ends:       func(expr, p string) string { return "substr(" + expr + ", -length(" + p + ")) = " + p },
		among:      func(expr, p string) string { return expr + " IN (SELECT value FROM json_each(" + p + "))" },
		truth: func(b bool) string {
			if b {
				return "1"
			}
			return "0"
		},
		aggregate: func(items, order string) string {
			return "json_group_array(json_array(" + items + ") ORDER BY " + order + ")"
		},
		front:        func(expr string) string { return "substr(" + expr + ", 1, " + maxKey + ")" },
		lastID:       "(SELECT last FROM resource_ids)",
		integerTruth: true,
		// SQLite takes CROSS at its word: the rows of a resource come first, in their
		// order, and no more exchanges are read than asked for.
		touched: exchangePart{
			from:  "touched_resources r CROSS JOIN exchanges",
			touch: "r.resource_id = ? AND exchanges.id = r.exchange_id",
			id:    "r.exchange_id", order: "r.exchange_id",
		},
	}
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// isGroups and isMembers report whether an attribute is kept as rows of
// memberships: a user's groups, a group's members.
func isGroups(t *schema.ResourceType, target schema.Target) bool {
	return target.Container == "" && t.Name == "User" && target.Attribute.Name == "groups"
}

func isMembers(t *schema.ResourceType, target schema.Target) bool {
	return target.Container == "" && t.Name == "Group" && target.Attribute.Name == "members"
}

func isLinks(t *schema.ResourceType, target schema.Target) bool {
	return isGroups(t, target) || isMembers(t, target)
}

// isOfManager reports whether an attribute is read of the user whom another
// names as manager: all that the client sets is the id (RFC 7643 section 4.3).
func isOfManager(t *schema.ResourceType, target schema.Target) bool {
	if t.Name != "User" || target.Container != scim.URNEnterpriseUser || target.Attribute.Name != "manager" || target.Sub == nil {
		return false
	}
	return target.Sub.Name == "displayName" || target.Sub.Name == "$ref"
}
