package web

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/cinode"
)

// frame is what stands around every page. View models embed it.
type frame struct {
	Title    string
	Part     string // what of it is shown; only the window's title says it
	Base     string // of the pages: "/admin", after the prefix of a proxy
	Assets   string // of the style sheet and the scripts
	Here     string // this page, to come back to
	Theme    string // "light", "dark", or empty for the system's
	SignedIn bool
	Tenant   *tenantFrame // nil on pages that are about none
	Flash    *flash       // what the page before has done
	Banner   []notice
}

// tenantFrame is the tenant of a page.
type tenantFrame struct {
	cinode.Tenant
	URL     string // of its pages, without a slash at the end
	BaseURL string // of its SCIM endpoints
	Groups  []navGroup
	Others  bool // there are more tenants to choose from
}

// navGroup is a part of the navigation under one heading.
type navGroup struct {
	Name  string
	Links []navLink
}

type navLink struct {
	section
	URL     string
	Current bool
}

// notice is a line on top of every page about what bends the tenant just now.
type notice struct {
	Icon, Text string
	URL        string // where it is managed; empty while there is no such page
	End        string // where all of them are ended; of the first one
}

// frame makes the frame of a page.
func (v *visit) frame(title string) frame {
	f := frame{
		Title: title, Base: v.base(v.r), Assets: v.base(v.r) + "/assets/" + v.assets.hash, Here: v.here(),
		SignedIn: v.session != (session{}), Flash: v.takeFlash(),
	}
	if c, err := v.r.Cookie(themeCookie); err == nil && isTheme(c.Value) {
		f.Theme = c.Value
	}
	if v.r.Method != http.MethodGet { // the answer to a form has no address to come back to
		f.Here = f.Base
	}
	if f.SignedIn && v.Tenant.ID != 0 {
		f.Tenant = &tenantFrame{
			Tenant: v.Tenant, URL: strings.TrimSuffix(v.url(""), "/"), BaseURL: v.scimURL(), Groups: v.navigation(), Others: v.hasOthers(),
		}
		f.Banner = v.banner()
	}
	return f
}

// showing names the tab that is open, so that the windows of two tabs can be told apart.
func (f frame) showing(tabs []tab) frame {
	for _, t := range tabs {
		if t.Current {
			f.Part = strings.TrimSuffix(t.Label+" · "+f.Part, " · ")
		}
	}
	return f
}

// scimURL is the base URL of the tenant's SCIM endpoints.
func (v *visit) scimURL() string {
	return v.Origin(v.r) + "/scim/tenants/" + strconv.FormatInt(v.Tenant.ID, 10) + "/v2"
}

func (v *visit) navigation() []navGroup {
	var groups []navGroup
	at := v.r.URL.Path
	prefix := "/admin/tenants/" + v.param("tenant") + "/"
	for _, s := range v.sections {
		if len(groups) == 0 || groups[len(groups)-1].Name != s.Group {
			groups = append(groups, navGroup{Name: s.Group})
		}
		g := &groups[len(groups)-1]
		g.Links = append(g.Links, navLink{section: s, URL: v.url(s.Path), Current: at == prefix+s.Path || strings.HasPrefix(at, prefix+s.Path+"/")})
	}
	return groups
}

// hasOthers reports whether there is more than one tenant. A page is not refused
// because that could not be found out.
func (v *visit) hasOthers() bool {
	page, err := v.Admin.Tenants(v.r.Context(), admin.Slice{Limit: 1})
	return err != nil || page.Next != "" || len(page.Items) == 1 && page.Items[0].ID != v.Tenant.ID
}

// banner tells of faults in force and of a clock that is not the machine's, which
// would puzzle whom nobody has told.
func (v *visit) banner() []notice {
	var list []notice
	if faults := v.Admin.Faults; faults != nil && faults.Any(v.Tenant.ID) {
		n, text := len(faults.List(v.Tenant.ID)), " faults are active"
		if n == 1 {
			text = " fault is active"
		}
		list = append(list, notice{Icon: "bolt", Text: strconv.Itoa(n) + text})
	}
	switch now := v.Admin.TimeOf(v.Tenant); {
	case now.Frozen:
		list = append(list, notice{Icon: "clock", Text: "The clock is frozen at " + exact(now.Now)})
	case now.Offset != 0:
		list = append(list, notice{Icon: "clock", Text: "The clock is set to " + exact(now.Now)})
	}
	if v.has("faults") {
		for i := range list {
			list[i].URL = v.url("faults")
		}
		if len(list) > 0 && v.Admin.Faults != nil { // test control is on
			list[0].End = v.url("faults/end")
		}
	}
	return list
}
