package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"
)

// storyEnds is what is to be there when a scenario has ended, as ends gives it; where
// providers differ, by the provider too.
var storyEnds = map[string]string{
	"activation":             "",
	"bulk-onboarding":        "50 users, 50 active [Team 001: 10] [Team 002: 11] [Team 003: 12] [Team 004: 10] [Team 005: 12]",
	"chaos":                  "liv+ mio+ nea+ ove+ [Data: mio ove] [Operations: liv nea]",
	"entra-flag":             "xena+ yrsa- [Flag: xena]",
	"entra-leaver":           "vera+ wim- [Sales: vera]",
	"group-management-off":   "per- rut+ [Care: rut]",
	"group-takeover":         "dag- eva+ own+ [Architects: eva own]",
	"import":                 "siv+ tor+ una+ [Imported: siv tor]",
	"joiner-mover-leaver":    "ann+ bo+ cia+ [Engineers: ann bo] [Managers: cia]",
	"jumpcloud-custom":       "ulf- [Custom: ulf]",
	"okta-rate-limit":        "alva+ [Limited: alva]",
	"okta-wizard":            "birk+",
	"outage-and-resume":      "31 users, 31 active [Team 001: 11] [Team 002: 11] [Team 003: 12]",
	"overlap-on-unbind":      "finn+ gro+ [North: finn gro]",
	"overlap-on-unbind/okta": "finn+ gro+ [North: finn gro] [South: gro]", // a pushed group is not deleted
	"rename":                 "hal+ [Design and Research: hal]",
	"token-rotation":         "ina+ jan+ [Rotation: ina jan]",
}

func (s story) end() string {
	for _, key := range []string{s.scenario + "/" + s.provider, s.scenario} {
		if end, ok := storyEnds[key]; ok {
			return end
		}
	}
	return "nothing is written down for " + s.name()
}

// admin calls the admin API.
func (s *traceServer) admin(t *testing.T, method, path, body string, out any) {
	t.Helper()
	s.call(t, method, s.url+"/admin/api/v1"+path, storyAdminKey, body, out)
}

func (s *traceServer) call(t *testing.T, method, url, secret, body string, out any) {
	t.Helper()
	request, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), method, url, strings.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+secret)
	request.Header.Set("Content-Type", "application/json")
	response, err := s.client.Do(request)
	require.NoError(t, err)
	defer func() { require.NoError(t, response.Body.Close()) }()
	require.Less(t, response.StatusCode, 300, url)
	if out != nil {
		require.NoError(t, json.UnmarshalRead(response.Body, out))
	}
}

func (s *traceServer) recorded(t *testing.T, tenant int, query string) int {
	t.Helper()
	var count struct {
		Count int `json:"count"`
	}
	s.admin(t, http.MethodGet, fmt.Sprintf("/requests/count?tenant=%d&%s", tenant, query), "", &count)
	return count.Count
}

// storyResource is a user or a group.
type storyResource struct {
	ID       string `json:"id"`
	UserName string `json:"userName"`
	Active   bool   `json:"active"`
	Name     string `json:"displayName"`
	Members  []struct {
		Value string `json:"value"`
	} `json:"members"`
}

// ends is the final state of a tenant in a line: users with + if they are active and -
// if not, then groups with their members. What connection tests leave is left aside:
// deleting a user of Cinode deactivates it, and a test that fails leaves its user.
func (s *traceServer) ends(t *testing.T, tenant int) string {
	t.Helper()
	var users, groups struct {
		Total     int             `json:"totalResults"`
		Resources []storyResource `json:"Resources"`
	}
	base := fmt.Sprintf("%s/scim/tenants/%d/v2", s.url, tenant)
	s.call(t, http.MethodGet, base+"/Users?count=200", traceSecret(tenant), "", &users)
	s.call(t, http.MethodGet, base+"/Groups?count=200", traceSecret(tenant), "", &groups)
	require.Len(t, users.Resources, users.Total)
	require.Len(t, groups.Resources, groups.Total)
	names := map[string]string{}
	var parts []string
	for _, u := range users.Resources {
		name, _, _ := strings.Cut(u.UserName, "@")
		names[u.ID] = name
		if strings.HasPrefix(name, "jumpcloud-test-") {
			continue
		}
		parts = append(parts, name+map[bool]string{true: "+", false: "-"}[u.Active])
	}
	slices.Sort(parts)
	if len(parts) > 10 { // those that a seed made
		active := len(slices.DeleteFunc(slices.Clone(parts), func(u string) bool { return !strings.HasSuffix(u, "+") }))
		parts = []string{fmt.Sprintf("%d users, %d active", len(parts), active)}
	}
	slices.SortFunc(groups.Resources, func(a, b storyResource) int { return strings.Compare(a.Name, b.Name) })
	for _, g := range groups.Resources {
		var members []string
		for _, m := range g.Members {
			members = append(members, names[m.Value])
		}
		slices.Sort(members)
		if len(members) > 4 {
			members = []string{strconv.Itoa(len(members))}
		}
		parts = append(parts, "["+g.Name+": "+strings.Join(members, " ")+"]")
	}
	return strings.Join(parts, " ")
}
