package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/cinode-scim/cinode-scim/internal/testenv"
)

// story is a built-in scenario as one provider plays it, in a tenant of its own.
type story struct {
	scenario, provider string
	faults             bool // each call fails with a probability of 10 %
	tokenPath          bool // the base URL names no tenant
	tenant             int
}

func (s story) name() string {
	name := s.scenario + "/" + s.provider
	if s.tokenPath {
		name += "/token"
	}
	if s.faults {
		name += "/faults"
	}
	return name
}

// builtinStories asks the program for its scenarios. JumpCloud's are played by both
// addresses that a client may be given.
func builtinStories(t *testing.T) (stories []story, tenants []int) {
	t.Helper()
	output, err := exec.CommandContext(t.Context(), testenv.Program(t), "simulate", "--list", "--json").Output()
	require.NoError(t, err)
	var list []struct {
		Name      string   `json:"name"`
		Providers []string `json:"providers"`
	}
	require.NoError(t, json.Unmarshal(output, &list))
	for _, s := range list {
		for _, provider := range s.Providers {
			stories = append(stories, story{scenario: s.Name, provider: provider}, story{scenario: s.Name, provider: provider, faults: true})
			if provider == "jumpcloud" {
				stories = append(stories, story{scenario: s.Name, provider: provider, tokenPath: true})
			}
		}
	}
	for i := range stories {
		stories[i].tenant = firstTraceTenant + i
		tenants = append(tenants, stories[i].tenant)
	}
	return stories, tenants
}

const storyAdminKey = "admin-key-of-the-stories"

// storiesAtATime keeps the machine busy while stories wait for what a server asks them to wait for.
const storiesAtATime = 8

// Every built-in scenario of the three providers ends as it should on both databases,
// and where the server fails on purpose too.
func TestSimulate_BuiltinScenarios(t *testing.T) {
	t.Parallel()
	stories, tenants := builtinStories(t)
	for database, open := range traceDatabases {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			server := startTraceServer(t, open(t), "cinode", tenants, "--admin-key", storyAdminKey, "--test-api=true")
			var rules []string
			for _, s := range stories {
				if s.faults {
					rules = append(rules, server.addFaults(t, s.tenant)...)
				}
			}
			program, folder, told := testenv.Program(t), t.TempDir(), make([]told, len(stories))
			var group errgroup.Group
			group.SetLimit(storiesAtATime)
			for i, s := range stories {
				group.Go(func() error {
					told[i] = s.play(t.Context(), program, server, filepath.Join(folder, strconv.Itoa(i)))
					return nil
				})
			}
			require.NoError(t, group.Wait())
			for _, id := range rules {
				server.admin(t, http.MethodDelete, "/faults/"+id, "", nil)
			}
			for i, s := range stories {
				t.Run(s.name(), func(t *testing.T) { s.check(t, server, told[i]) })
			}
		})
	}
}

// storyFaults are 10 % of the requests: some are not carried out, of some that are the answer is lost.
var storyFaults = []string{
	`{"action": "unavailable", "retryAfter": 0, "percent": 4, "seed": 1, "tenant": %d}`,
	`{"action": "reset", "execute": true, "percent": 3, "seed": 2, "tenant": %d}`,
	`{"action": "html", "percent": 3, "seed": 3, "tenant": %d}`,
}

func (s *traceServer) addFaults(t *testing.T, tenant int) (ids []string) {
	t.Helper()
	for _, rule := range storyFaults {
		var made struct {
			Items []struct {
				ID string `json:"id"`
			} `json:"items"`
		}
		s.admin(t, http.MethodPost, "/faults", fmt.Sprintf(rule, tenant), &made)
		require.NotEmpty(t, made.Items)
		ids = append(ids, made.Items[len(made.Items)-1].ID)
	}
	return ids
}

// told is what the program said of a story.
type told struct {
	stdout []byte
	stderr string
	events string // file
	err    error
}

func (s story) play(ctx context.Context, program string, server *traceServer, events string) told {
	base := fmt.Sprintf("%s/scim/tenants/%d/v2", server.url, s.tenant)
	if s.tokenPath {
		base = server.url + "/scim/v2"
	}
	args := []string{
		"simulate", s.provider, "--scenario", s.scenario, "--base-url", base, "--token", traceSecret(s.tenant), "--seed-number", "3", "--shorten", "1e6",
		"--admin-url", server.url, "--admin-key", storyAdminKey, "--tenant", strconv.Itoa(s.tenant), "--json", "--events", events,
	}
	if s.faults {
		args = append(args, "--patience", "60")
	}
	var stderr strings.Builder
	command := exec.CommandContext(ctx, program, args...)
	command.Stderr = &stderr
	stdout, err := command.Output()
	return told{stdout, stderr.String(), events, err}
}

func (s story) check(t *testing.T, server *traceServer, told told) {
	t.Helper()
	require.NoError(t, told.err, "%s%s", told.stdout, told.stderr)
	var report struct {
		Events int `json:"events"`
		Total  int `json:"total"`
		Steps  []struct {
			Outcome string `json:"outcome"`
		} `json:"steps"`
	}
	require.NoError(t, json.Unmarshal(told.stdout, &report))
	require.Len(t, report.Steps, report.Total)
	for i, step := range report.Steps {
		require.Equal(t, "passed", step.Outcome, "step %d", i+1)
	}
	checkEvents(t, told.events, s.provider, report.Events)
	require.Zero(t, server.recorded(t, s.tenant, "client=unknown"))
	if s.scenario != "chaos" { // in which the server says so falsely
		require.Zero(t, server.recorded(t, s.tenant, "status=409"), "something was made a second time")
	}
	require.Equal(t, s.end(), server.ends(t, s.tenant))
}

// checkEvents reads the provider's log, an event a line.
func checkEvents(t *testing.T, file, provider string, count int) {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	require.Len(t, lines, count)
	key := map[string]string{"jumpcloud": "event_type", "entra": "provisioningAction", "okta": "eventType"}[provider]
	for _, line := range lines {
		var event map[string]any
		require.NoError(t, json.Unmarshal(line, &event), string(line))
		require.NotEmpty(t, event[key], string(line))
	}
}
