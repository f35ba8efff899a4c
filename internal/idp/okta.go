package idp

import (
	"context"
	"net/http"
	"strings"
	"time"
)

// The kinds of applications that Okta provisions.
const (
	oktaOIN = "oin" // of the Okta Integration Network: PATCH for activity and groups
	oktaAIW = "aiw" // made with the App Integration Wizard: PUT for everything
)

// Okta's rule for a task that was throttled: it waits as long as it is told to in
// whole seconds, else five minutes, twice as long each time, and gives up after the
// tenth attempt. A Retry-After that is a date is not understood.
const (
	oktaWait     = 5 * time.Minute
	oktaAttempts = 10
)

// okta plays Okta's SCIM client.
type okta struct {
	*Provider
	style string
}

func newOkta(p *Provider) (profile, error) {
	style, err := oneOf("Okta style", p.options.OktaStyle, oktaOIN, oktaAIW)
	if err != nil {
		return nil, err
	}
	return &okta{Provider: p, style: style}, nil
}

// header has the six headers that Okta's client is known to send, a GET's too.
func (o *okta) header(string) http.Header {
	return http.Header{
		"User-Agent":      {"Okta SCIM Client 1.0.0"},
		"Accept":          {"application/scim+json"},
		"Accept-Charset":  {"utf-8"},
		"Content-Type":    {"application/scim+json; charset=utf-8"},
		"Connection":      {"Keep-Alive"},
		"Accept-Encoding": {"gzip,deflate"},
	}
}

func (o *okta) address(path string) string { return path }

// attributes are those of the profile that is pushed. What has no place in the record
// of Okta's requests is sent only where the directory has it.
func (o *okta) attributes(u User) []attribute {
	return []attribute{
		{"userName", u.Username},
		{"name.givenName", u.FirstName},
		{"name.familyName", u.LastName},
		{"email", oktaEmail(u)},
		{"displayName", u.Name()},
		{"title", u.JobTitle},
		{"locale", oktaLocale(u)},
		{enterpriseURN + ":employeeNumber", u.EmployeeID},
		{enterpriseURN + ":department", u.Department},
	}
}

// oktaEmail is the address, which Okta asks of everybody: a username is one.
func oktaEmail(u User) string {
	if u.Email == "" && strings.Contains(u.Username, "@") {
		return u.Username
	}
	return u.Email
}

func oktaLocale(u User) string {
	if u.Locale == "" {
		return "en-US"
	}
	return u.Locale
}

func (o *okta) direct() bool { return true }

// keepsUnbound is false: a push that is unlinked leaves the group as it is, unless
// UnlinkGroup says otherwise.
func (o *okta) keepsUnbound() bool { return false }

// verify is Test API Credentials.
func (o *okta) verify(ctx context.Context) error {
	paths := []string{"/Users?startIndex=1&count=2"}
	if o.managesGroups() {
		paths = append(paths, "/Groups?startIndex=1&count=100")
	}
	for _, path := range paths {
		a, err := o.send(ctx, http.MethodGet, path, nil)
		if err == nil {
			_, err = a.resources()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// cycle sends what Okta would have pushed event by event: people first, then groups.
func (o *okta) cycle(ctx context.Context, c *cycle) error {
	if err := c.run(ctx, "users", 1, o.userTasks(c)); err != nil {
		return err
	}
	if o.managesGroups() {
		if err := c.run(ctx, "groups", 1, o.groupTasks(c)); err != nil {
			return err
		}
	}
	return o.forget()
}

func (o *okta) retry(_ context.Context, err error, failures int) (time.Duration, bool) {
	if StatusOf(err) != http.StatusTooManyRequests || failures >= oktaAttempts {
		return 0, false
	}
	wait, asked := retryAfter(err)
	if !asked {
		wait = o.shortened(oktaWait)
	}
	return wait << (failures - 1), true
}

func (o *okta) troubled() string {
	return "Test API Credentials failed: the base URL or the API token is wrong, or what answers there is no SCIM server"
}

// UnlinkGroup ends the push of a group. With remove the next cycle deletes the group
// in the application, else it is left there as it is. Only Okta asks which.
func (p *Provider) UnlinkGroup(name string, remove bool) error {
	if p.options.Kind != Okta {
		return invalid("group", "is unlinked in Okta alone; unbind it")
	}
	return p.editGroup(name, func(s *state, g *Group) error {
		if !g.Bound {
			return invalid("group", "%q is not pushed", name)
		}
		g.Bound = false
		if !remove || !s.Connection.Groups {
			delete(s.Groups, g.ID)
		}
		return nil
	})
}
