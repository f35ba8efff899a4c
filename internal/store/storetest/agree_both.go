package storetest

import (
	"slices"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/filter"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// agreeOnLinks compares what users show of groups and managers with what
// follows from the members of the groups and the users there are.
func (f *fixture) agreeOnLinks(t *rapid.T, users, groups []scim.Object) {
	above := map[string][]string{} // the groups that an id is a member of
	for _, g := range groups {
		for _, id := range leafValues(g, f.target(t, f.groups, "members.value")) {
			above[id.(string)] = append(above[id.(string)], g["id"].(string)) //nolint:errcheck,forcetypeassert // ids are strings
		}
	}
	for _, u := range users {
		id, _ := u["id"].(string)
		want := map[string]string{}
		for next, kind := above[id], "direct"; len(next) > 0; kind = "indirect" {
			var further []string
			for _, g := range next {
				if want[g] == "" {
					want[g] = kind
					further = append(further, above[g]...)
				}
			}
			next = further
		}
		have := map[string]string{}
		kinds := leafValues(u, f.target(t, f.users, "groups.type"))
		values := leafValues(u, f.target(t, f.users, "groups.value"))
		for i, g := range values {
			have[g.(string)], _ = kinds[i].(string) //nolint:forcetypeassert // ids are strings
		}
		require.Equal(t, want, have)
		require.Len(t, values, len(want))
		f.agreeOnManager(t, u, users)
	}
}

func (f *fixture) agreeOnManager(t *rapid.T, u scim.Object, users []scim.Object) {
	extension, _ := u[scim.URNEnterpriseUser].(scim.Object)
	shown, _ := extension["manager"].(scim.Object)
	i := slices.IndexFunc(users, func(o scim.Object) bool { return o["id"] == shown["value"] })
	if i < 0 {
		require.NotContains(t, shown, "displayName")
		return
	}
	want, _ := users[i]["displayName"].(string)
	if want == "" {
		want, _ = users[i]["userName"].(string)
	}
	require.Equal(t, want, shown["displayName"])
}

func (f *fixture) target(t require.TestingT, rt *schema.ResourceType, path string) schema.Target {
	target, ok := rt.ResolveText(path)
	require.True(t, ok, path)
	return target
}

// agreeOnBoth lists users and groups as one list, filtered and sorted by what
// one of them has.
func (f *fixture) agreeOnBoth(t *rapid.T, generators []*filters) {
	types := []*schema.ResourceType{f.users, f.groups}
	g := rapid.SampledFrom(generators).Draw(t, "with filters of")
	text, by := "", ""
	if rapid.Bool().Draw(t, "filtered") {
		text = g.draw(t, 2)
	}
	if rapid.Bool().Draw(t, "sorted") {
		by = rapid.SampledFrom(g.targets).Draw(t, "by").String()
	}
	p := store.ListParams{Tenant: f.tenant, Descending: rapid.Bool().Draw(t, "descending"), Start: 1, Count: 100, BaseURL: baseURL}
	var found []scim.Object
	targets := map[string]*schema.Target{}
	for i, rt := range types {
		of := store.Selection{Type: rt, Links: rapid.Bool().Draw(t, "links")}
		if text != "" && rapid.IntRange(0, 5).Draw(t, "whole") > 0 {
			expr, err := filter.Parse(text)
			require.NoError(t, err, text)
			of.Filter, err = (&filter.Binder{Type: rt, Beside: types}).Bind(expr)
			require.NoError(t, err, text)
		}
		if target, ok := rt.ResolveText(by); ok {
			of.Sort, targets[rt.Name] = &target, &target
		}
		p.Of = append(p.Of, of)
		for _, o := range generators[i].resources {
			if of.Filter == nil || of.Filter.Match(o) {
				found = append(found, o)
			}
		}
	}
	sorted := sortedBy(found, func(o scim.Object) *schema.Target {
		meta, _ := o["meta"].(scim.Object)
		return targets[meta["resourceType"].(string)] //nolint:errcheck,forcetypeassert // render sets it
	}, p.Descending)
	if text = text + " by " + by; by == "" {
		sorted = sortedBy(found, func(scim.Object) *schema.Target { return nil }, false)
	}
	f.requireList(t, p, sorted, text, pageSize(t))
	page, err := f.store.List(contextOf(t), p)
	require.NoError(t, err)
	for _, r := range page.Resources {
		_, err := f.store.Get(contextOf(t), store.GetParams{Ref: f.ref(r.Type, r.ID)})
		require.NoError(t, err, "the type is right")
	}
	p.Start, p.Count = rapid.Int64Range(1, 12).Draw(t, "start"), rapid.IntRange(0, 12).Draw(t, "count")
	page, err = f.store.List(contextOf(t), p)
	require.NoError(t, err)
	from := min(int(p.Start)-1, len(sorted))
	require.Equal(t, sorted[from:min(from+p.Count, len(sorted))], ids(page.Resources), text)
	require.Equal(t, int64(len(sorted)), page.Total, text)
}
