package adminhttp

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/idp"
	"github.com/cinode-scim/cinode-scim/internal/idp/scenario"
	"github.com/cinode-scim/cinode-scim/internal/provisioning"
	"github.com/cinode-scim/cinode-scim/internal/simulation"
)

func (h *Handler) simulationRoutes(r, create chi.Router) {
	at := ofTenant + "/simulations"
	r.Get("/simulations/catalogue", h.endpoint(h.simulationCatalogue))
	r.Get(at, h.tenant(h.listSimulations))
	create.Post(at, h.tenant(h.createSimulation))
	r.Get(at+"/{id}", h.simulation(h.getSimulation))
	r.Delete(at+"/{id}", h.simulation(h.deleteSimulation))
	r.Get(at+"/{id}/events", h.simulation(h.listSimulationEvents))
	r.Post(at+"/{id}/steps", h.simulation(h.takeStep))
	r.Post(at+"/{id}/hurry", h.simulation(h.ofStory((*simulation.Simulation).Hurry)))
	r.Post(at+"/{id}/stop", h.simulation(h.ofStory((*simulation.Simulation).Stop)))
}

// stepPatience is how long a step may take: a cycle sends many requests.
const stepPatience = 100 * time.Second

// describeSimulation makes of an error of a simulation what the client is told.
func describeSimulation(err error) error {
	var input *idp.InputError
	var step *scenario.Invalid
	switch {
	case errors.As(err, &input):
		pointer := "#"
		if !strings.Contains(input.Field, " ") {
			pointer += "/" + input.Field
		}
		return invalid(violation{Detail: input.Error(), Pointer: pointer})
	case errors.As(err, &step):
		out := &refusal{status: http.StatusBadRequest, kind: typeInvalid}
		for _, f := range step.Faults {
			out.errors = append(out.errors, violation{Detail: f.Detail, Pointer: "#"})
		}
		out.detail = out.errors[0].Detail
		return out
	case errors.Is(err, simulation.ErrNotFound):
		return &admin.MissingError{Detail: err.Error()}
	case errors.Is(err, simulation.ErrPlaying), errors.Is(err, simulation.ErrIdle), errors.Is(err, simulation.ErrFull):
		return &admin.ConflictError{Detail: err.Error()}
	default:
		return err
	}
}

type simulationFunc func(w http.ResponseWriter, r *http.Request, s *simulation.Simulation) error

// simulation finds the simulation of the path.
func (h *Handler) simulation(handle simulationFunc) http.HandlerFunc {
	return h.tenant(func(w http.ResponseWriter, r *http.Request, t cinode.Tenant) error {
		id, err := provisioning.ParseID(pathValue(r, "id"))
		if err != nil {
			return &admin.MissingError{Detail: "there is no simulation " + strconv.Quote(pathValue(r, "id"))}
		}
		s, err := h.Simulated.Get(t.ID, id)
		if err == nil {
			err = handle(w, r, s)
		}
		if err != nil {
			return describeSimulation(err)
		}
		return nil
	})
}

type catalogueItem struct {
	Name        string     `json:"name"`
	Description string     `json:"description"`
	Providers   []idp.Kind `json:"providers,omitzero"`
}

// simulationCatalogue tells which stories there are, and what single steps can do.
func (h *Handler) simulationCatalogue(w http.ResponseWriter, _ *http.Request) error {
	var out struct {
		Stories []catalogueItem `json:"stories"`
		Steps   []catalogueItem `json:"steps"`
	}
	for _, s := range scenario.Builtin("") {
		item := catalogueItem{Name: s.Name, Description: s.Description}
		for _, kind := range idp.Kinds() {
			if s.For(kind) {
				item.Providers = append(item.Providers, kind)
			}
		}
		out.Stories = append(out.Stories, item)
	}
	for _, a := range scenario.Actions() {
		out.Steps = append(out.Steps, catalogueItem{Name: a.Name, Description: a.Sentence})
	}
	return send(w, http.StatusOK, out, scenario.JSONOptions())
}

func (h *Handler) listSimulations(w http.ResponseWriter, _ *http.Request, t cinode.Tenant) error {
	out := struct {
		Items []simulation.State `json:"items"`
	}{[]simulation.State{}}
	for _, s := range h.Simulated.List(t.ID) {
		out.Items = append(out.Items, s.State())
	}
	return send(w, http.StatusOK, out, scenario.JSONOptions())
}

func (h *Handler) createSimulation(w http.ResponseWriter, r *http.Request, t cinode.Tenant) error {
	var in struct {
		Kind      string  `json:"kind"`
		BaseURL   string  `json:"baseUrl"`
		Token     string  `json:"token"`
		Dialect   string  `json:"dialect"`
		JobTitle  string  `json:"jobTitleAs"`
		MatchBy   string  `json:"matchBy"`
		AADOptIn  bool    `json:"aadOptscim062020"`
		OktaStyle string  `json:"oktaStyle"`
		Shorten   float64 `json:"shorten"`
		Story     string  `json:"story"`
		Users     int     `json:"users"`
		Groups    int     `json:"groups"`
		Pace      string  `json:"pace"`
	}
	if err := readDocument(w, r, &in); err != nil {
		return err
	}
	spec := simulation.Spec{
		Kind: idp.Kind(in.Kind), BaseURL: in.BaseURL, Token: in.Token, Dialect: in.Dialect, JobTitle: in.JobTitle, MatchBy: in.MatchBy,
		AADOptIn: in.AADOptIn, OktaStyle: in.OktaStyle, Shorten: in.Shorten, Story: in.Story, Users: in.Users, Groups: in.Groups,
	}
	var err error
	if in.Pace != "" {
		if spec.Pace, err = time.ParseDuration(in.Pace); err != nil {
			return invalid(violation{Detail: "pace must be a duration such as 2s", Pointer: "#/pace"})
		}
	}
	s, err := h.Simulated.Create(r.Context(), h.by(r), t.ID, spec)
	if err != nil {
		return describeSimulation(err)
	}
	return h.sendCreated(w, r, tenantPath(t.ID)+"/simulations/"+strconv.FormatInt(s.ID, 10), s.State(), scenario.JSONOptions())
}

func (h *Handler) getSimulation(w http.ResponseWriter, _ *http.Request, s *simulation.Simulation) error {
	return send(w, http.StatusOK, s.State(), scenario.JSONOptions())
}

func (h *Handler) deleteSimulation(w http.ResponseWriter, r *http.Request, s *simulation.Simulation) error {
	if err := h.Simulated.Delete(r.Context(), h.by(r), s.Tenant, s.ID); err != nil {
		return err
	}
	return sendNothing(w)
}

func (h *Handler) listSimulationEvents(w http.ResponseWriter, _ *http.Request, s *simulation.Simulation) error {
	out := struct {
		Items []idp.Event `json:"items"`
	}{s.Events()}
	if out.Items == nil {
		out.Items = []idp.Event{}
	}
	return send(w, http.StatusOK, out, scenario.JSONOptions())
}

// takeStep takes one step, written as in a scenario file.
func (h *Handler) takeStep(w http.ResponseWriter, r *http.Request, s *simulation.Simulation) error {
	body, err := bodyBytes(w, r)
	if err != nil {
		return err
	}
	text, err := parse(body)
	if err != nil {
		return err
	}
	step, err := scenario.ReadStep(text)
	if err != nil {
		return err
	}
	report, err := s.Do(r.Context(), step)
	if err != nil {
		return err
	}
	return send(w, http.StatusOK, report, scenario.JSONOptions())
}

// ofStory does something to the story that is being played.
func (h *Handler) ofStory(do func(*simulation.Simulation) error) simulationFunc {
	return func(w http.ResponseWriter, _ *http.Request, s *simulation.Simulation) error {
		if err := do(s); err != nil {
			return err
		}
		return sendNothing(w)
	}
}
