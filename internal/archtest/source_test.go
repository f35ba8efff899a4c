package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	module = "github.com/cinode-scim/cinode-scim"
	root   = "../.."
)

// A source is one parsed Go file.
type source struct {
	name   string // path from the root
	folder string // the package's folder, from the root
	test   bool
	lines  int
	set    *token.FileSet
	syntax *ast.File
}

func parse(t *testing.T, name string, text []byte) source {
	t.Helper()
	set := token.NewFileSet()
	syntax, err := parser.ParseFile(set, name, text, parser.ParseComments|parser.SkipObjectResolution)
	require.NoError(t, err)
	return source{
		name: name, folder: path.Dir(name), test: strings.HasSuffix(name, "_test.go"),
		lines: strings.Count(string(text), "\n"), set: set, syntax: syntax,
	}
}

// repository parses every Go file, those for other systems too. It walks the tree itself because the cache of go test
// then notices new folders, which it would not if a command listed them.
func repository(t *testing.T) []source {
	t.Helper()
	var sources []source
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if file != root && isForeign(entry.Name()) {
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(file) != ".go" {
			return nil
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, file)
		if err != nil {
			return err
		}
		sources = append(sources, parse(t, filepath.ToSlash(name), text))
		return nil
	})
	require.NoError(t, err)
	require.NotEmpty(t, sources)
	return sources
}

// isForeign names the folders that Go ignores too, and those that git does.
func isForeign(folder string) bool {
	return strings.HasPrefix(folder, ".") || strings.HasPrefix(folder, "_") ||
		folder == "testdata" || folder == "bin" || folder == "node_modules"
}

// at is the place of a node as editors like it: file:line.
func (s source) at(node ast.Node) string {
	return s.name + ":" + strconv.Itoa(s.set.Position(node.Pos()).Line)
}

// An edge is one import: the path, or the folder if it is a package of this module.
type edge struct {
	target   string
	internal bool
	place    string
}

func (s source) imports() []edge {
	edges := make([]edge, 0, len(s.syntax.Imports))
	for _, spec := range s.syntax.Imports {
		target, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // the parser has accepted it
		}
		folder, internal := strings.CutPrefix(target, module+"/")
		edges = append(edges, edge{target: folder, internal: internal, place: s.at(spec)})
	}
	return edges
}

// matches reports whether an import falls under a pattern: a path, a path with /... for all below it too, or a group.
func matches(pattern, target string) bool {
	if members, ok := groups[pattern]; ok {
		for _, member := range members {
			if matches(member, target) {
				return true
			}
		}
		return false
	}
	if tree, ok := strings.CutSuffix(pattern, "/..."); ok {
		return target == tree || strings.HasPrefix(target, tree+"/")
	}
	return target == pattern
}

func matchesAny(patterns []string, target string) bool {
	for _, pattern := range patterns {
		if matches(pattern, target) {
			return true
		}
	}
	return false
}
