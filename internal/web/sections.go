package web

import (
	"github.com/go-chi/chi/v5"
)

// section is a page of the navigation, with all pages below it. Its routes are
// relative to /admin/tenants/{tenant}/PATH.
type section struct {
	Group  string // the heading that it stands under
	Path   string
	Label  string
	Icon   string // a symbol of assets/icons.svg
	routes func(*pages, chi.Router)
}

// table is every section, in the order of the navigation.
func table() []section {
	return []section{
		// The tenant at a glance, under no heading.
		{"", "start", "Start", "home", (*pages).startRoutes},
		{"", "overview", "Overview", "chart", (*pages).overviewRoutes},
		// What it holds.
		{"Directory", "users", "Users", "users", (*pages).userRoutes},
		{"Directory", "groups", "Groups", "group", (*pages).groupRoutes},
		{"Directory", "teams", "Teams", "team", (*pages).teamRoutes},
		{"Directory", "roles", "Roles", "role", (*pages).roleRoutes},
		// What clients do.
		{"Traffic", "requests", "Inspector", "pulse", (*pages).requestRoutes},
		{"Traffic", "play", "Play", "play", (*pages).playRoutes},
		{"Traffic", "check", "Check", "clipboard", (*pages).checkRoutes},
		// How it is set up.
		{"Administration", "provisioning", "User provisioning", "link", (*pages).provisioningRoutes},
		{"Administration", "tokens", "Tokens", "key", (*pages).tokenRoutes},
		{"Administration", "faults", "Faults and clock", "bolt", (*pages).faultRoutes},
	}
}

// has reports whether there is a section.
func (p *pages) has(path string) bool {
	for _, s := range p.sections {
		if s.Path == path {
			return true
		}
	}
	return false
}
