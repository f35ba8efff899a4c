package cinode

import (
	"slices"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

// Cinode knows one address of a user, the work city. JumpCloud maps it to
// addresses.locality, without a type, and Microsoft to addresses[type eq
// "work"].locality; addresses.formatted shows the same (J, M).

const (
	addresses = "addresses"
	work      = "work"
)

// WorkPaths makes of PATCH paths such as addresses.locality, which mean every
// address, those of the work address, which is made where there is none.
func WorkPaths(ops []scim.Operation) []scim.Operation {
	out := make([]scim.Operation, len(ops))
	for i, op := range ops {
		path, ok := schema.ParsePath(op.Path)
		ours := path.URN == "" || strings.EqualFold(path.URN, scim.URNUser)
		if ok && ours && strings.EqualFold(path.Name, addresses) && path.Sub != "" && !strings.EqualFold(path.Sub, "type") {
			op.Path = addresses + `[type eq "` + work + `"].` + path.Sub
			if op.Op == scim.OpReplace { // which may not make one
				op.Op = scim.OpAdd
			}
		}
		out[i] = op
	}
	return out
}

// TypeAddresses makes work addresses of those without a type. A user that has some
// comes back as a copy.
func TypeAddresses(user scim.Object) scim.Object {
	if !slices.ContainsFunc(addressesOf(user), untyped) {
		return user
	}
	typed := scim.CloneObject(user)
	for _, a := range addressesOf(typed) {
		if untyped(a) {
			a["type"] = work
		}
	}
	return typed
}

// FollowLocality gives each work address the formatted that follows from its
// locality, unless the client has sent one of its own: one that says something
// else than the locality does or, since clients send back what they have read,
// did before.
func FollowLocality(next, before scim.Object) {
	list, _ := next[addresses].([]any)
	var kept []any
	for _, e := range list {
		if a, _ := e.(scim.Object); !isWork(a) || follow(a, before) {
			kept = append(kept, e)
		}
	}
	if delete(next, addresses); kept != nil {
		next[addresses] = kept
	}
}

// follow is false where an address says nothing but its type.
func follow(a, before scim.Object) bool {
	dropEmpty(a, "locality")
	dropEmpty(a, "formatted")
	formatted, locality := a["formatted"], a["locality"]
	if formatted != nil && formatted != locality && followed(before, formatted) {
		delete(a, "formatted")
	}
	if a["formatted"] == nil && locality != nil {
		a["formatted"] = locality
	}
	return len(a) > 1
}

func dropEmpty(a scim.Object, name string) {
	if a[name] == "" {
		delete(a, name)
	}
}

// followed reports whether a formatted is what followed from a locality.
func followed(user scim.Object, formatted any) bool {
	return slices.ContainsFunc(addressesOf(user), func(a scim.Object) bool {
		return (isWork(a) || untyped(a)) && a["locality"] == formatted && a["formatted"] == formatted
	})
}

func addressesOf(user scim.Object) []scim.Object {
	list, _ := user[addresses].([]any)
	var out []scim.Object
	for _, e := range list {
		if a, ok := e.(scim.Object); ok {
			out = append(out, a)
		}
	}
	return out
}

func isWork(a scim.Object) bool {
	kind, _ := a["type"].(string)
	return strings.EqualFold(kind, work)
}

func untyped(a scim.Object) bool { return a["type"] == nil || a["type"] == "" }
