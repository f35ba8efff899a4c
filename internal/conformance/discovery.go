package conformance

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

// The URNs of the RFCs.
const (
	userURN       = "urn:ietf:params:scim:schemas:core:2.0:User"
	groupURN      = "urn:ietf:params:scim:schemas:core:2.0:Group"
	enterpriseURN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	deviceURN     = "urn:ietf:params:scim:schemas:core:2.0:Device"
	configURN     = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
	typeURN       = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
	schemaURN     = "urn:ietf:params:scim:schemas:core:2.0:Schema"
	listURN       = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
	errorURN      = "urn:ietf:params:scim:api:messages:2.0:Error"
	patchURN      = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
	searchURN     = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
)

// attribute is one that a schema publishes, with the defaults of RFC 7643 section 2.2.
type attribute struct {
	name, kind                       string
	multi, required, exact           bool
	mutability, returned, uniqueness string
	subs                             []*attribute
	raw                              object
}

// resourceType is a published type with the attributes of its schemas.
type resourceType struct {
	name, endpoint, schema string
	attributes             []*attribute            // of the base schema
	extensions             map[string][]*attribute // by the URN of the schema
	required               []string                // URNs of the extensions that each resource has
}

// discovered is what the target says of itself.
type discovered struct {
	config, types, schemas *scimclient.Exchange
	me                     *scimclient.Exchange // of a GET of /Me, which no discovery announces
	features               object               // the ServiceProviderConfig
	user, group            *resourceType
	all                    []*resourceType
}

// discover reads the three discovery endpoints. What is missing or broken there is left out, and judged by the checks.
func discover(ctx context.Context, c *scimclient.Client) *discovered {
	get := func(path string) *scimclient.Exchange {
		return c.Do(ctx, scimclient.Request{Method: http.MethodGet, Path: path})
	}
	d := &discovered{config: get("/ServiceProviderConfig"), types: get("/ResourceTypes"), schemas: get("/Schemas"), me: get("/Me")}
	if d.config.Status == http.StatusOK {
		d.features, _ = parse(d.config.Body).(object)
	}
	schemas := map[string][]*attribute{}
	for _, s := range listed(d.schemas) {
		id, _ := s["id"].(string)
		schemas[strings.ToLower(id)] = readAttributes(s["attributes"])
	}
	for _, r := range listed(d.types) {
		t := readType(r, schemas)
		if t.name == "" || !strings.HasPrefix(t.endpoint, "/") {
			continue
		}
		d.all = append(d.all, t)
		switch {
		case strings.EqualFold(t.schema, userURN) && d.user == nil:
			d.user = t
		case strings.EqualFold(t.schema, groupURN) && d.group == nil:
			d.group = t
		}
	}
	return d
}

func readType(r object, schemas map[string][]*attribute) *resourceType {
	t := &resourceType{extensions: map[string][]*attribute{}}
	t.name, _ = r["name"].(string)
	t.endpoint, _ = r["endpoint"].(string)
	t.schema, _ = r["schema"].(string)
	t.attributes = schemas[strings.ToLower(t.schema)]
	extensions, _ := r["schemaExtensions"].(list)
	for _, e := range extensions {
		extension, _ := e.(object)
		urn, _ := extension["schema"].(string)
		if attributes, ok := schemas[strings.ToLower(urn)]; ok && urn != "" {
			t.extensions[urn] = attributes
			if extension["required"] == true {
				t.required = append(t.required, urn)
			}
		}
	}
	return t
}

func listed(e *scimclient.Exchange) []object {
	body, _ := parse(e.Body).(object)
	resources, _ := body["Resources"].(list)
	return objects(resources)
}

func objects(values list) []object {
	var out []object
	for _, v := range values {
		if o, ok := v.(object); ok {
			out = append(out, o)
		}
	}
	return out
}

func readAttributes(v any) []*attribute {
	values, _ := v.(list)
	var out []*attribute
	for _, o := range objects(values) {
		word := func(key, absent string) string {
			if s, ok := o[key].(string); ok {
				return s
			}
			return absent
		}
		a := &attribute{
			name: word("name", ""), kind: word("type", "string"), mutability: word("mutability", "readWrite"),
			returned: word("returned", "default"), uniqueness: word("uniqueness", "none"),
			multi: o["multiValued"] == true, required: o["required"] == true, exact: o["caseExact"] == true,
			subs: readAttributes(o["subAttributes"]), raw: o,
		}
		if a.name != "" {
			out = append(out, a)
		}
	}
	return out
}

// supports says whether the ServiceProviderConfig announces a feature.
func (d *discovered) supports(feature string) bool {
	f, _ := d.features[feature].(object)
	return f["supported"] == true
}

// denies says whether the ServiceProviderConfig rules a feature out.
func (d *discovered) denies(feature string) bool {
	f, _ := d.features[feature].(object)
	return f["supported"] == false
}

// externalID is an attribute of every resource, which no schema needs to list (RFC 7643 section 3.1).
var externalID = &attribute{name: "externalId", kind: "string", exact: true, mutability: "readWrite", returned: "default", uniqueness: "none"}

// find gives the attribute of a path; nil if it is not published.
func (t *resourceType) find(path string) *attribute {
	if t == nil {
		return nil
	}
	attributes := t.attributes
	if strings.HasPrefix(path, "urn:") {
		urn, name, ok := t.splitURN(path)
		if !ok {
			return nil
		}
		if name == "" {
			return &attribute{name: urn, kind: "complex", mutability: "readWrite", returned: "default", subs: t.extensions[urn]}
		}
		attributes, path = t.extensions[urn], name
	}
	name, sub, nested := strings.Cut(path, ".")
	a := named(attributes, name)
	if a == nil && path == externalID.name {
		return externalID
	}
	if a == nil || !nested {
		return a
	}
	return named(a.subs, sub)
}

func (t *resourceType) splitURN(path string) (urn, name string, ok bool) {
	for urn := range t.extensions {
		if strings.EqualFold(path, urn) {
			return urn, "", true
		}
		if rest, found := strings.CutPrefix(path, urn+":"); found {
			return urn, rest, true
		}
	}
	return "", "", false
}

func named(attributes []*attribute, name string) *attribute {
	for _, a := range attributes {
		if strings.EqualFold(a.name, name) {
			return a
		}
	}
	return nil
}

// gate says why a gate is shut, "" if it is open.
func (d *discovered) gate(name string) string {
	pagination, _ := d.features["pagination"].(object)
	switch name {
	case "patch", "bulk", "sort", "filter", "etag":
		if !d.supports(name) {
			return "ServiceProviderConfig does not announce " + name
		}
	case "no sort", "no etag", "no bulk":
		if feature := strings.TrimPrefix(name, "no "); !d.denies(feature) {
			return "ServiceProviderConfig does not rule " + feature + " out"
		}
	case "cursor":
		if pagination["cursor"] != true {
			return "ServiceProviderConfig does not announce cursor pagination"
		}
	case "index":
		if pagination["index"] == false {
			return "ServiceProviderConfig rules index pagination out"
		}
	case "ent":
		if d.user == nil || d.user.extensions[enterpriseURN] == nil {
			return "the enterprise extension is not published for users"
		}
	case "group":
		if d.group == nil {
			return "ResourceTypes has no Group"
		}
	case "me":
		if slices.Contains([]int{http.StatusForbidden, http.StatusNotFound, http.StatusNotImplemented}, d.me.Status) {
			return fmt.Sprintf("GET /Me answers %d, so there is none or the token has no resource of its own", d.me.Status)
		}
	case "events", "async", "push", "poll":
		if _, ok := d.features["securityEvents"].(object); !ok {
			return "ServiceProviderConfig does not announce securityEvents"
		}
	case "device":
		if !slices.ContainsFunc(d.all, func(rt *resourceType) bool { return rt.schema == deviceURN }) {
			return "ResourceTypes has no Device"
		}
	case "draft":
		return "a draft is listed for information and not judged"
	case "manual":
		return "it cannot be judged over HTTP"
	}
	return ""
}
