package conformance

import (
	"net/url"
	"slices"
	"strings"
)

var schemaChecks = checks{
	"SCH-001": func(t *trial) {
		a := t.get("/Schemas").is(200)
		t.check(a.integer("totalResults") == len(a.resources()), "totalResults is not the number of Resources")
		for _, r := range t.types() {
			urns := []string{encode(r["schema"])}
			extensions, _ := r["schemaExtensions"].(list)
			for _, e := range objects(extensions) {
				urns = append(urns, encode(e["schema"]))
			}
			for _, urn := range urns {
				t.check(slices.Contains(a.ids(), strings.Trim(urn, `"`)), "/Schemas lacks %s of ResourceTypes", urn)
			}
		}
	},
	"SCH-002": func(t *trial) {
		for _, id := range t.get("/Schemas").ids() {
			for _, path := range []string{id, strings.ReplaceAll(url.PathEscape(id), ":", "%3A")} {
				t.equal("id", t.get("/Schemas/"+path).is(200).at("id"), id)
			}
		}
	},
	"SCH-003": func(t *trial) { t.get("/Schemas/urn:x:" + t.name()).refused(404) },
	"SCH-004": func(t *trial) {
		for _, s := range t.schemas() {
			id, _ := s["id"].(string)
			t.check(strings.HasPrefix(strings.ToLower(id), "urn:"), "the id %s is no URN", encode(s["id"]))
			t.check(slices.Contains(strs(s["schemas"]), schemaURN), "schemas of %s lacks %s", id, schemaURN)
			_, ok := s["attributes"].(list)
			t.check(ok, "%s has no attributes", id)
			for _, name := range []string{"name", "description", "meta"} {
				if s[name] == nil {
					t.warnf("%s has no %s", id, name)
				}
			}
		}
	},
	"SCH-005": func(t *trial) {
		t.eachAttribute(func(path string, a object) {
			for _, name := range []string{"name", "type"} {
				word, _ := a[name].(string)
				t.check(word != "", "%s has no %s", path, name)
			}
			_, ok := a["multiValued"].(bool)
			t.check(ok, "multiValued of %s is no boolean", path)
			for _, name := range []string{"required", "caseExact"} {
				_, ok := a[name].(bool)
				t.check(ok || a[name] == nil, "%s of %s is no boolean", name, path)
			}
		})
	},
	"SCH-006": func(t *trial) {
		words := map[string][]string{
			"type":       {"string", "boolean", "decimal", "integer", "dateTime", "binary", "reference", "complex"},
			"mutability": {"readOnly", "readWrite", "immutable", "writeOnly"},
			"returned":   {"always", "never", "default", "request"},
			"uniqueness": {"none", "server", "global"},
		}
		t.eachAttribute(func(path string, a object) {
			for name, allowed := range words {
				if v, ok := a[name]; ok {
					word, _ := v.(string)
					t.check(slices.Contains(allowed, word), "%s of %s is %s; want %s", name, path, encode(v), either(allowed))
				}
			}
		})
	},
	"SCH-007": func(t *trial) {
		t.eachAttribute(func(path string, a object) {
			t.check(!strings.Contains(path[strings.LastIndex(path, ":"):], ".") || a["type"] != "complex", "the sub-attribute %s is complex", path)
		})
	},
	"SCH-008": func(t *trial) {
		t.eachAttribute(func(path string, a object) {
			t.check(a["type"] != "complex" || !isNothing(a["subAttributes"]), "the complex attribute %s has no subAttributes", path)
		})
	},
	"SCH-009": func(t *trial) {
		t.eachAttribute(func(path string, a object) {
			if a["type"] == "complex" {
				t.check(a["uniqueness"] == nil || a["uniqueness"] == "none", "the complex attribute %s has uniqueness %s", path, encode(a["uniqueness"]))
				t.check(a["caseExact"] != true, "the complex attribute %s is caseExact", path)
			}
		})
	},
	"SCH-010": func(t *trial) {
		known := []string{"external", "uri"}
		for _, rt := range t.d.all {
			known = append(known, rt.name)
		}
		t.eachAttribute(func(path string, a object) {
			v, found := a["referenceTypes"]
			if !found {
				return
			}
			types, ok := v.(list)
			t.check(ok, "referenceTypes of %s is no array", path)
			t.check(a["type"] == "reference" || len(types) == 0, "%s has referenceTypes, but is no reference", path)
			for _, kind := range types {
				word, _ := kind.(string)
				t.check(slices.Contains(known, word), "%s refers to %s; want %s", path, encode(kind), either(known))
			}
		})
	},
	"SCH-011": func(t *trial) {
		if a := t.d.group.find("displayName"); a != nil {
			t.check(a.required, "displayName of Group is not required (erratum 5368)")
		}
		if a := t.d.user.find("groups.$ref"); a != nil {
			t.equal("referenceTypes of groups.$ref (erratum 8471)", a.raw["referenceTypes"], list{"Group"})
		}
		if a := t.d.user.find(enterpriseURN + ":manager.value"); a != nil {
			t.check(a.exact, "manager.value is not caseExact (erratum 8472)")
		}
	},
	"SCH-012": func(t *trial) {
		t.eachAttribute(func(path string, a object) {
			if a["type"] == "reference" || a["type"] == "binary" {
				t.check(a["caseExact"] == true, "%s is not caseExact", path)
			}
		})
	},
	"SCH-013": func(t *trial) {
		for _, rt := range t.d.all {
			if a := named(rt.attributes, "id"); a != nil {
				t.check(a.mutability == "readOnly" && a.exact && a.returned == "always", "id of %s is listed as other than readOnly, caseExact and always", rt.name)
			}
			if a := named(rt.attributes, "externalId"); a != nil {
				t.check(a.mutability == "readWrite" && a.exact, "externalId of %s is listed as other than readWrite and caseExact", rt.name)
			}
		}
	},
}

func (t *trial) schemas() []object {
	all := (&answer{t.again(t.d.schemas), t}).resources()
	t.check(len(all) > 0, "/Schemas lists nothing")
	return all
}

// eachAttribute calls for each attribute and sub-attribute of what resources
// are made of. The schemas of discovery itself have complex sub-attributes,
// and are left out.
func (t *trial) eachAttribute(visit func(path string, a object)) {
	for _, s := range t.schemas() {
		id, _ := s["id"].(string)
		if id == schemaURN || id == typeURN || id == configURN {
			continue
		}
		attributes, _ := s["attributes"].(list)
		t.check(len(objects(attributes)) == len(attributes), "an attribute of %s is no object", id)
		for _, a := range objects(attributes) {
			name, _ := a["name"].(string)
			visit(id+":"+name, a)
			children, _ := a["subAttributes"].(list)
			for _, sub := range objects(children) {
				child, _ := sub["name"].(string)
				visit(id+":"+name+"."+child, sub)
			}
		}
	}
}
