package fault_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/clock"
	"github.com/cinode-scim/cinode-scim/internal/fault"
)

func set(t *testing.T, rules ...fault.Rule) *fault.Set {
	t.Helper()
	s := fault.NewSet(clock.New(noon))
	_, err := s.Add(rules...)
	require.NoError(t, err)
	return s
}

var reset = fault.Action{Name: fault.ActionReset}

// who gives the rule that plays on a request, empty for none.
func who(s *fault.Set, q fault.Request) string {
	play, ok := s.Match(q)
	if !ok {
		return ""
	}
	return strings.Join(play.Played(), " ")
}

func TestMatch_WhatFits(t *testing.T) {
	t.Parallel()
	one := fault.Request{Tenant: 1, Method: "GET", Path: "/Users/26", Client: "Okta", Token: "sync"}
	with := func(change func(*fault.Request)) fault.Request { q := one; change(&q); return q }
	at := func(path string) fault.Request { return with(func(q *fault.Request) { q.Path = path }) }
	tests := map[string]struct {
		rule fault.Rule
		q    fault.Request
		want bool
	}{
		"everything":                {fault.Rule{}, one, true},
		"tenant":                    {fault.Rule{Tenant: 1}, one, true},
		"another tenant":            {fault.Rule{Tenant: 2}, one, false},
		"method":                    {fault.Rule{Methods: []string{"POST", "GET"}}, one, true},
		"another method":            {fault.Rule{Methods: []string{"POST"}}, one, false},
		"HEAD is not GET":           {fault.Rule{Methods: []string{"GET"}}, with(func(q *fault.Request) { q.Method = "HEAD" }), false},
		"client in any case":        {fault.Rule{Client: "okta"}, one, true},
		"another client":            {fault.Rule{Client: "Entra"}, one, false},
		"token":                     {fault.Rule{Token: "sync"}, one, true},
		"another token":             {fault.Rule{Token: "Sync"}, one, false},
		"exact path":                {fault.Rule{Path: "/Users/26"}, one, true},
		"slash at the end":          {fault.Rule{Path: "/Users/26/"}, one, true},
		"another path":              {fault.Rule{Path: "/Users/2"}, one, false},
		"the list, not its members": {fault.Rule{Path: "/Users"}, one, false},
		"star":                      {fault.Rule{Path: "/Users/*"}, one, true},
		"star in front":             {fault.Rule{Path: "/*/26"}, one, true},
		"star needs a segment":      {fault.Rule{Path: "/Users/*"}, at("/Users"), false},
		"star is one segment":       {fault.Rule{Path: "/*"}, one, false},
		"star takes .search":        {fault.Rule{Path: "/Users/*"}, at("/Users/.search"), true},
		"name":                      {fault.Rule{Path: "/Users/{id}"}, one, true},
		"name leaves .search":       {fault.Rule{Path: "/Users/{id}"}, at("/Users/.search"), false},
		"two stars":                 {fault.Rule{Path: "/Users/**"}, one, true},
		"two stars take none":       {fault.Rule{Path: "/Users/**"}, at("/Users"), true},
		"two stars elsewhere":       {fault.Rule{Path: "/Users/**"}, at("/Groups"), false},
		"two stars alone":           {fault.Rule{Path: "/**"}, at("/"), true},
		"root":                      {fault.Rule{Path: "/"}, at("/"), true},
		"root only":                 {fault.Rule{Path: "/"}, one, false},
		"all of it":                 {fault.Rule{Tenant: 1, Methods: []string{"GET"}, Path: "/Users/{id}", Client: "Okta", Token: "sync"}, one, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.rule.Action = reset
			s := set(t, test.rule)
			require.Equal(t, test.want, who(s, test.q) == "f1")
			require.Equal(t, test.want, s.List(0)[0].Matched == 1)
		})
	}
}

func TestMatch_WhatActionsFit(t *testing.T) {
	t.Parallel()
	stale := fault.Action{Name: fault.ActionStale, For: 1}
	tests := map[string]struct {
		action       fault.Action
		method, path string
		want         bool
	}{
		"conflict on a create":     {fault.Action{Name: fault.ActionConflict}, "POST", "/Users", true},
		"conflict on a search":     {fault.Action{Name: fault.ActionConflict}, "POST", "/Users/.search", false},
		"conflict on a bulk":       {fault.Action{Name: fault.ActionConflict}, "POST", "/Bulk", false},
		"conflict on a change":     {fault.Action{Name: fault.ActionConflict}, "PUT", "/Users/1", false},
		"stale list":               {stale, "GET", "/Groups", true},
		"stale search of all":      {stale, "POST", "/.search", true},
		"stale root":               {stale, "GET", "/", true},
		"stale resource":           {stale, "GET", "/Users/1", false},
		"stale watches writes":     {stale, "DELETE", "/Users/1", true},
		"duplicate of a list":      {fault.Action{Name: fault.ActionDuplicate}, "GET", "/Users", true},
		"duplicate of a write":     {fault.Action{Name: fault.ActionDuplicate}, "POST", "/Users", false},
		"duplicate of a discovery": {fault.Action{Name: fault.ActionDuplicate}, "GET", "/Schemas", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, ok := set(t, fault.Rule{Action: test.action}).Match(fault.Request{Tenant: 1, Method: test.method, Path: test.path})
			require.Equal(t, test.want, ok)
		})
	}
}

// turns writes on which of n requests of a tenant the first rule plays.
func turns(s *fault.Set, tenant int64, n int) string {
	var b strings.Builder
	for range n {
		b.WriteByte("-x"[len(who(s, fault.Request{Tenant: tenant, Method: "GET", Path: "/Users"}))/2])
	}
	return b.String()
}

func TestMatch_Turns(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		rule fault.Rule
		want string
	}{
		"always":          {fault.Rule{}, "xxxxxxxx"},
		"nth":             {fault.Rule{Nth: 3}, "--x-----"},
		"every":           {fault.Rule{Every: 3}, "--x--x--"},
		"times":           {fault.Rule{Times: 2}, "xx------"},
		"every, twice":    {fault.Rule{Every: 2, Times: 2}, "-x-x----"},
		"all of hundred":  {fault.Rule{Percent: 100}, "xxxxxxxx"},
		"nearly none":     {fault.Rule{Percent: 1e-9}, "--------"},
		"hundred, thrice": {fault.Rule{Percent: 100, Times: 3}, "xxx-----"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.rule.Action = reset
			s := set(t, test.rule)
			require.Equal(t, test.want, turns(s, 1, 8))
			require.Equal(t, test.want, turns(s, 2, 8), "tenants are counted apart")
			played := int64(strings.Count(test.want, "x"))
			require.Equal(t, fault.Status{Rule: s.List(0)[0].Rule, Matched: 8, Played: played}, s.List(2)[0])
			require.Equal(t, fault.Status{Rule: s.List(0)[0].Rule, Matched: 16, Played: 2 * played}, s.List(0)[0])
			s.Reset(1)
			require.Equal(t, test.want, turns(s, 1, 8), "a reset counts anew, and there is only what was loaded")
		})
	}
}

func TestMatch_SeedsAreDeterministic(t *testing.T) {
	t.Parallel()
	draw := func(seed uint64, tenant int64) string {
		s := set(t, fault.Rule{Percent: 30, Seed: seed, Action: reset})
		turns(s, 99, 7) // others do not disturb
		return turns(s, tenant, 400)
	}
	first := draw(7, 1)
	require.Equal(t, first, draw(7, 1))
	require.Equal(t, first, draw(7, 2), "the same in every tenant")
	require.NotEqual(t, first, draw(8, 1))
	require.InDelta(t, 120, strings.Count(first, "x"), 40)
	require.Equal(t, "x-x---xx-xx--x-x", draw(1, 1)[:16], "and in every version of ours: tests lean on it")
}

func TestMatch_OrderAndOverlap(t *testing.T) {
	t.Parallel()
	s := set(t, fault.Rule{ID: "third", Nth: 3, Action: reset}, fault.Rule{ID: "every", Every: 2, Tenant: 1, Action: reset}, fault.Rule{ID: "rest", Action: reset})
	var got []string
	for range 7 {
		got = append(got, who(s, fault.Request{Tenant: 1, Method: "GET", Path: "/Users"}))
	}
	require.Equal(t, []string{"rest", "every", "third", "every", "rest", "every", "rest"}, got)
	require.Equal(t, "rest", who(s, fault.Request{Tenant: 2, Method: "GET", Path: "/Users"}))
	for _, status := range s.List(1) {
		require.EqualValues(t, 7, status.Matched, "each counts every request that fits")
	}
}

func TestMatch_TokenDeath_EvenWhereAnotherRulePlays(t *testing.T) {
	t.Parallel()
	s := set(t, fault.Rule{ID: "slow", Nth: 2, Action: reset}, fault.Rule{ID: "dies", Nth: 2, Action: fault.Action{Name: fault.ActionTokenDeath}})
	q := fault.Request{Tenant: 1, Method: "GET", Path: "/Users"}
	require.Equal(t, []string{"", "slow", "dies"}, []string{who(s, q), who(s, q), who(s, q)})
}

func TestSet_Lifecycle(t *testing.T) {
	t.Parallel()
	s := fault.NewSet(clock.New(noon))
	_, ok := s.Match(fault.Request{Tenant: 1})
	require.False(t, ok)
	require.NoError(t, s.Load([]fault.Rule{{ID: "f2", Action: reset}, {Tenant: 1, Action: reset}}))
	added, err := s.Add(fault.Rule{Tenant: 2, Methods: []string{"GET"}, Action: fault.Action{Name: fault.ActionThrottle, RetryAfter: new(3)}})
	require.NoError(t, err)
	require.Equal(t, "f3", added[0].ID, "f2 is taken")
	require.Equal(t, []string{"f2", "f1", "f3"}, ids(s, 0))
	require.Equal(t, []string{"f2", "f3"}, ids(s, 2))

	added[0].Methods[0], *added[0].RetryAfter = "PUT", 9
	got, err := s.Get("f3")
	require.NoError(t, err)
	require.Equal(t, "GET", got.Methods[0])
	require.Equal(t, 3, *got.RetryAfter, "what is in force is nobody else's")

	who(s, fault.Request{Tenant: 2, Method: "GET", Path: "/Users"})
	replaced, err := s.Replace("f2", fault.Rule{ID: "other", Nth: 5, Action: reset})
	require.NoError(t, err)
	require.Equal(t, fault.Rule{ID: "f2", Nth: 5, Action: reset}, replaced)
	require.Zero(t, s.List(0)[0].Matched)
	require.Equal(t, []string{"f2", "f1", "f3"}, ids(s, 0), "it keeps its place")

	require.NoError(t, s.Remove("f1"))
	require.ErrorIs(t, s.Remove("f1"), fault.ErrNotFound)
	_, err = s.Replace("f1", fault.Rule{Action: reset})
	require.ErrorIs(t, err, fault.ErrNotFound)
	_, err = s.Get("f1")
	require.ErrorIs(t, err, fault.ErrNotFound)

	s.Reset(2)
	require.Equal(t, []string{"f2"}, ids(s, 0), "f3 came later")
	s.Reset(1)
	require.Equal(t, []string{"f2", "f1"}, ids(s, 0), "f1 was loaded")
	require.Equal(t, 1, s.Clear(1))
	require.Equal(t, 1, s.Clear(0))
	require.Empty(t, s.List(0))
	s.Reset(0)
	require.Equal(t, []string{"f2", "f1"}, ids(s, 0))
	require.Zero(t, s.List(0)[0].Nth)
}

func ids(s *fault.Set, tenant int64) []string {
	var list []string
	for _, r := range s.List(tenant) {
		list = append(list, r.ID)
	}
	return list
}

func TestSet_RefusesAllOrNothing(t *testing.T) {
	t.Parallel()
	s := set(t, fault.Rule{ID: "a", Action: reset})
	_, err := s.Add(fault.Rule{ID: "b", Action: reset}, fault.Rule{ID: "a", Action: reset})
	require.ErrorIs(t, err, fault.ErrIDTaken)
	_, err = s.Add(fault.Rule{ID: "b", Action: reset}, fault.Rule{ID: "b", Action: reset})
	require.ErrorIs(t, err, fault.ErrIDTaken)
	_, err = s.Add(fault.Rule{Action: reset}, fault.Rule{Nth: -1, Action: reset}, fault.Rule{})
	var invalid *fault.Invalid
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, []int{1, 2}, []int{invalid.Violations[0].Rule, invalid.Violations[1].Rule})
	_, err = s.Replace("a", fault.Rule{})
	require.ErrorAs(t, err, &invalid)
	_, err = s.Add(make([]fault.Rule, 1000)...)
	require.ErrorIs(t, err, fault.ErrFull)
	require.ErrorAs(t, s.Load([]fault.Rule{{}}), &invalid)
	require.Equal(t, []string{"a"}, ids(s, 0))
}

func TestSingle_RefusesWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	s := set(t)
	q := fault.Request{Tenant: 1, Method: "GET", Path: "/Users"}
	for _, name := range []fault.ActionName{fault.ActionConflict, fault.ActionStale, fault.ActionDuplicate} {
		_, err := s.Single(fault.Action{Name: name}, q)
		require.ErrorContains(t, err, "cannot be played on GET /Users")
	}
	play, err := s.Single(reset, q)
	require.NoError(t, err)
	require.Equal(t, []string{fault.HeaderID}, play.Played())
}

func TestSet_IsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	s := set(t, fault.Rule{ID: "every", Every: 4, Action: reset})
	var group sync.WaitGroup
	for tenant := range int64(8) {
		group.Go(func() {
			for i := range 200 {
				added, err := s.Add(fault.Rule{Tenant: tenant + 1, Times: 1, Action: reset})
				if err != nil || i%10 == 0 {
					s.List(tenant)
					s.Reset(tenant + 100)
				}
				who(s, fault.Request{Tenant: tenant + 1, Method: "GET", Path: "/Users"})
				if err == nil {
					_, _ = s.Replace(added[0].ID, fault.Rule{Tenant: tenant + 1, Action: fault.Action{Name: fault.ActionTokenDeath}})
					_ = s.Remove(added[0].ID)
				}
			}
		})
	}
	group.Wait()
	for tenant := range int64(8) {
		require.EqualValues(t, 200, s.List(tenant + 1)[0].Matched)
	}
	require.Equal(t, []string{"every"}, ids(s, 0))
}

func BenchmarkMatch(b *testing.B) {
	for _, n := range []int{0, 1, 100} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s := fault.NewSet(clock.New(noon))
			for range n {
				_, err := s.Add(fault.Rule{Path: "/Groups/{id}", Action: reset})
				require.NoError(b, err)
			}
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					s.Match(fault.Request{Tenant: 1, Method: "GET", Path: "/Users/26"})
				}
			})
		})
	}
}
