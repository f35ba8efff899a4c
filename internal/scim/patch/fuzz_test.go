package patch_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

const someone = `{"externalId":"e","userName":"babs","name":{"familyName":"Jensen","givenName":"B"},"title":"Guide","active":true,
"emails":[{"value":"a@x","type":"work","primary":true},{"value":"b@x","type":"home"}],
"` + scim.URNEnterpriseUser + `":{"department":"Tours","manager":{"value":"26"}}}`

// FuzzApply: no request panics, and what requireSound asks for.
func FuzzApply(f *testing.F) {
	for _, s := range suites(f) {
		for _, name := range s.names {
			f.Add([]byte(s.cases[name]["request.json"]), s.options != "")
		}
	}
	f.Fuzz(func(t *testing.T, request []byte, tolerant bool) {
		if ops, ok := readOperations(request); ok {
			requireSound(t, ops, tolerant)
		}
	})
}

// TestApply_AnyOperations asks the same of requests that are mostly well
// formed, which a fuzzer seldom makes.
func TestApply_AnyOperations(t *testing.T) {
	t.Parallel()
	const extension = scim.URNEnterpriseUser
	kinds := rapid.SampledFrom([]string{"add", "replace", "remove", "Replace"})
	paths := rapid.SampledFrom([]string{
		"", "title", "userName", "active", "name", "name.givenName", "name.familyName", "emails", "emails.type", "emails.primary", "emails.value",
		`emails[type eq "work"]`, `emails[type eq "work"].value`, `emails[type eq "home"].type`, `emails[primary eq true]`, `emails[primary eq false].primary`,
		`emails[type eq "other" and primary eq true].value`, `emails[value pr].primary`, `emails[not (type eq "work")]`, "ims", `ims[value eq "x"].display`,
		extension, extension + ":manager", extension + ":manager.value", extension + ":department", `name[givenName pr].familyName`, "bogus", "id", "schemas",
	})
	values := rapid.SampledFrom([]string{
		`null`, `"x"`, `"work"`, `""`, `true`, `false`, `"True"`, `7`, `[]`, `{}`, `["x"]`, `[null]`, `[{}]`, `{"value":"x"}`, `[{"value":"x"}]`,
		`{"value":"a@x","type":"work"}`, `[{"value":"a@x","type":"work","primary":true},{"value":"c@x","primary":false}]`, `{"primary":true}`,
		`{"value":null,"type":null}`, `{"type":null}`, `{"givenName":null}`, `{"givenName":null,"familyName":null}`, `{"givenName":"g","bogus":1}`,
		`{"title":"t","name":{"givenName":null},"emails":[{"value":"d@x","primary":true}]}`, `{"department":null,"manager":null}`, `{"manager":{"value":"9"}}`,
		`{"emails":null,"name":{},"` + extension + `":{"department":"d"}}`, `{"name.givenName":"g","emails[type eq \"home\"].primary":true}`, `{"id":"7"}`,
		`{"userName":""}`, `"` + extension + `"`,
	})
	rapid.Check(t, func(t *rapid.T) {
		var ops []scim.Operation
		for i := range rapid.IntRange(1, 4).Draw(t, "operations") {
			op := scim.Operation{Op: scim.Op(kinds.Draw(t, "op")), Path: paths.Draw(t, "path"), Index: i}
			if op.HasValue = rapid.IntRange(0, 5).Draw(t, "value or none") > 0; op.HasValue {
				v, err := scim.Decode([]byte(values.Draw(t, "value")))
				require.NoError(t, err)
				op.Value = v
			}
			ops = append(ops, op)
		}
		requireSound(t, ops, rapid.Bool().Draw(t, "tolerant"))
	})
}

// requireSound: a refusal is one of SCIM, the resource is not changed, the
// result is one that a PUT could have sent, and a plan gives the same each time.
func requireSound(t require.TestingT, ops []scim.Operation, tolerant bool) {
	s := &suite{typ: schema.RFC().Users}
	if tolerant {
		s.options = "replace creates, ignore unknown paths, keep members"
	}
	before, err := scim.DecodeObject([]byte(someone))
	require.NoError(t, err)
	resource := scim.CloneObject(before)
	plan, err := compile(s.compiler(), ops)
	if err != nil {
		requireSCIMError(t, err)
		return
	}
	got, changed, err := plan.Apply(resource, ownID)
	require.Equal(t, before, resource, "the input is not changed")
	if err != nil {
		requireSCIMError(t, err)
		return
	}
	require.Equal(t, !scim.Equal(resource, got), changed)
	require.NoError(t, s.typ.CheckRequired(got))
	normal, err := (&schema.Normalizer{Type: s.typ}).Resource(got)
	require.NoError(t, err)
	require.Equal(t, got, normal, "a result needs no normalising")
	again, _, err := plan.Apply(resource, ownID)
	require.NoError(t, err)
	require.Equal(t, got, again, "a plan can be applied once more")
}

func requireSCIMError(t require.TestingT, err error) {
	var refusal *scim.Error
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, 400, refusal.Status)
	require.NotEmpty(t, refusal.Type)
}

func BenchmarkCompileApply(b *testing.B) {
	s := &suite{typ: schema.RFC().Users}
	resource := decode(b, someone)
	ops, ok := readOperations([]byte(`[{"op":"replace","path":"emails[type eq \"work\"].value","value":"c@x"},{"op":"replace","value":{"active":false}}]`))
	require.True(b, ok)
	b.ReportAllocs()
	for b.Loop() {
		plan, err := compile(s.compiler(), ops)
		if err != nil {
			b.Fatal(err)
		}
		if _, _, err := plan.Apply(resource, ownID); err != nil {
			b.Fatal(err)
		}
	}
}
