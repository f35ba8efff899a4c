package main

import (
	"context"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"
)

// Personas of a measured tenant, by their names on the command line.
const (
	personaCinode = "cinode"
	personaRFC    = "rfc"
)

// The servers that are measured, by the names they have in the results.
const (
	nameStatic      = "static"
	nameFloor       = "floor"
	namePostgres    = "postgres"
	nameSQLite      = "sqlite"
	namePostgresRFC = "postgres, rfc"
)

// pageSize is the page that the lists ask for.
const pageSize = 100

// target is one measured server, with what the load has put into it.
type target struct {
	name      string
	server    *process
	dsn       string // of its database on the cluster, if it is there
	database  int    // the postmaster that works for it; zero for none
	base      string // path of the SCIM base; empty for the floor and the plain answer
	persona   string
	authority string // its header lines: host and, for SCIM, credential

	users  []user // in the store from the start, never deleted
	active []bool // as last written, for each of users; each is written by one connection only
	spares []user // members that are added and removed, one for each connection
	groups map[int]string

	lastNumber atomic.Int64 // of the users named so far
	revision   atomic.Int64 // makes every write a change
	created    [][]user     // by each measured run of creates, for the deletes
}

// authority renders the header lines of every request to a server; the floor
// takes no token.
func authority(addr, token string) string {
	lines := "Host: " + addr + "\r\n"
	if token != "" {
		lines += "Authorization: Bearer " + token + "\r\n"
	}
	return lines
}

func (t *target) isSCIM() bool { return t.base != "" }

// cpu is the CPU time spent for this target so far.
func (t *target) cpu() (time.Duration, bool) {
	spent, ok := cpuTime(t.server.pid())
	if t.database == 0 || !ok {
		return spent, ok
	}
	inDatabase, ok := cpuTime(t.database)
	return spent + inDatabase, ok
}

func (t *target) nextUser() user { return newUser(int(t.lastNumber.Add(1))) }

// Paths of the requests, in the words of either kind of server.

func (t *target) usersPath() string {
	if t.isSCIM() {
		return t.base + "/Users"
	}
	return "/users"
}

func (t *target) userPath(id string) string { return t.usersPath() + "/" + id }

// lookupPath finds users by an attribute's value.
func (t *target) lookupPath(attribute, value string) string {
	if t.isSCIM() {
		return t.usersPath() + "?filter=" + url.QueryEscape(attribute+` eq "`+value+`"`)
	}
	return t.usersPath() + "?" + attribute + "=" + url.QueryEscape(value)
}

func (t *target) pagePath(startIndex int) string {
	return t.usersPath() + "?startIndex=" + strconv.Itoa(startIndex) + "&count=" + strconv.Itoa(pageSize)
}

// total is how many users a list must count, as long as nothing was created by
// a measurement.
func (t *target) total() int { return len(t.users) + len(t.spares) }

// worker is one connection of the load.
type worker struct {
	*conn
	t        *target
	index    int // of the connection
	conns    int
	turn     int // exchanges begun
	size     int // of the group that is written, for operations on groups
	consumed *consumption
	request  []byte
	document []byte
}

func newWorker(ctx context.Context, t *target, index, conns int) (*worker, error) {
	c, err := dial(ctx, t.server.addr)
	if err != nil {
		return nil, err
	}
	return &worker{conn: c, t: t, index: index, conns: conns}, nil
}

// exchange sends a request and checks the answer's status.
func (w *worker) exchange(method, path string, body []byte, want ...int) ([]byte, error) {
	r := append(w.request[:0], method...)
	r = append(r, ' ')
	r = append(r, path...)
	r = append(r, " HTTP/1.1\r\n"...)
	r = append(r, w.t.authority...)
	if body != nil {
		r = append(r, "Content-Type: application/scim+json\r\nContent-Length: "...)
		r = strconv.AppendInt(r, int64(len(body)), 10)
		r = append(r, "\r\n"...)
	}
	r = append(r, "\r\n"...)
	r = append(r, body...)
	w.request = r
	status, answer, err := w.roundTrip(r)
	if err != nil {
		return nil, err
	}
	for _, expected := range want {
		if status == expected {
			return answer, nil
		}
	}
	return nil, wrongf("%s %s: status %d: %.300s", method, path, status, answer)
}
