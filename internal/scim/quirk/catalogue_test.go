package quirk_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/scim/quirk"
)

// TestCatalogue_IsComplete holds the catalogue against the constants of package
// scim.
func TestCatalogue_IsComplete(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "../deviation.go", nil, 0)
	require.NoError(t, err)
	var declared []string
	ast.Inspect(file, func(n ast.Node) bool {
		if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			id, err := strconv.Unquote(literal.Value)
			require.NoError(t, err)
			declared = append(declared, id)
		}
		return true
	})
	var described []string
	for _, k := range quirk.Catalogue {
		described = append(described, k.ID)
		require.NotContains(t, k.Sentence, ".", "%s: a sentence without its full stop", k.ID)
		require.NotEmpty(t, k.Sentence, k.ID)
		require.NotEmpty(t, k.Senders, k.ID)
		require.Regexp(t, `^(RFC \d+ section [\d.]+|Cinode)$`, k.Section)
		require.Regexp(t, `^[a-z]+(-[a-z]+)*$`, k.ID)
		require.Equal(t, k, quirk.Describe(k.ID), "%s is described twice", k.ID)
	}
	require.NotEmpty(t, declared)
	require.ElementsMatch(t, declared, described)
}

func TestDescribe_UnknownID(t *testing.T) {
	t.Parallel()
	require.Equal(t, quirk.Kind{ID: "x"}, quirk.Describe("x"))
}
