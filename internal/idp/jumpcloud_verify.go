package idp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// tidyTime is how long cleaning up after a connection test that failed may take.
const tidyTime = 5 * time.Second

// probe is one run of the connection test, with what it has made so far.
type probe struct {
	*jumpCloud
	mark  string // of names that no other run has
	user  User
	group string

	userID, groupID     string
	userLost, groupLost bool // a POST was sent, and what came of it is not known
}

// verify is the connection test of idp-profiles.md 1.2, in its order. The address of
// the test user is new each time, since Cinode keeps that of a disconnected user
// taken, unless Options.TestUser says which it is.
func (j *jumpCloud) verify(ctx context.Context) error {
	t := j.newProbe()
	err := t.run(ctx)
	if err != nil {
		t.tidy(ctx)
	}
	return err
}

func (j *jumpCloud) newProbe() *probe {
	t := &probe{jumpCloud: j}
	managed := false
	objectID := ""
	j.with(func(s *state) {
		objectID, managed = j.newID(idUser), s.Connection.Groups
	})
	// The time keeps names apart that come of the same seed.
	t.mark = strconv.FormatInt(j.options.Clock.Now().UnixMilli(), 36) + "-" + objectID[:8]
	address := j.options.TestUser
	if address == "" {
		address = "jumpcloud-test-" + t.mark + "@example.com"
	}
	// The placeholders are those on record. Cinode asks for both names.
	t.user = User{
		ID: objectID, Username: address, Email: address, FirstName: "firstname", LastName: "lastname", DisplayName: "displayname",
		WorkPhone: "tel:+1-555-555-0100", WorkStreet: "street-address", WorkCity: "locality", WorkRegion: "region",
		WorkPostal: "80027", WorkCountry: "US", Locale: "en-US",
	}
	if managed {
		t.group = "jc-test-group-" + t.mark
	}
	return t
}

func (t *probe) run(ctx context.Context) error {
	steps := []func(context.Context) error{t.listUsers, t.listGroups, t.lookUp, t.createUser, t.updateUser}
	if t.group != "" {
		steps = append(steps, t.createGroup, t.renameGroup, t.addMember, t.addMember, t.deleteGroup)
	}
	for _, step := range append(steps, t.deleteUser) {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (t *probe) list(ctx context.Context, path string) error {
	a, err := t.send(ctx, http.MethodGet, path, nil)
	if err == nil {
		_, err = a.resources()
	}
	return err
}

func (t *probe) listUsers(ctx context.Context) error { return t.list(ctx, "/Users") }

func (t *probe) listGroups(ctx context.Context) error {
	if t.group == "" {
		return nil
	}
	return t.list(ctx, "/Groups")
}

func (t *probe) lookUp(ctx context.Context) error {
	target, err := t.lookup(ctx, "/Users", "userName", t.user.Username)
	if err == nil && target != "" {
		err = invalid("test user", "%s exists in the application already; give an address that is new to it, or none", t.user.Username)
	}
	return err
}

func (t *probe) createUser(ctx context.Context) error {
	return t.post(ctx, "/Users", t.created(t.user), &t.userID, &t.userLost)
}

// post makes a resource and notes its id, or that it may have been made.
func (t *probe) post(ctx context.Context, path string, body object, id *string, lost *bool) error {
	a, err := t.send(ctx, http.MethodPost, path, body)
	if err == nil {
		*id, err = a.id()
	}
	status := StatusOf(err)
	*lost = err != nil && (status < 400 || status >= 500)
	return err
}

// updateUser sends the minimal PUT on record: no externalId, and no e-mail
// addresses, which the `custom` dialect says with a null.
func (t *probe) updateUser(ctx context.Context) error {
	_, err := t.send(ctx, http.MethodPut, userPath(t.userID), t.minimal(true))
	return err
}

func (t *probe) minimal(active bool) object {
	o := jumpCloudUser{t.user}.name(object{{"schemas", []string{userURN}}, {"id", t.userID}, {"userName", t.user.Username}})
	o = append(o, member{"active", active})
	if t.dialect == DialectCustom {
		o = append(o, member{"emails", nil})
	}
	return o
}

func (t *probe) createGroup(ctx context.Context) error {
	return t.post(ctx, "/Groups", groupNamed(t.group), &t.groupID, &t.groupLost)
}

func (t *probe) renameGroup(ctx context.Context) error {
	_, err := t.send(ctx, http.MethodPatch, groupPath(t.groupID), pathlessRename(t.group+"-2"))
	return err
}

func (t *probe) addMember(ctx context.Context) error {
	_, err := t.send(ctx, http.MethodPatch, groupPath(t.groupID), oneMember("add", t.userID))
	return err
}

func (t *probe) deleteGroup(ctx context.Context) error {
	_, err := t.send(ctx, http.MethodDelete, groupPath(t.groupID), nil)
	if err == nil || StatusOf(err) == http.StatusNotFound {
		t.groupID = ""
		return nil
	}
	return err
}

// deleteUser leaves a deactivated user to the administrator where the target has no
// DELETE.
func (t *probe) deleteUser(ctx context.Context) error {
	_, err := t.send(ctx, http.MethodDelete, userPath(t.userID), nil)
	if err == nil || StatusOf(err) == http.StatusNotFound {
		t.userID = ""
		return nil
	}
	if !refusesDelete(err) {
		return err
	}
	if _, fallback := t.send(ctx, http.MethodPut, userPath(t.userID), t.minimal(false)); fallback != nil {
		return fmt.Errorf("the test user can be neither deleted nor deactivated: %w", errors.Join(err, fallback))
	}
	t.userID = ""
	return nil
}

// tidy takes away what a test that failed has made, as far as the target lets it; its
// errors matter to nobody. It goes on for a short time after ctx was cancelled.
func (t *probe) tidy(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tidyTime)
	defer cancel()
	if t.groupLost {
		t.groupID, _ = t.lookup(ctx, "/Groups", "displayName", t.group)
	}
	if t.groupID != "" {
		_ = t.deleteGroup(ctx)
	}
	if t.userLost {
		t.userID, _ = t.lookup(ctx, "/Users", "userName", t.user.Username)
	}
	if t.userID != "" {
		_ = t.deleteUser(ctx)
	}
}
