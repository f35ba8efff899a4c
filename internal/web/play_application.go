package web

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/cinode-scim/cinode-scim/internal/idp"
)

// playApplicationRoutes are those of the application and its integration.
func (p *pages) playApplicationRoutes(r chi.Router) {
	r.Get("/application", p.play((*play).showApplication))
	r.Get("/application/catalogue", p.play((*play).showCatalogue))
	r.Get("/application/new", p.play((*play).newApplication))
	r.Post("/application/new", p.playEdit((*play).addApplication))
	r.Get("/application/saved", p.play((*play).savedApplication))
	r.Post("/application/edit", p.playEdit((*play).changeApplication))
	r.Post("/application/activate", p.playEdit((*play).activate))
	r.Post("/application/credentials", p.playEdit((*play).saveCredentials))
	r.Post("/application/test", p.playEdit((*play).testCredentials))
	r.Post("/application/reconfigure", p.playEdit((*play).reconfigure))
	r.Post("/application/groups", p.playEdit((*play).bindGroups))
	r.Get("/application/deactivate", p.play((*play).askToDeactivate))
	r.Post("/application/deactivate", p.playEdit((*play).deactivate))
	r.Get("/application/bookmark", p.play((*play).askToDeactivateBookmark))
	r.Post("/application/bookmark", p.playEdit((*play).deactivateBookmark))
	r.Get("/application/delete", p.play((*play).askToDeleteApplication))
	r.Post("/application/delete", p.playEdit((*play).deleteApplication))
	r.Get("/import", p.play((*play).showImport))
	r.Post("/import/list", p.playEdit((*play).readCandidates))
	r.Post("/import", p.playEdit((*play).importUsers))
	r.Get("/mail", p.play((*play).showMail))
}

func (c *play) showApplication() error {
	if c.sim.Kind == idp.JumpCloud {
		return c.showJumpCloud(http.StatusOK, c.query("tab"), nil, "")
	}
	return c.showProvisioning(http.StatusOK, c.query("tab"), nil, "")
}

// showAgain shows the form of the connection again, with what was typed and why it was
// not taken.
func (c *play) showAgain(status int, f form, failure string) error {
	f.forget("token")
	if c.sim.Kind == idp.JumpCloud {
		return c.showJumpCloud(status, "identity", &f, failure)
	}
	return c.showProvisioning(status, "", &f, failure)
}

// connection reads the form of the connection. A token that is left out is the
// simulation's own, on its own server alone: no other server is sent that one.
func (c *play) connection() (idp.Connection, form, error) {
	f, err := c.form()
	if err != nil {
		return idp.Connection{}, f, err
	}
	now := idp.Connection{BaseURL: f.Value("baseUrl"), Token: f.Value("token"), Groups: f.Value("groups") != ""}
	base, token := c.sim.Target()
	same := func(other string) bool { return strings.TrimRight(now.BaseURL, "/") == strings.TrimRight(other, "/") }
	switch {
	case now.BaseURL == "":
		f.refuse("baseUrl", "Give the address of the SCIM server, or take this one.")
	case now.Token != "":
	case same(base), c.sim.State().Own && same(c.scimURL()):
		now.Token = token
	case !same(c.sim.Provider().Connection().BaseURL):
		f.refuse("token", "Give the token of that server. The simulation's own is for "+base+" alone.")
	}
	return now, f, nil
}

// patiently runs what the provider asks of the server at once.
func (c *play) patiently(do func(ctx context.Context) error) error {
	ctx, cancel := context.WithTimeout(c.r.Context(), playPatience)
	defer cancel()
	err := do(ctx)
	if errors.Is(err, context.DeadlineExceeded) && c.r.Context().Err() == nil {
		return &idp.VerifyError{Message: "The server did not answer in time", Err: errNotNow}
	}
	return err
}

// configure gives the integration its connection; verify is what is done with it then.
// It answers the visit where something is wrong, and says so.
func (c *play) configure(verify func(ctx context.Context) error) (answered bool, err error) {
	now, f, err := c.connection()
	if err != nil {
		return true, err
	}
	if f.Errors != nil {
		return true, c.showAgain(http.StatusUnprocessableEntity, f, "")
	}
	err = c.patiently(func(ctx context.Context) error {
		if err := c.connect(ctx, now); err != nil {
			return err
		}
		return verify(ctx)
	})
	var failed *idp.VerifyError
	switch {
	case err == nil:
		return false, nil
	case errors.As(err, &failed):
		return true, c.showAgain(http.StatusUnprocessableEntity, f, failed.Error())
	case f.refusedInput(err, map[string]string{"token": "token"}, "baseUrl"):
		return true, c.showAgain(http.StatusUnprocessableEntity, f, "")
	default:
		return true, err
	}
}

// connect hands a connection to the provider, whatever phase that is in. The others add
// the application with it; in JumpCloud that is a step of its own.
func (c *play) connect(ctx context.Context, now idp.Connection) error {
	provider := c.sim.Provider()
	switch provider.Phase() {
	case idp.PhaseActive, idp.PhaseQuarantine:
		return provider.Reconfigure(ctx, now)
	case idp.PhaseNone:
		if c.sim.Kind != idp.JumpCloud {
			if _, err := provider.AddApplication(idp.Application{Name: playCatalogueName}); err != nil {
				return err
			}
		}
	}
	return provider.Configure(ctx, now)
}

func nothingElse(context.Context) error { return nil }

// activate is Activate of JumpCloud, Start provisioning of Entra ID and Enable of Okta.
func (c *play) activate() error {
	provider := c.sim.Provider()
	answered, err := c.configure(provider.Activate)
	if answered || err != nil {
		return err
	}
	c.sim.Edited()
	if c.sim.Kind != idp.JumpCloud {
		c.sim.SyncNow() // the initial cycle
		return c.done(c.at("application"), sentence(provider.Confirmation(idp.Activate)))
	}
	return c.redirect(c.at("application", "tab", "identity", "activated", "1"))
}

func (c *play) saveCredentials() error {
	answered, err := c.configure(nothingElse)
	if answered || err != nil {
		return err
	}
	return c.done(c.at("application"), "Saved. Nothing is sent until provisioning is turned on.")
}

func (c *play) testCredentials() error {
	answered, err := c.configure(c.sim.Provider().Test)
	if answered || err != nil {
		return err
	}
	return c.done(c.at("application"), "The test succeeded: the server answers, and takes the token.")
}

// reconfigure changes an integration that is active.
func (c *play) reconfigure() error {
	answered, err := c.configure(nothingElse)
	if answered || err != nil {
		return err
	}
	return c.told(nil, c.at("application"), "The integration was verified, and goes on with what you saved.")
}

func (c *play) askToDeactivate() error {
	title, text := "Deactivate IdM connection", "Nothing is sent from then on. Users and groups stay in Cinode as they are, with their access: deactivate whoever should lose it first. Revoke the token in Cinode too, so that both sides are done."
	if c.sim.Kind != idp.JumpCloud {
		title = provisioningWordsOf(c.sim.Kind).Stop
	}
	return c.confirm(title, confirmPage{Question: title + "?", Text: text, Action: c.at("application/deactivate"), Button: "Confirm", Back: c.at("application")})
}

func (c *play) deactivate() error {
	provider := c.sim.Provider()
	err := c.patiently(provider.Deactivate)
	if err != nil {
		return c.told(err, c.at("application"), "")
	}
	return c.done(c.at("application"), sentence(provider.Confirmation(idp.Remove)))
}

// bindGroups makes the bound groups those that were ticked.
func (c *play) bindGroups() error {
	f, err := c.form()
	if err != nil {
		return err
	}
	provider := c.sim.Provider()
	changed := 0
	for _, g := range c.sim.State().Provider.Groups {
		wanted := f.Has("bound", g.Name)
		if wanted == g.Bound || !f.Has("shown", g.Name) {
			continue
		}
		changed++
		do := provider.Bind
		if !wanted {
			do = provider.Unbind
		}
		if err := do(g.Name); err != nil {
			return c.told(err, c.at("application", "tab", "groups"), "")
		}
	}
	done := "Saved. " + playPlural(changed, "user group has", "user groups have") + " changed."
	return c.told(nil, c.at("application", "tab", "groups"), done)
}
