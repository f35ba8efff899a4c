package admin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/clock"
	"github.com/cinode-scim/cinode-scim/internal/scim/filter"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// SeedSnapshot is the snapshot that a reset goes back to. Seeding makes it; a test
// may put another in its place.
const SeedSnapshot = "seed"

// Reset makes a tenant what it was when it was seeded, ids included, or empty where
// it was not, and forgets its journal and faults.
func (s *Service) Reset(ctx context.Context, by store.By, tenant int64) error {
	e := s.entry(by, tenant, "tenant.reset", "", "")
	_, err := s.Store.LoadSnapshot(ctx, tenant, SeedSnapshot, e)
	if errors.Is(err, store.ErrNotFound) {
		err = s.Store.EmptyTenant(ctx, tenant, e)
	}
	if err != nil {
		return noTenant(err, tenant)
	}
	if err := s.Reseed(ctx, tenant); err != nil {
		return err
	}
	s.Forget(tenant)
	s.Faults.Reset(tenant)
	return s.Journal.Clear(ctx, tenant)
}

// SaveSnapshot keeps what a tenant is, in the place of a snapshot of that name.
func (s *Service) SaveSnapshot(ctx context.Context, by store.By, tenant int64, name string) (store.Snapshot, error) {
	var c check
	name = c.name("/name", name, true)
	if err := c.err(); err != nil {
		return store.Snapshot{}, err
	}
	e := s.entry(by, tenant, "snapshot.create", "snapshots/"+name, "")
	return s.Store.SaveSnapshot(ctx, tenant, name, e.At, e)
}

// LoadSnapshot makes a tenant what it was; journal and faults stay.
func (s *Service) LoadSnapshot(ctx context.Context, by store.By, tenant int64, name string) (cinode.Tenant, error) {
	t, err := s.Store.LoadSnapshot(ctx, tenant, name, s.entry(by, tenant, "snapshot.load", "snapshots/"+name, ""))
	s.Forget(tenant)
	return t, noSnapshot(err, tenant, name)
}

// DeleteSnapshot forgets a snapshot. That of the seed stays: without it a reset
// would empty the tenant.
func (s *Service) DeleteSnapshot(ctx context.Context, by store.By, tenant int64, name string) error {
	if name == SeedSnapshot {
		return &ConflictError{Detail: "a reset goes back to this snapshot; save another in its place instead of deleting it"}
	}
	return noSnapshot(s.Store.DeleteSnapshot(ctx, tenant, name, s.entry(by, tenant, "snapshot.delete", "snapshots/"+name, "")), tenant, name)
}

func noSnapshot(err error, tenant int64, name string) error {
	if errors.Is(err, store.ErrNotFound) {
		return missing("tenant %d has no snapshot %q", tenant, name)
	}
	return err
}

// ClockChange says what to do with a tenant's clock, in this order: set it, move it
// on, let it stand or run.
type ClockChange struct {
	Set     *time.Time // nil: as it is
	Advance time.Duration
	Freeze  *bool
	Reset   bool // first of all, as that of the machine
}

// Time is what a tenant's clock shows, and whether it stands.
type Time struct {
	Now    time.Time
	Frozen bool
	Offset time.Duration // from the machine's clock
}

// TimeOf reads the clock of a tenant.
func (s *Service) TimeOf(t cinode.Tenant) Time {
	base := s.Clock.Now()
	now := t.Clock.Now(base)
	return Time{Now: now, Frozen: !t.Clock.Frozen.IsZero(), Offset: now.Sub(base)}
}

// SetClock changes the clock of a tenant: expiry of tokens and cursors, times in
// meta and the journal go by it from the next request on.
func (s *Service) SetClock(ctx context.Context, by store.By, tenant int64, change ClockChange) (cinode.Tenant, error) {
	base := s.Clock.Now()
	t, err := s.Store.ChangeTenant(ctx, tenant, func(t *cinode.Tenant) (store.AuditEntry, error) {
		if err := change.check(t.Clock, base); err != nil {
			return store.AuditEntry{}, err
		}
		t.Clock = change.apply(t.Clock, base)
		return s.entry(by, tenant, "clock.update", "clock", t.Clock.Now(base).Format(time.RFC3339Nano)), nil
	})
	if err != nil {
		return t, noTenant(err, tenant)
	}
	s.Forget(tenant)
	return t, nil
}

// farthest is how far a clock can be from the machine's, in years: a duration of
// nanoseconds holds 292. Before 1970 databases would have negative numbers.
const (
	farthest  = 250
	firstYear = 1970
)

// check refuses what the clock could not show.
func (c ClockChange) check(s clock.Setting, base time.Time) error {
	wrong := func(pointer string) error {
		return &InvalidError{[]Violation{{pointer, fmt.Sprintf("the clock can be set to %d at the earliest, and up to %d years from the machine's", firstYear, farthest)}}}
	}
	within := func(t time.Time) bool {
		return t.Year() >= firstYear && t.After(base.AddDate(-farthest, 0, 0)) && t.Before(base.AddDate(farthest, 0, 0))
	}
	if c.Reset {
		s = clock.Setting{}
	}
	from := s.Now(base)
	if c.Set != nil {
		if from = *c.Set; !within(from) {
			return wrong("/set")
		}
	}
	if c.Advance.Abs() > farthest*366*24*time.Hour || !within(from.Add(c.Advance)) {
		return wrong("/advance")
	}
	return nil
}

func (c ClockChange) apply(s clock.Setting, base time.Time) clock.Setting {
	if c.Reset {
		s = clock.Setting{}
	}
	if c.Set != nil {
		s = s.Set(base, *c.Set)
	}
	s = s.Advance(c.Advance)
	switch {
	case c.Freeze == nil:
		return s
	case *c.Freeze:
		return s.Freeze(base)
	default:
		return s.Run(base)
	}
}

// CountResources counts the users or groups of a tenant that a filter finds, in the
// whole language of RFC 7644, whatever the persona. An empty filter finds all.
func (s *Service) CountResources(ctx context.Context, tenant int64, resourceType, text string) (int64, error) {
	var c check
	selection := store.Selection{Type: s.Registry.Storage().Type(resourceType)}
	if selection.Type == nil {
		c.refuse("/resources/type", "type must be User or Group")
		return 0, c.err()
	}
	if text != "" {
		expr, err := filter.Parse(text)
		if err == nil {
			selection.Filter, err = (&filter.Binder{Type: selection.Type}).Bind(expr)
		}
		if err != nil {
			c.refuse("/resources/filter", "%s", err)
			return 0, c.err()
		}
	}
	page, err := s.Store.List(ctx, store.ListParams{Tenant: tenant, Of: []store.Selection{selection}})
	return page.Total, err
}
