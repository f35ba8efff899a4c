package filter_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/filter"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

// TestVectors runs testdata: a file has a resource (of a type, or of a schema
// of its own), and filters that are true of it, false, or refused as
// invalidFilter; those under "unquoted" are refused unless words without
// quotes are taken.
func TestVectors(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			require.NoError(t, err)
			require.Contains(t, string(archive.Comment), "RFC ", "the header cites a section")
			vectors(t, archive)
		})
	}
}

func vectors(t *testing.T, archive *txtar.Archive) {
	t.Helper()
	typ := schema.RFC().Users
	var resource scim.Object
	for _, f := range archive.Files {
		switch f.Name {
		case "type":
			typ = schema.RFC().Type(strings.TrimSpace(string(f.Data)))
			require.NotNil(t, typ)
		case "schema.json":
			core, err := schema.Parse(f.Data)
			require.NoError(t, err)
			typ = schema.NewResourceType("User", "/Users", "", core, nil)
		case "resource.json":
			o, err := scim.DecodeObject(f.Data)
			require.NoError(t, err)
			resource = o
		default:
			for line := range strings.Lines(string(f.Data)) {
				line = strings.TrimSuffix(line, "\n")
				t.Run(f.Name+" "+line, func(t *testing.T) { vector(t, typ, resource, f.Name, line) })
			}
		}
	}
}

func vector(t *testing.T, typ *schema.ResourceType, resource scim.Object, want, text string) {
	t.Helper()
	bound, err := bind(&filter.Binder{Type: typ}, text)
	switch want {
	case "true", "false":
		require.NoError(t, err, text)
		judge(t, typ, bound, resource, want == "true", text)
	case "refused":
		requireRefused(t, err, text)
	case "unquoted":
		requireRefused(t, err, text)
		noted := &scim.Deviations{}
		_, err := bind(&filter.Binder{Type: typ, Unquoted: true, Deviations: noted}, text)
		require.NoError(t, err, text)
		require.Equal(t, scim.DeviationUnquotedFilter, noted.IDs(), text)
	default:
		require.Fail(t, "unknown part "+want)
	}
}

// judge matches, and holds what must be true of every filter: it does not
// change the resource, parentheses change nothing, and not turns it round.
func judge(t *testing.T, typ *schema.ResourceType, bound *filter.Bound, resource scim.Object, want bool, text string) {
	t.Helper()
	before := scim.CloneObject(resource)
	require.Equal(t, want, bound.Match(resource), "%s, bound as %s", text, bound)
	require.Equal(t, before, resource, text)
	for wrapped, want := range map[string]bool{"(" + text + ")": want, "not (" + text + ")": !want} {
		bound, err := bind(&filter.Binder{Type: typ}, wrapped)
		require.NoError(t, err, wrapped)
		require.Equal(t, want, bound.Match(resource), wrapped)
	}
}

func bind(b *filter.Binder, text string) (*filter.Bound, error) {
	e, err := filter.Parse(text)
	if err != nil {
		return nil, err
	}
	return b.Bind(e)
}

func requireRefused(t *testing.T, err error, text string) {
	t.Helper()
	var refusal *scim.Error
	require.ErrorAs(t, err, &refusal, text)
	require.Equal(t, scim.ErrorTypeInvalidFilter, refusal.Type, text)
	require.Equal(t, 400, refusal.Status, text)
	require.NotEmpty(t, refusal.Detail, text)
}
