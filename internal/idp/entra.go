package idp

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// The mappings that Entra ID is played with.
const (
	entraCustom = "custom" // of an application that is not of the gallery: the default mapping
	entraCinode = "cinode" // of the gallery's Cinode application: seven attributes of users
)

const (
	entraFlag    = "aadOptscim062020"
	adscimGroup  = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"
	entraManager = enterpriseURN + ":manager"
)

// entraInterval is the time from one cycle to the next.
const entraInterval = 40 * time.Minute

// entraReconnects is how often a request that got no answer is sent again within a
// cycle. What was refused is left to the next one.
const entraReconnects = 2

// entra plays Microsoft Entra ID's provisioning service: nothing but PATCH for
// changes, users before groups before references, and no User-Agent.
type entra struct {
	*Provider
	mapping string
	matchBy string
	cycleID atomic.Pointer[string] // of the cycle that runs, for the log
}

func newEntra(p *Provider) (profile, error) {
	mapping, err := oneOf("dialect", p.options.Dialect, entraCustom, entraCinode)
	if err != nil {
		return nil, err
	}
	matchBy, err := oneOf("matching attribute", p.options.MatchBy, "userName", "externalId")
	if err != nil {
		return nil, err
	}
	return &entra{Provider: p, mapping: mapping, matchBy: matchBy}, nil
}

// Interval is the provider's own time from the end of one cycle to the next, made
// shorter by Options.Shorten. It is 0 for providers that are driven by events.
func (p *Provider) Interval() time.Duration {
	if p.options.Kind != Entra {
		return 0
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.state.Phase != PhaseQuarantine {
		return p.shortened(entraInterval)
	}
	waits := quarantineWaits[:]
	return p.shortened(waits[min(max(0, p.state.Failures-quarantineAfter), len(waits)-1)])
}

// header has no User-Agent, and a Content-Type where there is a body.
func (e *entra) header(method string) http.Header {
	h := http.Header{"User-Agent": {""}}
	if method == http.MethodPost || method == http.MethodPatch {
		h.Set("Content-Type", "application/scim+json; charset=utf-8")
	}
	return h
}

// address ends with the flag of the tenant URL, which Entra ID repeats with each path.
func (e *entra) address(path string) string {
	switch {
	case !e.options.AADOptIn:
		return path
	case strings.Contains(path, "?"):
		return path + "&" + entraFlag
	default:
		return path + "?" + entraFlag
	}
}

// attributes are the mapped ones and the manager, whose place in the application is
// what is sent. p.mu is held.
func (e *entra) attributes(u User) []attribute {
	list := e.mapped(u)
	if e.mapping == entraCinode {
		return list
	}
	manager := ""
	if boss := e.state.Directory.byName[strings.ToLower(u.Manager)]; boss != nil {
		if link := e.state.Users[boss.ID]; link != nil {
			manager = link.Target
		}
	}
	return append(list, attribute{entraManager, manager})
}

// mapped are the attributes of a user under the paths that a PATCH has for them, in
// the order of the mapping.
func (e *entra) mapped(u User) []attribute {
	work := func(attribute string) string { return `addresses[type eq "work"].` + attribute }
	all := []attribute{
		{"userName", u.Username},
		{"displayName", u.DisplayName},
		{"title", u.JobTitle},
		{`emails[type eq "work"].value`, u.Email},
		{"preferredLanguage", u.Locale},
		{"name.givenName", u.FirstName},
		{"name.familyName", u.LastName},
		{"name.formatted", formatted(u)},
		{work("streetAddress"), u.WorkStreet},
		{work("locality"), u.WorkCity},
		{work("region"), u.WorkRegion},
		{work("postalCode"), u.WorkPostal},
		{work("country"), u.WorkCountry},
		{`phoneNumbers[type eq "work"].value`, u.WorkPhone},
		{"externalId", e.externalID(u)},
		{enterpriseURN + ":employeeNumber", u.EmployeeID},
		{enterpriseURN + ":department", u.Department},
	}
	if e.mapping == entraCinode {
		return slices.DeleteFunc(all, func(a attribute) bool { return !slices.Contains(galleryAttributes, a.name) })
	}
	return all
}

// galleryAttributes are those that Microsoft's tutorial for Cinode maps, beside active.
var galleryAttributes = []string{"userName", "name.givenName", "name.familyName", "externalId", "title", `addresses[type eq "work"].locality`}

func formatted(u User) string { return strings.TrimSpace(u.FirstName + " " + u.LastName) }

// externalID is the object's id where it is mapped so (Cinode's application, and
// whoever matches by it), else the mail nickname, which is made of the username.
func (e *entra) externalID(u User) string {
	if e.mapping == entraCinode || e.matchBy == "externalId" {
		return u.ID
	}
	nickname, _, _ := strings.Cut(u.Username, "@")
	return nickname
}

// direct is true: an administrator assigns users and groups.
func (e *entra) direct() bool { return true }

// keepsUnbound is true: a group that leaves the scope is deleted.
func (e *entra) keepsUnbound() bool { return true }

// verify is Test Connection: somebody and something that cannot be there are looked
// for, and an empty list is the answer that counts. Groups are asked for even where
// they are not managed.
func (e *entra) verify(ctx context.Context) error {
	e.mu.Lock()
	probe := e.newID(idEvent)
	e.mu.Unlock()
	for _, query := range []struct{ path, attribute string }{{"/Users", e.matchBy}, {"/Groups", "displayName"}} {
		a, err := e.send(ctx, http.MethodGet, query.path+"?"+eq(query.attribute, probe), nil)
		if err != nil {
			return err
		}
		list, err := a.resources()
		if err != nil {
			return err
		}
		if len(list) > 0 {
			return &AnswerError{Exchange: a.Exchange, Reason: "the filter asks for an id that was made up just now, and found something: it is not looked at"}
		}
	}
	return nil
}

// retry sends again what got no answer. The rest waits for the next cycle.
func (e *entra) retry(_ context.Context, err error, failures int) (time.Duration, bool) {
	if !unanswered(err) || failures > entraReconnects {
		return 0, false
	}
	return e.shortened(time.Duration(failures) * time.Second), true
}

func (e *entra) troubled() string {
	return "Test Connection failed: the tenant URL or the secret token is wrong, or what answers there is no SCIM server"
}
