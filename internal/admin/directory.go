package admin

import (
	"context"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// UserSearch asks for a page of the users whose userName, e-mail, display name or
// external id begins with a text, or who have it as their id; without one for all,
// the newest first. It takes the same time whatever the number of users.
type UserSearch struct {
	Text   string
	Status cinode.Status // empty for any
	// After and Before are places that a page before has given: one of them, or
	// neither for the first page.
	After, Before string
	Limit         int
}

// FoundUsers is a page of a search. Previous and Next are what to search Before and
// After, empty where there is nothing.
type FoundUsers struct {
	Users          []store.Person
	Previous, Next string
}

// searchPlace is where a user stands in a search: the step that finds it, and its place
// among the finds of that.
type searchPlace struct {
	step int
	at   store.Position
}

func (p searchPlace) String() string {
	key := ""
	if p.at.Key != nil {
		key = *p.at.Key
	}
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(p.step) + " " + idText(p.at.ID) + " " + key))
}

func (u UserSearch) place(text string, steps int) (*searchPlace, error) {
	wrong := &InvalidError{[]Violation{{"/after", "the place in the list is none; begin at the first page"}}}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	parts := strings.SplitN(tidy(string(raw)), " ", 3)
	if err != nil || len(parts) != 3 {
		return nil, wrong
	}
	step, err := strconv.Atoi(parts[0])
	if err != nil || step < 0 || step >= steps {
		return nil, wrong
	}
	id, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		return nil, wrong
	}
	return &searchPlace{step, store.Position{ID: id, Key: &parts[2]}}, nil
}

// steps are the ways in which a text is looked for, one after the other.
func (u UserSearch) steps() []store.Way {
	if u.Text == "" {
		return []store.Way{store.ByNewest}
	}
	return []store.Way{store.ByID, store.ByUserName, store.ByEmail, store.ByDisplay, store.ByExternalID}
}

// tidy is a text as databases take it.
func tidy(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
}

// FindUsers searches users.
func (s *Service) FindUsers(ctx context.Context, tenant int64, u UserSearch) (FoundUsers, error) {
	u.Text = tidy(u.Text)
	steps := u.steps()
	backward := u.Before != ""
	var from *searchPlace
	if at := u.After + u.Before; at != "" {
		var err error
		if from, err = u.place(at, len(steps)); err != nil {
			return FoundUsers{}, err
		}
	}
	list, places, err := s.walk(ctx, tenant, u, steps, from, backward)
	if err != nil {
		return FoundUsers{}, err
	}
	more := len(list) > u.Limit
	if more {
		list, places = list[:u.Limit], places[:u.Limit]
	}
	if backward {
		slices.Reverse(list)
		slices.Reverse(places)
	}
	found := FoundUsers{Users: list}
	if len(places) == 0 {
		return found, nil
	}
	if backward && more || !backward && from != nil {
		found.Previous = places[0].String()
	}
	if backward || more {
		found.Next = places[len(places)-1].String()
	}
	return found, nil
}

// walk goes through the steps until it has one user more than a page.
func (s *Service) walk(ctx context.Context, tenant int64, u UserSearch, steps []store.Way, from *searchPlace, backward bool) ([]store.Person, []searchPlace, error) {
	i, turn := 0, 1
	if backward {
		turn = -1
	}
	if from != nil {
		i = from.step
	}
	var list []store.Person
	var places []searchPlace
	for ; i >= 0 && i < len(steps) && len(list) <= u.Limit; i += turn {
		l := store.Lookup{
			Tenant: tenant, Way: steps[i], Except: steps[:i], Text: u.Text, Status: u.Status, Backward: backward, Limit: u.Limit + 1 - len(list),
		}
		if from != nil && i == from.step {
			l.At = &from.at
		}
		part, err := s.Store.LookUp(ctx, l)
		if err != nil {
			return nil, nil, err
		}
		for _, f := range part {
			list, places = append(list, f.Person), append(places, searchPlace{i, f.Position})
		}
	}
	return list, places, nil
}

// Company is where a user stands in Cinode.
type Company struct {
	Teams, Roles []cinode.Unit
}

// CompanyOf lists the Teams that a user is in and the Roles that it has.
func (s *Service) CompanyOf(ctx context.Context, tenant, user int64) (c Company, err error) {
	if c.Teams, err = s.Store.UnitsOf(ctx, tenant, cinode.KindTeam, user); err != nil {
		return c, err
	}
	c.Roles, err = s.Store.UnitsOf(ctx, tenant, cinode.KindRole, user)
	return c, err
}

// GroupHead finds a group with its link and without its members, of whom there may
// be very many.
func (s *Service) GroupHead(ctx context.Context, tenant, id int64) (Group, error) {
	return s.group(ctx, tenant, id, false)
}

// Members lists the members of a group by their ids, and counts them.
func (s *Service) Members(ctx context.Context, tenant, group int64, slice Slice) (Page[store.Member], int, error) {
	list, err := s.Store.Members(ctx, group, slice.more(tenant))
	if err != nil {
		return Page[store.Member]{}, 0, err
	}
	const all = 1 << 40
	sizes, err := s.Store.Sizes(ctx, tenant, "Group", []int64{group}, all)
	return cut(list, slice.Limit, func(m store.Member) string { return idText(m.ID) }), sizes[group], err
}

// MostCounted is where lists stop to count members.
const MostCounted = 10_000

// SizedGroup is a group in a list: what it is linked to, if anything, and how many
// members it has, one more than MostCounted for more.
type SizedGroup struct {
	Group
	Members int
}

// SizedGroups lists groups by id, with their links.
func (s *Service) SizedGroups(ctx context.Context, t cinode.Tenant, slice Slice) (Page[SizedGroup], error) {
	groups, err := s.Groups(ctx, t, slice, false)
	if err != nil || len(groups.Items) == 0 {
		return Page[SizedGroup]{}, err
	}
	page := Page[SizedGroup]{Next: groups.Next}
	ids := make([]int64, len(groups.Items))
	for i, g := range groups.Items {
		ids[i] = g.Resource.ID
	}
	sizes, err := s.Store.Sizes(ctx, t.ID, "Group", ids, MostCounted+1)
	if err != nil {
		return page, err
	}
	links, err := s.Store.LinksOf(ctx, t.ID, ids)
	if err != nil {
		return page, err
	}
	byGroup := map[int64]*cinode.Link{}
	for i := range links {
		byGroup[links[i].GroupID] = &links[i]
	}
	for _, g := range groups.Items {
		g.Link = byGroup[g.Resource.ID]
		page.Items = append(page.Items, SizedGroup{g, sizes[g.Resource.ID]})
	}
	return page, nil
}

// SizedUnit is a Team or Role with the groups that feed it, and how many members it
// has, one more than MostCounted for more.
type SizedUnit struct {
	cinode.Unit
	Groups  []cinode.Link
	Members int
}

// SizedUnits lists Teams or Roles by id.
func (s *Service) SizedUnits(ctx context.Context, tenant int64, kind cinode.Kind, slice Slice) (Page[SizedUnit], error) {
	units, err := s.Units(ctx, tenant, kind, slice)
	if err != nil {
		return Page[SizedUnit]{}, err
	}
	list, err := s.sized(ctx, tenant, kind, units.Items, MostCounted+1)
	return Page[SizedUnit]{Items: list, Next: units.Next}, err
}

// SizedUnit finds a Team or Role, with the exact number of its members.
func (s *Service) SizedUnit(ctx context.Context, tenant int64, kind cinode.Kind, id int64) (SizedUnit, error) {
	unit, err := s.Unit(ctx, tenant, kind, id)
	if err != nil {
		return SizedUnit{}, err
	}
	const all = 1 << 40
	list, err := s.sized(ctx, tenant, kind, []cinode.Unit{unit}, all)
	if err != nil {
		return SizedUnit{}, err
	}
	return list[0], nil
}

func (s *Service) sized(ctx context.Context, tenant int64, kind cinode.Kind, units []cinode.Unit, most int) ([]SizedUnit, error) {
	if len(units) == 0 {
		return nil, nil
	}
	ids := make([]int64, len(units))
	for i, u := range units {
		ids[i] = u.ID
	}
	sizes, err := s.Store.Sizes(ctx, tenant, string(kind), ids, most)
	if err != nil {
		return nil, err
	}
	links, err := s.Store.LinksTo(ctx, tenant, kind, ids)
	if err != nil {
		return nil, err
	}
	list := make([]SizedUnit, len(units))
	for i, u := range units {
		list[i] = SizedUnit{Unit: u, Members: sizes[u.ID]}
		for _, l := range links {
			if l.UnitID == u.ID {
				list[i].Groups = append(list[i].Groups, l)
			}
		}
	}
	return list, nil
}
