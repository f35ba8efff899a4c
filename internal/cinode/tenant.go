package cinode

import (
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"hash/crc32"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/clock"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

// Tenant is one Cinode customer. The first is 1.
type Tenant struct {
	ID                 int64
	Name               string
	Persona            string // a name LookupPersona knows
	Strict             bool   // refuse what would be tolerated
	SkipUnknownMembers bool   // skip and report unknown members
	// Switches are those of the persona that the tenant has otherwise, by name.
	Switches map[string]bool
	// Mappings are the attribute mappings that are on.
	Mappings []Mapping
	// Clock is how the tenant's time differs from the machine's, for tests.
	Clock   clock.Setting
	Created time.Time
}

// Behaviour is the tenant's persona with the tenant's own switches and mappings,
// for a server with these schemas. What is switched by name wins over Strict,
// which says it of many switches at once.
func (t Tenant) Behaviour(server *schema.Registry) (Persona, error) {
	p, err := t.behaviour(server)
	if err != nil {
		return Persona{}, fmt.Errorf("tenant %d: %w", t.ID, err)
	}
	return p, nil
}

func (t Tenant) behaviour(server *schema.Registry) (Persona, error) {
	p, err := newPersona(t.Persona, server, t.Mappings)
	if err != nil {
		return Persona{}, err
	}
	p.SkipUnknownMembers = t.SkipUnknownMembers
	if t.Strict {
		p.Strict, p.RequireSchemas, p.CheckFormats, p.SetOncePutRefused = true, true, true, true
		p.ReplaceCreates, p.EmptyOperations, p.IgnoreUnknownPaths = false, false, false
		p.Filter.Unquoted, p.Filter.DecodeTwice = false, false
		p.JobTitle, p.GroupIDAsExternalID = false, false
	}
	if err := p.override(t.Switches); err != nil {
		return Persona{}, err
	}
	p.Registry, err = p.published()
	return p, err
}

// AudienceSCIM is the audience of tokens that open the SCIM endpoints. It is
// an identifier, never compared with the request's host.
const AudienceSCIM = "https://api.cinode.app/scim/v2"

// Scope is a right that a token carries.
type Scope string

// The scopes.
const (
	ScopeUsersRead   Scope = "users:read"
	ScopeUsersWrite  Scope = "users:write"
	ScopeGroupsRead  Scope = "groups:read"
	ScopeGroupsWrite Scope = "groups:write"
)

// AllScopes is what a token has unless fewer are chosen.
var AllScopes = []Scope{ScopeUsersRead, ScopeUsersWrite, ScopeGroupsRead, ScopeGroupsWrite}

// ParseScopes reads a comma separated list; empty means all. One that is there
// twice counts once.
func ParseScopes(list string) ([]Scope, error) {
	if strings.TrimSpace(list) == "" {
		return AllScopes, nil
	}
	var out []Scope
	for part := range strings.SplitSeq(list, ",") {
		scope := Scope(strings.TrimSpace(part))
		switch scope {
		case ScopeUsersRead, ScopeUsersWrite, ScopeGroupsRead, ScopeGroupsWrite:
			if !slices.Contains(out, scope) {
				out = append(out, scope)
			}
		default:
			return nil, fmt.Errorf("there is no scope %q; use users:read, users:write, groups:read, groups:write", scope)
		}
	}
	return out, nil
}

// JoinScopes is the inverse of ParseScopes.
func JoinScopes(scopes []Scope) string {
	names := make([]string, len(scopes))
	for i, s := range scopes {
		names[i] = string(s)
	}
	return strings.Join(names, ",")
}

// Token is a SCIM token without its secret, of which only the hash is kept.
type Token struct {
	Tenant   int64
	Name     string // unique in its tenant
	Audience string
	Scopes   []Scope
	UserID   int64 // the bound user, 0 for none
	Created  time.Time
	Expires  time.Time
	Revoked  time.Time // zero while it is good
	LastUsed Use
}

// Use says when, from where and by which client a token was used.
type Use struct {
	At      time.Time
	Address string
	Client  string
}

// NameKey is the form in which names of tokens are compared.
func NameKey(name string) string { return scim.Fold(strings.TrimSpace(name)) }

// State is "active", "revoked" or "expired".
func (t Token) State(now time.Time) string {
	switch {
	case !t.Revoked.IsZero():
		return "revoked"
	case !now.Before(t.Expires):
		return "expired"
	default:
		return "active"
	}
}

// Opens reports whether the token opens the SCIM endpoints now.
func (t Token) Opens(now time.Time) bool {
	return t.State(now) == "active" && t.Audience == AudienceSCIM
}

// Hash is what is stored of a secret.
type Hash [sha256.Size]byte

// HashSecret hashes a token or the admin key. The secrets are random, so a
// plain hash is enough.
func HashSecret(secret string) Hash { return sha256.Sum256([]byte(secret)) }

// NewTokenSecret makes a token of 256 random bits, csc_<base62>_<checksum>: the
// prefix lets secret scanners find it, the checksum tells a typo.
func NewTokenSecret() string {
	body := randomBase62()
	return "csc_" + body + "_" + checksum(body)
}

// NewAdminKey makes an admin key of the same strength, csa_<base62>_<checksum>.
func NewAdminKey() string {
	body := randomBase62()
	return "csa_" + body + "_" + checksum(body)
}

// base62Length is what 256 bits need.
const base62Length = 43

func randomBase62() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the process instead
	return pad(new(big.Int).SetBytes(b[:]).Text(62), base62Length)
}

func checksum(body string) string {
	return pad(big.NewInt(int64(crc32.ChecksumIEEE([]byte(body)))).Text(62), 6)
}

func pad(s string, n int) string { return strings.Repeat("0", n-len(s)) + s }

// Mistyped reports whether a secret looks like one of ours and has a checksum
// that does not fit.
func Mistyped(secret string) bool {
	parts := strings.Split(secret, "_")
	return len(parts) == 3 && parts[0] == "csc" && checksum(parts[1]) != parts[2]
}
