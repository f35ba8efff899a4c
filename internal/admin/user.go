package admin

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/provisioning"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// Users lists users by id, those of a status or, if it is empty, all.
func (s *Service) Users(ctx context.Context, tenant int64, slice Slice, status cinode.Status) (Page[store.Person], error) {
	list, err := s.Store.People(ctx, slice.more(tenant), status)
	return cut(list, slice.Limit, func(p store.Person) string { return idText(p.ID) }), err
}

// User is a user as the administrator sees it, and as it is stored.
type User struct {
	store.Person
	Resource store.Resource
}

func userOf(r store.Resource) (User, error) {
	o, err := scim.DecodeObject(r.Text)
	if err != nil {
		return User{}, err
	}
	u := User{Resource: r, Person: store.Person{ID: r.ID, Status: cinode.StatusActive, Modified: r.Meta.LastModified}}
	u.UserName, _ = o["userName"].(string)
	if u.DisplayName, _ = o["displayName"].(string); u.DisplayName == "" {
		u.DisplayName = u.UserName
	}
	if o["active"] != true { // as the list of users has it
		u.Status = cinode.StatusDisconnected
	}
	return u, nil
}

// User finds a user, with its groups and its manager.
func (s *Service) User(ctx context.Context, tenant, id int64) (User, error) {
	r, err := s.Store.Get(ctx, store.GetParams{Ref: userRef(tenant, id), Links: true, Manager: true})
	if err != nil {
		return User{}, noUser(err, tenant, id)
	}
	return userOf(r)
}

func userRef(tenant, id int64) store.Ref { return store.Ref{Tenant: tenant, Type: "User", ID: id} }

func noUser(err error, tenant, id int64) error {
	if errors.Is(err, store.ErrNotFound) {
		return missing("tenant %d has no user %d", tenant, id)
	}
	return err
}

// SetActive disconnects or reconnects a user, as a client would by a PATCH of
// active.
func (s *Service) SetActive(ctx context.Context, by store.By, t cinode.Tenant, id int64, active bool) (User, error) {
	call, err := s.call(by, t, "User")
	if err != nil {
		return User{}, err
	}
	call.Links = true
	r, err := s.Provisioning.Patch(ctx, call, id, scim.Object{
		"schemas":    []any{scim.URNPatchOp},
		"Operations": []any{scim.Object{"op": "replace", "path": "active", "value": active}},
	}, provisioning.Preconditions{})
	if err != nil {
		return User{}, noUser(err, t.ID, id)
	}
	return userOf(r)
}

// ReleaseEmail gives the e-mail of a disconnected user free for another, by
// putting a replacement in its place (D). Where that is nil, it is the e-mail with
// the user's id before it. Once it is released, the same changes nothing.
func (s *Service) ReleaseEmail(ctx context.Context, by store.By, t cinode.Tenant, id int64, replacement *string) (User, error) {
	call, err := s.call(by, t, "User")
	if err != nil {
		return User{}, err
	}
	rename := released(id)
	if replacement != nil {
		var c check
		name := c.name("/userName", *replacement, true)
		if err := c.err(); err != nil {
			return User{}, err
		}
		rename = func(string) string { return name }
	}
	var before, after string
	r, err := s.Store.Update(ctx, store.UpdateParams{Ref: userRef(t.ID, id), Type: call.Full(), Now: s.Clock.Now(), Links: true,
		Change: func(current store.Current) (store.Change, error) {
			attributes, err := scim.DecodeObject(current.Text)
			if err != nil {
				return store.Change{}, err
			}
			if attributes["active"] != false {
				return store.Change{}, &ConflictError{Detail: "user " + idText(id) + " is active; disconnect it before its e-mail is released"}
			}
			before, _ = attributes["userName"].(string)
			after = rename(before)
			if after == before {
				return store.Change{}, nil
			}
			if strings.EqualFold(before, after) {
				return store.Change{}, &InvalidError{[]Violation{{"/userName", "userName must differ from the e-mail that is released"}}}
			}
			attributes["userName"] = after
			e := s.entry(by, t.ID, "user.release-email", "users/"+idText(id), quote(before)+" became "+quote(after))
			return store.Change{Attributes: attributes, Audit: e}, nil
		}})
	var unique *store.UniqueError
	if errors.As(err, &unique) {
		return User{}, taken("the e-mail %q is another user's; choose a different one", after)
	}
	if err != nil {
		return User{}, noUser(err, t.ID, id)
	}
	return userOf(r)
}

// released puts the id of a user before an e-mail, once. One that becomes too long
// loses its first characters.
func released(id int64) func(string) string {
	prefix := "released-" + idText(id) + "-"
	return func(email string) string {
		if strings.HasPrefix(email, prefix) {
			return email
		}
		for len(scim.FoldUserName(prefix+email)) > store.MaxIndexed {
			_, size := utf8.DecodeRuneInString(email)
			email = email[size:]
		}
		return prefix + email
	}
}

// DeleteUser removes a user for good, which SCIM cannot do on Cinode (D).
func (s *Service) DeleteUser(ctx context.Context, by store.By, tenant, id int64) error {
	var name string
	if u, err := s.User(ctx, tenant, id); err == nil {
		name = u.UserName
	}
	e := s.entry(by, tenant, "user.delete", "users/"+idText(id), quote(name))
	return noUser(s.Store.Delete(ctx, store.DeleteParams{Ref: userRef(tenant, id), Now: e.At, Audit: e}), tenant, id)
}

// WholeUsers lists users by id with their groups.
func (s *Service) WholeUsers(ctx context.Context, t cinode.Tenant, slice Slice) (Page[User], error) {
	params := store.ListParams{
		Tenant: t.ID, Of: []store.Selection{{Type: s.Registry.Users, Links: true}}, Start: 1, Count: slice.Limit, Cursor: true,
	}
	return listed(ctx, s, params, slice.After, userOf)
}

// listed reads a page in the order of ids.
func listed[T any](ctx context.Context, s *Service, params store.ListParams, after int64, of func(store.Resource) (T, error)) (Page[T], error) {
	if after > 0 {
		params.After = &store.Position{ID: after}
	}
	found, err := s.Store.List(ctx, params)
	if err != nil {
		return Page[T]{}, err
	}
	page := Page[T]{Items: make([]T, len(found.Resources))}
	for i, r := range found.Resources {
		if page.Items[i], err = of(r); err != nil {
			return page, err
		}
	}
	if found.Next != nil {
		page.Next = idText(found.Next.ID)
	}
	return page, nil
}
