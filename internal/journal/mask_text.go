package journal

import (
	"bytes"
	"strings"
)

// The bytes on which suspicious looks closer: the rarest of each word that tells
// of a secret, so that a body without one is passed by quickly.
var telling = func() (t [256]bool) {
	for _, c := range []byte("wWcCkKbBhH_JzZ\\\xC5\xE2") {
		t[c] = true
	}
	return t
}()

// suspicious reports whether a text may hold a secret, or the name of one. It is
// the check that most bodies end at.
func suspicious[T string | []byte](s T) bool {
	for i := range len(s) {
		if telling[s[i]] && tells(s, i) {
			return true
		}
	}
	return false
}

func tells[T string | []byte](s T, i int) bool {
	switch s[i] {
	case 'w', 'W':
		return around(s, i-4, "passw") || around(s, i-1, "pwd")
	case 'c', 'C':
		return around(s, i-2, "secret")
	case 'k', 'K':
		return around(s, i-2, "token") || around(s, i-3, "apikey") || around(s, i-4, "api_key") || around(s, i-4, "api-key")
	case 'b', 'B':
		return around(s, i, "bearer")
	case 'h', 'H':
		return around(s, i-5, "passphrase")
	case '_':
		return around(s, i-3, "csc_") || around(s, i-3, "csa_")
	case 'J':
		return i >= 2 && s[i-1] == 'y' && s[i-2] == 'e'
	case 'z', 'Z':
		return around(s, i-7, "authorization")
	case '\\': // an escaped letter may be one of a word
		return i+1 < len(s) && s[i+1] == 'u'
	case 0xC5: // U+017F, which folds to s
		return i+1 < len(s) && s[i+1] == 0xBF
	case 0xE2: // U+212A, which folds to k
		return i+2 < len(s) && s[i+1] == 0x84 && s[i+2] == 0xAA
	default:
		return false
	}
}

func around[T string | []byte](s T, at int, word string) bool {
	if at < 0 || at+len(word) > len(s) {
		return false
	}
	for i := range len(word) {
		if lower(s[at+i]) != word[i] {
			return false
		}
	}
	return true
}

// secretName reports whether a name, in whatever case, is one of a secret: an
// attribute, with its URN or in a path, or a parameter.
func secretName(name string) bool {
	if !suspicious(name) {
		return false
	}
	name = fold(name)
	for _, word := range []string{"password", "passwd", "pwd", "passphrase", "secret", "apikey", "api_key", "api-key", "access_token", "refresh_token"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return strings.HasSuffix(name, "token") || name == "authorization"
}

// fold is a lower case in which no letter is left that strings.EqualFold takes
// for a, ..., z.
func fold(s string) string { return strings.ReplaceAll(strings.ToLower(s), "\u017f", "s") }

// text masks what looks like a secret in a text, and what follows the name of one.
func (p masking) text(s string) string {
	s = p.secrets(s, false)
	if p.PII {
		s = p.addresses(s)
	}
	return s
}

// filter is text for a filter or a PATCH path: whatever a password is compared
// with is masked, however odd the syntax is.
func (p masking) filter(s string) string {
	s = p.secrets(s, true)
	if p.PII {
		s = p.comparands(s)
	}
	return s
}

// secrets goes before what is masked of persons, which might swallow the name
// of a secret and leave the secret.
func (p masking) secrets(s string, filter bool) string {
	if p.credential != "" {
		s = strings.ReplaceAll(s, p.credential, Masked)
	}
	if !suspicious(s) {
		return s
	}
	return p.named(p.bearers(p.tokens(s)), filter)
}

// tokens masks words that are tokens by their looks: this server's, and JWTs.
func (p masking) tokens(s string) string {
	var out strings.Builder
	done := 0
	for i := 0; i < len(s); {
		end := tokenAt(s, i)
		if end == i {
			i++
			continue
		}
		out.WriteString(s[done:i] + Masked)
		i, done = end, end
	}
	if done == 0 {
		return s
	}
	return out.String() + s[done:]
}

// shortestJWT is what the header of a JWT alone is longer than.
const shortestJWT = 16

func tokenAt(s string, i int) int {
	switch {
	case around(s, i, "csc_"), around(s, i, "csa_"):
		end := i + len("csc_")
		for end < len(s) && (isWord(s[end]) || s[end] == '_') {
			end++
		}
		if end == i+len("csc_") {
			return i
		}
		return end
	case strings.HasPrefix(s[i:], "eyJ"):
		end := i
		for end < len(s) && (isWord(s[end]) || strings.IndexByte("_-.", s[end]) >= 0) {
			end++
		}
		if end-i < shortestJWT {
			return i
		}
		return end
	default:
		return i
	}
}

func isWord(c byte) bool { return '0' <= c && c <= '9' || 'a' <= lower(c) && lower(c) <= 'z' }

// bearers masks the word after "Bearer", unless it only speaks of a token.
func (p masking) bearers(s string) string {
	var out strings.Builder
	done := 0
	for i := 0; i < len(s); i++ {
		if lower(s[i]) != 'b' || !around(s, i, "bearer") {
			continue
		}
		start := i + len("bearer")
		for start < len(s) && isSpace(s[start]) {
			start++
		}
		end := start
		for end < len(s) && !isSpace(s[end]) {
			end++
		}
		word := strings.ToLower(strings.Trim(s[start:end], `"'.,:;()`))
		if start == i+len("bearer") || word == "" || word == "token" || word == "tokens" || word == Masked {
			continue
		}
		out.WriteString(s[done:start] + Masked)
		i, done = end-1, end
	}
	if done == 0 {
		return s
	}
	return out.String() + s[done:]
}

func isSpace(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }

var secretWords = []string{"password", "passwd", "pwd", "passphrase", "secret", "token", "apikey", "api_key", "api-key", "authorization"}

// announced is how a header is spoken of, and how one is left by bearers.
func announced(rest string) bool {
	rest = strings.TrimSpace(rest[1:])
	return around(rest, 0, "bearer token") || strings.EqualFold(rest, "bearer "+Masked)
}

// named masks from where something is assigned to the name of a secret, or
// compared with it, to the end: nobody can tell where a secret ends. In a filter
// the name of a password and anything after it but "pr" is enough.
func (p masking) named(s string, filter bool) string {
	for i := 0; i < len(s); i++ {
		word, end := secretWordAt(s, i)
		if end == 0 {
			continue
		}
		rest := strings.TrimLeft(s[end:], "\\\"'])} \t\r\n")
		operator := operatorAt(rest)
		switch {
		case rest == "" || rest == Masked:
			return s
		case (rest[0] == ':' || rest[0] == '=') && announced(rest):
		case rest[0] == ':' || rest[0] == '=':
			return s[:len(s)-len(rest)+1] + Masked
		case operator > 0:
			return s[:len(s)-len(rest)+operator] + ` "` + Masked + `"`
		case filter && strings.HasPrefix(word, "pass") && !isPresent(rest):
			return s[:end] + " " + Masked
		}
		i = end - 1
	}
	return s
}

func secretWordAt(s string, i int) (word string, end int) {
	if strings.IndexByte("pstaPSTA\xC5", s[i]) < 0 {
		return "", 0
	}
	for _, word := range secretWords {
		if end := wordAt(s, i, word); end > 0 {
			return word, end
		}
	}
	return "", 0
}

// wordAt is the end of a word at i in whatever case, 0 if it is not there.
func wordAt(s string, i int, word string) int {
	for j := range len(word) {
		switch {
		case i < len(s) && lower(s[i]) == word[j]:
			i++
		case word[j] == 's' && strings.HasPrefix(s[min(i, len(s)):], "\u017f"):
			i += len("\u017f")
		case word[j] == 'k' && strings.HasPrefix(s[min(i, len(s)):], "\u212a"):
			i += len("\u212a")
		default:
			return 0
		}
	}
	return i
}

// operatorAt is the length of a comparison operator at the start, 0 for none.
func operatorAt(s string) int {
	if len(s) < 3 || isWord(s[2]) {
		return 0
	}
	switch strings.ToLower(s[:2]) {
	case "eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le":
		return 2
	}
	return 0
}

func isPresent(s string) bool {
	return around(s, 0, "pr") && (len(s) == 2 || !isWord(s[2]))
}

// mentions reports whether a body holds the credential of its own exchange. An
// escape may hide it; \u is suspicious anyway.
func (p masking) mentions(body []byte) bool {
	return p.credential != "" && (bytes.Contains(body, []byte(p.credential)) ||
		strings.ContainsAny(p.credential, "/\\\"") && bytes.IndexByte(body, '\\') >= 0)
}

// clean reports whether a part of an address needs no decoding to be known as
// one without a secret.
func (p masking) clean(s string) bool {
	return !p.PII && strings.IndexByte(s, '%') < 0 && !suspicious(s) && (p.credential == "" || !strings.Contains(s, p.credential))
}
