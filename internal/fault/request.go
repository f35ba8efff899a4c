package fault

import (
	"net/http"
	"strings"
)

// Request is what rules look at.
type Request struct {
	Tenant int64
	Method string
	Path   string // below the SCIM base, such as "/Users/26"
	Client string // who seems to have sent it, such as "Okta"
	Token  string // the token's name; by it token-death tells tokens apart
}

const (
	searchPath = "/.search"
	bulkPath   = "/Bulk"
)

// isSearch reports a list that is asked for by POST (RFC 7644 section 3.4.3).
func (q Request) isSearch() bool {
	return q.Method == http.MethodPost && strings.HasSuffix(q.Path, searchPath)
}

// isList reports whether the answer is a page of resources.
func (q Request) isList() bool {
	if q.Method != http.MethodGet {
		return q.isSearch()
	}
	return q.Path == "/Users" || q.Path == "/Groups" || q.Path == "" || q.Path == "/"
}

func (q Request) isCreate() bool {
	return q.Method == http.MethodPost && !q.isSearch() && q.Path != bulkPath
}

func (q Request) isWrite() bool {
	switch q.Method {
	case http.MethodPut, http.MethodPatch, http.MethodDelete:
		return true
	default:
		return q.Method == http.MethodPost && !q.isSearch()
	}
}

// A pattern is a path taken apart. No segments at all match every path.
type pattern []string

// parsePattern reads a path of a rule, which Validate has accepted.
func parsePattern(path string) pattern {
	if path == "" {
		return nil
	}
	return strings.Split(strings.Trim(path, "/"), "/")
}

// match compares segment by segment: * is any one, {name} any one but .search,
// and ** at the end is all that follows, or nothing.
func (p pattern) match(path string) bool {
	if p == nil {
		return true
	}
	rest, more := strings.Trim(path, "/"), true
	for _, want := range p {
		if want == "**" {
			return true
		}
		if !more {
			return false
		}
		var segment string
		if segment, rest, more = strings.Cut(rest, "/"); !matchSegment(want, segment) {
			return false
		}
	}
	return !more
}

func matchSegment(want, got string) bool {
	switch {
	case want == "*":
		return got != ""
	case strings.HasPrefix(want, "{"):
		return got != "" && got != searchPath[1:]
	default:
		return want == got
	}
}

var endpoints = []string{"Users", "Groups", "Me", "Schemas", "ResourceTypes", "ServiceProviderConfig", "ServiceProviderConfigs", "Bulk", ".search"}

// checkPath says what is wrong with a path of a rule, and how to mend it.
func checkPath(path string) string {
	if path == "" {
		return ""
	}
	if !strings.HasPrefix(path, "/") {
		return "must begin with a slash, such as /Users/{id}"
	}
	if strings.ContainsAny(path, "?#% ") || strings.Contains(path, "//") {
		return "must be a plain path such as /Users/{id}, without a query or encoded characters"
	}
	segments := parsePattern(path)
	if segments[0] == "scim" {
		return "is relative to the SCIM base: write /Users, not /scim/v2/Users"
	}
	for _, e := range endpoints {
		if segments[0] != e && strings.EqualFold(segments[0], e) {
			return "names no endpoint; the nearest is /" + e
		}
	}
	for i, s := range segments {
		switch {
		case s == "**" && i < len(segments)-1:
			return "may hold ** at its end only; use * for one segment"
		case s == "*", s == "**":
		case strings.HasPrefix(s, "{") && strings.HasSuffix(s, "}") && len(s) > 2 && !strings.ContainsAny(s[1:len(s)-1], "{}*"):
		case strings.ContainsAny(s, "{}*"):
			return "may hold *, ** or {name} as whole segments only, such as /Users/*"
		}
	}
	return ""
}
