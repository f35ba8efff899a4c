package server_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/seed"
)

// seedFile makes users and groups up.
func seedFile(t *testing.T, users, groups int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "seed.yaml")
	file, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, seed.Generate(file, seed.GenerateOptions{Persona: "cinode", Users: users, Groups: groups, Number: 1}))
	require.NoError(t, file.Close())
	return path
}

// state is all that tenant 1 has but its tokens, whose last use is noted beside.
func (c controlled) state(t *testing.T) string {
	t.Helper()
	state := c.admin(t, 200, "GET", "/tenants/1/state", "")
	delete(state, "tokens")
	text, err := json.Marshal(state, json.Deterministic(true))
	require.NoError(t, err)
	return string(text)
}

// difference is where two long texts begin to differ, empty where they do not.
func difference(a, b string) string {
	for i := range max(len(a), len(b)) {
		if i >= len(a) || i >= len(b) || a[i] != b[i] {
			from := max(0, i-60)
			return a[from:min(len(a), i+60)] + " <> " + b[from:min(len(b), i+60)]
		}
	}
	return ""
}

// TestReset_BringsTheSeedBack, ids and versions included, and logs how long it
// takes.
func TestReset_BringsTheSeedBack(t *testing.T) {
	t.Parallel()
	for kind, database := range everyDatabase(t) {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			c := control(t, database, "--seed="+seedFile(t, 100, 20))
			before := c.state(t)
			require.Equal(t, 100, strings.Count(before, `"status":"Active"`)+strings.Count(before, `"status":"Disconnected"`))
			var took []time.Duration
			for range 5 {
				id := c.create(t, 1, "Users", controlUser("new@example.com"))
				require.Equal(t, 201, c.scim(t, 1, "POST", "/Groups", controlGroup("New", `{"value":"`+id+`"}`)).status)
				require.Equal(t, 204, c.scim(t, 1, "DELETE", "/Users/1", "").status)
				c.admin(t, 201, "POST", "/faults", `{"tenant":1,"action":"status","status":418}`)
				require.NotEmpty(t, difference(before, c.state(t)))
				begun := time.Now()
				c.admin(t, 204, "POST", "/reset?tenant=1", "")
				took = append(took, time.Since(begun))
				require.Empty(t, difference(before, c.state(t)))
				require.Empty(t, c.paths(t, "?tenant=1"))
			}
			slices.Sort(took)
			t.Logf("%s: reset of 100 users and 20 groups: %s median, %s to %s", kind, took[len(took)/2], took[0], took[len(took)-1])
		})
	}
}

// TestReset_OfManyUsers logs how long a reset of 10,000 users takes.
func TestReset_OfManyUsers(t *testing.T) {
	t.Parallel()
	c := control(t, "--seed="+seedFile(t, 10_000, 0))
	c.create(t, 1, "Users", controlUser("new@example.com"))
	require.Contains(t, c.scim(t, 1, "GET", "/Users?count=0", "").body, `"totalResults":10001,`)
	begun := time.Now()
	c.admin(t, 204, "POST", "/reset?tenant=1", "")
	t.Logf("reset of 10,000 users: %s", time.Since(begun))
	require.Contains(t, c.scim(t, 1, "GET", "/Users?count=0", "").body, `"totalResults":10000,`)
}

// TestReset_OfATenantOnDemand goes back to the first tenant of the seed, whose
// tenant 1 it leaves alone.
func TestReset_OfATenantOnDemand(t *testing.T) {
	t.Parallel()
	c := control(t, "--seed="+seedFile(t, 3, 1))
	first := c.state(t)
	list := c.scim(t, 77, "GET", "/Users", "").body
	require.Contains(t, list, `"totalResults":3,`)
	c.create(t, 77, "Users", controlUser("new@example.com"))
	c.admin(t, 204, "POST", "/reset?tenant=77", "")
	require.Equal(t, list, c.scim(t, 77, "GET", "/Users", "").body)
	require.Empty(t, difference(first, c.state(t)))
}

// TestReset_SurvivesARestart: a second start keeps what the first made the seed.
func TestReset_SurvivesARestart(t *testing.T) {
	t.Parallel()
	database, file := "--database="+filepath.Join(t.TempDir(), "scim.db"), "--seed="+seedFile(t, 3, 0)
	first := control(t, database, file)
	before := first.state(t)
	first.create(t, 1, "Users", controlUser("new@example.com"))
	first.stop()
	require.NoError(t, first.ended())
	second := control(t, database, file)
	require.Contains(t, second.scim(t, 1, "GET", "/Users", "").body, "new@example.com")
	second.admin(t, 204, "POST", "/reset?tenant=1", "")
	require.Empty(t, difference(strings.ReplaceAll(before, first.url, second.url), second.state(t)))
}
