package idp

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// VerifyError is of a connection test that failed.
type VerifyError struct {
	Message string // as the provider shows it to its administrator
	Err     error
}

func (e *VerifyError) Error() string { return e.Message + ": " + e.Err.Error() }

// Unwrap gives what the target answered.
func (e *VerifyError) Unwrap() error { return e.Err }

// errPhase says what the integration is not ready for.
func errPhase(what string, phase Phase) error {
	return invalid("integration", "is %s, and cannot be %s now", phase, what)
}

// Configure gives an integration that is not active its connection. An empty
// token keeps the one in use.
func (p *Provider) Configure(ctx context.Context, c Connection) error {
	if err := p.take(ctx); err != nil {
		return err
	}
	defer p.release()
	switch phase := p.Phase(); phase {
	case PhaseAdded, PhaseConfigured:
	case PhaseNone:
		return errPhase("configured, since no application was added", phase)
	default:
		return errPhase("configured; deactivate it first, or reconfigure it", phase)
	}
	c, err := p.complete(c)
	if err != nil {
		return err
	}
	before := p.Connection().BaseURL
	if err := p.connect(c); err != nil {
		return err
	}
	p.moved(before, c.BaseURL)
	p.with(func(s *state) { s.Phase = PhaseConfigured })
	return p.save(true)
}

// complete takes what was left out of a connection from the one in use.
func (p *Provider) complete(c Connection) (Connection, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c.Token == "" {
		c.Token = p.state.Connection.Token
	}
	if c.BaseURL == "" {
		c.BaseURL = p.state.Connection.BaseURL
	}
	if p.options.Kind == JumpCloud && strings.HasSuffix(c.BaseURL, "/") {
		return c, invalid("base URL", "must not end with a slash")
	}
	return c, nil
}

// Resume gives the token to a provider whose state came from a file.
func (p *Provider) Resume(token string) error {
	p.mu.Lock()
	c := p.state.Connection
	p.mu.Unlock()
	if c.BaseURL == "" {
		return errPhase("resumed, since it has no base URL", p.Phase())
	}
	c.Token = token
	return p.connect(c)
}

// Activate runs the connection test and, where it succeeds, turns provisioning
// on. Errors are *VerifyError, *InputError and those of ctx.
func (p *Provider) Activate(ctx context.Context) error {
	if err := p.take(ctx); err != nil {
		return err
	}
	defer p.release()
	if phase := p.Phase(); phase != PhaseConfigured {
		return errPhase("activated", phase)
	}
	err := p.test(ctx)
	p.emit(Event{Action: Activate, Object: p.applicationObject()}, err)
	if err != nil {
		return err
	}
	p.with(func(s *state) { s.Phase, s.Failures = PhaseActive, 0 })
	return p.save(true)
}

// Test runs the connection test alone, as the button Test Connection does: nothing is
// turned on, and the log has nothing of it. Errors are those of Activate.
func (p *Provider) Test(ctx context.Context) error {
	if err := p.take(ctx); err != nil {
		return err
	}
	defer p.release()
	if phase := p.Phase(); phase == PhaseNone || phase == PhaseAdded {
		return errPhase("tested, since it has no credentials", phase)
	}
	return p.test(ctx)
}

// Confirmation is what the administrator is told when the integration was activated or
// removed. It is in our words, since those of the providers are not on record.
func (p *Provider) Confirmation(of Action) string {
	label := p.applicationObject().Name
	if of == Remove {
		return "The identity management integration with " + label + " was deactivated; its users and groups are left as they are"
	}
	return "The identity management integration with " + label + " was verified and is active"
}

// test is the connection test with its failure in the provider's words.
func (p *Provider) test(ctx context.Context) error {
	err := p.profile.verify(ctx)
	if err == nil || ctx.Err() != nil {
		return errors.Join(err, ctx.Err())
	}
	return &VerifyError{Message: p.profile.troubled(), Err: err}
}

// Reconfigure changes an integration that is active. Another base URL, another
// token, and groups that were not managed before are verified first; a failure keeps the
// old connection.
func (p *Provider) Reconfigure(ctx context.Context, c Connection) error {
	if err := p.take(ctx); err != nil {
		return err
	}
	defer p.release()
	if phase := p.Phase(); phase != PhaseActive && phase != PhaseQuarantine {
		return errPhase("reconfigured", phase)
	}
	c, err := p.complete(c)
	if err != nil {
		return err
	}
	p.mu.Lock()
	old := p.state.Connection
	p.mu.Unlock()
	event := Event{Action: Update, Object: p.applicationObject(), Changes: connectionChanges(old, c)}
	if c.Token != old.Token {
		event.Action = Reauth
	}
	if err := p.connect(c); err != nil {
		return err
	}
	if c.Token != old.Token || c.BaseURL != old.BaseURL || c.Groups && !old.Groups {
		err = p.test(ctx)
	}
	p.emit(event, err)
	if err != nil {
		return errors.Join(err, p.connect(old))
	}
	p.moved(old.BaseURL, c.BaseURL)
	p.with(func(s *state) { s.Phase, s.Failures = PhaseActive, 0 })
	return p.save(true)
}

// connectionChanges tells the token by no more than that it changed.
func connectionChanges(old, now Connection) []Change {
	var list []Change
	if old.BaseURL != now.BaseURL {
		list = append(list, Change{Field: "baseUrl", From: old.BaseURL, To: now.BaseURL})
	}
	if old.Groups != now.Groups {
		list = append(list, Change{Field: "groups", From: fmt.Sprint(old.Groups), To: fmt.Sprint(now.Groups)})
	}
	if old.Token != now.Token {
		list = append(list, Change{Field: "token", From: "***", To: "***"})
	}
	return list
}

// Deactivate ends provisioning. Users and groups stay in the application as they are.
func (p *Provider) Deactivate(ctx context.Context) error {
	if err := p.take(ctx); err != nil {
		return err
	}
	defer p.release()
	if phase := p.Phase(); phase != PhaseActive && phase != PhaseQuarantine {
		return errPhase("deactivated", phase)
	}
	return p.deactivate()
}

// deactivate needs the turn.
func (p *Provider) deactivate() error {
	p.with(func(s *state) { s.Phase = PhaseConfigured })
	p.emit(Event{Action: Remove, Object: p.applicationObject()}, nil)
	return p.save(true)
}

func (p *Provider) applicationObject() Object {
	p.mu.Lock()
	defer p.mu.Unlock()
	a := p.state.Application
	return Object{Kind: KindApplication, ID: a.ID, Name: a.DisplayLabel}
}
