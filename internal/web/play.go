package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/idp"
	"github.com/cinode-scim/cinode-scim/internal/provisioning"
	"github.com/cinode-scim/cinode-scim/internal/simulation"
)

func (p *pages) playRoutes(r chi.Router) {
	r.Get("/", p.tenant((*visit).listSimulations))
	r.Get("/new", p.tenant((*visit).newSimulation))
	r.Post("/new", p.tenant((*visit).createSimulation))
	r.Post("/demo", p.tenant((*visit).playDemo))
	p.below(r, "/{simulation}", func(r chi.Router) {
		r.Get("/", p.play((*play).first))
		r.Get("/events", p.play((*play).stream))
		r.Get("/log", p.play((*play).showLog))
		r.Get("/story", p.play((*play).showStory))
		r.Post("/hurry", p.play((*play).hurry))
		r.Post("/stop", p.play((*play).stop))
		r.Post("/sync", p.playEdit((*play).syncNow))
		r.Post("/token", p.playEdit((*play).renewToken))
		r.Get("/delete", p.play((*play).askToDelete))
		r.Post("/delete", p.play((*play).delete))
		p.playDirectoryRoutes(r)
		p.playApplicationRoutes(r)
	})
}

// play is a visit of a page of one simulation.
type play struct {
	*visit
	sim *simulation.Simulation
}

// play serves a page about the simulation of the path.
func (p *pages) play(handle func(*play) error) http.HandlerFunc {
	return p.tenant(func(v *visit) error {
		id, err := provisioning.ParseID(v.param("simulation"))
		if err != nil {
			return &admin.MissingError{Detail: "there is no simulation " + strconv.Quote(v.param("simulation"))}
		}
		sim, err := v.Simulated.Get(v.Tenant.ID, id)
		if err != nil {
			return &admin.MissingError{Detail: "there is no simulation " + strconv.FormatInt(id, 10) + "; all of them end with the server"}
		}
		if v.r.Header.Get("X-Live") != "" {
			v.leaveFlash()
		}
		return handle(&play{v, sim})
	})
}

// playEdit is a page that changes what a story would trip over while it is played.
func (p *pages) playEdit(handle func(*play) error) http.HandlerFunc {
	return p.play(func(c *play) error {
		if c.sim.Playing() {
			return c.redirectWith(c.at("story"), flash{"warning", "Nothing was changed, since a story is being played. Wait for its end, or stop it: then all of this is yours."})
		}
		return handle(c)
	})
}

// leaveFlash keeps what was done for the page that is opened next: this request is only
// a part that refreshes itself.
func (v *visit) leaveFlash() {
	cookies := v.r.Cookies()
	v.r.Header.Del("Cookie")
	for _, c := range cookies {
		if c.Name != flashCookie {
			v.r.AddCookie(c)
		}
	}
}

// at is the address of a page of the simulation.
func (c *play) at(path string, pairs ...string) string {
	return c.url("play/"+strconv.FormatInt(c.sim.ID, 10)+"/"+path, pairs...)
}

// first leads to what there is to be seen.
func (c *play) first() error {
	if c.sim.State().Story != nil {
		return c.redirect(c.at("story"))
	}
	return c.redirect(c.at("application"))
}

// told answers a button: a fault of the input is told on the page that it stands on.
func (c *play) told(err error, back, done string) error {
	var input *idp.InputError
	switch {
	case err == nil:
		c.sim.Edited()
		return c.done(back, done)
	case errors.As(err, &input):
		return c.redirectWith(back, flash{"warning", sentence(input.Error())})
	case errors.Is(err, simulation.ErrNotFound):
		return &admin.MissingError{Detail: "the simulation was deleted meanwhile"}
	default:
		return err
	}
}

// refusedInput puts a fault of the input at its field: fields are by the names that package idp
// gives them. It is false for other errors.
func (f *form) refusedInput(err error, fields map[string]string, other string) bool {
	var input *idp.InputError
	if !errors.As(err, &input) {
		return false
	}
	field := fields[input.Field]
	if field == "" {
		field = other
	}
	f.refuse(field, sentence(input.Error()))
	return true
}

// playRow is a simulation in the list.
type playRow struct {
	Title, URL, Delete string
	Kind               string
	Phase              playPhase
	Story              string
	Target             string // where it is not this tenant
	People, Groups     int
	Last               *playEvent
	Created            time.Time
}

type playListPage struct {
	frame
	Simulations []playRow
	New, Demo   string
	Full        bool
}

func (v *visit) listSimulations() error {
	page := playListPage{frame: v.frame("Play"), New: v.url("play/new"), Demo: v.url("play/demo")}
	list := v.Simulated.List(v.Tenant.ID)
	slices.Reverse(list) // the newest first
	for _, s := range list {
		state := s.State()
		at := v.url("play/" + strconv.FormatInt(s.ID, 10))
		row := playRow{
			Title: playTitle(s), URL: at, Delete: at + "/delete", Kind: string(s.Kind), Phase: viewPlayPhase(state.Provider.Phase), Created: s.Created,
			People: len(state.Provider.Users), Groups: len(state.Provider.Groups),
		}
		if !state.Own {
			row.Target = state.Target
		}
		if state.Story != nil {
			row.Story = playStoryLine(state.Story)
		}
		if events := s.Events(); len(events) > 0 {
			last := viewPlayEvent(events[len(events)-1])
			row.Last = &last
		}
		page.Simulations = append(page.Simulations, row)
	}
	page.Full = len(list) >= simulation.Most
	return v.show("play", page)
}

// playTitle is what a simulation is called on pages.
func playTitle(s *simulation.Simulation) string {
	return wordsOfKind(s.Kind).Name + " " + strconv.FormatInt(s.ID, 10)
}

// playStoryLine is how a story goes, in a few words.
func playStoryLine(s *simulation.Story) string {
	switch {
	case s.Playing:
		return s.Name + ", step " + strconv.Itoa(max(1, len(s.Steps))) + " of " + strconv.Itoa(s.Total)
	case s.Stopped:
		return s.Name + ", stopped"
	case s.Failed:
		return s.Name + ", failed"
	default:
		return s.Name + ", all as expected"
	}
}

// demoPace is slow enough to read along.
const demoPace = 2 * time.Second

// playDemo is "Try it without an IdP".
func (v *visit) playDemo() error {
	s, err := v.Simulated.Create(v.r.Context(), v.by(), v.Tenant.ID, simulation.Spec{Kind: idp.JumpCloud, Story: "joiner-mover-leaver", Pace: demoPace})
	if errors.Is(err, simulation.ErrFull) {
		return v.redirectWith(v.url("play"), flash{"warning", sentence(err.Error())})
	}
	if err != nil {
		return err
	}
	return v.redirect(v.url("play/" + strconv.FormatInt(s.ID, 10) + "/story"))
}

func (c *play) askToDelete() error {
	text := "Its directory, its log and its story are gone with it, and its token is revoked. What it has provisioned stays."
	return c.confirm("Delete a simulation", confirmPage{
		Question: "Delete " + playTitle(c.sim) + "?", Text: text, Action: c.at("delete"), Button: "Delete", Back: c.url("play"),
	})
}

func (c *play) delete() error {
	title := playTitle(c.sim)
	if err := c.Simulated.Delete(c.r.Context(), c.by(), c.sim.Tenant, c.sim.ID); err != nil && !errors.Is(err, simulation.ErrNotFound) {
		return err
	}
	return c.done(c.url("play"), "Deleted "+title+".")
}

func (c *play) syncNow() error {
	if phase := c.sim.Provider().Phase(); phase != idp.PhaseActive && phase != idp.PhaseQuarantine {
		return c.redirectWith(c.back(), flash{"warning", "Nothing can be sent: " + idp.ErrNotActive.Error() + "."})
	}
	c.sim.SyncNow()
	return c.done(c.back(), "A cycle was started. Watch it beside.")
}

func (c *play) renewToken() error {
	err := c.sim.Renew(c.r.Context(), c.by())
	var failed *idp.VerifyError
	if errors.As(err, &failed) {
		return c.redirectWith(c.back(), flash{"warning", sentence(failed.Error())})
	}
	return c.told(err, c.back(), "The simulation has a new token, and goes on.")
}

// back is the page of the simulation that a button stands on.
func (c *play) back() string {
	to := c.localPath(c.r.FormValue("back"))
	if !strings.HasPrefix(to, c.at("")) {
		return c.at("application")
	}
	return to
}
