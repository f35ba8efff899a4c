package conformance

import (
	"maps"
	"net/http"
	"slices"
)

// place is where a published attribute stands: at the top of its schema or in a
// complex attribute, in the base schema of a type or in an extension.
type place struct {
	rt     *resourceType
	urn    string     // of the extension, "" for the base schema
	parent *attribute // the complex attribute, nil at the top
	*attribute
}

// places are those of a type in which clients may set a value and read it back.
func (t *trial) places(kind string) []place {
	return t.allPlaces(func(a *attribute) bool {
		return a.kind == kind && a.mutability == "readWrite" && (a.returned == "default" || a.returned == "always")
	})
}

// allPlaces are those of users and groups that match, in the order of the schemas.
func (t *trial) allPlaces(match func(*attribute) bool) []place {
	var found []place
	for _, rt := range []*resourceType{t.d.user, t.d.group} {
		if rt == nil {
			continue
		}
		found = append(found, placesIn(rt, "", rt.attributes, match)...)
		for _, urn := range slices.Sorted(maps.Keys(rt.extensions)) {
			found = append(found, placesIn(rt, urn, rt.extensions[urn], match)...)
		}
	}
	return found
}

func placesIn(rt *resourceType, urn string, attributes []*attribute, match func(*attribute) bool) []place {
	var found []place
	for _, a := range attributes {
		if match(a) {
			found = append(found, place{rt, urn, nil, a})
		}
		if a.mutability != "readWrite" {
			continue
		}
		for _, sub := range a.subs {
			if match(sub) {
				found = append(found, place{rt, urn, a, sub})
			}
		}
	}
	return found
}

// text is a place of one optional string at the top of users, in the base schema or an extension; the check is skipped
// if none matches.
func (t *trial) text(what string, match func(*attribute) bool) place {
	t.users()
	for _, p := range t.allPlaces(func(a *attribute) bool { return a.kind == "string" && !a.multi && !a.required && match(a) }) {
		if p.rt == t.d.user && p.parent == nil {
			return p
		}
	}
	t.skipf("no string of users is %s", what)
	return place{}
}

// pair is the value in the place as userBody and sent take it.
func (p place) pair(v any) []any {
	if p.urn != "" {
		return []any{p.urn, object{p.name: v}}
	}
	return []any{p.name, v}
}

// path is as a filter or attributes names it.
func (p place) path() string {
	path := p.name
	if p.parent != nil {
		path = p.parent.name + "." + path
	}
	if p.urn != "" {
		path = p.urn + ":" + path
	}
	return path
}

// of is the value in a resource, the first of several.
func (p place) of(o object) any {
	if p.urn != "" {
		o, _ = o[p.urn].(object)
	}
	if p.parent != nil {
		o, _ = first(o[p.parent.name]).(object)
	}
	return first(o[p.name])
}

func first(v any) any {
	values, ok := v.(list)
	if !ok {
		return v
	}
	if len(values) == 0 {
		return nil
	}
	return values[0]
}

// bodyWith is a new resource with a value in a place.
func (t *trial) bodyWith(p place, v any) object {
	body := t.bodyOf(p.rt, nil)
	container := body
	if p.urn != "" {
		container = object{}
		t.fill(container, p.rt.extensions[p.urn])
		body[p.urn] = container
		if schemas, _ := body["schemas"].(list); !slices.Contains(strs(schemas), p.urn) {
			body["schemas"] = append(schemas, p.urn)
		}
	}
	if p.multi {
		v = list{v}
	}
	if p.parent == nil {
		container[p.name] = v
		return body
	}
	whole := t.value(p.parent, p.parent.name)
	inner, _ := first(whole).(object)
	inner[p.name] = v
	container[p.parent.name] = whole
	return body
}

// makeWith makes a resource with a value in a place and gives it as a GET does.
func (t *trial) makeWith(p place, v any) object {
	a := t.send(http.MethodPost, p.rt.endpoint, t.bodyWith(p, v)).is(201)
	return t.resource(p.rt.endpoint, a).now()
}

// sample makes up one value for an attribute.
func (t *trial) sample(a *attribute) any { return first(t.value(a, a.name)) }

// eachValue visits the values of a type in a resource.
func (t *trial) eachValue(o object, rt *resourceType, kind string, visit func(path string, v any)) {
	eachValueIn(o, "", rt.attributes, kind, visit)
	for urn, attributes := range rt.extensions {
		container, _ := o[urn].(object)
		eachValueIn(container, urn+":", attributes, kind, visit)
	}
}

func eachValueIn(o object, prefix string, attributes []*attribute, kind string, visit func(path string, v any)) {
	for _, a := range attributes {
		values, several := o[a.name].(list)
		if !several && o[a.name] != nil {
			values = list{o[a.name]}
		}
		for _, v := range values {
			if inner, ok := v.(object); ok && a.kind == "complex" {
				eachValueIn(inner, prefix+a.name+".", a.subs, kind, visit)
			} else if a.kind == kind {
				visit(prefix+a.name, v)
			}
		}
	}
}
