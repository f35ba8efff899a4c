package server_test

import (
	"math/rand/v2"
	"strconv"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/scim"
)

// The classes: what a client may send, what a faulty one does, and what only
// somebody who means harm would.
const (
	validClass   = "valid"
	brokenClass  = "broken"
	hostileClass = "hostile"
)

// kind is one kind of request and how often it is sent, as a weight.
type kind struct {
	class, name string
	weight      int
	build       func(*gen) request
	optionsStar bool // net/http answers it by itself
}

var kinds = []kind{
	{class: validClass, name: "create user", weight: 80, build: (*gen).createUser},
	{class: validClass, name: "take a name", weight: 20, build: (*gen).takeName},
	{class: validClass, name: "create group", weight: 50, build: (*gen).createGroup},
	{class: validClass, name: "read", weight: 80, build: (*gen).read},
	{class: validClass, name: "read conditionally", weight: 20, build: (*gen).readConditionally},
	{class: validClass, name: "list", weight: 40, build: (*gen).list},
	{class: validClass, name: "filter", weight: 80, build: (*gen).filter},
	{class: validClass, name: "sort", weight: 20, build: (*gen).sort},
	{class: validClass, name: "project", weight: 30, build: (*gen).project},
	{class: validClass, name: "page by cursor", weight: 10, build: (*gen).cursor},
	{class: validClass, name: "patch user", weight: 80, build: (*gen).patchUser},
	{class: validClass, name: "patch members", weight: 60, build: (*gen).patchMembers},
	{class: validClass, name: "put user", weight: 40, build: (*gen).putUser},
	{class: validClass, name: "put group", weight: 20, build: (*gen).putGroup},
	{class: validClass, name: "delete", weight: 40, build: (*gen).remove},
	{class: validClass, name: "search", weight: 30, build: (*gen).search},
	{class: validClass, name: "bulk", weight: 30, build: (*gen).bulk},
	{class: validClass, name: "me", weight: 20, build: (*gen).me},
	{class: validClass, name: "discovery", weight: 30, build: (*gen).discovery},
	{class: validClass, name: "operations", weight: 10, build: (*gen).operations},

	{class: brokenClass, name: "changed body", weight: 100, build: (*gen).changedBody},
	{class: brokenClass, name: "damaged JSON", weight: 50, build: (*gen).damagedJSON},
	{class: brokenClass, name: "truncated JSON", weight: 20, build: (*gen).truncatedJSON},
	{class: brokenClass, name: "another's body", weight: 15, build: (*gen).anothersBody},
	{class: brokenClass, name: "patch path", weight: 50, build: (*gen).brokenPatchPath},
	{class: brokenClass, name: "filter", weight: 50, build: (*gen).brokenFilter},
	{class: brokenClass, name: "parameter", weight: 30, build: (*gen).brokenParameter},
	{class: brokenClass, name: "method", weight: 20, build: (*gen).brokenMethod},
	{class: brokenClass, name: "content type", weight: 15, build: (*gen).brokenContentType},
	{class: brokenClass, name: "token", weight: 30, build: (*gen).brokenToken},
	{class: brokenClass, name: "id", weight: 20, build: (*gen).brokenID},
	{class: brokenClass, name: "endpoint", weight: 15, build: (*gen).brokenEndpoint},
	{class: brokenClass, name: "condition", weight: 15, build: (*gen).brokenCondition},
	{class: brokenClass, name: "members", weight: 20, build: (*gen).brokenMembers},

	{class: hostileClass, name: "nesting", weight: 20, build: (*gen).nesting},
	{class: hostileClass, name: "values", weight: 80, build: (*gen).hostileValues},
	{class: hostileClass, name: "long strings", weight: 15, build: (*gen).longStrings},
	{class: hostileClass, name: "duplicate keys", weight: 30, build: (*gen).duplicateKeys},
	{class: hostileClass, name: "many values", weight: 6, build: (*gen).manyValues},
	{class: hostileClass, name: "many operations", weight: 6, build: (*gen).manyOperations},
	{class: hostileClass, name: "raw bytes", weight: 20, build: (*gen).rawBytes},
	{class: hostileClass, name: "path", weight: 50, build: (*gen).hostilePath},
	{class: hostileClass, name: "query", weight: 40, build: (*gen).hostileQuery},
	{class: hostileClass, name: "filter", weight: 40, build: (*gen).hostileFilter},
	{class: hostileClass, name: "headers", weight: 60, build: (*gen).hostileHeaders},
	{class: hostileClass, name: "bulk", weight: 20, build: (*gen).hostileBulk},
	{class: hostileClass, name: "framing", weight: 20, build: (*gen).framing},
	{class: hostileClass, name: "body cut off", weight: 8, build: (*gen).bodyCutOff},
	{class: hostileClass, name: "body too large", weight: 1, build: (*gen).bodyTooLarge},
	{class: hostileClass, name: "no HTTP", weight: 10, build: (*gen).noHTTP},
	{class: hostileClass, name: "OPTIONS *", weight: 2, build: (*gen).optionsStar, optionsStar: true},
}

var allWeights = func() (sum int) {
	for _, k := range kinds {
		sum += k.weight
	}
	return sum
}()

func pickKind(g *gen) kind {
	n := g.IntN(allWeights)
	for _, k := range kinds {
		if n -= k.weight; n < 0 {
			return k
		}
	}
	return kinds[0]
}

// gen makes the requests of one sender.
type gen struct {
	*rand.Rand
	h      *hostile
	realm  *realm
	sender int
	serial int
	paged  request  // the first page by cursor
	next   *request // the one after it
}

func pick[T any](g *gen, list []T) T { return list[g.IntN(len(list))] }

// chance is true n times in a hundred.
func (g *gen) chance(n int) bool { return g.IntN(100) < n }

// unique gives a text that nothing else has.
func (g *gen) unique() string {
	g.serial++
	return strconv.Itoa(g.sender) + "-" + strconv.Itoa(g.serial)
}

func (g *gen) wide() bool { return g.realm.like.Persona == cinode.PersonaRFC }

// to begins a request of the realm, under one of its two bases.
func (g *gen) to(method, path string) request {
	l := g.realm.lodge()
	base := "/scim/v2"
	if g.chance(50) {
		base = "/scim/tenants/" + strconv.FormatInt(l.tenant, 10) + "/v2"
	}
	return request{method: method, target: base + path, token: l.token, lodging: l}
}

// sent gives a request a body.
func (g *gen) sent(r request, body any) request {
	return g.sentText(r, string(appendTree(nil, body)))
}

func (g *gen) sentText(r request, body string) request {
	r.body, r.bodied, r.chunked = []byte(body), true, g.chance(10)
	r.headers = append(r.headers, "Content-Type: "+pick(g, []string{scim.MediaType, "application/json", scim.MediaType + "; charset=utf-8"}))
	return r
}

// idOf gives an id of the list; none where there is none.
func (g *gen) idOf(list []string) string {
	if len(list) == 0 {
		return "1"
	}
	return pick(g, list)
}

// user and group give the path of one that exists, unless it was deleted.
func (g *gen) userPath(l lodging) string  { return "/Users/" + g.idOf(l.users) }
func (g *gen) groupPath(l lodging) string { return "/Groups/" + g.idOf(l.groups) }

// ofUser and ofGroup begin a request of a resource.
func (g *gen) ofUser(method string) request {
	r := g.to(method, "")
	r.target += g.userPath(r.lodging)
	return r
}

func (g *gen) ofGroup(method string) request {
	r := g.to(method, "")
	r.target += g.groupPath(r.lodging)
	return r
}

func (g *gen) ofAny(method string) request {
	if g.chance(70) {
		return g.ofUser(method)
	}
	return g.ofGroup(method)
}
