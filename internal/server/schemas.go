package server

import (
	"fmt"
	"os"

	"github.com/cinode-scim/cinode-scim/internal/config"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

// LoadSchemas makes the registry of the RFC's schemas and those of files, which
// --schema names.
func LoadSchemas(paths []string) (*schema.Registry, error) {
	files := make([]schema.File, len(paths))
	for i, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, &config.Error{Message: fmt.Sprintf("--schema names a file that cannot be read: %v", err)}
		}
		files[i] = schema.File{Name: path, Text: text}
	}
	registry, err := schema.RFC().Extend(files...)
	if err != nil {
		return nil, &config.Error{Message: fmt.Sprintf("--schema: %v", err)}
	}
	return registry, nil
}

// resolveSensitive gives the paths of attributes as filters have them; the URN of
// an extension stands for all of its attributes.
func resolveSensitive(registry *schema.Registry, names []string) ([]string, error) {
	var paths []string
	for _, name := range names {
		target, ok := registry.Resolve(name)
		switch {
		case !ok:
			return nil, &config.Error{Message: fmt.Sprintf(
				"--sensitive has %q, which no schema has; name an attribute such as emails.value, one of an extension with its URN", name)}
		case target.Attribute != nil:
			paths = append(paths, target.String())
		default:
			for _, a := range registry.Lookup(target.Container).Attributes {
				paths = append(paths, schema.Target{Container: target.Container, Attribute: a}.String())
			}
		}
	}
	return paths, nil
}
