package scenario

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/cinode-scim/cinode-scim/internal/idp"
	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

// adminBase is where the admin API of this project's server stands.
const adminBase = "/admin/api/v1"

// admin is the admin API of a target.
type admin struct {
	client *scimclient.Client
	tenant int64
	since  string   // when the story began, by the server's clock
	faults []string // ids of rules
	tokens int      // that were made
}

var tenantPath = regexp.MustCompile(`/tenants/(\d+)/v2/?$`)

func newAdmin(ctx context.Context, t Target, o scimclient.Options) (*admin, error) {
	o.Token, o.TokenName, o.Retries, o.UserAgent, o.BodyLimit, o.Rate = t.AdminKey, "ADMIN_KEY", 3, "cinode-scim-simulate", 256<<20, 0
	base := strings.TrimRight(t.AdminURL, "/") // of the server, of its pages or of its API
	base = strings.TrimSuffix(strings.TrimSuffix(base, adminBase), "/admin")
	client, err := scimclient.New(base+adminBase, o)
	if err != nil {
		return nil, &idp.InputError{Field: "admin URL", Message: "is wrong: " + err.Error()}
	}
	a := &admin{client: client, tenant: t.Tenant}
	if m := tenantPath.FindStringSubmatch(t.BaseURL); m != nil && a.tenant == 0 {
		a.tenant, _ = strconv.ParseInt(m[1], 10, 64)
	}
	if err := a.begin(ctx, t.BaseURL); err != nil {
		client.Close()
		return nil, err
	}
	return a, nil
}

// begin finds the tenant, and what time the server has.
func (a *admin) begin(ctx context.Context, base string) error {
	e := a.client.Do(ctx, scimclient.Request{Method: http.MethodGet, Path: "/tenants?limit=2", Header: http.Header{"Accept": {"application/json"}}})
	switch {
	case e.Err != nil:
		return fmt.Errorf("%w: the admin API: %w", ErrUnreachable, e.Err)
	case e.Status == http.StatusUnauthorized:
		return &idp.InputError{Field: "admin key", Message: "is not that of the server"}
	case e.Status != http.StatusOK:
		return &idp.InputError{Field: "admin URL", Message: fmt.Sprintf("is none of this project's server: %s was answered %d", e.URL, e.Status)}
	}
	var page struct {
		Items []struct {
			ID int64 `json:"id"`
		} `json:"items"`
	}
	if err := json.Unmarshal([]byte(e.Body), &page); err != nil || len(page.Items) == 0 {
		return &idp.InputError{Field: "admin URL", Message: "gives no list of tenants"}
	}
	if a.tenant == 0 && len(page.Items) > 1 {
		return &idp.InputError{Field: "tenant", Message: "is missing: the server has several, and " + cmp.Or(base, "the address") + " does not say which; name it, or use the base URL with /tenants/ID/v2"}
	}
	if a.tenant == 0 {
		a.tenant = page.Items[0].ID
	}
	// The journal has times of the server's clock, which may be another.
	var newest struct {
		Items []struct {
			At string `json:"at"`
		} `json:"items"`
	}
	if err := a.get(ctx, fmt.Sprintf("/requests?limit=1&tenant=%d", a.tenant), &newest); err != nil {
		return err
	}
	if len(newest.Items) > 0 {
		at, err := time.Parse(time.RFC3339Nano, newest.Items[0].At)
		if err == nil {
			a.since = url.QueryEscape(at.Add(time.Microsecond).Format(time.RFC3339Nano))
		}
	}
	return nil
}

func (a *admin) close() { a.client.Close() }

// call makes a request and reads what it answers.
func (a *admin) call(ctx context.Context, method, path string, in, out any) error {
	r := scimclient.Request{Method: method, Path: path, Header: http.Header{"Accept": {"application/json"}}}
	if in != nil {
		body, err := json.Marshal(in)
		if err != nil {
			return fmt.Errorf("encode the body of %s %s: %w", method, path, err)
		}
		r.Body = string(body)
		r.Header.Set("Content-Type", "application/json")
	}
	e := a.client.Do(ctx, r)
	if e.Err != nil {
		return fmt.Errorf("the admin API gives no answer to %s %s: %w", method, path, e.Err)
	}
	if e.Status < 200 || e.Status > 299 {
		var problem struct {
			Detail string `json:"detail"`
		}
		_ = json.Unmarshal([]byte(e.Body), &problem) // it is told by its status then
		return fmt.Errorf("the admin API answers %s %s with %d %s", method, path, e.Status, problem.Detail)
	}
	if out == nil || len(bytes.TrimSpace([]byte(e.Body))) == 0 {
		return nil
	}
	if err := json.Unmarshal([]byte(e.Body), out); err != nil {
		return fmt.Errorf("the admin API's answer to %s %s cannot be read: %w", method, path, err)
	}
	return nil
}

func (a *admin) get(ctx context.Context, path string, out any) error {
	return a.call(ctx, http.MethodGet, path, nil, out)
}

// addFaults adds rules, for this tenant alone.
func (a *admin) addFaults(ctx context.Context, rules []jsontext.Value) error {
	for _, rule := range rules {
		var fields map[string]any
		if err := json.Unmarshal(rule, &fields); err != nil {
			return fmt.Errorf("the fault rule cannot be read: %w", err)
		}
		fields["tenant"] = a.tenant
		var made struct {
			Items []struct {
				ID string `json:"id"`
			} `json:"items"`
		}
		if err := a.call(ctx, http.MethodPost, "/faults", fields, &made); err != nil {
			return err
		}
		for _, item := range made.Items {
			a.faults = append(a.faults, item.ID)
		}
	}
	return nil
}

// removeFaults removes the rules that were added here.
func (a *admin) removeFaults(ctx context.Context) error {
	for _, id := range a.faults {
		if err := a.call(ctx, http.MethodDelete, "/faults/"+url.PathEscape(id), nil, nil); err != nil {
			return err
		}
	}
	a.faults = nil
	return nil
}

func (a *admin) advance(ctx context.Context, by time.Duration) error {
	return a.call(ctx, http.MethodPost, fmt.Sprintf("/clock?tenant=%d", a.tenant), map[string]string{"advance": by.String()}, nil)
}

// newToken makes a token for the provider.
func (p *player) newToken(ctx context.Context) error {
	p.admin.tokens++
	name := fmt.Sprintf("simulate %s %s %d", p.options.Provider.Kind, p.started.UTC().Format("20060102-150405.000000"), p.admin.tokens)
	var made struct {
		Secret string `json:"secret"`
	}
	path := fmt.Sprintf("/tenants/%d/tokens", p.admin.tenant)
	in := map[string]any{"name": name, "expires": p.clock.Now().Add(24 * time.Hour).UTC().Format(time.RFC3339)}
	if err := p.admin.call(context.WithoutCancel(ctx), http.MethodPost, path, in, &made); err != nil { // a story that is stopped knows what it has made
		return err
	}
	if made.Secret == "" {
		return fmt.Errorf("the admin API gives no secret of the token %s", name)
	}
	p.token, p.made = made.Secret, append(p.made, name)
	return nil
}

func (a *admin) revokeToken(ctx context.Context, name string) error {
	return a.call(ctx, http.MethodPost, fmt.Sprintf("/tenants/%d/tokens/%s/revoke", a.tenant, url.PathEscape(name)), nil, nil)
}
