package replay

import (
	"bytes"
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// secretWords tell that a header or a parameter holds a secret, wherever they stand in
// its name, and lastWords where they end it.
var (
	secretWords = []string{"token", "secret", "password", "passwd", "credential", "cookie", "authorization", "api-key", "apikey", "api_key",
		"session", "signature", "assertion", "jwt"}
	lastWords = regexp.MustCompile(`(?:^|[-_.])(?:key|auth|sig|hmac|pwd|pass|sid|code)$`)
)

func secretName(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc(secretWords, func(word string) bool { return strings.Contains(name, word) }) || lastWords.MatchString(name)
}

// secretAttribute is of attributes in bodies, whose names say less: a key or a code may
// be anything there.
func secretAttribute(name string) bool {
	name = strings.ToLower(name)
	for _, word := range []string{"password", "passwd", "secret", "apikey", "api_key", "api-key"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return strings.HasSuffix(name, "token") || name == "authorization"
}

// schemes are those of credentials. Any other first word may be part of a secret.
var schemes = []string{"bearer", "basic", "digest", "token", "negotiate"}

// splitCredential tells a known scheme, with its space, from what follows.
func splitCredential(value string) (scheme, secret string) {
	value = strings.TrimSpace(value)
	first, rest, ok := strings.Cut(value, " ")
	if !ok || !slices.Contains(schemes, strings.ToLower(first)) {
		return "", value
	}
	return first + " ", strings.TrimSpace(rest)
}

// secretLooks are tokens, whatever they are called: JWTs, this program's, and what
// follows Bearer.
var secretLooks = regexp.MustCompile(`\beyJ[A-Za-z0-9_.-]{13,}|\bcs[ca]_[A-Za-z0-9_]+|(?i:\bbearer\s+)[A-Za-z0-9._~+/=-]{16,}`)

// hider takes the credentials of an archive out of all that it tells: they are another
// server's, and are neither sent nor printed.
type hider struct{ secrets []string }

func newHider(entries []archiveEntry) *hider {
	h := &hider{}
	for _, e := range entries {
		for _, header := range e.Request.Headers {
			if secretName(header.Name) {
				_, secret := splitCredential(header.Value)
				h.add(secret)
			}
		}
		_, query, _ := strings.Cut(e.Request.URL, "?")
		for pair := range strings.SplitSeq(query, "&") {
			name, value, _ := strings.Cut(pair, "=")
			if secretName(unescaped(name)) {
				h.add(value)
				h.add(unescaped(value))
			}
		}
	}
	// the longest first, or a part of it would keep the rest from being found
	slices.SortFunc(h.secrets, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	h.secrets = slices.Compact(h.secrets)
	return h
}

func (h *hider) add(secret string) {
	if len(secret) >= shortestSecret && !strings.Contains(secret, masked) && !strings.HasPrefix(secret, "${") {
		h.secrets = append(h.secrets, secret)
	}
}

func unescaped(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

func (h *hider) text(s string) string {
	for _, secret := range h.secrets {
		s = strings.ReplaceAll(s, secret, masked)
	}
	return secretLooks.ReplaceAllString(s, masked)
}

// address makes a variable of access_token, the credential that a query may hold
// (RFC 6750 section 2.3), and leaves out parameters that hold other secrets.
func (h *hider) address(path string) (out string, left []string) {
	path, query, asked := strings.Cut(path, "?")
	out = escape(h.text(path))
	if !asked {
		return out, nil
	}
	var kept []string
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		plain := unescaped(name)
		switch {
		case value == "" || !secretName(plain):
			kept = append(kept, escape(h.text(pair)))
		case strings.EqualFold(plain, "access_token"):
			kept = append(kept, escape(name)+"=${"+TokenVariable+"}")
		default:
			left = append(left, "the parameter "+plain)
		}
	}
	return out + "?" + strings.Join(kept, "&"), left
}

// header is a header as it can be sent; it is false for one that holds a secret which
// nothing stands in the place of.
func (h *hider) header(a archiveHeader) (Header, bool) {
	scheme, _ := splitCredential(a.Value)
	switch {
	case strings.EqualFold(a.Name, "Authorization"):
		return Header{a.Name, scheme + "${" + TokenVariable + "}"}, true
	case !secretName(a.Name):
		return Header{a.Name, escape(h.text(a.Value))}, true
	case a.Variable != TokenVariable && a.Variable == environmentName(a.Name):
		if !strings.HasSuffix(strings.ToLower(a.Name), "authorization") {
			scheme = ""
		}
		return Header{a.Name, scheme + "${" + a.Variable + "}"}, true
	default:
		return Header{}, false
	}
}

// environmentName is the variable that has the value of a header.
func environmentName(header string) string {
	return EnvironmentPrefix + strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z':
			return r - 'a' + 'A'
		case 'A' <= r && r <= 'Z' || '0' <= r && r <= '9':
			return r
		default:
			return '_'
		}
	}, header)
}

// answered is a header of a recorded answer.
func (h *hider) answered(a archiveHeader) string {
	if secretName(a.Name) {
		return masked
	}
	return h.text(a.Value)
}

// answer is the body of a recorded answer, in which *** stands for any secret.
func (h *hider) answer(body []byte) []byte {
	body = h.body(body)
	paths := operationPaths(body)
	out, err := mapStrings(body, func(at jsontext.Pointer, text string) string {
		if secretAttribute(attributeAt(at, paths)) {
			return masked
		}
		return text
	})
	if err != nil {
		return body
	}
	return out
}

func (h *hider) body(body []byte) []byte {
	if hidden := h.text(string(body)); hidden != string(body) {
		return []byte(hidden)
	}
	return bytes.Clone(body)
}
