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
// and sorts as they sort in memory, of one type and of both, by index and by
// cursor: for random users and groups with attributes of every type, who are in
// each other and manage each other, and random filters.
func Agree(t *testing.T, open OpenFunc) {
	t.Helper()
	f := &fixture{store: open(t)}
	f.users, f.groups = randomTypes()
	rapid.Check(t, func(t *rapid.T) {
		f := f.in(f.newTenant(t))
		f.populate(t)
		users, groups := f.everything(t, f.users), f.everything(t, f.groups)
		f.agreeOnLinks(t, users, groups)
		generators := []*filters{newFilters(f.users, users), newFilters(f.groups, groups)}
		for _, g := range generators {
			for range 3 {
				f.agreeOnFilter(t, g.rt, g.resources, g.draw(t, 3), pageSize(t))
				f.agreeOnSort(t, g.rt, g.resources, rapid.SampledFrom(g.targets).Draw(t, "by"))
			}
		}
		for range 3 {
			f.agreeOnBoth(t, generators)
		}
		require.NoError(t, f.store.DeleteTenant(contextOf(t), f.tenant, store.AuditEntry{}))
	})
}

// populate makes users, groups of them and groups of groups, some of which go
// again or change.
func (f *fixture) populate(t *rapid.T) {
	var users, groups []int64
	user := func(name string) scim.Object {
		o := anyResource(t, f.users, "userName", name)
		if rapid.Bool().Draw(t, "manager?") {
			id := idText(rapid.SampledFrom(append([]int64{1, 1 << 62}, users...)).Draw(t, "manager"))
			value := rapid.SampledFrom([]string{id, id, id, "0" + id, "-" + id, "x", ""}).Draw(t, "as")
			o[scim.URNEnterpriseUser] = scim.Object{"manager": scim.Object{"value": value}}
		}
		return o
	}
	for i := range rapid.IntRange(1, 6).Draw(t, "users") {
		users = append(users, f.create(t, f.users, user(anyText.Draw(t, "userName")+idText(int64(i)))).ID)
	}
	some := func(list []int64) []int64 {
		return slices.DeleteFunc(slices.Clone(list), func(int64) bool { return rapid.Bool().Draw(t, "out") })
	}
	for range rapid.IntRange(1, 4).Draw(t, "groups") {
		name := cmp.Or(anyText.Draw(t, "displayName"), "G")
		members := append(some(users), some(groups)...)
		groups = append(groups, f.create(t, f.groups, anyResource(t, f.groups, "displayName", name), members...).ID)
	}
	if rapid.Bool().Draw(t, "circle") {
		f.update(t, "Group", groups[0], store.Change{AddMembers: some(groups)})
	}
	if rapid.Bool().Draw(t, "delete") && len(users) > 1 {
		f.remove(t, "User", rapid.SampledFrom(users).Draw(t, "gone"))
	}
	if left := f.everything(t, f.users); rapid.Bool().Draw(t, "update") {
		u := rapid.SampledFrom(left).Draw(t, "updated")
		name, _ := u["userName"].(string)
		f.update(t, "User", idOf(u), store.Change{Attributes: user(name)})
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
func (f *fixture) everything(t require.TestingT, rt *schema.ResourceType) []scim.Object {
	page, err := f.store.List(contextOf(t), store.ListParams{
		Tenant: f.tenant, Of: []store.Selection{{Type: rt, Links: true, Manager: true}}, Start: 1, Count: 100,
	})
	require.NoError(t, err)
	out := make([]scim.Object, 0, len(page.Resources))
	for _, r := range page.Resources {
		out = append(out, render(t, rt, r))
	}
	return out
}

// render adds to the stored attributes what belongs to the resource.
func render(t require.TestingT, rt *schema.ResourceType, r store.Resource) scim.Object {
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
		switch {
		case rt.Name == "Group":
		case l.Indirect:
			e["type"] = "indirect"
		default:
			e["type"] = "direct"
		}
		list = append(list, e)
	}
	name := map[string]string{"User": "groups", "Group": "members"}[rt.Name]
	if len(list) > 0 {
		o[name] = list
	}
	if l := r.Manager; l != nil {
		shown := o[scim.URNEnterpriseUser].(scim.Object)["manager"].(scim.Object) //nolint:errcheck,forcetypeassert // it names the manager
		require.Equal(t, shown["value"], idText(l.ID))
		shown["displayName"], shown["$ref"] = l.Display, baseURL+"/Users/"+idText(l.ID)
	}
	return o
}

func (f *fixture) agreeOnFilter(t require.TestingT, rt *schema.ResourceType, whole []scim.Object, text string, ofPage int) {
	bound := bind(t, rt, text)
	want := []int64{}
	for _, o := range whole {
		if bound.Match(o) {
			want = append(want, idOf(o))
		}
	}
	p := store.ListParams{Tenant: f.tenant, Of: []store.Selection{{Type: rt, Filter: bound}}, Start: 1, Count: 100, BaseURL: baseURL}
	f.requireList(t, p, want, text+" bound as "+bound.String(), ofPage)

	p.Count = 0
	total, err := f.store.List(contextOf(t), p)
	require.NoError(t, err, text)
	require.Equal(t, int64(len(want)), total.Total, text)
}

// pageSize draws how many resources a page of a cursor has.
func pageSize(t *rapid.T) int { return rapid.IntRange(1, 5).Draw(t, "of a page") }

// requireList wants the list of a hundred to be those, by index and by cursor.
func (f *fixture) requireList(t require.TestingT, p store.ListParams, want []int64, text string, ofPage int) {
	page, err := f.store.List(contextOf(t), p)
	require.NoError(t, err, text)
	require.Equal(t, want, ids(page.Resources), text)
	require.Equal(t, int64(len(want)), page.Total, text)
	require.Nil(t, page.Next)

	p.Count = ofPage
	require.Equal(t, want, f.walk(t, p, int64(len(want))), text)
}

// walk reads a list from cursor to cursor.
func (f *fixture) walk(t require.TestingT, p store.ListParams, total int64) []int64 {
	p.Cursor = true
	found := []int64{}
	for {
		page, err := f.store.List(contextOf(t), p)
		require.NoError(t, err)
		require.Equal(t, total, page.Total)
		require.LessOrEqual(t, len(page.Resources), p.Count)
		found = append(found, ids(page.Resources)...)
		if page.Next == nil {
			return found
		}
		require.Len(t, page.Resources, p.Count)
		require.Equal(t, found[len(found)-1], page.Next.ID)
		p.After = page.Next
	}
}

func (f *fixture) agreeOnSort(t *rapid.T, rt *schema.ResourceType, whole []scim.Object, target schema.Target) {
	descending := rapid.Bool().Draw(t, "descending")
	sorted := sortedBy(whole, func(scim.Object) *schema.Target { return &target }, descending)
	text := "by " + target.String()
	p := store.ListParams{
		Tenant: f.tenant, Of: []store.Selection{{Type: rt, Sort: &target}}, Descending: descending, Start: 1, Count: 100, BaseURL: baseURL,
	}
	f.requireList(t, p, sorted, text, pageSize(t))

	start, count := rapid.IntRange(1, len(whole)).Draw(t, "start"), rapid.IntRange(1, 12).Draw(t, "count")
	p.Start, p.Count = int64(start), count
	page, err := f.store.List(contextOf(t), p)
	require.NoError(t, err, text)
	require.Equal(t, sorted[start-1:min(start-1+count, len(sorted))], ids(page.Resources), "%s, descending %t", text, descending)
	require.Equal(t, int64(len(whole)), page.Total)
}

// sortedBy gives the ids of resources in the order of a target; nil stands for
// an attribute that the resource's type lacks.
func sortedBy(whole []scim.Object, by func(scim.Object) *schema.Target, descending bool) []int64 {
	sorted := slices.Clone(whole)
	key := func(o scim.Object) *string {
		if target := by(o); target != nil {
			return sortKey(o, *target)
		}
		return nil
	}
	slices.SortFunc(sorted, func(a, b scim.Object) int {
		x, y := key(a), key(b)
		c := cmp.Compare(fromBool(x == nil), fromBool(y == nil))
		if x != nil && y != nil {
			c = strings.Compare(*x, *y)
		}
		return cmp.Or(signed(c, descending), cmp.Compare(idOf(a), idOf(b)))
	})
	out := []int64{}
	for _, o := range sorted {
		out = append(out, idOf(o))
	}
	return out
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
