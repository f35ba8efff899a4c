package scim_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/filter"
	"github.com/cinode-scim/cinode-scim/internal/scim/patch"
	"github.com/cinode-scim/cinode-scim/internal/scim/quirk"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

const (
	noPath      = "the path is outside the grammar, which has one dot and no brackets after it"
	wholeRecord = "a replace through brackets replaces the record, sub-attributes that are not named included"
	noObject    = "without a path the value must be an object; ignoring it would hide the client's fault"
	unknownPath = "a path that names nothing is invalidPath on rfc; the cinode persona ignores it"
	twoPrimary  = "the vector has two primary values in one attribute, which RFC 7643 section 2.4 does not allow"
)

var patchExceptions = exceptions{
	"patch-scim-patch-010":   "an empty array does not show that surName is complex: invalidPath, not noTarget",
	"patch-scim-patch-012":   noPath,
	"patch-scim-patch-014":   "a string is no value of a complex attribute",
	"patch-scim-patch-018":   "replace through brackets without a match is noTarget; the cinode persona creates, as Entra ID expects",
	"patch-scim-patch-019":   wholeRecord,
	"patch-scim-patch-020":   wholeRecord,
	"patch-scim-patch-023":   "a replace of a multi-valued attribute replaces all of its values",
	"patch-scim-patch-025":   wholeRecord,
	"patch-scim-patch-035":   noPath,
	"patch-scim-patch-040":   noPath,
	"patch-scim-patch-050":   noPath,
	"patch-scim-patch-055":   twoPrimary,
	"patch-scim-patch-056":   twoPrimary,
	"patch-scim-patch-065":   noPath,
	"patch-scim-patch-075":   noPath,
	"patch-scim-patch-078":   noPath,
	"patch-scim2-models-015": noObject,
	"patch-scim2-models-027": unknownPath,
	"patch-scim2-models-030": "the URN of the core schema as a path is outside the grammar, and no client sends it",
	"patch-scim2-models-035": "a singular attribute is removed whatever value a remove carries",
	"patch-scim2-models-054": noObject,
	"patch-scim2-models-060": twoPrimary,
	"patch-scim2-models-061": "an unknown name in a value is ignored and reported, as everywhere in bodies",
	"patch-scim2-models-066": unknownPath,
	"patch-scim2-models-071": noObject,
}

// TestVectors_Patch runs the suites as the rfc persona compiles: quirks are
// rewritten first, and a replace whose brackets match nothing is noTarget.
func TestVectors_Patch(t *testing.T) {
	t.Parallel()
	all := vectors(t, "patch-*.json")
	for _, v := range all {
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			judgePatch(t, v)
		})
	}
	patchExceptions.complete(t, all)
}

func judgePatch(t *testing.T, v vector) {
	t.Helper()
	input, expected := object(t, v.Input), object(t, v.Expected)
	before, _ := input["before"].(scim.Object)
	after, _ := expected["after"].(scim.Object)
	complete(before, after)
	normalizer := &schema.Normalizer{Type: patchType(t, v, before, after), Coerce: quirk.Coerce, Deviations: &scim.Deviations{}}
	start, err := normalizer.Resource(before)
	if err != nil {
		patchExceptions.judge(t, v.ID, false, "before: %v", err)
		return
	}
	got, changed, err := run(normalizer, operations(t, input), start)
	if refused, ok := expected["error"]; ok {
		patchExceptions.judge(t, v.ID, refusedAs(err, refused), "got %v, %v, want %v", got, err, refused)
		return
	}
	want, wantErr := normalizer.Resource(after)
	agrees := err == nil && wantErr == nil && scim.Equal(want, got)
	if moved, ok := expected["changed"]; ok {
		agrees = agrees && moved == changed
	}
	patchExceptions.judge(t, v.ID, agrees, "changed %t, error %v\ngot  %v\nwant %v", changed, err, got, want)
}

// complete gives states the required attributes that most vectors leave out.
func complete(before, after scim.Object) {
	for _, name := range []string{"userName", "displayName"} {
		if _, ok := before[name]; ok || before == nil {
			continue
		}
		before[name] = "required"
		if _, ok := after[name]; !ok && after != nil {
			after[name] = "required"
		}
	}
}

// patchType is the vector's resource type. One that is custom gets the
// attributes its resources have, immutable where their names say so.
func patchType(t *testing.T, v vector, before, after scim.Object) *schema.ResourceType {
	t.Helper()
	switch name := tree(t, v.Resource); name {
	case "User":
		return schema.RFC().Users
	case "Group":
		return schema.RFC().Groups
	default:
		custom := extend(t, schema.RFC().Users, false, before, after)
		for _, name := range []string{"immutable", "locked"} {
			if a := custom.Attribute(name); a != nil {
				a.Mutability = schema.MutabilityImmutable
			}
		}
		return custom
	}
}

func operations(t *testing.T, input scim.Object) []scim.Operation {
	t.Helper()
	list, ok := input["operations"].([]any)
	require.True(t, ok)
	var ops []scim.Operation
	for i, e := range list {
		o, ok := e.(scim.Object)
		require.True(t, ok)
		op, _ := o["op"].(string)
		path, _ := o["path"].(string)
		value, has := o["value"]
		ops = append(ops, scim.Operation{Op: scim.Op(op), Path: path, Value: value, HasValue: has, Index: i})
	}
	return ops
}

func run(normalizer *schema.Normalizer, ops []scim.Operation, o scim.Object) (scim.Object, bool, error) {
	compiler := &patch.Compiler{
		Normalizer: normalizer,
		Binder:     &filter.Binder{Type: normalizer.Type, Deviations: normalizer.Deviations},
	}
	plan, err := compiler.Compile(quirk.Operations(normalizer.Type, ops, normalizer.Deviations))
	if err != nil {
		return nil, false, err
	}
	return plan.Apply(o, "2819c223")
}

// errorNames are the suites' names for scimTypes.
var errorNames = map[string]string{
	"NoTargetException": "noTarget", "MutabilityException": "mutability", "InvalidPathException": "invalidPath",
	"InvalidValueException": "invalidValue", "PathNotFoundException": "invalidPath", "ValidationError": "invalidValue",
}

// malformed are the types between which RFC 7644 table 9 leaves a choice.
var malformed = []string{"invalidSyntax", "invalidPath", "invalidValue", "invalidFilter"}

// refusedAs reports whether an error is the one that a vector has. The suites
// other than the RFC's own have names for errors that say less than table 9.
func refusedAs(err error, want any) bool {
	var refusal *scim.Error
	if !errors.As(err, &refusal) || refusal.Status != 400 {
		return false
	}
	o, _ := want.(scim.Object)
	types, _ := o["scimType"].(string)
	name, others := o["name"].(string)
	if types == "" {
		types = errorNames[name]
	}
	if others && slices.Contains(malformed, types) {
		return slices.Contains(malformed, string(refusal.Type))
	}
	return slices.Contains(strings.Split(types, "|"), string(refusal.Type))
}
