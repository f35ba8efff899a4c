package simulation_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/api/scimtest"
	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/clock"
	"github.com/cinode-scim/cinode-scim/internal/self"
	"github.com/cinode-scim/cinode-scim/internal/simulation"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// desk is a registry beside a real server, whose tokens it makes by the admin API.
type desk struct {
	t        *testing.T
	server   *scimtest.Server
	made     func() // called once, when a token was made and nobody knows it yet
	registry *simulation.Registry
	way      self.Way
	stop     context.CancelFunc
	ended    chan struct{}
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{t: t, server: scimtest.New(t), ended: make(chan struct{})}
	home, err := url.Parse(d.server.AdminURL)
	require.NoError(t, err)
	d.way.Open(home.Scheme, home.Host, nil)
	d.registry = simulation.New(simulation.Options{Tokens: tokens{d.server, d.tokenMade}, AdminKey: d.server.AdminKey, Clock: clock.System{}, Logger: slog.New(slog.DiscardHandler), Self: &d.way})
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	d.stop = stop
	go func() {
		defer close(d.ended)
		d.registry.Run(ctx)
	}()
	t.Cleanup(d.shutDown)
	return d
}

// shutDown ends the registry as the server does.
func (d *desk) shutDown() {
	d.stop()
	<-d.ended
}

// opens says whether a token still does.
func (d *desk) opens(secret string) bool {
	d.t.Helper()
	r, err := http.NewRequestWithContext(d.t.Context(), http.MethodGet, d.server.TenantURL+"/Users", nil)
	require.NoError(d.t, err)
	r.Header.Set("Authorization", "Bearer "+secret)
	answer, err := http.DefaultClient.Do(r)
	require.NoError(d.t, err)
	require.NoError(d.t, answer.Body.Close())
	return answer.StatusCode == http.StatusOK
}

func (d *desk) tokenMade() {
	if made := d.made; made != nil {
		d.made = nil
		made()
	}
}

func (d *desk) revoke(name string) error {
	_, err := tokens{d.server, nil}.RevokeToken(d.t.Context(), by, 1, name)
	return err
}

// living are the names of the simulations' tokens that are good.
func (d *desk) living() []string {
	d.t.Helper()
	var page struct {
		Items []struct {
			Name string `json:"name"`
		} `json:"items"`
	}
	require.NoError(d.t, tokens{d.server, nil}.call(context.WithoutCancel(d.t.Context()), http.MethodGet, "/tenants/1/tokens?state=active&limit=100", nil, &page))
	var names []string
	for _, token := range page.Items {
		if strings.HasPrefix(token.Name, "play-") || strings.HasPrefix(token.Name, "simulate ") {
			names = append(names, token.Name)
		}
	}
	return names
}

// tokens are the use cases of tokens, over the wire.
type tokens struct {
	*scimtest.Server
	made func()
}

func (s tokens) CreateToken(ctx context.Context, _ store.By, in admin.TokenInput) (cinode.Token, string, error) {
	var made struct {
		Name   string `json:"name"`
		Secret string `json:"secret"`
	}
	body := map[string]any{"name": in.Name, "expires": in.Expires}
	err := s.call(ctx, http.MethodPost, "/tenants/1/tokens", body, &made)
	s.made()
	return cinode.Token{Tenant: 1, Name: made.Name}, made.Secret, err
}

func (s tokens) RevokeToken(ctx context.Context, _ store.By, _ int64, name string) (cinode.Token, error) {
	return cinode.Token{Name: name}, s.call(ctx, http.MethodPost, "/tenants/1/tokens/"+url.PathEscape(name)+"/revoke", nil, nil)
}

func (s tokens) Tenant(ctx context.Context, id int64) (cinode.Tenant, error) {
	return cinode.Tenant{ID: id}, s.call(ctx, http.MethodGet, "/tenants/"+strconv.FormatInt(id, 10), nil, nil)
}

func (s tokens) TimeOf(cinode.Tenant) admin.Time { return admin.Time{Now: clock.System{}.Now()} }

func (s tokens) call(ctx context.Context, method, path string, body, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, method, s.AdminURL+path, strings.NewReader(string(text)))
	if err != nil {
		return err
	}
	if body == nil {
		r.Body = http.NoBody
	}
	r.Header.Set("Authorization", "Bearer "+s.AdminKey)
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	switch {
	case answer.StatusCode == http.StatusConflict:
		return &admin.ConflictError{Detail: "the name is taken", Taken: true}
	case answer.StatusCode == http.StatusNotFound:
		return store.ErrNotFound
	case answer.StatusCode >= http.StatusMultipleChoices:
		return fmt.Errorf("%s %s was answered %d", method, path, answer.StatusCode)
	case into == nil:
		return nil
	}
	return json.UnmarshalRead(answer.Body, into)
}
