package patch_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/filter"
	"github.com/cinode-scim/cinode-scim/internal/scim/patch"
	"github.com/cinode-scim/cinode-scim/internal/scim/quirk"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

// FuzzApplyToAny: any operations on any resource of any type, as each kind of
// tenant takes them. The bits of tenant choose: 1 the group, 2 Cinode's
// schemas, 4 a strict tenant, 8 what the cinode persona forgives.
func FuzzApplyToAny(f *testing.F) {
	for _, s := range suites(f) {
		resource := s.typ.AppendJSON(nil, s.resource)
		for _, name := range s.names {
			for _, tenant := range []byte{0, 8} {
				if s.typ.Name == "Group" {
					tenant++
				}
				f.Add(resource, []byte(s.cases[name]["request.json"]), tenant)
			}
		}
	}
	f.Fuzz(func(t *testing.T, resource, request []byte, tenant byte) {
		body, err := scim.DecodeObject(resource)
		if err != nil {
			return
		}
		ops, ok := readOperations(request)
		if !ok {
			return
		}
		c := compilerOf(tenant)
		before, err := c.Normalizer.Resource(body)
		if err != nil || c.Normalizer.Type.CheckRequired(before) != nil {
			return
		}
		requireWhole(t, c, before, ops, request)
	})
}

func compilerOf(tenant byte) *patch.Compiler {
	registry := schema.RFC()
	if tenant&2 != 0 {
		registry = schema.Cinode()
	}
	name := "User"
	if tenant&1 != 0 {
		name = "Group"
	}
	noted := &scim.Deviations{}
	c := &patch.Compiler{
		Normalizer: &schema.Normalizer{
			Type: registry.Type(name), Wider: schema.RFC().Type(name), Coerce: quirk.Coerce, Strict: tenant&4 != 0, Deviations: noted,
		},
		Binder: &filter.Binder{Type: registry.Type(name), Strict: tenant&4 != 0, Deviations: noted},
	}
	if c.Normalizer.Strict {
		c.Normalizer.Coerce = nil
	}
	forgiving := tenant&8 != 0
	c.ReplaceCreates, c.IgnoreUnknownPaths, c.KeepMembers = forgiving, forgiving, forgiving
	return c
}

// requireWhole: neither resource nor operations are changed, also by what is
// done to the result; the result is a resource that a PUT could have sent and
// that JSON keeps; and changed says whether it differs.
func requireWhole(t *testing.T, c *patch.Compiler, before scim.Object, ops []scim.Operation, request []byte) {
	t.Helper()
	compileThis := compile
	if c.Normalizer.Strict {
		compileThis = (*patch.Compiler).Compile
	}
	plan, err := compileThis(c, ops)
	sent, ok := readOperations(request)
	require.True(t, ok)
	require.Equal(t, sent, ops, "the operations are not changed")
	if err != nil {
		requireSCIMError(t, err)
		return
	}
	resource := scim.CloneObject(before)
	got, changed, err := plan.Apply(resource, ownID)
	require.Equal(t, before, resource, "the input is not changed")
	require.Equal(t, sent, ops, "the operations are not changed")
	if err != nil {
		requireSCIMError(t, err)
		return
	}
	require.Equal(t, !scim.Equal(before, got), changed)
	typ := c.Normalizer.Type
	require.NoError(t, typ.CheckRequired(got))
	normal, err := (&schema.Normalizer{Type: typ, Strict: true}).Resource(got)
	require.NoError(t, err)
	require.Equal(t, got, normal, "a result needs no normalising")
	back, err := scim.DecodeObject(typ.AppendJSON(nil, got))
	require.NoError(t, err)
	delete(back, "schemas")
	require.Equal(t, got, back, "JSON and back")

	kept := scim.CloneObject(got)
	scribble(got)
	require.Equal(t, before, resource, "the result shares nothing with the input")
	require.Equal(t, sent, ops, "the result shares nothing with the operations")
	again, _, err := plan.Apply(resource, ownID)
	require.NoError(t, err)
	require.Equal(t, kept, again, "the result shares nothing with the plan")
}

// scribble changes everything that a tree holds.
func scribble(v any) {
	switch v := v.(type) {
	case scim.Object:
		for name, inner := range v {
			scribble(inner)
			v[name] = "scribbled"
		}
		v["scribbled"] = true
	case []any:
		for i, inner := range v {
			scribble(inner)
			v[i] = "scribbled"
		}
	}
}
