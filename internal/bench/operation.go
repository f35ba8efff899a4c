package main

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync/atomic"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// operation is one thing that is measured.
type operation struct {
	name  string
	title string
	timed func(w *worker) error
	// untimed puts back what timed did; its time does not count.
	untimed func(w *worker) error
	// documents says that the cost depends on what a user's document holds, and so on the persona.
	documents bool
	// grows says that the store has more users afterwards.
	grows bool
	// uses says that the operation takes users away, which have to be created first.
	uses bool
	// wantPostgres and wantSQLite are the rates to reach, as multiples of the floor's. Zero is no target.
	wantPostgres, wantSQLite float64
	// reference is the floor's rate over the plain answer's when the
	// figures that a run is held against were taken: 10,000 users, 2 cores.
	reference float64
}

// operations are all that the floor can do as well.
func operations() []operation {
	return []operation{
		{name: "get", title: "get by id", timed: get, documents: true, wantPostgres: 0.7, wantSQLite: 1, reference: 18_247. / 52_033},
		{name: "filter-username", title: "filter userName eq", timed: filterUserName, wantPostgres: 0.7, wantSQLite: 1, reference: 17_750. / 54_765},
		{name: "filter-externalid", title: "filter externalId eq", timed: filterExternalID, wantPostgres: 0.7, wantSQLite: 1, reference: 17_750. / 54_765},
		{name: "list-first", title: "list, first 100", timed: listFirst, documents: true, wantPostgres: 2, reference: 741. / 63_469},
		{name: "list-middle", title: "list, middle 100", timed: listMiddle, wantPostgres: 2, reference: 423. / 51_904},
		{name: "put", title: "put", timed: put, documents: true, wantPostgres: 0.6, reference: 2_865. / 55_548},
		{name: "patch", title: "patch active", timed: patchActive, documents: true, wantPostgres: 0.6, reference: 3_954. / 59_184},
		{name: "create", title: "create", timed: create, documents: true, grows: true, wantPostgres: 0.6, reference: 3_459. / 60_303},
		{name: "delete", title: "delete", timed: remove, documents: true, grows: true, uses: true, wantPostgres: 0.6, reference: 4_614. / 49_777},
	}
}

// memberAdd is the one operation on groups. The floor has none: the same
// addition to a small and to a large group is compared.
var memberAdd = operation{name: "member-add", title: "add a member", timed: addMember, untimed: removeMember}

// errExhausted ends a measurement whose users are used up.
var errExhausted = errors.New("all users are used up")

// wrongAnswer is an answer that a server must not give. It is counted, and does
// not end the measurement.
type wrongAnswer struct{ message string }

func (e wrongAnswer) Error() string { return e.message }

func wrongf(format string, args ...any) error { return wrongAnswer{fmt.Sprintf(format, args...)} }

// consumption gives out, to all connections, the users that an operation uses
// up, and keeps those that one creates.
type consumption struct {
	users []user
	next  atomic.Int64
	made  [][]user // by connection
}

func (w *worker) anyUser() user { return w.t.users[rand.IntN(len(w.t.users))] }

// ownUser is the position of a user that no other connection writes.
func (w *worker) ownUser() int {
	each := len(w.t.users) / w.conns
	return rand.IntN(each)*w.conns + w.index
}

func get(w *worker) error {
	if w.t.name == nameStatic {
		_, err := w.exchange(http.MethodGet, "/", nil, http.StatusOK)
		return err
	}
	u := w.anyUser()
	answer, err := w.exchange(http.MethodGet, w.t.userPath(u.id), nil, http.StatusOK)
	if err != nil {
		return err
	}
	if id := scanID(answer); id != u.id {
		return wrongf("get of user %s answers user %q", u.id, id)
	}
	return nil
}

func filterUserName(w *worker) error {
	u := w.anyUser()
	return lookup(w, "userName", u.userName, u)
}

func filterExternalID(w *worker) error {
	u := w.anyUser()
	return lookup(w, "externalId", u.externalID, u)
}

func lookup(w *worker, attribute, value string, want user) error {
	answer, err := w.exchange(http.MethodGet, w.t.lookupPath(attribute, value), nil, http.StatusOK)
	if err != nil {
		return err
	}
	if total := scanTotal(answer); total != 1 {
		return wrongf("filter %s eq %q finds %d users", attribute, value, total)
	}
	if id := scanID(answer); id != want.id {
		return wrongf("filter %s eq %q finds user %q, not %s", attribute, value, id, want.id)
	}
	return nil
}

func listFirst(w *worker) error { return list(w, 1) }

func listMiddle(w *worker) error { return list(w, len(w.t.users)/2+1) }

// sampling is how many lists pass for each one that is decoded and counted;
// decoding them all would measure the load.
const sampling = 32

func list(w *worker, startIndex int) error {
	answer, err := w.exchange(http.MethodGet, w.t.pagePath(startIndex), nil, http.StatusOK)
	if err != nil {
		return err
	}
	if total := scanTotal(answer); total != w.t.total() {
		return wrongf("list from %d counts %d users, not %d", startIndex, total, w.t.total())
	}
	if w.turn%sampling != 0 {
		return nil
	}
	var page struct {
		Resources []jsontext.Value
	}
	if err := json.Unmarshal(answer, &page); err != nil {
		return wrongf("list from %d is no JSON: %v", startIndex, err)
	}
	if len(page.Resources) != pageSize {
		return wrongf("list from %d has %d users, not %d", startIndex, len(page.Resources), pageSize)
	}
	return nil
}

func create(w *worker) error {
	u := w.t.nextUser()
	if err := w.create(&u); err != nil {
		return err
	}
	if w.consumed != nil {
		w.consumed.made[w.index] = append(w.consumed.made[w.index], u)
	}
	return nil
}

// create creates a user and learns its id.
func (w *worker) create(u *user) error {
	w.document = appendUser(w.document[:0], *u, w.t.persona, true, 0)
	answer, err := w.exchange(http.MethodPost, w.t.usersPath(), w.document, http.StatusCreated)
	if err != nil {
		return err
	}
	if u.id = scanID(answer); u.id == "" {
		return wrongf("create answers no id: %.300s", answer)
	}
	return nil
}

func put(w *worker) error {
	i := w.ownUser()
	u, revision := w.t.users[i], int(w.t.revision.Add(1))
	w.document = appendUser(w.document[:0], u, w.t.persona, w.t.active[i], revision)
	answer, err := w.exchange(http.MethodPut, w.t.userPath(u.id), w.document, http.StatusOK)
	if err != nil {
		return err
	}
	if !bytes.Contains(answer, fmt.Appendf(nil, "revision %d,", revision)) {
		return wrongf("put of user %s answers without its new title: %.300s", u.id, answer)
	}
	return nil
}

// patchActive flips the value, since writing the one that is there changes
// nothing and would measure a read.
func patchActive(w *worker) error {
	i := w.ownUser()
	u, active := w.t.users[i], !w.t.active[i]
	document := fmt.Appendf(w.document[:0], "%t", active)
	if w.t.isSCIM() {
		document = fmt.Appendf(w.document[:0],
			`{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":%t}]}`, active)
	}
	w.document = document
	answer, err := w.exchange(http.MethodPatch, w.t.userPath(u.id), document, http.StatusOK)
	if err != nil {
		return err
	}
	w.t.active[i] = active
	if value, _ := scanMember(answer, `"active":`); !bytes.HasPrefix(value, fmt.Append(nil, active)) {
		return wrongf("patch of user %s does not answer active %t: %.300s", u.id, active, answer)
	}
	return nil
}

func remove(w *worker) error {
	i := int(w.consumed.next.Add(1)) - 1
	if i >= len(w.consumed.users) {
		return errExhausted
	}
	_, err := w.exchange(http.MethodDelete, w.t.userPath(w.consumed.users[i].id), nil, http.StatusNoContent)
	return err
}

func addMember(w *worker) error {
	return w.patchGroup(fmt.Sprintf(`{"op":"add","path":"members","value":[{"value":%q}]}`, w.t.spares[w.index].id))
}

func removeMember(w *worker) error {
	return w.patchGroup(fmt.Sprintf(`{"op":"remove","path":"members[value eq \"%s\"]"}`, w.t.spares[w.index].id))
}

// patchGroup changes the group of the worker's size. With or without the group
// in the answer is the server's choice, and part of its cost.
func (w *worker) patchGroup(change string) error {
	w.document = fmt.Appendf(w.document[:0],
		`{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[%s]}`, change)
	_, err := w.exchange(http.MethodPatch, w.t.base+"/Groups/"+w.t.groups[w.size], w.document, http.StatusOK, http.StatusNoContent)
	return err
}
