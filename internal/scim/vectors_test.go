package scim_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

// A vector is one case of a public test suite. The suites keep their licences,
// so their files stand beside the project and are read where they are.
type vector struct {
	ID       string         `json:"id"`
	Kind     string         `json:"kind"`
	Input    jsontext.Value `json:"input"`
	Expected jsontext.Value `json:"expected"`

	Filter  string `json:"filter"` // of a match
	Options struct {
		CaseExact bool `json:"caseExact"`
	} `json:"options"`
	Resource jsontext.Value `json:"resource"` // of a match; the type's name in a patch
}

// vectors reads the suites whose files match a pattern. A clone of the project
// alone has none, which is fine everywhere but on CI.
func vectors(t *testing.T, pattern string) []vector {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root(t), "..", "shared", "vectors", pattern))
	require.NoError(t, err)
	if len(files) == 0 {
		require.NotEqual(t, "true", os.Getenv("CI"), "the vectors of public suites are missing on CI")
		t.Log("the vectors of public suites are not here; only the project's own run")
	}
	var all []vector
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		var suite struct {
			Vectors []vector `json:"vectors"`
		}
		require.NoError(t, json.Unmarshal(text, &suite), file)
		require.NotEmpty(t, suite.Vectors, file)
		all = append(all, suite.Vectors...)
	}
	return all
}

// root is the project's folder, which has go.mod.
func root(t *testing.T) string {
	t.Helper()
	folder, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder
		}
		parent := filepath.Dir(folder)
		require.NotEqual(t, parent, folder, "no go.mod above the test")
		folder = parent
	}
}

// exceptions are vectors that we answer otherwise, by id, with the reason.
type exceptions map[string]string

// judge holds an answer against its vector, and the list of exceptions against
// the answer: an entry that is no longer needed has to go.
func (e exceptions) judge(t *testing.T, id string, agrees bool, format string, args ...any) {
	t.Helper()
	if reason, excepted := e[id]; excepted {
		require.False(t, agrees, "%s passes; take it off the list of exceptions (%s)", id, reason)
		return
	}
	require.True(t, agrees, append([]any{format}, args...)...)
}

// complete fails for exceptions that name no vector.
func (e exceptions) complete(t *testing.T, all []vector) {
	t.Helper()
	if len(all) == 0 {
		return
	}
	known := map[string]bool{}
	for _, v := range all {
		known[v.ID] = true
	}
	for id := range e {
		require.True(t, known[id], "no vector has the id %s", id)
	}
}

// tree decodes a part of a vector.
func tree(t *testing.T, text jsontext.Value) any {
	t.Helper()
	v, err := scim.Decode(text)
	require.NoError(t, err)
	return v
}

func object(t *testing.T, text jsontext.Value) scim.Object {
	t.Helper()
	o, ok := tree(t, text).(scim.Object)
	require.True(t, ok, "%s is no object", text)
	return o
}

// extend makes a resource type that has, beside the attributes of a known one,
// those that samples have: many vectors invent names. What a sample cannot
// show is readWrite, and caseExact as given.
func extend(t *testing.T, base *schema.ResourceType, caseExact bool, samples ...scim.Object) *schema.ResourceType {
	t.Helper()
	core, err := schema.Parse(base.Schema.JSON)
	require.NoError(t, err)
	for _, o := range samples {
		o = maps.Clone(o)
		for _, common := range []string{"schemas", "id", "externalId", "meta"} {
			delete(o, common)
		}
		core.Attributes = learn(core.Attributes, o, caseExact)
	}
	text, err := json.Marshal(core)
	require.NoError(t, err)
	core, err = schema.Parse(text)
	require.NoError(t, err)
	return schema.NewResourceType(base.Name, base.Endpoint, base.Description, core, base.Extensions)
}

// learn adds to a list of attributes those of an object that are not in it,
// sub-attributes too.
func learn(list []*schema.Attribute, o scim.Object, caseExact bool) []*schema.Attribute {
	for name, v := range o {
		if strings.ContainsRune(name, ':') {
			continue
		}
		values, many := v.([]any)
		if !many {
			values = []any{v}
		}
		i := slices.IndexFunc(list, func(a *schema.Attribute) bool { return strings.EqualFold(a.Name, name) })
		if i < 0 {
			i = len(list)
			list = append(list, &schema.Attribute{Name: name, Type: typeOf(values), MultiValued: many, CaseExact: caseExact})
		}
		for _, e := range values {
			if inner, ok := e.(scim.Object); ok {
				list[i].SubAttributes = learn(list[i].SubAttributes, inner, caseExact)
			}
		}
	}
	return list
}

func typeOf(values []any) schema.Type {
	for _, v := range values {
		switch v.(type) {
		case scim.Object:
			return schema.TypeComplex
		case bool:
			return schema.TypeBoolean
		case scim.Number:
			return schema.TypeDecimal
		}
	}
	return schema.TypeString
}
