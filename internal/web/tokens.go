package web

import (
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/provisioning"
)

func (p *pages) tokenRoutes(r chi.Router) {
	r.Get("/", p.tenant((*visit).listTokens))
	r.Get("/new", p.tenant((*visit).newToken))
	r.Post("/new", p.tenant((*visit).createToken))
	r.Get("/revoke", p.tenant((*visit).askToRevoke))
	r.Post("/revoke", p.tenant((*visit).revokeToken))
	r.Get("/rotate", p.tenant((*visit).showRotation))
	r.Post("/rotate", p.tenant((*visit).rotateToken))
}

// tokenView is a token as pages show it.
type tokenView struct {
	cinode.Token
	State   string // one of tokenStates
	Kind    string // of its badge
	Live    bool
	AllOf   bool // it has every scope
	Revoke  string
	Rotate  string
	UserURL string // of the bound user, where there is a page of users
}

// tokenStates are what the list can be narrowed to. Expiring is good, but not for
// long any more.
var tokenStates = []struct{ state, label, kind string }{
	{"active", "Active", "success"}, {"expiring", "Expiring soon", "warning"}, {"expired", "Expired", ""}, {"revoked", "Revoked", "danger"},
}

func (v *visit) viewToken(t cinode.Token) tokenView {
	now := v.Admin.TimeOf(v.Tenant).Now
	view := tokenView{Token: t, State: t.State(now), AllOf: len(t.Scopes) == len(cinode.AllScopes)}
	view.Live = view.State == "active"
	if admin.ExpiringSoon(t, now) {
		view.State = "expiring"
	}
	for _, s := range tokenStates {
		if s.state == view.State {
			view.Kind = s.kind
		}
	}
	if view.Live {
		view.Revoke, view.Rotate = v.url("tokens/revoke", "name", t.Name), v.url("tokens/rotate", "name", t.Name)
	}
	if t.UserID != 0 && v.has("users") {
		view.UserURL = v.url("users/" + strconv.FormatInt(t.UserID, 10))
	}
	return view
}

// StateLabel is the state in words.
func (t tokenView) StateLabel() string {
	for _, s := range tokenStates {
		if s.state == t.State {
			return strings.ToLower(s.label)
		}
	}
	return t.State
}

type tokensPage struct {
	frame
	Tokens      []tokenView
	States      []tab
	State       string
	New         string
	First, Next string
}

// tokensShown is about the length of a page of the list.
const tokensShown = 200

func (v *visit) listTokens() error {
	state, after := v.query("state"), v.query("after")
	tokens, next, err := v.tokensIn(state, after)
	if err != nil {
		return err
	}
	page := tokensPage{frame: v.frame("Tokens"), Tokens: tokens, State: state, New: v.url("tokens/new")}
	page.States = []tab{{Label: "All", URL: v.url("tokens"), Current: state == ""}}
	for _, s := range tokenStates {
		page.States = append(page.States, tab{Label: s.label, URL: v.url("tokens", "state", s.state), Current: state == s.state})
	}
	if after != "" {
		page.First = v.url("tokens", "state", state)
	}
	if next != "" {
		page.Next = v.url("tokens", "state", state, "after", next)
	}
	return v.show("tokens", page)
}

// tokensIn are a page's worth of tokens in a state, empty for any, after the one of
// a name. It reads on until the page is full: expiring soon is a state of the pages
// alone.
func (v *visit) tokensIn(state, after string) (found []tokenView, next string, err error) {
	for {
		list, err := v.Admin.Tokens(v.r.Context(), v.Tenant.ID, after, "", tokensShown)
		if err != nil {
			return nil, "", err
		}
		for _, t := range list.Items {
			if view := v.viewToken(t); state == "" || view.State == state {
				found = append(found, view)
			}
		}
		if after = list.Next; after == "" || len(found) >= tokensShown {
			return found, after, nil
		}
	}
}

func (v *visit) askToRevoke() error {
	t, err := v.Admin.Token(v.r.Context(), v.Tenant.ID, v.query("name"))
	if err != nil {
		return err
	}
	text := "Requests with it are refused from now on, on every replica within a second. This cannot be undone."
	if t.LastUsed.At.IsZero() {
		text += " It was never used."
	} else {
		text += " It was last used " + ago(v.Clock.Now(), t.LastUsed.At) + " by " + t.LastUsed.Client + "."
	}
	return v.confirm("Revoke a token", confirmPage{
		Question: "Revoke " + t.Name + "?", Text: text, Action: v.url("tokens/revoke"), Fields: []pair{{"name", t.Name}},
		Button: "Revoke", Back: v.url("tokens"),
	})
}

func (v *visit) revokeToken() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	t, err := v.Admin.RevokeToken(v.r.Context(), v.by(), v.Tenant.ID, f.Values.Get("name"))
	if err != nil {
		return err
	}
	return v.done(v.url("tokens"), "Revoked "+t.Name+".")
}

// tokenForm is the part of a form that both a new token and a successor have.
type tokenForm struct {
	form
	Expiries  []choice
	Scopes    []choice
	Audiences []choice
}

func newTokenForm(f form) tokenForm {
	t := tokenForm{form: f, Expiries: []choice{{"30", "30 days", ""}, {"90", "90 days", ""}, {"180", "180 days", ""}, {"365", "1 year", ""}, {"date", "A date", ""}}}
	for _, s := range cinode.AllScopes {
		t.Scopes = append(t.Scopes, choice{Value: string(s), Label: string(s)})
	}
	for _, a := range admin.Audiences() {
		c := choice{Value: a, Label: a, Hint: "for SCIM"}
		if a != cinode.AudienceSCIM {
			c.Hint = "for Cinode's other API: refused by the SCIM endpoints, as in Cinode"
		}
		t.Audiences = append(t.Audiences, c)
	}
	return t
}

// expiry reads how long a token is to be good. A date is its last day. Days count
// from the tenant's time where that is ahead: tokens go by it.
func (v *visit) expiry(f *form) time.Time {
	now := v.Clock.Now()
	if ahead := v.Admin.TimeOf(v.Tenant).Now; ahead.After(now) {
		now = ahead
	}
	if days, err := strconv.Atoi(f.Value("expires")); err == nil && days > 0 && days <= 3650 {
		return now.AddDate(0, 0, days)
	}
	if f.Value("expires") != "date" {
		f.refuse("expires", "Choose how long the token is good.")
		return time.Time{}
	}
	day, err := time.Parse(time.DateOnly, f.Value("date"))
	if err != nil {
		f.refuse("date", "Give the last day that the token is good, as 2027-12-31.")
		return time.Time{}
	}
	end := day.AddDate(0, 0, 1).Add(-time.Second)
	if !end.After(now) {
		f.refuse("date", "This day is over. Choose one that lies ahead.")
	}
	return end
}

type newTokenPage struct {
	frame
	Form tokenForm
	Back string
}

func (v *visit) showNewToken(status int, f form) error {
	return v.showAs(status, "token-new", newTokenPage{frame: v.frame("Create a token"), Form: newTokenForm(f), Back: v.url("tokens")})
}

func (v *visit) newToken() error {
	f := newForm("expires", "180", "audience", cinode.AudienceSCIM)
	for _, s := range cinode.AllScopes {
		f.Values.Add("scopes", string(s))
	}
	return v.showNewToken(200, f)
}

// tokenInput makes the input of the use case, and notes what is wrong at the fields.
func (v *visit) tokenInput(f *form) admin.TokenInput {
	in := admin.TokenInput{
		Tenant: v.Tenant.ID, Name: f.Value("name"), Audience: f.Value("audience"), Scopes: f.Values["scopes"], Expires: v.expiry(f),
	}
	if in.Name == "" {
		f.refuse("name", "Give the token a name, such as the IdP that will use it.")
	}
	if in.Scopes == nil {
		f.refuse("scopes", "Choose at least one scope.")
	}
	if text := f.Value("userId"); text != "" {
		id, err := provisioning.ParseID(text)
		if err != nil {
			f.refuse("userId", "This is no id of a user: ids are numbers.")
		}
		in.UserID = id
	}
	return in
}

// secretPage shows a new token once, as the answer to the form that made it: a
// reload would send the form again, which the taken name refuses.
type secretPage struct {
	frame
	Token     tokenView
	Secret    string
	TenantURL string
	BaseURL   string
	StandAt   string // where a reload leads
	Rotation  *rotation
	Back      string
}

func (v *visit) showSecret(t cinode.Token, secret string, r *rotation, standAt string) error {
	return v.show("token-secret", secretPage{
		frame: v.frame("Token " + t.Name), Token: v.viewToken(t), Secret: secret, TenantURL: v.scimURL(),
		BaseURL: v.Origin(v.r) + "/scim/v2", Rotation: r, StandAt: standAt, Back: v.url("tokens"),
	})
}

// tokenFields are those of the form, by which errors are shown.
var tokenFields = []string{"audience", "scopes", "expires", "userId"}

func (v *visit) createToken() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	in := v.tokenInput(&f)
	if f.Errors != nil {
		return v.showNewToken(422, f)
	}
	t, secret, err := v.Admin.CreateToken(v.r.Context(), v.by(), in)
	if err != nil {
		if f.refused(err, "name", tokenFields...) {
			return v.showNewToken(422, f)
		}
		return err
	}
	return v.showSecret(t, secret, nil, v.url("tokens"))
}
