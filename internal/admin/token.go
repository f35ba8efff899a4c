package admin

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// audienceAPI is the audience of tokens for Cinode's other API. They are
// refused here, as Cinode's SCIM endpoints refuse them.
const audienceAPI = "https://api.cinode.app"

// Audiences are what a token can be made for.
func Audiences() []string { return []string{cinode.AudienceSCIM, audienceAPI} }

// soon is how long before its end a token is shown as expiring.
const soon = 30 * 24 * time.Hour

// ExpiringSoon reports whether a token is good, but not for long any more.
func ExpiringSoon(t cinode.Token, now time.Time) bool {
	return t.State(now) == "active" && t.Expires.Sub(now) <= soon
}

// TokenInput describes a new token. Without an audience it is for SCIM, with nil
// for scopes it has all.
type TokenInput struct {
	Tenant   int64
	Name     string
	Audience string
	Scopes   []string
	UserID   int64 // the bound user, 0 for none
	Expires  time.Time
	Unread   Unread
}

// CreateToken makes a token and gives its secret, which is kept nowhere.
func (s *Service) CreateToken(ctx context.Context, by store.By, in TokenInput) (cinode.Token, string, error) {
	t, err := s.newToken(ctx, in)
	if err != nil {
		return t, "", err
	}
	secret := cinode.NewTokenSecret()
	err = s.Store.CreateToken(ctx, t, cinode.HashSecret(secret), s.entry(by, t.Tenant, "token.create", "tokens/"+t.Name,
		"audience "+t.Audience+", scopes "+cinode.JoinScopes(t.Scopes)+", expires "+t.Expires.Format(time.RFC3339)))
	var unique *store.UniqueError
	if errors.As(err, &unique) {
		return t, "", taken("tenant %d has a token named %q already; choose another name", t.Tenant, t.Name)
	}
	if err != nil {
		return t, "", err
	}
	return t, secret, nil
}

// newToken checks everything that can be wrong with a token.
func (s *Service) newToken(ctx context.Context, in TokenInput) (cinode.Token, error) {
	c := check{in.Unread}
	t := cinode.Token{
		Tenant: in.Tenant, Name: c.name("/name", in.Name, true), Audience: in.Audience, UserID: in.UserID,
		Created: s.Clock.Now(), Expires: in.Expires.UTC().Truncate(time.Millisecond),
	}
	if t.Audience == "" {
		t.Audience = cinode.AudienceSCIM
	}
	c.audience(t.Audience)
	t.Scopes = c.scopes(in.Scopes)
	switch {
	case in.Expires.IsZero():
		c.refuse("/expires", "expires is missing: say when the token ends")
	case !t.Expires.After(t.Created):
		c.refuse("/expires", "expires must lie in the future")
	case t.Expires.Year() > maxYear:
		c.refuse("/expires", "expires must lie before the year %d", maxYear+1)
	}
	if in.UserID < 0 {
		c.refuse("/userId", "userId must be the id of a user")
	}
	if err := c.err(); err != nil || in.UserID == 0 {
		return t, err
	}
	_, err := s.Store.Get(ctx, store.GetParams{Ref: store.Ref{Tenant: t.Tenant, Type: "User", ID: t.UserID}})
	if errors.Is(err, store.ErrNotFound) {
		c.refuse("/userId", "tenant %d has no user with the id %d", t.Tenant, t.UserID)
		return t, c.err()
	}
	return t, err
}

func (c *check) audience(value string) {
	if !slices.Contains(Audiences(), value) {
		c.refuse("/audience", "audience must be one of %s", strings.Join(Audiences(), ", "))
	}
}

// scopes reads scopes one by one, so that a list in one string is none. nil is all.
func (c *check) scopes(list []string) []cinode.Scope {
	if list == nil {
		return cinode.AllScopes
	}
	if len(list) == 0 {
		c.refuse("/scopes", "scopes is empty; leave it out for all")
	}
	for i, name := range list {
		if !slices.Contains(cinode.AllScopes, cinode.Scope(name)) {
			c.refuse("/scopes/"+strconv.Itoa(i), "there is no scope %q; use %s", name, strings.ReplaceAll(cinode.JoinScopes(cinode.AllScopes), ",", ", "))
		}
	}
	scopes, _ := cinode.ParseScopes(strings.Join(list, ",")) // refused above
	return scopes
}

// maxYear is the last one that RFC 3339 can write.
const maxYear = 9999

// Token finds a token by its name.
func (s *Service) Token(ctx context.Context, tenant int64, name string) (cinode.Token, error) {
	if !utf8.ValidString(name) || strings.Contains(name, "\x00") { // which a database may refuse to look for
		return cinode.Token{}, missing("tenant %d has no token named %q", tenant, name)
	}
	t, err := s.Store.Token(ctx, tenant, name)
	if errors.Is(err, store.ErrNotFound) {
		return t, missing("tenant %d has no token named %q", tenant, name)
	}
	return t, err
}

// Tokens lists the tokens of a tenant in the order they were made: those after
// the one of a name, and in a state, both empty for all.
func (s *Service) Tokens(ctx context.Context, tenant int64, after, state string, limit int) (Page[cinode.Token], error) {
	if after != "" {
		if _, err := s.Token(ctx, tenant, after); err != nil {
			return Page[cinode.Token]{}, err
		}
	}
	now := s.Clock.Now()
	list, err := picked(limit,
		func(t cinode.Token) bool { return state == "" || t.State(now) == state },
		func(last *cinode.Token, limit int) ([]cinode.Token, error) {
			if last != nil {
				after = last.Name
			}
			return s.Store.Tokens(ctx, tenant, after, limit)
		})
	return cut(list, limit, func(t cinode.Token) string { return t.Name }), err
}

// RevokeToken ends a token; one that has ended stays as it is.
func (s *Service) RevokeToken(ctx context.Context, by store.By, tenant int64, name string) (cinode.Token, error) {
	t, err := s.Token(ctx, tenant, name)
	if err != nil || !t.Revoked.IsZero() {
		return t, err
	}
	e := s.entry(by, tenant, "token.revoke", "tokens/"+t.Name, "")
	if err := s.Store.RevokeToken(ctx, tenant, name, e.At, e); err != nil {
		return t, err
	}
	s.Forget(tenant)
	return s.Token(ctx, tenant, name)
}
