package adminhttp

import (
	"context"
	"net/http"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// stateUnit is a Team or Role with the ids of its members.
type stateUnit struct {
	unitView `json:",inline"`
	Members  []string `json:"members"`
}

// stateGroup is a group with what the SCIM endpoint shows of it.
type stateGroup struct {
	groupView `json:",inline"`
	SCIM      jsontext.Value `json:"scim"`
}

// getState answers with everything that a tenant has, lists as they are paged
// elsewhere, one after the other: each page is of its own moment. The answer is
// written as it is read, so that its size costs no memory; one that cannot be read
// to its end breaks off with its connection, which every client sees.
func (h *Handler) getState(w http.ResponseWriter, r *http.Request, t cinode.Tenant) error {
	behaviour, err := h.Admin.Behaviour(t)
	if err != nil {
		return err
	}
	document, err := h.Documents(r, t)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	s := &state{h: h, r: r, t: t, document: document, out: jsontext.NewEncoder(w, json.Deterministic(true))}
	s.token(jsontext.BeginObject)
	s.member("tenant", viewTenant(t))
	s.member("persona", viewPersona(behaviour))
	s.member("attributeMappings", viewMappings(t))
	s.users()
	s.groups()
	s.units("teams", cinode.KindTeam)
	s.units("roles", cinode.KindRole)
	stateList(s, "links", func(slice admin.Slice) (admin.Page[cinode.Link], error) {
		return h.Admin.Links(r.Context(), t.ID, slice)
	}, viewLink)
	s.tokens()
	s.token(jsontext.EndObject)
	if s.err != nil {
		h.Logger.ErrorContext(r.Context(), "the state of a tenant broke off", "tenant_id", t.ID, "error", s.err)
		panic(http.ErrAbortHandler)
	}
	return nil
}

// state writes a state. Its first error ends it.
type state struct {
	h        *Handler
	r        *http.Request
	t        cinode.Tenant
	document func(store.Resource) []byte
	out      *jsontext.Encoder
	err      error
}

func (s *state) token(t jsontext.Token) {
	if s.err == nil {
		s.err = s.out.WriteToken(t)
	}
}

func (s *state) value(v any) {
	if s.err == nil {
		s.err = json.MarshalEncode(s.out, v)
	}
}

func (s *state) member(name string, v any) {
	s.token(jsontext.String(name))
	s.value(v)
}

// stateList writes a list page by page.
func stateList[T, V any](s *state, name string, read func(admin.Slice) (admin.Page[T], error), view func(T) V) {
	s.token(jsontext.String(name))
	s.token(jsontext.BeginArray)
	each(s, read, func(item T) { s.value(view(item)) })
	s.token(jsontext.EndArray)
}

// each calls for every item of a list.
func each[T any](s *state, read func(admin.Slice) (admin.Page[T], error), do func(T)) {
	slice := admin.Slice{Limit: maxLimit}
	for s.err == nil {
		page, err := read(slice)
		if err != nil {
			s.err = err
			return
		}
		for _, item := range page.Items {
			do(item)
		}
		if page.Next == "" {
			return
		}
		slice.After = nextID(page.Next)
	}
}

func (s *state) users() {
	stateList(s, "users", func(slice admin.Slice) (admin.Page[admin.User], error) {
		return s.h.Admin.WholeUsers(s.r.Context(), s.t, slice)
	}, func(u admin.User) userView { return userView{viewPerson(u.Person), s.document(u.Resource)} })
}

func (s *state) groups() {
	stateList(s, "groups", func(slice admin.Slice) (admin.Page[admin.Group], error) {
		return s.h.Admin.Groups(s.r.Context(), s.t, slice, true)
	}, func(g admin.Group) stateGroup { return stateGroup{viewGroup(g), s.document(g.Resource)} })
}

func (s *state) units(name string, kind cinode.Kind) {
	ctx := s.r.Context()
	stateList(s, name, func(slice admin.Slice) (admin.Page[cinode.Unit], error) {
		return s.h.Admin.Units(ctx, s.t.ID, kind, slice)
	}, func(u cinode.Unit) stateUnit {
		v := stateUnit{unitView: viewUnit(u), Members: []string{}}
		each(s, func(slice admin.Slice) (admin.Page[store.Person], error) {
			return s.h.Admin.UnitMembers(ctx, s.t.ID, kind, u.ID, slice)
		}, func(p store.Person) { v.Members = append(v.Members, idText(p.ID)) })
		return v
	})
}

func (s *state) tokens() {
	s.token(jsontext.String("tokens"))
	s.token(jsontext.BeginArray)
	for after, more := "", true; more && s.err == nil; {
		page, err := s.readTokens(s.r.Context(), after)
		if err != nil {
			s.err = err
			return
		}
		for _, t := range page.Items {
			s.value(s.h.viewToken(t))
		}
		after, more = page.Next, page.Next != ""
	}
	s.token(jsontext.EndArray)
}

func (s *state) readTokens(ctx context.Context, after string) (admin.Page[cinode.Token], error) {
	return s.h.Admin.Tokens(ctx, s.t.ID, after, "", maxLimit)
}
