package sqlfilter

import (
	"strings"
	"unicode/utf8"

	"github.com/cinode-scim/cinode-scim/internal/scim"
)

// foldedToASCII are the letters beyond ASCII that have ASCII letters in them once
// they are folded, as the Kelvin sign is a k then.
const foldedToASCII = "\u00df\u0130\u0149\u017f\u01f0\u1e96-\u1e9a\u1e9e\u212a\ufb00-\ufb06"

// shortest is how long a part must be to be worth looking for.
const shortest = 3

// plainPart is the longest part of a text that the JSON of an exchange has just as
// the exchange has it, but for the case of letters; empty if there is none. Quotes
// and the like are escaped in JSON, and blanks may be between two of its values.
func plainPart(text string) string {
	longest := ""
	for part := range strings.FieldsFuncSeq(scim.Fold(text), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && !strings.ContainsRune("@._-/", r)
	}) {
		if len(part) > len(longest) {
			longest = part
		}
	}
	if len(longest) < shortest {
		return ""
	}
	return longest
}

// MayMention is what PostgreSQL looks for in the JSON of an exchange by itself, for
// SQLite, which would take long: a plainPart with its letters in any case, a letter
// that folding makes ASCII of, or a body that is no text.
func MayMention(doc, part string) bool {
	if strings.Contains(doc, `"bytes":"`) {
		return true
	}
	for i := 0; i < len(doc); i++ {
		c := doc[i]
		if c >= utf8.RuneSelf {
			if r, size := utf8.DecodeRuneInString(doc[i:]); size > 1 {
				if becomesASCII(r) {
					return true
				}
				i += size - 1
			}
			continue
		}
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c == part[0] && len(doc)-i >= len(part) && strings.EqualFold(doc[i:i+len(part)], part) {
			return true
		}
	}
	return false
}

// becomesASCII is foldedToASCII for one letter.
func becomesASCII(r rune) bool {
	switch r {
	case '\u00df', '\u0130', '\u0149', '\u017f', '\u01f0', '\u1e9e', '\u212a':
		return true
	}
	return '\u1e96' <= r && r <= '\u1e9a' || '\ufb00' <= r && r <= '\ufb06'
}
