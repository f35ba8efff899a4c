package conformance

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// resource is one that a check made.
type resource struct {
	t     *trial
	id    string
	path  string
	body  object // as the create answered it
	asked object // as we asked for it
}

// user makes a user with what the target requires and some attributes, given
// as name and value in turn. It skips the check when one is not published.
func (t *trial) user(pairs ...any) *resource {
	u := t.create(t.users(), t.userBody(pairs...))
	if u.asked["externalId"] != nil && u.body["externalId"] == nil && named(t.d.user.attributes, "externalId") == nil {
		t.skipf("externalId is not published, and the target does not keep it")
	}
	return u
}

// group makes a group with a displayName of ours and some members.
func (t *trial) group(members ...*resource) *resource {
	return t.create(t.groups(), t.groupBody(members...))
}

func (t *trial) create(endpoint string, body object) *resource {
	a := t.send(http.MethodPost, endpoint, body)
	if a.Status != http.StatusCreated {
		t.errorf("set-up fails: %s answers %d%s", a.what(), a.Status, a.detail())
	}
	r := t.resource(endpoint, a)
	r.asked = body
	return r
}

func (t *trial) resource(endpoint string, a *answer) *resource {
	id := a.str("id")
	if id == "" {
		t.errorf("set-up fails: %s answers without an id", a.what())
	}
	return &resource{t: t, id: id, path: endpoint + "/" + url.PathEscape(id), body: a.body(), asked: object{}}
}

// userBody is what user sends.
func (t *trial) userBody(pairs ...any) object {
	t.users()
	return t.bodyOf(t.d.user, pairs)
}

func (t *trial) groupBody(members ...*resource) object {
	t.groups()
	body := t.bodyOf(t.d.group, []any{"displayName", t.name()})
	if len(members) > 0 {
		t.needsMembers()
		body["members"] = memberValues(members...)
	}
	return body
}

func memberValues(members ...*resource) list {
	values := list{}
	for _, m := range members {
		values = append(values, object{"value": m.id})
	}
	return values
}

func (t *trial) bodyOf(rt *resourceType, pairs []any) object {
	schemas := list{rt.schema}
	body := object{}
	t.fill(body, rt.attributes)
	for _, urn := range rt.required {
		container := object{}
		t.fill(container, rt.extensions[urn])
		body[urn] = container
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		name, _ := pairs[i].(string)
		t.writable(rt, name, pairs[i+1])
		body[name] = pairs[i+1]
	}
	for name := range body {
		if strings.HasPrefix(name, "urn:") {
			schemas = append(schemas, name)
		}
	}
	body["schemas"] = schemas
	return body
}

// fill sets what the schemas require, and a user's name.
func (t *trial) fill(body object, attributes []*attribute) {
	for _, a := range attributes {
		if a.mutability != "readOnly" && (a.required || a.name == "userName") && a.name != "schemas" {
			body[a.name] = t.value(a, a.name)
		}
	}
}

// value makes up a value for an attribute.
func (t *trial) value(a *attribute, hint string) any {
	var v any = t.name()
	switch {
	case a.kind == "complex":
		inner := object{}
		for i, sub := range a.subs {
			if sub.mutability != "readOnly" && (sub.required || sub.name == "value" || i == 0) {
				inner[sub.name] = t.value(sub, hint)
			}
		}
		v = inner
	case a.kind == "boolean":
		v = true
	case a.kind == "integer" || a.kind == "decimal":
		v = 1
	case a.kind == "dateTime":
		v = "2024-01-02T03:04:05Z"
	case a.kind == "binary":
		v = "QUJD"
	case a.kind == "reference":
		v = "https://example.com/" + t.name()
	case strings.Contains(strings.ToLower(hint), "mail") || a.name == "userName":
		v = t.name() + "@example.com"
	}
	if a.multi {
		return list{v}
	}
	return v
}

// writable skips the check when a value names what is not published or may not be set.
func (t *trial) writable(rt *resourceType, path string, v any) {
	a := rt.find(path)
	if a == nil {
		t.skipf("the schemas of %s do not publish %s", rt.name, path)
	}
	if a.mutability == "readOnly" {
		t.skipf("%s is readOnly here", path)
	}
	switch v := v.(type) {
	case object:
		for name := range v {
			if named(a.subs, name) == nil {
				t.skipf("the schemas of %s do not publish %s of %s", rt.name, name, path)
			}
		}
	case list:
		for _, element := range objects(v) {
			t.writable(rt, path, element)
		}
	}
}

// mail is a value of emails.
func mail(kind, value string) object { return object{"type": kind, "value": value} }

func (r *resource) get() *answer { return r.t.get(r.path) }

// now is the resource as a GET gives it.
func (r *resource) now() object { return r.get().is(200).body() }

// put replaces the resource.
func (r *resource) put(body object, header ...string) *answer {
	return r.t.send(http.MethodPut, r.path, body, header...)
}

func (r *resource) delete(header ...string) *answer {
	return r.t.send(http.MethodDelete, r.path, nil, header...)
}

// patch sends operations.
func (r *resource) patch(operations ...object) *answer {
	return r.t.send(http.MethodPatch, r.path, patchOf(operations...))
}

func patchOf(operations ...object) object {
	all := list{}
	for _, o := range operations {
		all = append(all, o)
	}
	return object{"schemas": list{patchURN}, "Operations": all}
}

// patched sends operations that must succeed and gives the resource after them.
func (r *resource) patched(operations ...object) object {
	r.patch(operations...).is(200, 204)
	return r.now()
}

// op is an operation; an empty path is left out, and so is a missing value.
func op(name, path string, value ...any) object {
	o := object{"op": name}
	if path != "" {
		o["path"] = path
	}
	if len(value) > 0 {
		o["value"] = value[0]
	}
	return o
}

// version is meta.version, "" if there is none.
func version(o object) string {
	v, _ := at(o, "meta", "version").(string)
	return v
}

// sent is what we asked for with changes, to be put.
func (r *resource) sent(pairs ...any) object {
	body := maps.Clone(r.asked)
	for i := 0; i+1 < len(pairs); i += 2 {
		name, _ := pairs[i].(string)
		body[name] = pairs[i+1]
	}
	return body
}

// hits are the ids that a filter found.
type hits struct {
	t      *trial
	filter string
	ids    []string
}

// find runs a filter over users. It asks about the given resources only when the target has more matches than a few pages hold.
func (t *trial) find(filter string, about ...*resource) *hits {
	return t.findIn(t.users(), filter, about...)
}

func (t *trial) findIn(endpoint, filter string, about ...*resource) *hits {
	const count, pages = 100, 20
	var ids []string
	for range pages {
		a := t.get(fmt.Sprintf("%s?startIndex=%d&count=%d&filter=%s", endpoint, len(ids)+1, count, url.QueryEscape(filter))).is(200)
		more := a.ids()
		ids = append(ids, more...)
		total, _ := a.at("totalResults").(float64)
		if len(about) == 0 || len(more) == 0 || len(ids) >= int(total) && len(more) < count {
			return &hits{t, filter, ids}
		}
	}
	var only []string
	for _, r := range about {
		only = append(only, "id eq "+encode(r.id))
	}
	narrow := "(" + filter + ") and (" + strings.Join(only, " or ") + ")"
	return &hits{t, filter, t.get(endpoint + "?filter=" + url.QueryEscape(narrow)).ids()}
}

func (h *hits) has(resources ...*resource) *hits {
	for i, r := range resources {
		h.t.check(slices.Contains(h.ids, r.id), "the filter %s does not find %s (number %d of those wanted)", h.filter, r.path, i+1)
	}
	return h
}

func (h *hits) lacks(resources ...*resource) *hits {
	for i, r := range resources {
		h.t.check(!slices.Contains(h.ids, r.id), "the filter %s finds %s (number %d of those not wanted)", h.filter, r.path, i+1)
	}
	return h
}

// finds wants the filter to find some resources and none of others.
func (t *trial) finds(filter string, in, out []*resource) {
	t.find(filter, slices.Concat(in, out)...).has(in...).lacks(out...)
}

// filtered asks for the users of a filter.
func (t *trial) filtered(filter string) *answer {
	return t.get(t.users() + "?count=1&filter=" + url.QueryEscape(filter))
}

// refusesFilter wants each filter to be 400 invalidFilter.
func (t *trial) refusesFilter(filters ...string) {
	for _, f := range filters {
		t.filtered(f).refused(400, "invalidFilter")
	}
}

func these(r ...*resource) []*resource { return r }

// userName is the one we asked for.
func (r *resource) userName() string {
	s, _ := r.asked["userName"].(string)
	return s
}
