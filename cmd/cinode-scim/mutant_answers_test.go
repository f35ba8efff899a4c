package main

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// The words of mutants that give answers of their own, or know what the server holds.

func code(n int) edit { return func(c *call) { c.status = n } }

func answer(n int, body string) edit {
	return func(c *call) {
		if c.got.header == nil {
			c.got.header = http.Header{}
		}
		c.status, c.got.body = n, body
		if body != "" {
			c.got.header.Set("Content-Type", "application/scim+json")
		}
	}
}

func refuse(n int, scimType string) edit {
	o := obj{"schemas": arr{errorURN}, "status": strconv.Itoa(n), "detail": "the mutant refuses this"}
	if scimType != "" {
		o["scimType"] = scimType
	}
	return answer(n, writeJSON(o))
}

func nothing() edit {
	return answer(200, writeJSON(obj{"schemas": arr{listURN}, "totalResults": 0, "startIndex": 1, "itemsPerPage": 0, "Resources": arr{}}))
}

// id is the one in the answer, or else the one in the path.
func (c *call) id() string {
	if o, ok := readJSON(c.got.body).(obj); ok && c.status < 300 {
		if id, ok := o["id"].(string); ok {
			return id
		}
	}
	id, err := url.PathUnescape(c.path[strings.LastIndex(c.path, "/")+1:])
	if err != nil {
		return ""
	}
	return id
}

func also(method, path, body string) edit {
	return func(c *call) {
		fill := func(text string) string { return strings.ReplaceAll(text, "{id}", c.id()) }
		c.also(method, fill(path), fill(body))
	}
}

func reread() edit {
	return func(c *call) {
		if status, v := c.also(http.MethodGet, c.path, ""); status == http.StatusOK {
			answer(http.StatusOK, writeJSON(v))(c)
		}
	}
}

func freeze(path string) edit {
	return func(c *call) {
		v := valueAt(readJSON(c.got.body), path)
		if id := c.id(); v != nil && c.status < 300 {
			set(path, c.store.keep("freeze "+path+" "+id, v))(c)
		}
	}
}

func to(path string) edit { return func(c *call) { c.path = path } }

// accept turns a refusal into a success that repeats what was sent.
func accept() edit {
	return func(c *call) {
		if c.status < 400 {
			return
		}
		o, _ := readJSON(c.body).(obj)
		if o == nil {
			o = obj{}
		}
		if c.came.Method == http.MethodPost {
			o["id"] = "accepted"
			answer(http.StatusCreated, writeJSON(o))(c)
			return
		}
		answer(http.StatusOK, writeJSON(o))(c)
	}
}

func wrap() edit {
	return func(c *call) {
		answer(c.status, writeJSON(obj{"schemas": arr{listURN}, "totalResults": 1, "Resources": arr{readJSON(c.got.body)}}))(c)
	}
}

func keep(path string) edit {
	return func(c *call) {
		if c.status >= 300 {
			return
		}
		key := "keep " + path + " " + c.id()
		if v := valueAt(readJSON(c.body), path); v != nil {
			c.store.put(key, v)
		}
		if v := c.store.get(key); v != nil {
			set(path, v)(c)
		}
	}
}

func stored(path string) edit {
	return func(c *call) {
		if v := valueAt(readJSON(c.sent.body), path); v != nil && writeJSON(v) != "[]" {
			return
		}
		if _, now := c.also(http.MethodGet, c.path, ""); valueAt(now, path) != nil {
			set(path, valueAt(now, path))(c)
		}
	}
}

// op is an operation of PATCH.
func op(name, path string, value any) obj {
	o := obj{"op": name, "path": path}
	if value != nil {
		o["value"] = value
	}
	return o
}

func patch(op obj) edit {
	return also(http.MethodPatch, "/Users/{id}", writeJSON(obj{"schemas": arr{patchURN}, "Operations": arr{op}}))
}

// schemaOf is the path in /Schemas of an attribute, or of a sub-attribute after a dot.
func schemaOf(urn, attribute string) string {
	name, sub, nested := strings.Cut(attribute, ".")
	path := "Resources/id=" + urn + "/attributes/name=" + name
	if nested {
		path += "/subAttributes/name=" + sub
	}
	return path
}
