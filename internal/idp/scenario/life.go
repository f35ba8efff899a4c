package scenario

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/cinode-scim/cinode-scim/internal/idp"
)

// applicationName is that of an application that a story does not add itself.
const applicationName = "Cinode"

// addApplication has the properties of the application, all of them optional.
type addApplication struct{ idp.Application }

func (a *addApplication) about() string { return a.Name }
func (a *addApplication) run(_ context.Context, p *player) error {
	if a.Name == "" {
		a.Name = applicationName
	}
	_, err := p.provider().AddApplication(a.Application)
	return err
}

// editApplication changes what it names.
type editApplication struct {
	DisplayLabel  *string `yaml:"displayLabel"`
	Description   *string `yaml:"description"`
	Image         *string `yaml:"image"`
	ShownInPortal *bool   `yaml:"shownInPortal"`
	BookmarkURL   *string `yaml:"bookmarkUrl"`
	IDPURL        *string `yaml:"idpUrl"` // refused: it is fixed
}

func (*editApplication) about() string { return "" }
func (a *editApplication) run(_ context.Context, p *player) error {
	_, err := p.provider().EditApplication(func(now *idp.Application) {
		for _, text := range []struct{ from, to *string }{
			{a.DisplayLabel, &now.DisplayLabel}, {a.Description, &now.Description}, {a.Image, &now.Image},
			{a.BookmarkURL, &now.BookmarkURL}, {a.IDPURL, &now.IDPURL},
		} {
			if text.from != nil {
				*text.to = *text.from
			}
		}
		if a.ShownInPortal != nil {
			now.ShownInPortal = *a.ShownInPortal
		}
	})
	return err
}

type deactivateBookmark struct{}

func (*deactivateBookmark) about() string { return "" }
func (*deactivateBookmark) run(_ context.Context, p *player) error {
	return p.provider().DeactivateBookmark()
}

// configure has a connection; what it leaves out is the target of the run.
type configure struct {
	BaseURL string `yaml:"baseUrl"`
	Token   string `yaml:"token"`
	Groups  *bool  `yaml:"groups"`
}

func (a *configure) about() string { return a.BaseURL }
func (a *configure) run(ctx context.Context, p *player) error {
	return p.provider().Configure(ctx, p.connection(a, p.manages()))
}

// manages is whether groups are managed where nothing else is said.
func (p *player) manages() bool {
	switch {
	case p.options.NoGroups:
		return false
	case p.scenario.Options.Groups != nil:
		return *p.scenario.Options.Groups
	default:
		return true
	}
}

func (p *player) connection(a *configure, groups bool) idp.Connection {
	c := idp.Connection{BaseURL: a.BaseURL, Token: a.Token, Groups: groups}
	if c.BaseURL == "" {
		c.BaseURL = p.target.BaseURL
	}
	if c.Token == "" {
		c.Token = p.token
	}
	if a.Groups != nil && !p.options.NoGroups {
		c.Groups = *a.Groups
	}
	return c
}

// activate turns provisioning on; it may be tried several times.
type activate struct {
	Attempts int `yaml:"attempts"`
}

func (*activate) about() string { return "" }
func (a *activate) run(ctx context.Context, p *player) error {
	if p.provider().Phase() == idp.PhaseNone {
		if err := (&addApplication{}).run(ctx, p); err != nil {
			return err
		}
	}
	if p.provider().Phase() == idp.PhaseAdded {
		if err := (&configure{}).run(ctx, p); err != nil {
			return err
		}
	}
	err := p.repeat(ctx, max(a.Attempts, 1), p.provider().Activate)
	if err == nil {
		p.note("%s", p.provider().Confirmation(idp.Activate))
	}
	return err
}

// repeat tries something that the target can make fail. Where it fails on purpose, it
// is tried as often as the options say.
func (p *player) repeat(ctx context.Context, attempts int, try func(context.Context) error) error {
	if p.step.Fails == "" {
		attempts = max(attempts, p.options.Patience)
	}
	var err error
	for range attempts {
		if err = try(ctx); err == nil || ctx.Err() != nil {
			return err
		}
		var input *idp.InputError
		if errors.As(err, &input) {
			return err
		}
	}
	return err
}

type reconfigure configure

func (a *reconfigure) about() string { return a.BaseURL }
func (a *reconfigure) run(ctx context.Context, p *player) error {
	c := p.connection((*configure)(a), p.provider().Connection().Groups)
	return p.repeat(ctx, 1, func(ctx context.Context) error { return p.provider().Reconfigure(ctx, c) })
}

// rotateToken replaces the token.
type rotateToken struct {
	How string `yaml:"how"`
}

// How a token is replaced: the integration off and on again, or while it is active.
const (
	howReactivate = "reactivate"
	howReauth     = "reauth"
)

func (a *rotateToken) about() string { return a.How }

func (a *rotateToken) check() string {
	if !slices.Contains([]string{"", howReactivate, howReauth}, a.How) {
		return fmt.Sprintf("how is %q, and must be %s or %s", a.How, howReactivate, howReauth)
	}
	return ""
}

// run makes a new token and ends those before it that the story had made.
func (a *rotateToken) run(ctx context.Context, p *player) error {
	old := p.made
	if p.admin == nil {
		p.note("the same token is used again: without the admin API no other one can be made")
	} else if err := p.newToken(ctx); err != nil {
		return err
	}
	c := p.connection(&configure{}, p.provider().Connection().Groups)
	if a.How == howReauth {
		if err := p.repeat(ctx, 1, func(ctx context.Context) error { return p.provider().Reconfigure(ctx, c) }); err != nil {
			return err
		}
	} else {
		if phase := p.provider().Phase(); phase != idp.PhaseConfigured || !p.again() {
			if err := p.provider().Deactivate(ctx); err != nil {
				return err
			}
		}
		if err := p.provider().Configure(ctx, c); err != nil {
			return err
		}
		if err := p.repeat(ctx, 1, p.provider().Activate); err != nil {
			return err
		}
	}
	for _, name := range old {
		if err := p.admin.revokeToken(ctx, name); err != nil {
			return err
		}
		p.made = p.made[1:]
	}
	return nil
}

type deactivate struct{}

func (*deactivate) about() string { return "" }
func (*deactivate) run(ctx context.Context, p *player) error {
	err := p.provider().Deactivate(ctx)
	if err == nil {
		p.note("%s", p.provider().Confirmation(idp.Remove))
	}
	return err
}

// deleteApplication says how many applications are deleted, as the administrator has
// to; 1 if it is left out.
type deleteApplication struct {
	Number *int `yaml:"number"`
}

func (*deleteApplication) about() string { return "" }
func (a *deleteApplication) run(ctx context.Context, p *player) error {
	number := 1
	if a.Number != nil {
		number = *a.Number
	}
	return p.provider().DeleteApplication(ctx, number)
}

type groupManagement struct {
	State string `yaml:"state"`
}

func (a *groupManagement) about() string { return a.State }

func (a *groupManagement) check() string {
	if a.State != "on" && a.State != "off" {
		return "it is switched on or off"
	}
	return ""
}

func (a *groupManagement) run(ctx context.Context, p *player) error {
	c := idp.Connection{Groups: a.State == "on"}
	if phase := p.provider().Phase(); phase == idp.PhaseActive || phase == idp.PhaseQuarantine {
		return p.repeat(ctx, 1, func(ctx context.Context) error { return p.provider().Reconfigure(ctx, c) })
	}
	return p.provider().Configure(ctx, c)
}
