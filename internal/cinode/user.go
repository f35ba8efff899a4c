package cinode

import (
	"strings"
	"unicode"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

// setOnce are the attributes that are read only once they are set: userName, which
// is Cinode's Email, and externalId, its ObjectIdentifier (D).
var setOnce = []string{"userName", "externalId"}

// KeepSetOnce puts into the next state of a resource what it has and the next does
// not name.
func KeepSetOnce(next, before scim.Object) {
	for _, name := range setOnce {
		if was := before[name]; was != nil && was != "" && next[name] == nil {
			next[name] = was
		}
	}
}

// HoldSetOnce puts back what the next state of a resource has otherwise although
// it can be set once, and gives the names. The same value in other letters, where
// case has no meaning, is no change, and an empty one counts as absent.
func HoldSetOnce(t *schema.ResourceType, next, before scim.Object) (changed []string) {
	for _, name := range setOnce {
		was, _ := before[name].(string)
		if was == "" {
			continue
		}
		now, given := next[name].(string)
		next[name] = was
		if a := t.Attribute(name); !given || now != "" && a.Fold(now) != a.Fold(was) {
			changed = append(changed, name)
		}
	}
	return changed
}

// IsEmail reports whether a userName looks like the e-mail address that Cinode has
// in its place (D).
func IsEmail(s string) bool {
	at := strings.LastIndexByte(s, '@')
	return at > 0 && !strings.ContainsAny(s, " <>,;") && !strings.ContainsFunc(s, unicode.IsControl) &&
		at < len(s)-1 && !strings.HasPrefix(s[at+1:], ".") && !strings.HasSuffix(s, ".") && !strings.Contains(s[at:], "..")
}

// CheckNames refuses a user without first or last name, in Cinode's words (D).
func CheckNames(user scim.Object) error { return missing(nameless(user)) }

// CheckNamesStay refuses to take a first or last name away. Users who never had
// one, since another persona let them in, can still be changed.
func CheckNamesStay(next, before scim.Object) error {
	var gone []string
	had := strings.Join(nameless(before), " ")
	for _, path := range nameless(next) {
		if !strings.Contains(had, path) {
			gone = append(gone, path)
		}
	}
	return missing(gone)
}

// nameless are the names that a user lacks.
func nameless(user scim.Object) []string {
	var paths []string
	name, _ := user["name"].(scim.Object)
	for _, part := range []string{"givenName", "familyName"} {
		if text, _ := name[part].(string); strings.Trim(text, " \t\r\n") == "" {
			paths = append(paths, "name."+part)
		}
	}
	return paths
}

func missing(paths []string) error {
	if len(paths) == 0 {
		return nil
	}
	words := make([]string, len(paths))
	for i, path := range paths {
		words[i] = `"` + path + `":["Value is missing"]`
	}
	return scim.InvalidValue("%s", strings.Join(words, ", "))
}
