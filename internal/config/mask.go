package config

import (
	"net/url"
	"strings"
)

const mask = "****"

// show is the value of an option for people. Of a token the name stays.
func (o *option) show(values []string) string {
	shown := make([]string, len(values))
	for i, v := range values {
		name, _, named := strings.Cut(v, "=")
		switch {
		case o.kind == list && o.secret && named:
			shown[i] = name + "=" + mask
		case o.secret:
			shown[i] = mask
		default:
			shown[i] = maskPassword(v)
		}
	}
	return strings.Join(shown, ",")
}

// maskPassword hides the passwords in a URL: that of its user and those among its parameters.
func maskPassword(v string) string {
	if !strings.Contains(v, "://") {
		return v
	}
	u, err := url.Parse(v)
	if err != nil {
		return mask
	}
	before, user, after := "", "", v
	if _, has := u.User.Password(); has {
		start := strings.Index(v, "://") + len("://")
		at := start + strings.LastIndex(authority(v[start:]), "@")
		name, _, _ := strings.Cut(v[start:at], ":")
		before, user, after = v[:start], name+":"+mask, v[at:]
	}
	address, query, has := strings.Cut(after, "?")
	if !has {
		return before + user + after
	}
	parameters := strings.Split(query, "&")
	for i, p := range parameters {
		if name, _, _ := strings.Cut(p, "="); strings.Contains(strings.ToLower(name), "password") {
			parameters[i] = name + "=" + mask
		}
	}
	return before + user + address + "?" + strings.Join(parameters, "&")
}

// authority is the part of a URL before its path.
func authority(rest string) string {
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		return rest[:i]
	}
	return rest
}
