package server_test

import (
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// failures collects those of many goroutines, each of which ends at its first.
type failures struct {
	mu   sync.Mutex
	list []string
}

// inOne is what one goroutine reports to.
type inOne struct {
	*failures
	name string
}

func (o inOne) Errorf(format string, args ...any) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.list = append(o.list, o.name+": "+fmt.Sprintf(format, args...))
}

func (o inOne) FailNow() { runtime.Goexit() }

// each runs a function for many tenants at the same time.
func each(t *testing.T, tenants int, run func(t require.TestingT, tenant int)) {
	t.Helper()
	found := &failures{}
	var wait sync.WaitGroup
	for i := range tenants {
		wait.Go(func() { run(inOne{found, "tenant " + strconv.Itoa(i+1)}, i+1) })
	}
	wait.Wait()
	for i, f := range found.list[:min(3, len(found.list))] {
		t.Errorf("%d of %d: %s", i+1, len(found.list), f)
	}
}

// TestTenants_NeverSeeEachOther: 200 tests at a time on one server, each with a
// tenant of its own that nobody made, its users, faults, clock, journal and resets.
func TestTenants_NeverSeeEachOther(t *testing.T) {
	t.Parallel()
	for kind, database := range everyDatabase(t) {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			c := control(t, database)
			each(t, 200, c.aTest)
			require.Empty(t, c.items(t, "/faults"))
			require.InDelta(t, 200, c.admin(t, 200, "GET", "/requests/count", "")["count"], 0, "of each the one after its reset")
		})
	}
}

// aTest is what a test does that has a tenant of its own.
func (c controlled) aTest(t require.TestingT, tenant int) {
	query := "?tenant=" + strconv.Itoa(tenant)
	own := fmt.Sprintf("ada-of-%d@example.com", tenant)
	c.create(t, tenant, "Users", controlUser(own))
	at := time.Now().UTC().Truncate(time.Second).Add(time.Duration(tenant) * time.Minute)
	c.admin(t, 200, "POST", "/clock"+query, `{"frozen":true,"set":"`+at.Format(time.RFC3339)+`"}`)
	status := 420 + tenant%80
	c.admin(t, 201, "POST", "/faults", fmt.Sprintf(`{"tenant":%d,"path":"/Groups","action":"status","status":%d,"nth":2}`, tenant, status))
	for i, want := range []int{200, status, 200} {
		got := c.scim(t, tenant, "GET", "/Groups", "")
		require.NoError(t, got.err)
		require.Equal(t, want, got.status, "request %d: %s", i, got.body)
	}
	got := c.scim(t, tenant, "POST", "/Users", controlUser("second-"+own))
	require.Equal(t, 201, got.status, got.body)
	require.Contains(t, got.body, `"created":"`+at.Format("2006-01-02T15:04:05.000Z")+`"`)
	list := c.scim(t, tenant, "GET", "/Users", "").body
	require.Contains(t, list, `"totalResults":2,`)
	require.Equal(t, 2, strings.Count(list, own))

	verdict := c.admin(t, 200, "POST", "/verify", fmt.Sprintf(`{"tenant":%d,"only":true,"inOrder":true,"maxDeviations":0,"expectations":[
		{"request":{"method":"POST","path":"/Users","body":{"userName":%q}},"times":1},
		{"request":{"path":"/Groups"},"times":3},
		{"request":{"method":"POST","body":{"userName":%q}},"times":1},
		{"request":{"method":"GET","path":"/Users"},"times":1}]}`, tenant, own, "second-"+own))
	require.Equal(t, true, verdict["passed"])
	for _, e := range c.items(t, "/requests"+query) {
		require.InDelta(t, tenant, e["tenant"], 0)
		require.Contains(t, e["url"], "/scim/tenants/"+strconv.Itoa(tenant)+"/v2/")
	}

	c.admin(t, 204, "POST", "/reset"+query, "")
	require.Empty(t, c.items(t, "/requests"+query))
	require.Equal(t, "0s", c.admin(t, 200, "GET", "/clock"+query, "")["offset"])
	require.Contains(t, c.scim(t, tenant, "GET", "/Users", "").body, `"totalResults":0,`)
}

// TestTenants_OnDemand_AreMadeOnce: the first requests for a tenant come together.
func TestTenants_OnDemand_AreMadeOnce(t *testing.T) {
	t.Parallel()
	for kind, database := range everyDatabase(t) {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			c := control(t, database, "--max-tenants=3")
			each(t, 50, func(t require.TestingT, i int) {
				got := c.scim(t, 7, "POST", "/Users", controlUser(fmt.Sprintf("u%d@example.com", i)))
				require.Equal(t, 201, got.status, got.body)
			})
			require.Len(t, c.items(t, "/tenants"), 2)
			require.Contains(t, c.scim(t, 7, "GET", "/Users?count=0", "").body, `"totalResults":50,`)
			require.Equal(t, 200, c.scim(t, 8, "GET", "/Users", "").status)
			refused := c.scim(t, 9, "GET", "/Users", "")
			refused.requireSCIMError(t, 503)
			require.Contains(t, refused.body, "--max-tenants")
			require.Equal(t, 403, c.scim(t, 0, "GET", "/Users", "").status)
		})
	}
}

// TestTenants_ClockOfTheirOwn: a token that opens every tenant lives and dies by
// the clock of the one that is asked for.
func TestTenants_ClockOfTheirOwn(t *testing.T) {
	t.Parallel()
	c := control(t)
	for tenant, query := range map[int]string{1: "?tenant=1", 2: "?tenant=2"} {
		other := 3 - tenant
		require.Equal(t, 200, c.scim(t, tenant, "GET", "/Users", "").status)
		require.Equal(t, 200, c.scim(t, other, "GET", "/Users", "").status)
		c.admin(t, 200, "POST", "/clock"+query, `{"advance":"87600h"}`)
		require.Equal(t, 401, c.scim(t, tenant, "GET", "/Users", "").status)
		require.Equal(t, 200, c.scim(t, other, "GET", "/Users", "").status)
		e := c.recorded(t, tenant, `{"status":"401"}`)
		require.Equal(t, []any{"expired", "t"}, []any{e["why"], e["token"]})
		c.admin(t, 204, "POST", "/reset"+query, "")
		require.Equal(t, 200, c.scim(t, tenant, "GET", "/Users", "").status)
	}
}
