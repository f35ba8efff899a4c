package seed

import (
	"cmp"
	"iter"
	"slices"
	"strconv"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/store/sqlfilter"
)

// Records gives a tenant as the store restores it, under a number that may be
// another than its own: tokens are left out there, since a secret opens one tenant
// only. registry has the schemas of the server, hashes are the hashed passwords of
// users by id.
func (t *Tenant) Records(id int64, registry *schema.Registry, now time.Time, hashes map[int64]string) iter.Seq2[store.Record, error] {
	return func(yield func(store.Record, error) bool) {
		s := &sender{yield: yield, now: now, going: true}
		made := t.Tenant
		made.ID, made.Created = id, now
		if made.Name == "" {
			made.Name = "Tenant " + strconv.FormatInt(id, 10)
		}
		s.send(store.Record{Tenant: &made})
		if id == t.ID {
			s.tokens(t)
		}
		full := registry.Storage()
		for i := range t.Users {
			s.send(store.Record{User: s.resource(&t.Users[i], full.Users, hashes)})
		}
		for i := range t.Groups {
			s.send(store.Record{Group: s.resource(&t.Groups[i], full.Groups, nil)})
		}
		s.members(t.Groups, "User", func(g *Resource) []int64 { return g.Users })
		s.members(t.Groups, "Group", func(g *Resource) []int64 { return g.Groups })
		s.units(t.Units)
		s.links(t)
	}
}

// sender yields records until it is told to stop.
type sender struct {
	yield func(store.Record, error) bool
	now   time.Time
	going bool
}

func (s *sender) send(r store.Record) { s.going = s.going && s.yield(r, nil) }

func (s *sender) tokens(t *Tenant) {
	for _, seeded := range t.Tokens {
		token := store.TokenRecord{Token: seeded.Token, Hash: seeded.Hash}
		token.Tenant, token.Created = t.ID, s.now
		if seeded.Lifetime != 0 {
			token.Expires = s.now.Add(seeded.Lifetime)
		}
		s.send(store.Record{Token: &token})
	}
}

func (s *sender) resource(r *Resource, full *schema.ResourceType, hashes map[int64]string) *store.ResourceRecord {
	if !s.going {
		return nil
	}
	return &store.ResourceRecord{
		ID: r.ID, Version: 1, Created: s.now, Modified: s.now, Text: full.AppendJSON(nil, r.Attributes), Password: hashes[r.ID],
	}
}

func (s *sender) members(groups []Resource, memberType string, of func(*Resource) []int64) {
	for i := range groups {
		for ids := range slices.Chunk(of(&groups[i]), store.MaxMembers) {
			s.send(store.Record{Members: &store.MembersRecord{Group: groups[i].ID, Type: memberType, IDs: ids}})
		}
	}
}

func (s *sender) units(units []Unit) {
	for _, u := range units {
		unit := u.Unit
		unit.Created = s.now
		s.send(store.Record{Unit: &unit})
	}
	for _, u := range units {
		for ids := range slices.Chunk(u.Members, store.MaxMembers) {
			s.send(store.Record{UnitMembers: &store.UnitMembersRecord{Kind: u.Kind, Unit: u.ID, Users: ids}})
		}
	}
}

func (s *sender) links(t *Tenant) {
	for _, l := range t.Links {
		r := store.LinkRecord{Group: l.GroupID, Kind: l.Kind, Unit: l.UnitID, Created: s.now}
		if l.Awaited {
			r.AwaitedKey = t.awaitedKey(l.GroupID)
		}
		s.send(store.Record{Link: &r})
	}
}

func (t *Tenant) awaitedKey(group int64) string {
	i, _ := slices.BinarySearchFunc(t.Groups, group, func(g Resource, id int64) int { return cmp.Compare(g.ID, id) })
	name, _ := t.Groups[i].Attributes["displayName"].(string)
	external, _ := t.Groups[i].Attributes["externalId"].(string)
	return sqlfilter.AwaitedKey(name, external)
}
