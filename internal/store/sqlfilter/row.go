// Package sqlfilter owns the searchable form of a resource and the SQL that
// reads it: what the columns beside the JSON text hold, how a bound filter or a
// sort becomes a predicate over them, where a cursor is, and which groups a user
// is in, for PostgreSQL and SQLite alike. Running SQL, and the statement around
// it, are left to the two stores. The reference for what a predicate must find
// is filter.Match.
package sqlfilter

import (
	"encoding/binary"
	"slices"
	"strconv"

	"github.com/cespare/xxhash/v2"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/filter"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// Row is what is stored of a resource besides ids and meta. Search is JSON in
// which strings are folded unless caseExact and left out if empty, and dateTimes
// and numbers are texts that sort like them. Keys are hashes of (tenant, path,
// value), one for each value that eq finds by an index.
type Row struct {
	Text, Search []byte
	Keys         []int64
	UserName     string // folded as user names are
	ExternalID   string // empty for none
	Active       bool
	Display      string // what members and groups show
	DisplayKey   string // Display folded
	Wide         bool
	ManagerID    int64 // 0 for none
}

// MaxIndexed is the longest value that has a column with an index, in bytes: a
// row of PostgreSQL's B-tree holds 2,704.
const MaxIndexed = store.MaxIndexed

// NewRow makes the stored form of normalised attributes, without members and
// groups. t is the type with all its attributes. The error is a TooLongError.
func NewRow(t *schema.ResourceType, tenant int64, o scim.Object) (Row, error) {
	return newRow(t, tenant, o, func(string) bool { return true })
}

// NewSQLiteRow is NewRow with the keys that SQLite has.
func NewSQLiteRow(t *schema.ResourceType, tenant int64, o scim.Object) (Row, error) {
	return newRow(t, tenant, o, sqliteKeyed)
}

func newRow(t *schema.ResourceType, tenant int64, o scim.Object, keyed func(string) bool) (Row, error) {
	b := &builder{keys: make([]int64, 0, 16), keyed: keyed}
	binary.LittleEndian.PutUint64(b.tenant[:], uint64(tenant)) //nolint:gosec // only hashed
	row := Row{Text: t.AppendJSON(nil, o), Search: b.resource(t, o)}
	// Sorted, so that an update that leaves them alone leaves their index alone.
	slices.Sort(b.keys)
	row.Keys = slices.Compact(b.keys)
	row.UserName = scim.FoldUserName(text(o, "userName"))
	row.ExternalID = text(o, "externalId")
	row.Active, _ = o["active"].(bool)
	if row.Display = text(o, "displayName"); row.Display == "" {
		row.Display = text(o, "userName")
	}
	row.DisplayKey = scim.Fold(row.Display)
	if t.Name == "User" {
		row.ManagerID = managerID(o)
	}
	if narrow := schema.Cinode().Type(t.Name); narrow != nil {
		row.Wide = !narrow.Covers(o)
	}
	return row, row.check(t)
}

func (r *Row) check(t *schema.ResourceType) error {
	switch {
	case len(r.UserName) > MaxIndexed:
		return &store.TooLongError{Attribute: "userName", Limit: MaxIndexed}
	case len(r.ExternalID) > MaxIndexed:
		return &store.TooLongError{Attribute: "externalId", Limit: MaxIndexed}
	case t.Name == "Group" && len(r.DisplayKey) > MaxIndexed:
		return &store.TooLongError{Attribute: "displayName", Limit: MaxIndexed}
	default:
		return nil
	}
}

// managerID is the id that the enterprise extension names as manager, 0 for
// what is none.
func managerID(o scim.Object) int64 {
	extension, _ := o[scim.URNEnterpriseUser].(scim.Object)
	manager, _ := extension["manager"].(scim.Object)
	value := text(manager, "value")
	id, err := strconv.ParseInt(value, 10, 64)
	if err != nil || id < 1 || strconv.FormatInt(id, 10) != value {
		return 0
	}
	return id
}

func text(o scim.Object, name string) string {
	s, _ := o[name].(string)
	return s
}

type builder struct {
	tenant [8]byte
	keys   []int64
	keyed  func(path string) bool
}

func (b *builder) resource(t *schema.ResourceType, o scim.Object) []byte {
	dst := []byte(`{"schemas":[`)
	for i, urn := range t.URNs(o) {
		if i > 0 {
			dst = append(dst, ',')
		}
		s, _ := urn.(string)
		dst = schema.AppendString(dst, scim.Fold(s))
	}
	dst = append(dst, ']')
	for name, v := range o {
		if e := t.Extension(name); e != nil {
			inner, _ := v.(scim.Object)
			dst = b.object(append(schema.AppendString(append(dst, ','), e.ID), ':'), inner, e.Attribute, e.ID+":")
			continue
		}
		if a := t.Attribute(name); a != nil && name != "schemas" {
			dst = b.member(dst, a, v, a.Name)
		}
	}
	return append(dst, '}')
}

// member appends a name and its value, or nothing for a value that filters do
// not see.
func (b *builder) member(dst []byte, a *schema.Attribute, v any, path string) []byte {
	mark := len(dst)
	if dst[len(dst)-1] != '{' {
		dst = append(dst, ',')
	}
	dst = append(schema.AppendString(dst, a.Name), ':')
	start := len(dst)
	if dst = b.value(dst, a, v, path); len(dst) == start {
		return dst[:mark]
	}
	return dst
}

func (b *builder) value(dst []byte, a *schema.Attribute, v any, path string) []byte {
	switch v := v.(type) {
	case []any:
		return b.array(dst, a, v, path)
	case scim.Object:
		return b.object(dst, v, a.Sub, path+".")
	case string:
		key, ok := filter.Key(a, v)
		if !ok {
			return dst
		}
		b.key(path, key)
		return schema.AppendString(dst, key)
	case scim.Number:
		key, ok := filter.NumberKey(string(v))
		if !ok {
			return dst
		}
		b.key(path, key)
		return schema.AppendString(dst, key)
	case bool:
		if v {
			return append(dst, "true"...)
		}
		return append(dst, "false"...)
	default:
		return dst
	}
}

func (b *builder) array(dst []byte, a *schema.Attribute, list []any, path string) []byte {
	dst = append(dst, '[')
	for _, e := range list {
		mark := len(dst)
		if dst[len(dst)-1] != '[' {
			dst = append(dst, ',')
		}
		start := len(dst)
		if dst = b.value(dst, a, e, path); len(dst) == start {
			dst = dst[:mark]
		}
	}
	return append(dst, ']')
}

func (b *builder) object(dst []byte, o scim.Object, find func(string) *schema.Attribute, prefix string) []byte {
	dst = append(dst, '{')
	for name, v := range o {
		if a := find(name); a != nil {
			dst = b.member(dst, a, v, prefix+a.Name)
		}
	}
	return append(dst, '}')
}

func (b *builder) key(path, value string) {
	if b.keyed(path) {
		b.keys = append(b.keys, hashKey(b.tenant, path, value))
	}
}

// Key is the hash under which a value of a path is found.
func Key(tenant int64, path, value string) int64 {
	var t [8]byte
	binary.LittleEndian.PutUint64(t[:], uint64(tenant)) //nolint:gosec // only hashed
	return hashKey(t, path, value)
}

func hashKey(tenant [8]byte, path, value string) int64 {
	d := xxhash.New()
	_, _ = d.Write(tenant[:])
	_, _ = d.WriteString(path)
	_, _ = d.Write([]byte{0})
	_, _ = d.WriteString(value)
	return int64(d.Sum64()) //nolint:gosec // a hash has no sign
}
