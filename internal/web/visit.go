package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/provisioning"
	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/telemetry"
)

// visit is one request for a page, with what a page needs to answer it.
type visit struct {
	*pages
	w       http.ResponseWriter
	r       *http.Request
	session session       // zero for one who has not signed in
	Tenant  cinode.Tenant // zero on pages that are about none
}

// handler answers a visit or returns why not; the error becomes a page.
type handler func(v *visit) error

// open serves a page to everybody.
func (p *pages) open(handle handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v := &visit{pages: p, w: w, r: r}
		if s, err := p.readSession(r); err == nil {
			v.session = s
		}
		if err := handle(v); err != nil {
			v.fail(err)
		}
	}
}

// signedIn serves a page to whom has signed in, and sends all others to do so.
func (p *pages) signedIn(handle handler) http.HandlerFunc {
	return p.open(func(v *visit) error {
		if v.session == (session{}) {
			return v.askToSignIn()
		}
		return handle(v)
	})
}

// tenant serves a page about the tenant of the path.
func (p *pages) tenant(handle handler) http.HandlerFunc {
	return p.signedIn(func(v *visit) error {
		id, err := provisioning.ParseID(v.param("tenant"))
		if err != nil {
			return &admin.MissingError{Detail: "there is no tenant " + strconv.Quote(v.param("tenant"))}
		}
		if v.Tenant, err = v.Admin.Tenant(v.r.Context(), id); err != nil {
			return err
		}
		return handle(v)
	})
}

// param is a part of the path.
func (v *visit) param(name string) string {
	value := chi.URLParam(v.r, name)
	if decoded, err := url.PathUnescape(value); err == nil && v.r.URL.RawPath != "" {
		return decoded
	}
	return value
}

// query is a value of the address, without blanks around it.
func (v *visit) query(name string) string {
	return strings.TrimSpace(storable(v.r.URL.Query().Get(name)))
}

// storable is a text with a mark in place of what PostgreSQL refuses to keep: no browser sends that.
func storable(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// url is the address of a page of the visit's tenant, such as "users/3", with the
// given pairs of names and values as its query; empty values are left out.
func (v *visit) url(path string, pairs ...string) string {
	return v.base(v.r) + "/tenants/" + strconv.FormatInt(v.Tenant.ID, 10) + "/" + path + query(pairs)
}

func query(pairs []string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

// redirect answers a form with the page to look at next; a reload of that sends
// nothing twice.
func (v *visit) redirect(to string) error {
	http.Redirect(v.w, v.r, to, http.StatusSeeOther)
	return nil
}

// goHome leads to the first page of a tenant: Start while it has
// no user and nobody has sent it anything.
func (v *visit) goHome() error {
	if v.Tenant.ID == 0 {
		page, err := v.Admin.Tenants(v.r.Context(), admin.Slice{Limit: 1})
		if err != nil {
			return err
		}
		if len(page.Items) == 0 {
			return v.redirect(v.base(v.r) + "/tenants")
		}
		v.Tenant = page.Items[0]
	}
	if v.has("start") {
		people, err := v.Admin.Users(v.r.Context(), v.Tenant.ID, admin.Slice{Limit: 1}, "")
		if err != nil {
			return err
		}
		requests, err := v.newest(0)
		if err != nil {
			return err
		}
		if len(people.Items) == 0 && requests == 0 {
			return v.redirect(v.url("start"))
		}
	}
	if v.has("overview") {
		return v.redirect(v.url("overview"))
	}
	return v.redirect(v.url(v.sections[0].Path))
}

// by is who asks, for the audit log.
func (v *visit) by() store.By {
	return store.By{Actor: "admin", Address: v.ClientIP(v.r), Request: telemetry.RequestID(v.r.Context())}
}

// setTheme keeps light, dark or, for anything else, the system's choice.
func (v *visit) setTheme() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	c := http.Cookie{Name: themeCookie, Value: f.Value("theme"), Path: v.base(v.r), MaxAge: 365 * 24 * 3600, SameSite: http.SameSiteStrictMode, Secure: v.Secure(v.r), HttpOnly: true}
	if !isTheme(c.Value) {
		c.Value, c.MaxAge = "", -1
	}
	http.SetCookie(v.w, &c)
	return v.redirect(v.localPath(f.Value("next")))
}

const themeCookie = "cinode_scim_theme"

func isTheme(s string) bool { return s == "light" || s == "dark" }

// localPath gives a path of ours as it is, and the first page for all else.
func (v *visit) localPath(path string) string {
	base := v.base(v.r)
	u, err := url.Parse(path)
	if err != nil || u.Scheme != "" || u.Host != "" || u.Opaque != "" || strings.ContainsAny(path, "\\\r\n\t") {
		return base
	}
	if u.Path != base && !strings.HasPrefix(u.Path, base+"/") {
		return base
	}
	return path
}

// here is the path of the page asked for, as the client sees it.
func (v *visit) here() string {
	return strings.TrimSuffix(v.base(v.r), "/admin") + v.r.URL.RequestURI()
}
