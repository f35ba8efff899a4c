package web

import (
	"errors"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/cinode"
)

func (p *pages) startRoutes(r chi.Router) {
	r.Get("/", p.tenant((*visit).showStart))
	r.Post("/", p.tenant((*visit).createStartToken))
	r.Get("/events", p.tenant(func(v *visit) error { return v.streamNews(v.newestOrRefused) }))
}

func idText(id int64) string { return strconv.FormatInt(id, 10) }

// startPage leads from an empty server to an identity provider that provisions.
type startPage struct {
	frame
	TenantURL string
	BaseURL   string
	Audience  string
	Play      string // where the story without an identity provider starts, empty for nowhere
	IDPs      []tab
	IDP       guide
	Fields    []fieldView
	Unseen    string // the host that the internet cannot reach, empty where it may
	Form      tokenForm
	Action    string // of the form
	Tokens    []tokenView
	AllTokens string
	Secret    string // of the token made just now
	Made      string // its name
	StandAt   string
	Curl      string
	Since     time.Time
	Recent    bool // no moment was given: it is the newest hour
	Again     string
	Progress  progress
	News      string
	Users     string
}

// fieldView is a setting with the value of this server.
type fieldView struct {
	setting
	Text   string // to be copied, empty for words
	Secret bool   // a secret goes in, which is not there to be shown
}

// window is how far the checklist looks back where it is not told.
const window = time.Hour

func (v *visit) showStart() error {
	x := guideOf(v.query("idp"))
	if v.query("since") == "now" {
		return v.redirect(v.startURL(x, v.Admin.TimeOf(v.Tenant).Now))
	}
	name, err := v.freeName(x.Name)
	if err != nil {
		return err
	}
	page, err := v.startPage(x, newForm("expires", "180", "name", name))
	if err != nil {
		return err
	}
	return v.show("start", page)
}

// startURL is the page of an identity provider with a moment to look back to.
func (v *visit) startURL(x guide, since time.Time) string {
	text := ""
	if !since.IsZero() {
		text = since.UTC().Format(time.RFC3339)
	}
	return v.url("start", "idp", x.Key, "since", text)
}

func (v *visit) startPage(x guide, f form) (startPage, error) {
	since, recent := v.since()
	page := startPage{
		frame: v.frame("Start"), TenantURL: v.scimURL(), BaseURL: v.Origin(v.r) + "/scim/v2", Audience: cinode.AudienceSCIM,
		IDP: x, Form: newTokenForm(f), Action: v.url("start", "idp", x.Key, "since", v.query("since")),
		Since: since, Recent: recent, Again: v.url("start", "idp", x.Key, "since", "now"),
	}
	if x.Remote {
		page.Unseen = unseen(v.Origin(v.r))
	}
	if v.has("play") {
		page.Play = v.url("play/demo")
	}
	if v.has("users") {
		page.Users = v.url("users")
	}
	keep := v.query("since")
	for _, other := range guides() {
		page.IDPs = append(page.IDPs, tab{Label: other.Name, URL: v.url("start", "idp", other.Key, "since", keep), Current: other.Key == x.Key})
	}
	page.frame = page.showing(page.IDPs)
	var err error
	if page.News, err = v.newsURL("start"); err != nil { // before the journal is read: nothing comes in between
		return page, err
	}
	if page.Progress, err = v.progress(x, since); err != nil {
		return page, err
	}
	const shown = 4
	tokens, err := v.Admin.Tokens(v.r.Context(), v.Tenant.ID, "", "active", shown)
	if err != nil {
		return page, err
	}
	for _, t := range tokens.Items {
		page.Tokens = append(page.Tokens, v.viewToken(t))
	}
	page.AllTokens = v.url("tokens")
	page.fill("")
	return page, nil
}

// fill puts the values of this server, and a secret if there is one, where they go.
func (p *startPage) fill(secret string) {
	p.Fields = nil
	for _, s := range p.IDP.Fields {
		view := fieldView{setting: s, Text: s.Value}
		switch s.Value {
		case valueURL:
			view.Text = p.TenantURL
		case valueToken:
			view.Text, view.Secret = secret, true
		}
		p.Fields = append(p.Fields, view)
	}
	if secret == "" {
		secret = "TOKEN"
	}
	p.Curl = "curl -H 'Authorization: Bearer " + secret + "' '" + p.TenantURL + "/Users?count=1'"
}

// since is the moment from which requests count.
func (v *visit) since() (moment time.Time, recent bool) {
	if at, err := time.Parse(time.RFC3339, v.query("since")); err == nil {
		return at, false
	}
	return v.Admin.TimeOf(v.Tenant).Now.Add(-window), true
}

// unseen is the host of an origin that only this machine or network can reach, as
// far as its name tells.
func unseen(origin string) string {
	u, err := url.Parse(origin)
	if err != nil {
		return ""
	}
	host := u.Hostname()
	if ip, err := netip.ParseAddr(host); err == nil {
		if ip = ip.Unmap(); ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast() || ip.IsUnspecified() {
			return host
		}
		return ""
	}
	if host == "localhost" || strings.HasSuffix(host, ".localhost") || !strings.Contains(host, ".") {
		return host
	}
	return ""
}

// freeName is a name that no token of the tenant has.
func (v *visit) freeName(name string) (string, error) {
	const tries = 20
	for range tries {
		_, err := v.Admin.Token(v.r.Context(), v.Tenant.ID, name)
		var missing *admin.MissingError
		if errors.As(err, &missing) {
			return name, nil
		}
		if err != nil {
			return "", err
		}
		name = successor(name)
	}
	return "", nil
}

// createStartToken makes a token and shows the page again with its secret where the
// identity provider asks for it.
func (v *visit) createStartToken() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	x := guideOf(v.query("idp"))
	again := func() error {
		page, err := v.startPage(x, f)
		if err != nil {
			return err
		}
		page.Here = v.url("start")
		return v.showAs(422, "start", page)
	}
	f.Values["scopes"] = nil // all
	in := admin.TokenInput{Tenant: v.Tenant.ID, Name: f.Value("name"), Expires: v.expiry(&f)}
	if in.Name == "" {
		f.refuse("name", "Give the token a name, such as the IdP that will use it.")
	}
	if f.Errors != nil {
		return again()
	}
	t, secret, err := v.Admin.CreateToken(v.r.Context(), v.by(), in)
	if err != nil {
		if f.refused(err, "name", "expires") {
			return again()
		}
		return err
	}
	page, err := v.startPage(x, newForm("expires", "180"))
	if err != nil {
		return err
	}
	since, recent := v.since()
	if recent {
		since = v.Admin.TimeOf(v.Tenant).Now
	}
	page.Secret, page.Made, page.StandAt = secret, t.Name, v.startURL(x, since)
	page.fill(secret)
	return v.show("start", page)
}
