package cinode

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxTenantID is the highest number that a tenant can be given. It leaves the
// server more to give by itself than it ever will.
const MaxTenantID = 1_000_000_000_000

// maxName is the longest name that an administrator can give, in characters.
const maxName = 200

// NameFault says what is wrong with a name that an administrator gives, in words
// that go on after what it is the name of; empty for nothing. It is shown in one
// line, in JSON.
func NameFault(name string) string {
	switch {
	case !utf8.ValidString(name):
		return "is no valid UTF-8"
	case utf8.RuneCountInString(name) > maxName:
		return fmt.Sprintf("is longer than %d characters", maxName)
	case strings.ContainsFunc(name, unicode.IsControl):
		return "holds a control character"
	default:
		return ""
	}
}
