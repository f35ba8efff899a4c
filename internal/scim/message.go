package scim

import (
	"strings"
	"time"
)

// Meta is what the server says of a resource (RFC 7643 section 3.1). Location
// depends on the base URL of the request and is made when encoding.
type Meta struct {
	Created, LastModified time.Time
	Version               int64 // the ETag is W/"<Version>"
}

// Op is the kind of a PATCH operation.
type Op string

// The operations of RFC 7644 section 3.5.2.
const (
	OpAdd     Op = "add"
	OpRemove  Op = "remove"
	OpReplace Op = "replace"
)

// Operation is one element of a PatchOp message as it was sent: Op may be in
// any case, Path is unparsed, Value is an unchecked tree. HasValue tells a
// missing value from null. Index is its place in the message, from 0, which
// stays when a rewrite makes several operations of one.
type Operation struct {
	Op       Op
	Path     string
	Value    any
	HasValue bool
	Index    int
}

// Deviation is a named thing that a client sent, the RFC does not allow, and
// the server accepted all the same. Detail says where.
type Deviation struct {
	ID     string
	Detail string
}

// Deviations collects what was tolerated while one request was served.
type Deviations struct {
	list  []Deviation
	noted map[Deviation]struct{} // as many as a body of megabytes has names
}

// Note adds a deviation once.
func (d *Deviations) Note(id, detail string) {
	if d == nil {
		return
	}
	e := Deviation{ID: id, Detail: detail}
	if _, twice := d.noted[e]; twice {
		return
	}
	if d.noted == nil {
		d.noted = map[Deviation]struct{}{}
	}
	d.noted[e] = struct{}{}
	d.list = append(d.list, e)
}

// List gives the deviations in the order they were met.
func (d *Deviations) List() []Deviation {
	if d == nil {
		return nil
	}
	return d.list
}

// IDs gives each deviation's id once, comma separated, in the order met.
func (d *Deviations) IDs() string {
	var ids []string
	seen := map[string]bool{}
	for _, e := range d.List() {
		if !seen[e.ID] {
			seen[e.ID] = true
			ids = append(ids, e.ID)
		}
	}
	return strings.Join(ids, ", ")
}
