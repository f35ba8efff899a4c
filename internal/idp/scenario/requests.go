package scenario

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json"
	"go.yaml.in/yaml/v3"

	"github.com/cinode-scim/cinode-scim/internal/replay"
	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

// request sends requests as they are written, beside the provider, which knows nothing
// of them. What a step saves, later ones can use.
type request struct {
	recording *replay.Recording
}

func (a *request) read(r *reader, n *yaml.Node, _ string) {
	recording, problems := replay.ReadSteps(n)
	a.recording = recording
	for _, problem := range problems {
		r.faults = append(r.faults, Fault{problem.Line, problem.Err.Error()})
	}
}

func (a *request) about() string {
	if len(a.recording.Steps) == 1 {
		return a.recording.Steps[0].Method + " " + a.recording.Steps[0].Path
	}
	return plural(len(a.recording.Steps), "request", "requests")
}

func (a *request) run(ctx context.Context, p *player) error {
	lookup := func(name string) (string, bool) {
		value, ok := p.saved[name]
		switch {
		case name == replay.TokenVariable:
			return p.token, true
		case !ok && strings.EqualFold(name, "password"): // no recording tells it
			return p.password, true
		}
		return value, ok
	}
	client := p.options.Provider.Client
	target, err := replay.NewTarget(p.target.BaseURL, replay.TargetOptions{
		Secrets: []string{p.token, p.password}, Timeout: client.Timeout, Insecure: client.Insecure, Allow: client.Allow,
	})
	if err != nil {
		return err
	}
	defer target.Close()
	report, err := replay.Run(ctx, a.recording, target, replay.Options{Lookup: lookup, Saved: p.saved, Progress: func(done, total int) {
		if p.settings.OnProgress != nil && total > 1 {
			p.settings.OnProgress("requests", done, total)
		}
	}})
	for _, result := range report.Results {
		p.played(result)
	}
	return err
}

// played counts a request and tells what was not as expected.
func (p *player) played(result replay.Result) {
	p.mu.Lock()
	p.current.Requests++
	if result.Status > 0 {
		p.report.answered++
	} else {
		p.report.unanswered++
	}
	p.mu.Unlock()
	for _, warning := range result.Warnings {
		p.note("%s", warning)
	}
	for _, d := range result.Differences {
		text := fmt.Sprintf("%s %s: %s", result.Method, result.Path, d.Where)
		if d.Want != "" {
			text += " should be " + d.Want
		}
		p.fault("%s, and is %s", text, d.Got)
	}
}

// onTarget makes users and groups on the target behind the provider's back, as its own
// administrator would.
type onTarget struct {
	Users []struct {
		UserName   string `yaml:"userName"`
		GivenName  string `yaml:"givenName"`
		FamilyName string `yaml:"familyName"`
	} `yaml:"users"`
	Groups []struct {
		DisplayName string   `yaml:"displayName"`
		Members     []string `yaml:"members"` // userNames
	} `yaml:"groups"`
}

func (a *onTarget) about() string {
	var parts []string
	for _, u := range a.Users {
		parts = append(parts, u.UserName)
	}
	for _, g := range a.Groups {
		parts = append(parts, g.DisplayName)
	}
	return strings.Join(parts, ", ")
}

func (a *onTarget) run(ctx context.Context, p *player) error {
	for _, u := range a.Users {
		err := p.create(ctx, "/Users", map[string]any{
			"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:User"}, "userName": u.UserName, "active": true,
			"name": map[string]string{"givenName": u.GivenName, "familyName": u.FamilyName},
		})
		if err != nil {
			return err
		}
	}
	for _, g := range a.Groups {
		members := []map[string]string{}
		for _, name := range g.Members {
			u, err := p.user(ctx, name)
			if err != nil {
				return err
			}
			if u == nil {
				return fmt.Errorf("the target has no user %s to be a member of %s", name, g.DisplayName)
			}
			members = append(members, map[string]string{"value": u.id()})
		}
		body := map[string]any{"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:Group"}, "displayName": g.DisplayName}
		if len(members) > 0 {
			body["members"] = members
		}
		if err := p.create(ctx, "/Groups", body); err != nil {
			return err
		}
	}
	return nil
}

// create makes a resource on the target; one that is there already stays.
func (p *player) create(ctx context.Context, path string, body map[string]any) error {
	text, err := json.Marshal(body, json.Deterministic(true))
	if err != nil {
		return fmt.Errorf("encode a resource: %w", err)
	}
	var e *scimclient.Exchange
	for range readAttempts {
		e = p.reads.Do(ctx, scimclient.Request{Method: http.MethodPost, Path: path, Body: string(text)})
		if e.Err == nil && (e.Status == http.StatusCreated || e.Status == http.StatusConflict) {
			return nil
		}
	}
	return fmt.Errorf("the target does not take %s: %s", text, strings.TrimSpace(e.Answer(300)))
}
