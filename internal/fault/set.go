package fault

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/cinode-scim/cinode-scim/internal/clock"
)

// Errors of a Set, to be compared with errors.Is.
var (
	ErrNotFound = errors.New("there is no such fault rule")
	ErrIDTaken  = errors.New("the id is taken by another fault rule; choose another or leave it out")
	ErrFull     = errors.New("there are too many fault rules; remove some first")
)

// Set is the rules in force. It is safe for concurrent use; while it is empty, a
// request costs one atomic read.
type Set struct {
	clock   clock.Clock
	inForce atomic.Pointer[table] // nil while there is no rule

	mu    sync.Mutex
	rules []*rule
	base  []Rule // as Load brought them, which Reset goes back to
	made  int    // how many ids were made
}

// table is what Match reads; it is never changed.
type table struct {
	everybody []*rule           // for tenants without rules of their own
	tenants   map[int64][]*rule // theirs and everybody's, in order
}

// NewSet makes an empty Set. The clock tells stale when its time is over.
func NewSet(c clock.Clock) *Set { return &Set{clock: c} }

// Status is a rule with how many requests fitted it and how often it played.
type Status struct {
	Rule
	Matched int64 `json:"matched"`
	Played  int64 `json:"played"`
}

// Load replaces all rules, and makes these the ones that Reset goes back to. It
// is for the rules that the server is started with.
func (s *Set) Load(rules []Rule) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	before, made := s.rules, s.made
	s.rules, s.made = nil, 0
	if _, err := s.add(rules); err != nil {
		s.rules, s.made = before, made
		return err
	}
	s.base = nil
	for _, r := range s.rules {
		s.base = append(s.base, r.clone())
	}
	s.publish()
	return nil
}

// Add puts rules behind those in force, all or none, and gives them with their
// ids. The error is an *Invalid, ErrIDTaken or ErrFull.
func (s *Set) Add(rules ...Rule) ([]Rule, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	added, err := s.add(rules)
	s.publish()
	return added, err
}

func (s *Set) add(rules []Rule) ([]Rule, error) {
	if len(s.rules)+len(rules) > maxRules {
		return nil, ErrFull
	}
	if err := validate(rules); err != nil {
		return nil, err
	}
	next := slices.Clone(s.rules)
	added := make([]Rule, len(rules))
	taken := map[string]bool{}
	for _, r := range next {
		taken[r.ID] = true
	}
	for _, r := range rules { // ids that were chosen go before ids that are made
		if r.ID != "" && taken[r.ID] {
			return nil, fmt.Errorf("%q: %w", r.ID, ErrIDTaken)
		}
		taken[r.ID] = true
	}
	for i, r := range rules {
		for r.ID == "" {
			s.made++
			if id := "f" + strconv.Itoa(s.made); !taken[id] {
				r.ID = id
			}
		}
		next = append(next, newRule(r))
		added[i] = r.clone()
	}
	s.rules = next
	return added, nil
}

// validate gives all that is wrong with some rules at once.
func validate(rules []Rule) error {
	var all []Violation
	for i, r := range rules {
		for _, v := range r.violations() {
			v.Rule = i
			all = append(all, v)
		}
	}
	if len(all) > 0 {
		return &Invalid{Violations: all}
	}
	return nil
}

// Replace puts a rule in the place of another, with its id, and counts from zero.
func (s *Set) Replace(id string, r Rule) (Rule, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.find(id)
	if i < 0 {
		return Rule{}, ErrNotFound
	}
	r.ID = id
	if err := r.Validate(); err != nil {
		return Rule{}, err
	}
	s.rules = slices.Clone(s.rules)
	s.rules[i] = newRule(r)
	s.publish()
	return r.clone(), nil
}

func (s *Set) find(id string) int {
	return slices.IndexFunc(s.rules, func(r *rule) bool { return r.ID == id })
}

// Remove takes a rule out; the error is ErrNotFound.
func (s *Set) Remove(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.find(id)
	if i < 0 {
		return ErrNotFound
	}
	s.rules = slices.Delete(slices.Clone(s.rules), i, i+1)
	s.publish()
	return nil
}

// Clear takes out the rules that name a tenant, or all rules for 0, and gives
// their number. Rules for every tenant stay where one is named.
func (s *Set) Clear(tenant int64) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := len(s.rules)
	s.drop(tenant)
	s.publish()
	return before - len(s.rules)
}

func (s *Set) drop(tenant int64) {
	s.rules = slices.DeleteFunc(slices.Clone(s.rules), func(r *rule) bool { return tenant == 0 || r.Tenant == tenant })
}

// Get gives one rule, with its counts over all tenants; the error is ErrNotFound.
func (s *Set) Get(id string) (Status, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.find(id)
	if i < 0 {
		return Status{}, ErrNotFound
	}
	return s.rules[i].status(0), nil
}

// List gives the rules that a tenant meets, with its counts, or all rules with
// the counts over all tenants for 0.
func (s *Set) List(tenant int64) []Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []Status{}
	for _, r := range s.rules {
		if tenant == 0 || r.Tenant == 0 || r.Tenant == tenant {
			list = append(list, r.status(tenant))
		}
	}
	return list
}

func (r *rule) status(tenant int64) Status {
	matched, played := r.counts(tenant)
	return Status{Rule: r.clone(), Matched: matched, Played: played}
}

// Reset goes back to the loaded rules with nothing counted. With a tenant it does
// so for its own rules, and makes everybody's forget it; 0 is everything.
func (s *Set) Reset(tenant int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(tenant)
	for _, r := range s.rules {
		r.forget(tenant)
	}
	for _, r := range s.base {
		if (tenant == 0 || r.Tenant == tenant) && s.find(r.ID) < 0 {
			s.rules = append(s.rules, newRule(r))
		}
	}
	if tenant == 0 {
		s.made = 0
	}
	s.publish()
}

// publish makes what Match reads. The caller holds the lock.
func (s *Set) publish() {
	if len(s.rules) == 0 {
		s.inForce.Store(nil)
		return
	}
	t := &table{tenants: map[int64][]*rule{}}
	for _, r := range s.rules {
		if r.Tenant != 0 {
			t.tenants[r.Tenant] = nil
		}
	}
	for _, r := range s.rules {
		if r.Tenant != 0 {
			t.tenants[r.Tenant] = append(t.tenants[r.Tenant], r)
			continue
		}
		t.everybody = append(t.everybody, r)
		for tenant, list := range t.tenants {
			t.tenants[tenant] = append(list, r)
		}
	}
	s.inForce.Store(t)
}

// of gives the rules that a tenant meets.
func (t *table) of(tenant int64) []*rule {
	if t == nil {
		return nil
	}
	if list, ok := t.tenants[tenant]; ok {
		return list
	}
	return t.everybody
}

// Any reports whether a tenant meets any rule.
func (s *Set) Any(tenant int64) bool { return len(s.inForce.Load().of(tenant)) > 0 }

// Match counts a request, and gives what is to be played on it. False means that
// the request is served as it is. A Play may only have to watch; what it did is
// known after Serve, from Played.
func (s *Set) Match(q Request) (*Play, bool) {
	rules := s.inForce.Load().of(q.Tenant)
	if len(rules) == 0 {
		return nil, false
	}
	p := Play{request: q, clock: s.clock}
	for _, r := range rules {
		switch {
		case !r.Name.watches():
			if r.turn(q, p.id == "") {
				p.id, p.action = r.ID, r.Action
			}
		case r.watches(q):
			p.watchers = append(p.watchers, r)
		}
	}
	if p.id == "" && p.watchers == nil {
		return nil, false
	}
	return &p, true
}

// HeaderID is the id in Played of what X-Scim-Fault asked for.
const HeaderID = "header"

// Single gives what plays an action of X-Scim-Fault on one request. Rules do not
// count the request, except that those which watch go on watching. The error is
// one sentence: the action does not fit such a request.
func (s *Set) Single(a Action, q Request) (*Play, error) {
	if a.Name.watches() || !a.Name.fits(q) {
		return nil, fmt.Errorf("%s cannot be played on %s %s; see the catalogue of faults for what it fits", a.Name, q.Method, q.Path)
	}
	p := &Play{request: q, clock: s.clock, id: HeaderID, action: a.clone()}
	for _, r := range s.inForce.Load().of(q.Tenant) {
		if r.Name.watches() && r.watches(q) {
			p.watchers = append(p.watchers, r)
		}
	}
	return p, nil
}
