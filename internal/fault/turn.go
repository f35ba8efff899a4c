package fault

import (
	"math/rand/v2"
	"sync"
)

// rule is a Rule in force, with what it remembers of each tenant.
type rule struct {
	Rule
	path pattern

	mu      sync.Mutex
	tallies map[int64]*tally
}

// tally is what a rule remembers of one tenant.
type tally struct {
	matched, played int64
	random          *rand.Rand
	dead            map[string]bool // the tokens that died
	answers         *answers        // of stale
	pages           *pages          // of duplicate
}

func newRule(r Rule) *rule {
	return &rule{Rule: r.clone(), path: parsePattern(r.Path), tallies: map[int64]*tally{}}
}

// of gives the tally of a tenant. The caller holds the lock.
func (r *rule) of(tenant int64) *tally {
	t := r.tallies[tenant]
	if t == nil {
		t = &tally{
			random: rand.New(rand.NewPCG(r.Seed, 0)), dead: map[string]bool{},
			answers: &answers{kept: map[string]*answer{}}, pages: &pages{ends: map[string]pageEnd{}},
		}
		r.tallies[tenant] = t
	}
	return t
}

// turn counts a request that fits, and reports whether the rule plays on it. It
// plays only if no rule before does.
func (r *rule) turn(q Request, free bool) bool {
	fits := r.fits(r.path, q)
	if !fits && r.Name != ActionTokenDeath {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.of(q.Tenant)
	if r.Name == ActionTokenDeath && t.dead[q.Token] {
		t.matched++
		return t.play(r.Times, free)
	}
	if !fits || !t.chosen(&r.Rule) {
		return false
	}
	if r.Name == ActionTokenDeath && !t.spent(r.Times) {
		t.dead[q.Token] = true // even where another rule plays first
	}
	return t.play(r.Times, free)
}

// take counts something that a watching rule could play with, and reports whether
// it does.
func (r *rule) take(tenant int64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.of(tenant)
	return t.chosen(&r.Rule) && t.play(r.Times, true)
}

// chosen counts, and reports whether it is the rule's turn. The draw is made each
// time, so that it depends on nothing but seed and count.
func (t *tally) chosen(r *Rule) bool {
	t.matched++
	switch {
	case r.Nth > 0:
		return t.matched == r.Nth
	case r.Every > 0:
		return t.matched%r.Every == 0
	case r.Percent > 0:
		return t.random.Float64()*100 < r.Percent
	default:
		return true
	}
}

func (t *tally) spent(times int64) bool { return times > 0 && t.played >= times }

func (t *tally) play(times int64, free bool) bool {
	if !free || t.spent(times) {
		return false
	}
	t.played++
	return true
}

// watches reports whether a watching rule has to see a request: stale sees the
// writes of everybody, since they are what its lists lag behind.
func (r *rule) watches(q Request) bool {
	return r.fits(r.path, q) || r.Name == ActionStale && q.isWrite()
}

// counts are those of one tenant, or of all where it is 0.
func (r *rule) counts(tenant int64) (matched, played int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for id, t := range r.tallies {
		if tenant == 0 || id == tenant {
			matched, played = matched+t.matched, played+t.played
		}
	}
	return matched, played
}

// forget drops what is remembered of a tenant.
func (r *rule) forget(tenant int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.tallies, tenant)
}
