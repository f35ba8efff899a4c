package seed

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/scim"
)

// kind is what a handle is of.
type kind string

const (
	kindUser  kind = "user"
	kindGroup kind = "group"
	kindTeam  kind = "team"
	kindRole  kind = "role"
	// kindAwaited is a group that a link brings, which nothing else can name.
	kindAwaited kind = "group that a client will make"
)

func unitKind(k cinode.Kind) kind { return kind(strings.ToLower(string(k))) }

// handle names a record by its place in the lists of its tenant.
type handle struct {
	kind  kind
	index int
}

// entry is a handle and where it is written.
type entry struct {
	handle
	at place
}

// pending is a reference to a record, which may come later in the file.
type pending struct {
	at      place
	what    string
	written string // as the file has it, before variables
	text    string
	wanted  string
	fits    func(handle) bool
	set     func(h handle, id int64)
}

// known registers the ref and the id of a record, and gives the id, 0 for none.
func (r *reader) known(t *tenant, own map[string]*yaml.Node, h handle) int64 {
	if n := own["ref"]; n != nil {
		r.ref(t, n, h)
	}
	n := own["id"]
	if n == nil {
		return 0
	}
	id := r.id(n, "id")
	if id == 0 {
		return 0
	}
	if first, twice := t.ids[id]; twice {
		r.refuse(at(n), "the id %d is that of a %s in line %d too; ids are unique over users, groups, teams and roles", id, first.kind, first.at.line)
		return 0
	}
	t.ids[id] = entry{h, at(n)}
	return id
}

func (r *reader) ref(t *tenant, n *yaml.Node, h handle) {
	ref, ok := r.text(n, "ref")
	if !ok {
		return
	}
	_, err := strconv.ParseInt(ref, 10, 64)
	first, twice := t.refs[ref]
	switch {
	case ref == "":
		r.refuse(at(n), "ref is empty; leave it out or write a word")
	case err == nil:
		r.refuse(at(n), "the ref %q is a number, which would name an id; write a word", n.Value)
	case twice:
		r.refuse(at(n), "the ref %q is that of a %s in line %d too; refs are unique in a tenant", n.Value, first.kind, first.at.line)
	default:
		t.refs[ref] = entry{h, at(n)}
	}
}

// refer remembers a reference until all records are known.
func (r *reader) refer(t *tenant, n *yaml.Node, what, wanted string, fits func(handle) bool, set func(handle, int64)) {
	if text, ok := r.text(n, what); ok {
		r.referTo(t, text, n.Value, at(n), what, wanted, fits, set)
	} else if isNull(n) {
		r.refuse(at(n), "%s has an empty entry; name %s, or take it out", what, wanted)
	}
}

func (r *reader) referTo(t *tenant, text, written string, p place, what, wanted string, fits func(handle) bool, set func(handle, int64)) {
	t.pending = append(t.pending, pending{p, what, written, text, wanted, fits, set})
}

// find finds what a reference names: a ref, an id that the file gives, a userName.
func (t *tenant) find(text string) (handle, bool) {
	if e, ok := t.refs[text]; ok {
		return e.handle, true
	}
	if id, err := strconv.ParseInt(text, 10, 64); err == nil {
		e, ok := t.ids[id]
		return e.handle, ok
	}
	e, ok := t.names[scim.FoldUserName(text)]
	return e.handle, ok
}

// id is that of a record.
func (t *tenant) id(h handle) int64 {
	switch h.kind {
	case kindUser:
		return t.Users[h.index].ID
	case kindGroup:
		return t.Groups[h.index].ID
	default:
		return t.Units[h.index].ID
	}
}
