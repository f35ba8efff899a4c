package seed

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

const day = 24 * time.Hour

// defaultLifetime is that of tokens that do not say theirs, maxLifetime the
// longest there can be.
const (
	defaultLifetime = 365 * day
	maxLifetime     = 36500 * day
)

func (r *reader) tokensOf(t *tenant, n *yaml.Node) {
	for i, e := range r.list(n, "tokens") {
		what := "tokens[" + strconv.Itoa(i) + "]"
		values, ok := r.fields(e, what, "name", "secret", "audience", "scopes", "expires", "user")
		if !ok {
			continue
		}
		token := Token{Token: cinode.Token{Audience: cinode.AudienceSCIM, Scopes: cinode.AllScopes}, Lifetime: defaultLifetime, at: at(e)}
		r.tokenName(t, &token, e, values["name"], what)
		r.secret(&token, e, values["secret"], what)
		if n := values["audience"]; n != nil {
			r.audience(&token, n)
		}
		if n := values["scopes"]; n != nil {
			r.scopes(&token, n)
		}
		if n := values["expires"]; n != nil {
			r.expires(&token, n)
		}
		t.Tokens = append(t.Tokens, token)
		if n := values["user"]; n != nil {
			at := len(t.Tokens) - 1
			r.refer(t, n, "user", "a user", func(h handle) bool { return h.kind == kindUser }, func(_ handle, id int64) { t.Tokens[at].UserID = id })
		}
	}
}

func (r *reader) tokenName(t *tenant, token *Token, entry, n *yaml.Node, what string) {
	if n == nil {
		r.refuse(at(entry), "%s has no name; give the token one that is its own in the tenant", what)
		return
	}
	token.Name = r.name(n, "name", true)
	key := cinode.NameKey(token.Name)
	first, twice := t.tokens[key]
	switch {
	case token.Name == "":
	case twice:
		r.refuse(at(n), "tenant %d has a token named %q already, in line %d; choose another name", t.ID, n.Value, first.line)
	default:
		t.tokens[key] = at(n)
	}
}

// bearer is what an Authorization header can carry after "Bearer ".
var bearer = regexp.MustCompile(`^[!-~]+$`)

// secret keeps the hash of a secret. No violation repeats it.
func (r *reader) secret(token *Token, entry, n *yaml.Node, what string) {
	if n == nil {
		r.refuse(at(entry), `%s has no secret; write one, or "${VARIABLE}" to take it from the environment`, what)
		return
	}
	secret, ok := r.text(n, "secret")
	if !ok {
		return
	}
	token.Hash = cinode.HashSecret(secret)
	first, twice := r.secrets[token.Hash]
	switch {
	case !bearer.MatchString(secret):
		r.refuse(at(n), "secret is empty or has a character that a bearer token cannot carry; use letters, digits and -._~+/= only")
	case cinode.Mistyped(secret):
		r.refuse(at(n), "secret looks like a token of this server and has a checksum that does not fit; it may be cut off or mistyped")
	case twice:
		r.refuse(at(n), "the token in line %d has this secret too, which finds one token only; give each its own", first.line)
	default:
		r.secrets[token.Hash] = at(n)
	}
}

// audienceAPI is that of Cinode's other API, whose tokens are refused here.
const audienceAPI = "https://api.cinode.app"

func (r *reader) audience(token *Token, n *yaml.Node) {
	text, ok := r.text(n, "audience")
	if token.Audience = text; ok && text != cinode.AudienceSCIM && text != audienceAPI {
		r.refuse(at(n), "audience must be %s, or %s, which does not open SCIM", cinode.AudienceSCIM, audienceAPI)
	}
}

func (r *reader) scopes(token *Token, n *yaml.Node) {
	token.Scopes = nil
	entries := r.list(n, "scopes")
	for _, e := range entries {
		text, ok := r.text(e, "scopes")
		if !ok {
			continue
		}
		scope, err := cinode.ParseScopes(text)
		if err != nil || len(scope) != 1 {
			r.refuse(at(e), "there is no scope %q; use users:read, users:write, groups:read, groups:write", e.Value)
			continue
		}
		token.Scopes = append(token.Scopes, scope...)
	}
	if n.Kind == yaml.SequenceNode && len(entries) == 0 {
		r.refuse(at(n), "scopes is an empty list; leave it out for all scopes")
	}
}

// expires reads a time, or how long the token is good from its loading on.
func (r *reader) expires(token *Token, n *yaml.Node) {
	text, ok := r.text(n, "expires")
	if !ok {
		return
	}
	if end, err := time.Parse(time.DateOnly, text); err == nil {
		token.Expires, token.Lifetime = end, 0
		return
	}
	if end, err := schema.ParseDateTime(text); err == nil && end.Year() > 0 && end.Year() <= 9999 {
		token.Expires, token.Lifetime = end.Truncate(time.Millisecond), 0
		return
	}
	lifetime, ok := parseLifetime(text)
	if !ok {
		r.refuse(at(n), "expires must be a time such as 2027-01-31T12:00:00Z, or a duration such as 30d or 12h, -1d for a token that has ended")
		return
	}
	token.Lifetime = lifetime
}

// parseLifetime reads days, or what Go reads as a duration.
func parseLifetime(text string) (time.Duration, bool) {
	if days, isDays := strings.CutSuffix(text, "d"); isDays {
		n, err := strconv.Atoi(days)
		return time.Duration(n) * day, err == nil && n != 0 && n <= 36500 && n >= -36500
	}
	d, err := time.ParseDuration(text)
	return d, err == nil && d != 0 && d <= maxLifetime && d >= -maxLifetime
}
