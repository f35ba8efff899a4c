package journal

import (
	"bytes"
	"crypto/rand"
	"net/url"
	"strings"
)

// Masked stands in the place of a secret.
const Masked = "***"

// Masker takes what is secret out of exchanges before they are kept: always
// credentials and passwords, and with PII what tells of a person too. It masks
// too much rather than too little, needs time in proportion to what it reads,
// and keeps valid JSON valid. It is safe for parallel use.
type Masker struct {
	PII bool
	// key makes pseudonyms of one process equal for equal values, and worthless
	// for whoever guesses values and compares.
	key [32]byte
}

// NewMasker makes a Masker; pii masks names, addresses and the like as well.
func NewMasker(pii bool) *Masker {
	m := &Masker{PII: pii}
	_, _ = rand.Read(m.key[:]) // never fails: crypto/rand ends the process instead
	return m
}

// masking is the masking of one exchange, whose own credential is known and
// must not survive in any place, however little it looks like one.
type masking struct {
	*Masker
	credential string
}

// shortestCredential keeps a credential such as "a" from being masked wherever
// the letter stands.
const shortestCredential = 6

// Exchange masks all of an exchange, and then keeps limit bytes at most of each
// body; none where limit is negative. A body that was longer already when it came
// here has a Size that says so. The bodies given are not changed.
func (m *Masker) Exchange(x Exchange, limit int) Exchange {
	p := masking{m, credential(x.Sent.Headers, x.Query)}
	x.Path, x.Place, x.Query = p.path(x.Path), p.path(x.Place), p.query(x.Query)
	x.Sent, x.Answer = p.message(x.Sent, limit), p.message(x.Answer, limit)
	x.Changes = p.changes(x.Changes)
	deviations := make([]Deviation, len(x.Deviations))
	for i, d := range x.Deviations {
		deviations[i] = Deviation{d.ID, p.prose(p.secrets(d.Detail, true))}
	}
	if x.Deviations != nil {
		x.Deviations = deviations
	}
	x.Reason = p.prose(x.Reason)
	return x
}

// Headers masks credentials, wherever they stand; the scheme of one is kept.
func (m *Masker) Headers(headers []Header) []Header { return masking{Masker: m}.headers(headers) }

// Query masks the parameters of a raw query; what holds no secret stays as it
// was sent, byte for byte.
func (m *Masker) Query(raw string) string { return masking{Masker: m}.query(raw) }

// Path masks a path, percent-encoded as it was sent.
func (m *Masker) Path(raw string) string { return masking{Masker: m}.path(raw) }

// Body masks a body of any kind. It must be given whole: what is cut off may be
// what says that the rest is a password. The result may be the body itself.
func (m *Masker) Body(body []byte) []byte { return masking{Masker: m}.body(body, 0) }

// Text masks a sentence, such as a reason.
func (m *Masker) Text(s string) string { return masking{Masker: m}.prose(s) }

// Changes masks differences.
func (m *Masker) Changes(changes []Change) []Change { return masking{Masker: m}.changes(changes) }

func (p masking) message(in Message, limit int) Message {
	in.Headers = p.headers(in.Headers)
	whole := max(in.Size, int64(len(in.Body)))
	masked := p.body(in.Body, 0)
	// Size goes with the masked body, or it would seem cut.
	in.Size = whole + int64(len(masked)-len(in.Body))
	if limit >= 0 && len(masked) > limit {
		masked = masked[:limit]
	}
	in.Body = bytes.Clone(masked)
	return in
}

// secretHeaders are masked whole; see secretHeader for more.
var secretHeaders = map[string]bool{"authorization": true, "proxy-authorization": true, "cookie": true, "set-cookie": true}

// ordinary are the commonest headers that hold no secret, to be quick.
var ordinary = map[string]bool{"Accept": true, "Accept-Charset": true, "Accept-Encoding": true, "Content-Length": true, "Content-Type": true,
	"Content-Location": true, "Date": true, "Etag": true, "Location": true, "User-Agent": true, "X-Request-Id": true, "If-Match": true}

func secretHeader(name string) bool {
	if ordinary[name] {
		return false
	}
	lower := strings.ToLower(name)
	if secretHeaders[lower] {
		return true
	}
	for _, word := range []string{"token", "secret", "passw", "apikey", "api_key", "credential", "cookie", "auth", "session", "signature", "assertion"} {
		if strings.Contains(lower, word) {
			return true
		}
	}
	return strings.HasSuffix(lower, "-key")
}

func (p masking) headers(headers []Header) []Header {
	if headers == nil {
		return nil
	}
	out := make([]Header, len(headers))
	for i, h := range headers {
		out[i] = Header{h.Name, p.headerValue(h.Name, h.Value)}
	}
	return out
}

func (p masking) headerValue(name, value string) string {
	if strings.EqualFold(name, "WWW-Authenticate") {
		return p.tokens(value) // "Bearer realm=..." is no credential
	}
	if !secretHeader(name) {
		return p.text(value)
	}
	scheme, _ := splitCredential(value)
	if scheme == "" || !strings.HasSuffix(strings.ToLower(name), "authorization") {
		return Masked
	}
	return scheme + " " + Masked
}

// splitCredential tells a scheme that is known from what follows. Any other
// first word may be part of the secret.
func splitCredential(value string) (scheme, secret string) {
	value = strings.TrimSpace(value)
	first, rest, ok := strings.Cut(value, " ")
	if !ok {
		return "", value
	}
	switch strings.ToLower(first) {
	case "bearer", "basic", "digest", "token", "negotiate":
		return first, strings.TrimSpace(rest)
	default:
		return "", value
	}
}

// longestWord is the longest part of a credential: the secret, whatever scheme and
// parameters stand around it.
func longestWord(value string) (longest string) {
	_, value = splitCredential(value)
	for _, word := range strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(" \t\",", r) }) {
		if _, after, ok := strings.Cut(word, "="); ok && strings.Trim(after, "=") != "" { // a parameter, not padding
			word = after
		}
		word = strings.TrimRight(word, "=")
		if len(word) > len(longest) {
			longest = word
		}
	}
	return longest
}

// credential is what the request proves its sender with, "" where it is none or
// too short to look for.
func credential(headers []Header, query string) string {
	for _, h := range headers {
		if !strings.EqualFold(h.Name, "Authorization") {
			continue
		}
		if secret := longestWord(h.Value); len(secret) >= shortestCredential {
			return secret
		}
	}
	if strings.Contains(query, "access_token") {
		if values, err := url.ParseQuery(query); err == nil && len(values.Get("access_token")) >= shortestCredential {
			return values.Get("access_token")
		}
	}
	return ""
}

func (p masking) query(raw string) string {
	if raw == "" || strings.IndexByte(raw, '+') < 0 && p.clean(raw) {
		return raw
	}
	var out strings.Builder
	for i, part := range strings.Split(raw, "&") {
		if i > 0 {
			out.WriteByte('&')
		}
		name, value, ok := strings.Cut(part, "=")
		key := decodeFully(name, true)
		out.WriteString(p.component(name, true, p.text))
		if !ok {
			continue
		}
		out.WriteByte('=')
		switch {
		case secretName(key) && value != "":
			out.WriteString(Masked)
		case strings.EqualFold(strings.TrimSpace(key), "filter"):
			out.WriteString(p.component(value, true, p.filter))
		default:
			out.WriteString(p.component(value, true, p.text))
		}
	}
	return out.String()
}

// component masks a part of an address. What is encoded twice is masked as it
// reads when it is decoded to the end, and encoded once.
func (p masking) component(raw string, query bool, mask func(string) string) string {
	plain := decodeFully(raw, query)
	masked := mask(plain)
	switch {
	case masked == plain:
		return raw
	case query:
		return strings.ReplaceAll(url.QueryEscape(masked), "%2A", "*")
	default:
		return strings.ReplaceAll(url.PathEscape(masked), "%2A", "*")
	}
}

func (p masking) path(raw string) string {
	if p.clean(raw) {
		return raw
	}
	segments := strings.Split(raw, "/")
	for i, segment := range segments {
		identified := i > 0 && (strings.EqualFold(segments[i-1], "Users") || strings.EqualFold(segments[i-1], "Groups"))
		segments[i] = p.component(segment, false, func(s string) string {
			if s = p.text(s); p.PII && identified && s != ".search" && !plainID(s) {
				return p.pseudonym(s)
			}
			return s
		})
	}
	return strings.Join(segments, "/")
}

// plainID says whether an id is one as servers make them, of digits or a UUID,
// and not a name.
func plainID(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && c != '-' && (len(s) != 36 || c|0x20 < 'a' || c|0x20 > 'f') {
			return false
		}
	}
	return true
}

// decodeFully undoes percent-encoding until nothing changes, three times at
// most. What is no encoding stays.
func decodeFully(s string, plus bool) string {
	if plus {
		s = strings.ReplaceAll(s, "+", " ")
	}
	for range 3 {
		next := decodeOnce(s)
		if next == s {
			break
		}
		s = next
	}
	return s
}

func decodeOnce(s string) string {
	if strings.IndexByte(s, '%') < 0 {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if high, low := unhex(s[i+1]), unhex(s[i+2]); high >= 0 && low >= 0 {
				out = append(out, byte(high<<4|low))
				i += 2
				continue
			}
		}
		out = append(out, s[i])
	}
	return string(out)
}

func unhex(c byte) int { return strings.IndexByte("0123456789abcdef", lower(c)) }

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
