package scimhttp

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/clock"
	"github.com/cinode-scim/cinode-scim/internal/journal"
	"github.com/cinode-scim/cinode-scim/internal/provisioning"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/telemetry"
)

// Tokens is what access control needs of the store.
type Tokens interface {
	TokenByHash(ctx context.Context, hash cinode.Hash) (store.Access, error)
	TouchTokens(ctx context.Context, uses []store.TokenUse) error
	Tenant(ctx context.Context, id int64) (cinode.Tenant, error)
}

const (
	// freshness is how long a token is believed without asking the database:
	// a revocation, and a change of persona, reach every process within it.
	freshness = 900 * time.Millisecond
	// cached bounds the number of tokens that are remembered.
	cached = 10_000
	// touchEvery is how often a token's last use is written at most.
	touchEvery = time.Minute
)

// Principal is whom a request comes from.
type Principal struct {
	Tenant  int64
	Persona cinode.Persona
	clock   clock.Setting // the tenant's
	token   string        // its name
	userID  int64         // the user that the token is bound to, or 0
	scopes  []cinode.Scope
}

// allows reports whether the token carries a scope.
func (p *Principal) allows(scope cinode.Scope) bool {
	for _, s := range p.scopes {
		if s == scope {
			return true
		}
	}
	return false
}

// Access checks bearer tokens. Run writes down when they were used.
type Access struct {
	tokens   Tokens
	registry *schema.Registry // of everything that the store may hold
	clock    clock.Clock
	logger   *slog.Logger
	clientIP func(*http.Request) string

	// Demand makes tenants that requests name; nil where none are made.
	Demand *Demand

	mu      sync.RWMutex
	known   map[knownKey]*knownToken
	forgets int // calls of Forget
	touches chan store.TokenUse
}

// Demand opens every tenant to some tokens, and makes those that do not exist.
type Demand struct {
	Tokens map[cinode.Hash]bool
	// Make makes a tenant; one that exists by then is no error.
	Make func(ctx context.Context, tenant int64) error
}

// knownKey is a token and the tenant that it opens: 0 for its own.
type knownKey struct {
	hash   cinode.Hash
	tenant int64
}

type knownToken struct {
	token     cinode.Token
	principal Principal
	asked     telemetry.Stopwatch // real time, whatever the clock was set to

	mu      sync.Mutex
	touched time.Time
}

// NewAccess makes an Access; clientIP tells where a request comes from.
func NewAccess(tokens Tokens, registry *schema.Registry, c clock.Clock, logger *slog.Logger, clientIP func(*http.Request) string) *Access {
	return &Access{
		tokens: tokens, registry: registry, clock: c, logger: logger, clientIP: clientIP,
		known: map[knownKey]*knownToken{}, touches: make(chan store.TokenUse, 256),
	}
}

// Run writes uses of tokens down until ctx ends, and what is left then.
func (a *Access) Run(ctx context.Context) {
	for {
		select {
		case use := <-a.touches:
			a.touch(ctx, use)
		case <-ctx.Done():
			for {
				select {
				case use := <-a.touches:
					a.touch(ctx, use)
				default:
					return
				}
			}
		}
	}
}

func (a *Access) touch(ctx context.Context, use store.TokenUse) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := a.tokens.TouchTokens(ctx, []store.TokenUse{use}); err != nil {
		a.logger.WarnContext(ctx, "the last use of a token could not be written", "error", err)
	}
}

// authenticate finds the principal of a request. The refusals are RFC 6750's:
// 401 for no token or a bad one, 403 for a good one on another tenant's path.
func (a *Access) authenticate(r *http.Request, deviations *scim.Deviations) (*Principal, error) {
	secret, bare, err := bearer(r)
	if err != nil {
		return nil, err
	}
	hash := cinode.HashSecret(secret)
	known, err := a.lookup(r.Context(), hash)
	if errors.Is(err, store.ErrNotFound) {
		if cinode.Mistyped(secret) { // for the operator; the client is told no reasons
			a.logger.InfoContext(r.Context(), "a token was refused that is not as it was printed: its checksum does not fit")
		}
		return nil, errInvalidToken.because(whyUnknown(secret), nil)
	}
	if err != nil {
		return nil, err
	}
	// Clock and persona are those of the tenant that the address names.
	var foreign error
	if tenant := chi.URLParam(r, "tenantId"); tenant != "" && tenant != strconv.FormatInt(known.principal.Tenant, 10) {
		var there *knownToken
		if there, foreign = a.elsewhere(r.Context(), hash, known, tenant); foreign == nil {
			known = there
		}
	}
	now := known.principal.clock.Now(a.clock.Now())
	if !known.token.Opens(now) {
		return nil, errInvalidToken.because(whyClosed(known.token, now), known)
	}
	if foreign != nil {
		return nil, foreign
	}
	if bare {
		if known.principal.Persona.Strict {
			return nil, errInvalidToken.because(journal.RefusalBareToken, known)
		}
		deviations.Note(scim.DeviationTokenWithoutScheme, "Authorization")
	}
	a.noteUse(r, hash, known, now)
	return &known.principal, nil
}

// bearer takes the token out of the Authorization header. bare says that it
// came without a scheme, as Okta's header authentication sends it.
func bearer(r *http.Request) (secret string, bare bool, err error) {
	header := strings.TrimSpace(r.Header.Get("Authorization"))
	if header == "" {
		return "", false, errNoToken.because(journal.RefusalNoCredential, nil)
	}
	if sentTwice(r) {
		return "", false, errTwoTokens.because(journal.RefusalTwoTokens, nil)
	}
	scheme, rest, spaced := strings.Cut(header, " ")
	switch {
	case !spaced && strings.EqualFold(scheme, "Bearer"):
		return "", false, errInvalidToken.because(journal.RefusalEmptyToken, nil)
	case !spaced:
		return header, true, nil
	case strings.EqualFold(scheme, "Bearer"):
		return strings.TrimSpace(rest), false, nil
	default:
		return "", false, errInvalidToken.because(journal.RefusalWrongScheme, nil)
	}
}

// whyUnknown says what may be wrong with a secret that no token has.
func whyUnknown(secret string) journal.Refusal {
	switch {
	case strings.HasPrefix(secret, "csa_"):
		return journal.RefusalAdminKey
	case cinode.Mistyped(secret):
		return journal.RefusalMistyped
	default:
		return journal.RefusalUnknownToken
	}
}

// whyClosed says why a token does not open the endpoints.
func whyClosed(t cinode.Token, now time.Time) journal.Refusal {
	switch t.State(now) {
	case "revoked":
		return journal.RefusalRevoked
	case "expired":
		return journal.RefusalExpired
	default:
		return journal.RefusalWrongAudience
	}
}

// sentTwice reports whether a request carries more than the one token: a
// second header or the query parameter of RFC 6750 section 2.3.
func sentTwice(r *http.Request) bool {
	const parameter = "access_token"
	return len(r.Header["Authorization"]) > 1 || strings.Contains(r.URL.RawQuery, parameter) && r.URL.Query().Has(parameter)
}

// lookup finds a token by its hash, in the cache while it is fresh.
func (a *Access) lookup(ctx context.Context, hash cinode.Hash) (*knownToken, error) {
	return a.remembered(knownKey{hash: hash}, func() (store.Access, error) { return a.tokens.TokenByHash(ctx, hash) })
}

// elsewhere lets a token into another tenant than its own, if it is one that opens
// every tenant.
func (a *Access) elsewhere(ctx context.Context, hash cinode.Hash, own *knownToken, tenant string) (*knownToken, error) {
	id, err := provisioning.ParseID(tenant)
	if a.Demand == nil || !a.Demand.Tokens[hash] || err != nil || id > cinode.MaxTenantID {
		return nil, errForeignTenant.because(journal.RefusalOtherTenant, own)
	}
	return a.remembered(knownKey{hash, id}, func() (store.Access, error) {
		t, err := a.tokens.Tenant(ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			if err = a.Demand.Make(ctx, id); err == nil {
				t, err = a.tokens.Tenant(ctx, id)
			}
		}
		return store.Access{Token: own.token, Tenant: t}, err
	})
}

// remembered is what is known of a token, read anew where it is not fresh.
func (a *Access) remembered(key knownKey, read func() (store.Access, error)) (*knownToken, error) {
	a.mu.RLock()
	known, forgets := a.known[key], a.forgets
	a.mu.RUnlock()
	if known != nil && known.asked.Elapsed() < freshness {
		return known, nil
	}
	asked := telemetry.StartStopwatch()
	found, err := read()
	if err != nil {
		a.mu.Lock()
		delete(a.known, key)
		a.mu.Unlock()
		return nil, err
	}
	persona, err := found.Tenant.Behaviour(a.registry)
	if err != nil {
		return nil, err
	}
	next := &knownToken{
		token: found.Token, asked: asked, touched: found.Token.LastUsed.At,
		principal: Principal{Tenant: found.Tenant.ID, Persona: persona, clock: found.Tenant.Clock, token: found.Token.Name, userID: found.Token.UserID, scopes: found.Token.Scopes},
	}
	if known != nil {
		known.mu.Lock()
		next.touched = known.touched
		known.mu.Unlock()
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.known) >= cached {
		clear(a.known)
	}
	if a.forgets == forgets { // else it was read before the change
		a.known[key] = next
	}
	return next, nil
}

// Forget drops what is remembered of a tenant's tokens, whose rights or whose
// tenant's behaviour this process has just changed.
func (a *Access) Forget(tenant int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.forgets++
	maps.DeleteFunc(a.known, func(_ knownKey, k *knownToken) bool { return k.principal.Tenant == tenant })
}

// noteUse hands the use of a token to Run; when the queue is full the next
// request will.
func (a *Access) noteUse(r *http.Request, hash cinode.Hash, known *knownToken, now time.Time) {
	known.mu.Lock()
	defer known.mu.Unlock()
	if now.Sub(known.touched) < touchEvery {
		return
	}
	client := r.UserAgent()
	client = strings.ToValidUTF8(client[:min(len(client), 200)], "?") // PostgreSQL takes nothing else
	use := cinode.Use{At: now, Address: a.clientIP(r), Client: client}
	select {
	case a.touches <- store.TokenUse{Hash: hash, Use: use}:
		known.touched = now
	default:
	}
}

// personaOf is the persona that decides about discovery without a token.
func (a *Access) personaOf(ctx context.Context, tenant string, fallback cinode.Persona) cinode.Persona {
	id, err := strconv.ParseInt(tenant, 10, 64)
	if err != nil {
		return fallback
	}
	t, err := a.tokens.Tenant(ctx, id)
	if err != nil {
		return fallback
	}
	if p, err := t.Behaviour(a.registry); err == nil {
		return p
	}
	return fallback
}

// need refuses a token that lacks the scope of a method on a resource type.
func (x *exchange) need(resourceType, method string) error {
	scopes := map[string][2]cinode.Scope{
		"User":  {cinode.ScopeUsersRead, cinode.ScopeUsersWrite},
		"Group": {cinode.ScopeGroupsRead, cinode.ScopeGroupsWrite},
	}
	scope := scopes[resourceType][1]
	if method == http.MethodGet || method == http.MethodHead {
		scope = scopes[resourceType][0]
	}
	if x.allows(scope) {
		return nil
	}
	return &accessError{status: http.StatusForbidden, code: "insufficient_scope", scope: string(scope),
		detail: "the token lacks the scope " + string(scope), why: journal.RefusalScope}
}
