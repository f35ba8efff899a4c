package patch_test

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/filter"
	"github.com/cinode-scim/cinode-scim/internal/scim/patch"
	"github.com/cinode-scim/cinode-scim/internal/scim/quirk"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

const ownID = "7"

// A suite is one file of testdata: a resource (of a type, of a schema of its own
// or of User with an extension of its own), options of the compiler, and cases by name. A case has a request.json
// and one of want.json, which lists the attributes that differ from the
// resource, null for those that are gone; unchanged; or error: the scimType and
// a part of the detail. deviations are the ids that must have been noted.
type suite struct {
	file     string
	typ      *schema.ResourceType
	options  string
	resource scim.Object
	names    []string
	cases    map[string]map[string]string
}

func TestVectors(t *testing.T) {
	t.Parallel()
	for _, s := range suites(t) {
		t.Run(s.file, func(t *testing.T) {
			t.Parallel()
			for _, name := range s.names {
				t.Run(name, func(t *testing.T) { s.run(t, s.cases[name]) })
			}
		})
	}
}

func suites(tb testing.TB) []*suite {
	tb.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	require.NoError(tb, err)
	require.NotEmpty(tb, files)
	var all []*suite
	for _, file := range files {
		all = append(all, readSuite(tb, file))
	}
	return all
}

func readSuite(tb testing.TB, file string) *suite {
	tb.Helper()
	archive, err := txtar.ParseFile(file)
	require.NoError(tb, err)
	require.Contains(tb, string(archive.Comment), "RFC ", "the header cites a section")
	s := &suite{file: filepath.Base(file), typ: schema.RFC().Users, cases: map[string]map[string]string{}}
	for _, f := range archive.Files {
		switch f.Name {
		case "type":
			s.typ = schema.RFC().Type(strings.TrimSpace(string(f.Data)))
			require.NotNil(tb, s.typ)
		case "schema.json":
			core, err := schema.Parse(f.Data)
			require.NoError(tb, err)
			s.typ = schema.NewResourceType("User", "/Users", "", core, nil)
		case "extension.json":
			registry, err := schema.RFC().Extend(schema.File{Name: f.Name, Text: f.Data})
			require.NoError(tb, err)
			s.typ = registry.Users
		case "options":
			s.options = string(f.Data)
		case "resource.json":
			s.resource = decode(tb, string(f.Data))
		default:
			name, part, ok := strings.Cut(f.Name, "/")
			require.True(tb, ok, f.Name)
			if s.cases[name] == nil {
				s.cases[name] = map[string]string{}
				s.names = append(s.names, name)
			}
			require.NotContains(tb, s.cases[name], part, "two cases are called %s", name)
			s.cases[name][part] = string(f.Data)
		}
	}
	return s
}

func decode(tb testing.TB, text string) scim.Object {
	tb.Helper()
	o, err := scim.DecodeObject([]byte(text))
	require.NoError(tb, err, text)
	return o
}

func (s *suite) compiler() *patch.Compiler {
	noted := &scim.Deviations{}
	return &patch.Compiler{
		Normalizer: &schema.Normalizer{
			Type: s.typ, Coerce: quirk.Coerce, CheckFormats: strings.Contains(s.options, "check user names"), Deviations: noted,
		},
		Binder:             &filter.Binder{Type: s.typ, Deviations: noted},
		ReplaceCreates:     strings.Contains(s.options, "replace creates"),
		IgnoreUnknownPaths: strings.Contains(s.options, "ignore unknown paths"),
		KeepMembers:        strings.Contains(s.options, "keep members"),
	}
}

func operations(t *testing.T, text string) []scim.Operation {
	t.Helper()
	ops, ok := readOperations([]byte(text))
	require.True(t, ok, text)
	return ops
}

func readOperations(text []byte) ([]scim.Operation, bool) {
	v, err := scim.Decode(text)
	list, ok := v.([]any)
	if err != nil || !ok {
		return nil, false
	}
	var ops []scim.Operation
	for i, e := range list {
		o, ok := e.(scim.Object)
		if !ok {
			return nil, false
		}
		op, _ := o["op"].(string)
		path, _ := o["path"].(string)
		value, has := o["value"]
		ops = append(ops, scim.Operation{Op: scim.Op(op), Path: path, Value: value, HasValue: has, Index: i})
	}
	return ops, true
}

func (s *suite) run(t *testing.T, parts map[string]string) {
	t.Helper()
	ops, resource := operations(t, parts["request.json"]), scim.CloneObject(s.resource)
	compiler := s.compiler()
	plan, err := compile(compiler, ops)
	var got scim.Object
	var changed bool
	if err == nil {
		got, changed, err = plan.Apply(resource, ownID)
	}
	require.Equal(t, s.resource, resource, "the input is not changed")
	require.Equal(t, operations(t, parts["request.json"]), ops, "the operations are not changed")
	if want, ok := parts["error"]; ok {
		requireRefusal(t, err, want)
		return
	}
	require.NoError(t, err)
	want := s.resource
	if difference, ok := parts["want.json"]; ok {
		want = merged(s.resource, decode(t, difference))
	} else {
		require.Contains(t, parts, "unchanged", "a case says what it wants")
	}
	require.Equal(t, want, got)
	require.Equal(t, !scim.Equal(want, s.resource), changed)
	if noted, ok := parts["deviations"]; ok {
		require.Equal(t, strings.TrimSpace(noted), compiler.Normalizer.Deviations.IDs())
	}
	s.invariants(t, plan, ops, got)
}

func compile(c *patch.Compiler, ops []scim.Operation) (*patch.Plan, error) {
	return c.Compile(quirk.Operations(c.Normalizer.Type, ops, c.Normalizer.Deviations))
}

func requireRefusal(t *testing.T, err error, want string) {
	t.Helper()
	kind, detail, _ := strings.Cut(strings.TrimSpace(want), " ")
	var refusal *scim.Error
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, 400, refusal.Status)
	require.Equal(t, scim.ErrorType(kind), refusal.Type, refusal.Detail)
	require.Contains(t, refusal.Detail, detail)
}

// merged is a resource with some attributes put in place of its own; null
// takes one, also inside an object, away.
func merged(o, difference scim.Object) scim.Object {
	out := scim.CloneObject(o)
	for name, v := range difference {
		if v == nil {
			delete(out, name)
			continue
		}
		if inner, ok := v.(scim.Object); ok {
			v = merged(scim.Object{}, inner)
		}
		out[name] = v
	}
	return out
}

// invariants are what holds of every result.
func (s *suite) invariants(t *testing.T, plan *patch.Plan, ops []scim.Operation, got scim.Object) {
	t.Helper()
	again, _, err := plan.Apply(s.resource, ownID)
	require.NoError(t, err, "a plan can be applied once more, to the same resource")
	require.Equal(t, got, again, "a plan can be applied once more, to the same resource")

	plan, err = compile(s.compiler(), ops)
	require.NoError(t, err)
	twice, changed, err := plan.Apply(got, ownID)
	var refusal *scim.Error
	if errors.As(err, &refusal) {
		require.Contains(t, []scim.ErrorType{scim.ErrorTypeNoTarget}, refusal.Type, "the same on the result")
	} else {
		require.NoError(t, err)
		require.Equal(t, got, twice, "the same on the result changes nothing")
		require.False(t, changed)
	}

	if s.typ.CheckRequired(s.resource) == nil {
		require.NoError(t, s.typ.CheckRequired(got))
	}
	back := decode(t, string(s.typ.AppendJSON(nil, got)))
	delete(back, "schemas")
	require.Equal(t, got, back, "JSON and back")
	normal, err := (&schema.Normalizer{Type: s.typ}).Resource(got)
	require.NoError(t, err)
	require.Equal(t, got, normal, "a result needs no normalising")
	require.True(t, s.typ.Covers(got))
	require.True(t, slices.Contains(s.typ.URNs(got), any(s.typ.Schema.ID)))
}
