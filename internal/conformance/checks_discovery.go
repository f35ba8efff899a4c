package conformance

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

var discoveryEndpoints = []string{"/ServiceProviderConfig", "/ResourceTypes", "/Schemas"}

var discoveryChecks = checks{
	"DISC-001": func(t *trial) {
		for _, path := range discoveryEndpoints {
			a := t.get(path).is(200)
			a.body()
			t.isSCIM(a)
		}
	},
	"DISC-002": func(t *trial) {
		for _, path := range discoveryEndpoints[1:] {
			t.equal("schemas of "+path, t.get(path).is(200).at("schemas"), list{listURN})
		}
		_, found := t.get("/ServiceProviderConfig").is(200).body()["Resources"]
		t.check(!found, "/ServiceProviderConfig is a list")
	},
	"DISC-003": func(t *trial) {
		for _, path := range discoveryEndpoints[1:] {
			all := t.get(path).is(200)
			part := t.get(path + "?startIndex=2&count=1&sortBy=id&sortOrder=descending&attributes=name").is(200)
			t.equal("Resources of "+path+" with list parameters", part.at("Resources"), all.at("Resources"))
		}
		whole := t.get("/ServiceProviderConfig").is(200)
		t.equal("/ServiceProviderConfig with attributes", t.get("/ServiceProviderConfig?attributes=patch&count=0").is(200).body(), whole.body())
	},
	"DISC-004": func(t *trial) {
		for _, path := range discoveryEndpoints {
			t.get(path + "?filter=" + url.QueryEscape("id pr")).refused(403)
		}
	},
	"DISC-005": func(t *trial) {
		for _, id := range t.get("/Schemas").ids() {
			t.check(!strings.HasPrefix(strings.ToLower(id), "urn:ietf:params:scim:api:"), "the message %s is published as a schema", id)
		}
		t.get("/Schemas/" + errorURN).refused(404)
	},
	"DISC-006": func(t *trial) {
		for _, path := range discoveryEndpoints {
			for _, method := range []string{"POST", "PUT", "PATCH", "DELETE"} {
				a := t.send(method, path, object{}).is(405)
				t.check(a.Header.Get("Allow") != "", "%s answers 405 without Allow", a.what())
			}
		}
	},
	"DISC-007": func(t *trial) {
		t.truthfulAttributes()
		for feature, use := range featureUses {
			if !t.d.denies(feature) {
				continue
			}
			if a := use(t); a.ok() {
				t.failf("%s is not supported, yet %s answers %d", feature, a.what(), a.Status)
			}
		}
	},

	"SPC-001": func(t *trial) { t.equal("schemas", t.config().at("schemas"), list{configURN}) },
	"SPC-002": func(t *trial) {
		for _, feature := range []string{"patch", "bulk", "filter", "changePassword", "sort", "etag"} {
			_, ok := t.config().at(feature, "supported").(bool)
			t.check(ok, "%s.supported is no boolean", feature)
		}
	},
	"SPC-003": func(t *trial) {
		for _, path := range [][]string{{"bulk", "maxOperations"}, {"bulk", "maxPayloadSize"}, {"filter", "maxResults"}} {
			n, ok := t.config().at(path...).(float64)
			t.check(ok && n >= 0 && n == float64(int64(n)), "%s is no integer from 0 on", strings.Join(path, "."))
		}
	},
	"SPC-004": func(t *trial) {
		primaries := 0
		for i, s := range t.schemes() {
			for _, name := range []string{"type", "name", "description"} {
				word, _ := s[name].(string)
				t.check(word != "", "authenticationSchemes[%d] has no %s", i, name)
			}
			if s["primary"] == true {
				primaries++
			}
		}
		t.check(primaries <= 1, "%d authentication schemes are primary", primaries)
	},
	"SPC-005": func(t *trial) {
		known := []string{"oauth", "oauth2", "oauthbearertoken", "httpbasic", "httpdigest"}
		for _, s := range t.schemes() {
			kind, _ := s["type"].(string)
			t.check(slices.Contains(known, kind), "the scheme type %q is none of %s", kind, either(known))
		}
	},
	"SPC-006": func(t *trial) {
		_, ok := t.anonymous("/ServiceProviderConfig").is(200).at("authenticationSchemes").(list)
		t.check(ok, "authenticationSchemes is missing")
	},
	"SPC-007": func(t *trial) {
		web := func(what string, v any) {
			text, ok := v.(string)
			u, err := url.Parse(text)
			t.check(v == nil || ok && err == nil && u.Host != "" && strings.HasPrefix(u.Scheme, "http"), "%s is %s, no URL of the web", what, encode(v))
		}
		web("documentationUri", t.config().at("documentationUri"))
		for i, s := range t.schemes() {
			web(fmt.Sprintf("authenticationSchemes[%d].documentationUri", i), s["documentationUri"])
			web(fmt.Sprintf("authenticationSchemes[%d].specUri", i), s["specUri"])
		}
	},
	"SPC-008": func(t *trial) {
		t.equal("meta.resourceType", t.config().at("meta", "resourceType"), "ServiceProviderConfig")
		t.get(t.config().str("meta", "location")).is(200)
	},
	"SPC-009": func(t *trial) {
		t.equal("pagination.cursor", t.config().at("pagination", "cursor"), true)
		_, ok := t.config().at("pagination", "index").(bool)
		t.check(ok, "pagination.index is no boolean")
	},
	"SPC-010": func(t *trial) {
		p, _ := t.config().at("pagination").(object)
		if method, ok := p["defaultPaginationMethod"]; ok {
			t.check(method == "cursor" || method == "index", "defaultPaginationMethod is %s", encode(method))
		}
		for _, name := range []string{"defaultPageSize", "maxPageSize", "cursorTimeout"} {
			if v, ok := p[name]; ok {
				n, isNumber := v.(float64)
				t.check(isNumber && n > 0 && n == float64(int64(n)), "%s is %s", name, encode(v))
			}
		}
	},
	"SPC-011": func(t *trial) {
		events, _ := t.config().at("securityEvents").(object)
		asked, _ := events["asyncRequest"].(string)
		t.check(slices.Contains([]string{"none", "long", "request"}, strings.ToLower(asked)), "asyncRequest is %q", asked)
		uris, ok := events["eventUris"].(list)
		t.check(ok, "eventUris is no array")
		for _, uri := range uris {
			text, _ := uri.(string)
			t.check(strings.HasPrefix(text, "urn:ietf:params:scim:event:"), "%s is no event URI", encode(uri))
		}
	},

	"RT-001": func(t *trial) {
		for i, r := range t.types() {
			for _, name := range []string{"name", "endpoint", "schema"} {
				word, _ := r[name].(string)
				t.check(word != "", "the type number %d has no %s", i+1, name)
			}
			t.check(slices.Contains(strs(r["schemas"]), typeURN), "schemas of %s lacks %s", r["name"], typeURN)
		}
	},
	"RT-002": func(t *trial) {
		for _, r := range t.types() {
			urn, _ := r["schema"].(string)
			t.equal("id", t.get("/Schemas/"+url.PathEscape(urn)).is(200).at("id"), urn)
		}
	},
	"RT-003": func(t *trial) {
		for _, r := range t.types() {
			extensions, ok := r["schemaExtensions"].(list)
			t.check(ok || r["schemaExtensions"] == nil, "schemaExtensions of %s is no array", r["name"])
			for _, e := range objects(extensions) {
				urn, _ := e["schema"].(string)
				_, isBool := e["required"].(bool)
				t.check(isBool, "required of the extension %s is no boolean", urn)
				t.get("/Schemas/" + url.PathEscape(urn)).is(200)
			}
			t.check(len(objects(extensions)) == len(extensions), "an extension of %s is no object", r["name"])
		}
	},
	"RT-004": func(t *trial) {
		for _, r := range t.types() {
			endpoint, _ := r["endpoint"].(string)
			t.check(strings.HasPrefix(endpoint, "/"), "the endpoint %q is not relative to the base URL with a slash first", endpoint)
			t.equal("schemas of "+endpoint, t.get(endpoint+"?count=0").is(200).at("schemas"), list{listURN})
		}
	},
	"RT-005": func(t *trial) {
		for _, r := range t.types() {
			id, _ := r["id"].(string)
			if id == "" {
				id, _ = r["name"].(string)
			}
			a := t.get("/ResourceTypes/" + url.PathEscape(id)).is(200)
			_, isList := a.body()["Resources"]
			t.check(!isList, "%s answers a list", a.what())
			t.equal("endpoint", a.at("endpoint"), r["endpoint"])
		}
	},
	"RT-006": func(t *trial) { t.get("/ResourceTypes/" + t.name()).refused(404) },
	"RT-007": func(t *trial) {
		for _, rt := range t.d.all {
			for _, urn := range rt.required {
				body := t.bodyOf(rt, nil)
				delete(body, urn)
				body["schemas"] = list{rt.schema}
				t.send(http.MethodPost, rt.endpoint, body).refused(400, "invalidValue")
				return
			}
		}
		t.skipf("no type requires an extension")
	},
	"RT-008": func(t *trial) {
		seen := map[string]bool{}
		for _, r := range t.types() {
			for _, name := range []string{"name", "endpoint"} {
				key := name + " " + encode(r[name])
				t.check(!seen[key], "two types have the %s", key)
				seen[key] = true
			}
		}
	},
	"RT-009": func(t *trial) {
		for _, r := range t.types() {
			t.equal("endpoint", r["endpoint"], fmt.Sprintf("/%vs", r["name"]))
		}
	},
	"RT-010": func(t *trial) {
		for _, r := range t.types() {
			t.equal("id", r["id"], r["name"])
		}
	},
}

// featureUses call for each feature that a target may rule out.
var featureUses = map[string]func(*trial) *answer{
	"patch": func(t *trial) *answer {
		u := t.user()
		return u.patch(op("replace", "userName", t.name()+"@example.com"))
	},
	"bulk": func(t *trial) *answer {
		return t.send(http.MethodPost, "/Bulk", object{"schemas": list{"urn:ietf:params:scim:api:messages:2.0:BulkRequest"},
			"Operations": list{object{"method": "DELETE", "path": t.users() + "/" + t.name()}}})
	},
}

func (t *trial) config() *answer { return &answer{t.again(t.d.config), t} }

func (t *trial) schemes() []object {
	all, ok := t.config().at("authenticationSchemes").(list)
	t.check(ok, "authenticationSchemes is no array")
	return objects(all)
}

func (t *trial) types() []object {
	all := (&answer{t.again(t.d.types), t}).resources()
	t.check(len(all) > 0, "/ResourceTypes lists nothing")
	return all
}

// isSCIM wants the media type of SCIM.
func (t *trial) isSCIM(a *answer) {
	got, _, _ := strings.Cut(a.Header.Get("Content-Type"), ";")
	t.check(strings.EqualFold(strings.TrimSpace(got), "application/scim+json"), "%s answers as %q; want application/scim+json", a.what(), got)
}

// truthfulAttributes writes each string that users may set and reads it back.
func (t *trial) truthfulAttributes() {
	t.users()
	body := t.userBody()
	var written []string
	for _, a := range t.d.user.attributes {
		if a.kind == "string" && !a.multi && a.mutability == "readWrite" && a.returned == "default" && a.raw["canonicalValues"] == nil && body[a.name] == nil {
			if plain := map[string]string{"locale": "en-US", "preferredLanguage": "en-US", "timezone": "Europe/Stockholm"}[a.name]; plain != "" {
				body[a.name] = plain
			} else {
				body[a.name] = t.name()
			}
			written = append(written, a.name)
		}
	}
	u := t.create(t.users(), body)
	now := u.now()
	for _, name := range written {
		t.equal(name+" (published as readWrite)", now[name], body[name])
	}
}
