package server_test

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// realm is a tenant, exchanged for a new one like it when it has many
// resources, so that a long run stays as fast as a short one.
type realm struct {
	like cinode.Tenant

	mu      sync.Mutex
	now     lodging
	before  int64 // the tenant before, which requests may still be on their way to
	created int
}

// lodging is what a request must know of a tenant.
type lodging struct {
	tenant        int64
	token         string
	users, groups []string
	bound         string // the user that a token is bound to
}

// Secrets of the other tokens are the good one with these in front.
const (
	readerToken  = "reader-"
	expiredToken = "expired-"
	revokedToken = "revoked-"
	boundToken   = "bound-"
)

// keepUp exchanges the tenant after some hundred resources, and binds a token
// to a user that is there.
func (r *realm) keepUp(ctx context.Context, db store.Store) error {
	const most = 500
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.created >= most {
		return r.renew(ctx, db)
	}
	if len(r.now.users) == 0 || r.now.bound == r.now.users[0] {
		return nil
	}
	user, err := strconv.ParseInt(r.now.users[0], 10, 64)
	if err != nil {
		return err
	}
	r.now.bound = r.now.users[0]
	return db.PutToken(ctx, cinode.Token{
		Tenant: r.now.tenant, Name: boundToken, Audience: cinode.AudienceSCIM, Scopes: cinode.AllScopes, UserID: user, Expires: time.Now().Add(100 * time.Hour).UTC(),
	}, cinode.HashSecret(boundToken+r.now.token), store.AuditEntry{})
}

func (r *realm) renew(ctx context.Context, db store.Store) error {
	at := time.Now().UTC().Truncate(time.Millisecond)
	like := r.like
	like.Created = at
	tenant, err := db.CreateTenant(ctx, like, store.AuditEntry{})
	if err != nil {
		return err
	}
	secret := "secret-of-" + strconv.FormatInt(tenant.ID, 10)
	for _, t := range []cinode.Token{
		{Name: "all"},
		{Name: readerToken, Scopes: []cinode.Scope{cinode.ScopeUsersRead}},
		{Name: expiredToken, Expires: at.Add(-time.Second)},
		{Name: revokedToken},
	} {
		t.Tenant, t.Created, t.Audience = tenant.ID, at.Add(-time.Hour), cinode.AudienceSCIM
		if t.Scopes == nil {
			t.Scopes = cinode.AllScopes
		}
		if t.Expires.IsZero() {
			t.Expires = at.Add(100 * time.Hour)
		}
		if err := db.CreateToken(ctx, t, cinode.HashSecret(strings.TrimPrefix(t.Name, "all")+secret), store.AuditEntry{}); err != nil {
			return err
		}
	}
	if err := db.RevokeToken(ctx, tenant.ID, revokedToken, at, store.AuditEntry{}); err != nil {
		return err
	}
	if r.before != 0 {
		if err := db.DeleteTenant(ctx, r.before, store.AuditEntry{}); err != nil {
			return err
		}
	}
	r.before, r.created = r.now.tenant, 0
	r.now = lodging{tenant: tenant.ID, token: secret}
	return nil
}

// lodge gives what is known at the moment; the lists are not changed any more.
func (r *realm) lodge() lodging {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now
}

// learn keeps the ids of what was created and is not deleted.
func (r *realm) learn(q request, a reply) {
	path := a.header.Get("Location")
	gone := q.method == http.MethodDelete && a.status == http.StatusNoContent
	if gone {
		path = q.target
	} else if a.status != http.StatusCreated {
		return
	}
	id := path[strings.LastIndexByte(path, '/')+1:]
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.now.tenant != q.lodging.tenant {
		return
	}
	ids := &r.now.users
	if strings.Contains(path, "/Groups/") {
		ids = &r.now.groups
	}
	list := slices.Clone(*ids) // requests that are being made look at the old one
	if gone {
		*ids = slices.DeleteFunc(list, func(have string) bool { return have == id })
		return
	}
	r.created++
	const most = 100
	*ids = append(list[max(0, len(list)+1-most):], id)
}
