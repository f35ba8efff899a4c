package idp

import (
	"context"
	"net/url"
	"regexp"
	"strings"
)

// ssoIDPBase is where JumpCloud's portal serves an application; the name of the
// application follows.
const ssoIDPBase = "https://sso.jumpcloud.com/saml2/"

var notInAddress = regexp.MustCompile(`[^a-z0-9-]+`)

// DefaultIDPURL is the SSO IdP URL of an application that was given none.
func DefaultIDPURL(name string) string {
	return ssoIDPBase + notInAddress.ReplaceAllString(strings.ToLower(name), "")
}

// AddApplication adds the target to the applications. The display label is the
// name unless it has its own, and so is the end of the SSO IdP URL.
func (p *Provider) AddApplication(a Application) (Application, error) {
	if a.Name = strings.TrimSpace(a.Name); a.Name == "" {
		return a, invalid("name", "of the application is missing")
	}
	if a.DisplayLabel == "" {
		a.DisplayLabel = a.Name
	}
	if a.IDPURL == "" {
		a.IDPURL = DefaultIDPURL(a.Name)
	}
	if err := checkApplication(a); err != nil {
		return a, err
	}
	a.BookmarkActive = a.BookmarkURL != ""
	err := p.change(func(s *state) error {
		if s.Phase != PhaseNone {
			return invalid("application", "was added already; delete it first")
		}
		a.ID = p.newID(idApp)
		s.Application, s.Phase = a, PhaseAdded
		return nil
	})
	return a, err
}

func checkApplication(a Application) error {
	for field, address := range map[string]string{"bookmark URL": a.BookmarkURL, "SSO IdP URL": a.IDPURL} {
		u, err := url.Parse(address)
		if address != "" && (err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https")) {
			return invalid(field, "%q is no address; write it as https://example.com/app", address)
		}
	}
	return nil
}

// EditApplication changes what people see of the application. Its name in the
// catalogue and its SSO IdP URL are fixed.
func (p *Provider) EditApplication(edit func(*Application)) (Application, error) {
	var now Application
	err := p.change(func(s *state) error {
		if s.Phase == PhaseNone {
			return errPhase("edited, since no application was added", s.Phase)
		}
		now = s.Application
		edit(&now)
		switch {
		case now.IDPURL != s.Application.IDPURL:
			return invalid("SSO IdP URL", "cannot be edited once the application is added")
		case now.Name != s.Application.Name:
			return invalid("name", "of the catalogue cannot be edited; the display label can")
		}
		if err := checkApplication(now); err != nil {
			return err
		}
		now.ID = s.Application.ID
		if now.BookmarkURL != s.Application.BookmarkURL {
			now.BookmarkActive = now.BookmarkURL != ""
		}
		s.Application = now
		return nil
	})
	return now, err
}

// DeactivateBookmark hides the bookmark from people; provisioning goes on.
func (p *Provider) DeactivateBookmark() error {
	return p.change(func(s *state) error {
		if !s.Application.BookmarkActive {
			return invalid("bookmark", "is not active")
		}
		s.Application.BookmarkActive = false
		return nil
	})
}

// DeleteApplication deletes the application; number is how many applications
// the administrator says are to be deleted, which has to be 1. An active
// integration is deactivated with it. The target keeps users and groups.
func (p *Provider) DeleteApplication(ctx context.Context, number int) error {
	if number != 1 {
		return invalid("number", "of applications to delete is 1, not %d", number)
	}
	if err := p.take(ctx); err != nil {
		return err
	}
	defer p.release()
	switch p.Phase() {
	case PhaseNone:
		return errPhase("deleted, since no application was added", PhaseNone)
	case PhaseActive, PhaseQuarantine:
		if err := p.deactivate(); err != nil {
			return err
		}
	}
	if client := p.client.Swap(nil); client != nil {
		client.Close()
	}
	return p.change(func(s *state) error {
		s.Application, s.Connection, s.Phase = Application{}, Connection{}, PhaseNone
		s.Users, s.Groups = map[string]*userLink{}, map[string]*groupLink{}
		for _, g := range s.Directory.Groups {
			g.Bound = false
		}
		return nil
	})
}
