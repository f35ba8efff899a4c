package adminhttp_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/simulation"
)

// listening lets the simulations reach the API and the SCIM endpoints over the wire.
func (f *fixture) listening(t *testing.T) {
	t.Helper()
	server := httptest.NewServer(f.router)
	t.Cleanup(server.Close)
	f.self.Open("http", server.Listener.Addr().String(), nil)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		f.api.Simulated.Run(ctx)
	}()
	t.Cleanup(func() { stop(); <-ended })
}

func (f *fixture) simulationsConform(t *testing.T) {
	t.Helper()
	f.listening(t)
	f.want(t, 200, "GET", "/simulations/catalogue", "")
	made := f.want(t, 201, "POST", "/tenants/7/simulations", `{"kind":"jumpcloud","dialect":"custom","jobTitleAs":"title"}`).object(t)
	at := fmt.Sprint("/tenants/7/simulations/", made["id"])
	provider, ok := made["provider"].(map[string]any)
	require.True(t, ok)
	require.Equal(t, "none", provider["phase"])
	for _, body := range []string{`{"kind":"google"}`, `{"kind":"okta","token":7}`, `{"kind":"okta","nobody":true}`} {
		f.want(t, 400, "POST", "/tenants/7/simulations", body, misformed)
	}
	f.want(t, 400, "POST", "/tenants/7/simulations", `{"kind":"okta","story":"none"}`)
	f.want(t, 400, "POST", "/tenants/7/simulations", `{"kind":"okta","token":"x"}`)
	f.want(t, 400, "POST", "/tenants/7/simulations", `{"kind":"okta","story":"rename","pace":"slow"}`)
	for _, step := range []string{
		`{"hire":{"username":"ada@example.com","firstName":"Ada","lastName":"Ek"}}`,
		`{"createGroup":{"name":"Engine","members":["ada@example.com"],"bound":true}}`,
		`{"name":"It begins","activate":{},"expect":{"phase":"active"}}`,
		`{"sync":{},"expect":{"users":{"ada@example.com":{"active":true,"groups":["Engine"]}}}}`,
	} {
		report := f.want(t, 200, "POST", at+"/steps", step).object(t)
		require.Equal(t, "passed", report["outcome"], "%v", report)
	}
	for _, step := range []string{`{}`, `{"fly":{}}`, `{"hire":{"shoe":1}}`, `{"wait":"x"}`} {
		f.want(t, 400, "POST", at+"/steps", step)
	}
	f.want(t, 200, "GET", at, "")
	f.want(t, 200, "GET", "/tenants/7/simulations", "")
	require.Contains(t, f.want(t, 200, "GET", at+"/events", "").items(t, "type"), "user_create_provision")
	f.want(t, 409, "POST", at+"/hurry", "")
	f.want(t, 409, "POST", at+"/stop", "")
	f.want(t, 204, "DELETE", at, "")
	f.storyConforms(t)
	for _, path := range []string{"/99", "/x"} {
		f.want(t, 404, "GET", "/tenants/7/simulations"+path, "")
		f.want(t, 404, "DELETE", "/tenants/7/simulations"+path, "")
	}
	for range simulation.Most {
		f.want(t, 201, "POST", "/tenants/7/simulations", `{"kind":"entra"}`)
	}
	f.want(t, 409, "POST", "/tenants/7/simulations", `{"kind":"entra"}`)
}

// storyConforms watches a story until its end.
func (f *fixture) storyConforms(t *testing.T) {
	t.Helper()
	made := f.want(t, 201, "POST", "/tenants/7/simulations", `{"kind":"jumpcloud","story":"joiner-mover-leaver","pace":"1m"}`).object(t)
	at := fmt.Sprint("/tenants/7/simulations/", made["id"])
	f.want(t, 409, "POST", at+"/steps", `{"sync":{}}`)
	f.want(t, 204, "POST", at+"/hurry", "")
	id, ok := made["id"].(float64)
	require.True(t, ok)
	s, err := f.api.Simulated.Get(7, int64(id))
	require.NoError(t, err)
	for version := int64(0); s.Playing(); {
		version = s.Await(t.Context(), version)
	}
	story := s.State().Story
	require.False(t, story.Failed, "%+v", story)
	require.Len(t, story.Steps, story.Total)
	f.want(t, 200, "GET", at, "")
	f.want(t, 204, "DELETE", at, "")
	made = f.want(t, 201, "POST", "/tenants/7/simulations", `{"kind":"okta","story":"joiner-mover-leaver","pace":"1m"}`).object(t)
	at = fmt.Sprint("/tenants/7/simulations/", made["id"])
	f.want(t, 204, "POST", at+"/stop", "")
	f.want(t, 204, "DELETE", at, "")
	f.want(t, 404, "GET", at, "")
}
