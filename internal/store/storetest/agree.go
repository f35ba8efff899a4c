package storetest

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/filter"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// Agree checks that a store finds what filter.Match does over whole resources,
// and sorts as they sort in memory: for random users and groups with attributes
// of every type, and random filters.
func Agree(t *testing.T, open OpenFunc) {
	t.Helper()
	f := &fixture{store: open(t)}
	f.users, f.groups = randomTypes()
	rapid.Check(t, func(t *rapid.T) {
		f := f.in(f.newTenant(t))
		f.populate(t)
		for _, rt := range []*schema.ResourceType{f.users, f.groups} {
			whole := f.everything(t, rt)
			g := newFilters(rt, whole)
			for range 10 {
				f.agreeOnFilter(t, rt, whole, g.draw(t, 3))
				f.agreeOnSort(t, rt, whole, rapid.SampledFrom(g.targets).Draw(t, "by"))
			}
		}
		require.NoError(t, f.store.DeleteTenant(contextOf(t), f.tenant))
	})
}

// populate makes users, groups of them and groups of groups, some of which go
// again.
func (f *fixture) populate(t *rapid.T) {
	var all []int64
	for i := range rapid.IntRange(1, 6).Draw(t, "users") {
		name := anyText.Draw(t, "userName") + idText(int64(i))
		all = append(all, f.create(t, f.users, anyResource(t, f.users, "userName", name)).ID)
	}
	gone := rapid.SampledFrom(all).Draw(t, "gone")
	for range rapid.IntRange(1, 4).Draw(t, "groups") {
		members := slices.DeleteFunc(slices.Clone(all), func(int64) bool { return rapid.Bool().Draw(t, "out") })
		name := cmp.Or(anyText.Draw(t, "displayName"), "G")
		all = append(all, f.create(t, f.groups, anyResource(t, f.groups, "displayName", name), members...).ID)
	}
	if rapid.Bool().Draw(t, "delete") && len(f.everything(t, f.users)) > 1 {
		f.remove(t, "User", gone)
	}
	if users := f.everything(t, f.users); rapid.Bool().Draw(t, "update") {
		u := rapid.SampledFrom(users).Draw(t, "updated")
		name, _ := u["userName"].(string)
		f.update(t, "User", idOf(u), store.Change{Attributes: anyResource(t, f.users, "userName", name)})
	}
}

func idOf(o scim.Object) int64 {
	var id int64
	s, _ := o["id"].(string)
	for _, c := range s {
		id = 10*id + int64(c-'0')
	}
	return id
}

// everything gives all resources of a type as clients see them.
func (f *fixture) everything(t *rapid.T, rt *schema.ResourceType) []scim.Object {
	page, err := f.store.List(contextOf(t), store.ListParams{Tenant: f.tenant, Type: rt, Start: 1, Count: 100, Links: true})
	require.NoError(t, err)
	out := make([]scim.Object, 0, len(page.Resources))
	for _, r := range page.Resources {
		out = append(out, render(t, rt, r))
	}
	return out
}

// render adds to the stored attributes what belongs to the resource.
func render(t *rapid.T, rt *schema.ResourceType, r store.Resource) scim.Object {
	o := body(t, r)
	o["id"] = idText(r.ID)
	o["meta"] = scim.Object{
		"resourceType": rt.Name, "location": baseURL + rt.Endpoint + "/" + idText(r.ID),
		"created":      filter.DateTimeKey(r.Meta.Created),
		"lastModified": filter.DateTimeKey(r.Meta.LastModified),
		"version":      `W/"` + idText(r.Meta.Version) + `"`,
	}
	list := []any{}
	for _, l := range r.Links {
		e := scim.Object{"value": idText(l.ID), "$ref": baseURL + "/" + l.Type + "s/" + idText(l.ID), "type": l.Type, "display": l.Display}
		if rt.Name == "User" {
			e["type"] = "direct"
		}
		list = append(list, e)
	}
	name := map[string]string{"User": "groups", "Group": "members"}[rt.Name]
	if len(list) > 0 {
		o[name] = list
	}
	return o
}

func (f *fixture) agreeOnFilter(t *rapid.T, rt *schema.ResourceType, whole []scim.Object, text string) {
	bound := bind(t, rt, text)
	want := []int64{}
	for _, o := range whole {
		if bound.Match(o) {
			want = append(want, idOf(o))
		}
	}
	p := store.ListParams{Tenant: f.tenant, Type: rt, Filter: bound, Start: 1, Count: 100, BaseURL: baseURL}
	page, err := f.store.List(contextOf(t), p)
	require.NoError(t, err, text)
	require.Equal(t, want, ids(page.Resources), "%s bound as %s", text, bound)
	require.Equal(t, int64(len(want)), page.Total, text)

	p.Count = 0
	total, err := f.store.List(contextOf(t), p)
	require.NoError(t, err, text)
	require.Equal(t, page.Total, total.Total, text)
}

func (f *fixture) agreeOnSort(t *rapid.T, rt *schema.ResourceType, whole []scim.Object, target schema.Target) {
	sort := &store.Sort{Target: target, Descending: rapid.Bool().Draw(t, "descending")}
	sorted := slices.Clone(whole)
	slices.SortStableFunc(sorted, func(a, b scim.Object) int {
		x, y := sortKey(a, target), sortKey(b, target)
		switch {
		case x == nil || y == nil:
			c := cmp.Compare(fromBool(x == nil), fromBool(y == nil))
			return signed(c, sort.Descending)
		default:
			return signed(strings.Compare(*x, *y), sort.Descending)
		}
	})
	start, count := rapid.IntRange(1, len(whole)).Draw(t, "start"), rapid.IntRange(1, 12).Draw(t, "count")
	want := []int64{}
	for _, o := range sorted[start-1 : min(start-1+count, len(sorted))] {
		want = append(want, idOf(o))
	}
	page, err := f.store.List(contextOf(t), store.ListParams{
		Tenant: f.tenant, Type: rt, Sort: sort, Start: int64(start), Count: count, BaseURL: baseURL,
	})
	require.NoError(t, err, target)
	require.Equal(t, want, ids(page.Resources), "by %s, descending %t", target, sort.Descending)
	require.Equal(t, int64(len(whole)), page.Total)
}

func signed(c int, descending bool) int {
	if descending {
		return -c
	}
	return c
}

func fromBool(b bool) int {
	if b {
		return 1
	}
	return 0
}

// sortKey is what a resource is sorted by: the primary value or the first, in
// the form that is compared; nil for none.
func sortKey(o scim.Object, target schema.Target) *string {
	if target.Sub == nil && target.Attribute.Type == schema.TypeComplex {
		if target.Sub = target.Attribute.Sub("value"); target.Sub == nil {
			return nil // by id
		}
	}
	values := leafValues(o, target)
	if target.Sub == nil { // an empty string is no value of a list
		values = slices.DeleteFunc(slices.Clone(values), func(v any) bool { return v == "" })
	}
	if len(values) == 0 {
		return nil
	}
	v := values[0]
	if target.Attribute.MultiValued && target.Sub != nil {
		for i, primary := range leafValues(o, schema.Target{Container: target.Container, Attribute: target.Attribute, Sub: &schema.Attribute{Name: "primary"}}) {
			if primary == true {
				v = values[i]
				break
			}
		}
	}
	return keyOf(target.Leaf(), v)
}

func keyOf(leaf *schema.Attribute, v any) *string {
	var key string
	ok := true
	switch v := v.(type) {
	case string:
		key, ok = filter.Key(leaf, v)
	case scim.Number:
		key, ok = filter.NumberKey(string(v))
	case bool:
		key = idText(int64(fromBool(v)))
	default:
		return nil
	}
	if !ok {
		return nil
	}
	return &key
}
