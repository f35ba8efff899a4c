package scimhttp

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/provisioning"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

// maxOperations bounds a bulk request, as discovery tells.
const maxOperations = 1000

// bulk carries out a BulkRequest (RFC 7644 section 3.7).
func (h *Handler) bulk(w http.ResponseWriter, r *http.Request, x *exchange) error {
	if !x.Persona.Bulk {
		return notImplemented(w, r, x)
	}
	body, err := readObject(w, r)
	if err != nil {
		return err
	}
	if err := provisioning.CheckMessage(body, scim.URNBulkRequest, x.Persona, x.deviations); err != nil {
		return err
	}
	failOnErrors, err := failOnErrors(body)
	if err != nil {
		return err
	}
	parts, err := bulkParts(body)
	if err != nil {
		return err
	}
	bulkIDs := map[string]bool{}
	operations := make([]provisioning.BulkOperation, len(parts))
	for i := range parts {
		operations[i] = parts[i].operation(x, bulkIDs)
	}
	results := h.Service.Bulk(r.Context(), operations, failOnErrors)
	send(w, x, http.StatusOK, h.bulkResponse(r, x, parts, operations, results))
	return nil
}

func failOnErrors(body scim.Object) (int, error) {
	v, ok := scim.Lookup(body, "failOnErrors")
	if !ok || v == nil {
		return 0, nil
	}
	number, _ := v.(scim.Number)
	n, err := strconv.Atoi(string(number))
	if err != nil || n < 1 {
		return 0, scim.InvalidSyntax("failOnErrors must be a whole number above 0")
	}
	return n, nil
}

// bulkPart is an operation as it was sent.
type bulkPart struct {
	index                         int
	method, bulkID, path, version string
	data                          scim.Object
	fault                         error // what is wrong with its form
}

func bulkParts(body scim.Object) ([]bulkPart, error) {
	v, _ := scim.Lookup(body, "Operations")
	list, ok := v.([]any)
	if !ok {
		return nil, scim.InvalidSyntax("Operations must be an array")
	}
	if len(list) > maxOperations {
		return nil, scim.StatusError(http.StatusRequestEntityTooLarge, "there are %d operations; one request may hold %d", len(list), maxOperations)
	}
	parts := make([]bulkPart, len(list))
	for i, e := range list {
		parts[i] = readBulkPart(i, e)
	}
	return parts, nil
}

func readBulkPart(i int, e any) bulkPart {
	p := bulkPart{index: i}
	o, ok := e.(scim.Object)
	if !ok {
		p.fault = scim.InvalidSyntax("Operations[%d] must be an object", i)
		return p
	}
	for name, to := range map[string]*string{"method": &p.method, "bulkId": &p.bulkID, "path": &p.path, "version": &p.version} {
		v, _ := scim.Lookup(o, name)
		text, isText := v.(string)
		if v != nil && !isText {
			p.fault = scim.InvalidSyntax("Operations[%d].%s must be a string", i, name)
		}
		*to = text
	}
	data, _ := scim.Lookup(o, "data")
	p.data, _ = data.(scim.Object)
	return p
}

// operation makes of a part what is carried out. Each is authorised by itself.
func (p *bulkPart) operation(x *exchange, bulkIDs map[string]bool) provisioning.BulkOperation {
	op := provisioning.BulkOperation{Method: p.method, BulkID: p.bulkID, Data: p.data, Match: ifMatch([]string{p.version})}
	if op.Refused = p.fault; op.Refused != nil {
		return op
	}
	typ, id, err := p.target(x)
	if err == nil {
		op.ID = id
		op.Call = x.call(typ)
		err = x.need(typ.Name, p.method)
	}
	if err == nil && p.method == http.MethodPost {
		if bulkIDs[p.bulkID] {
			err = scim.InvalidValue("Operations[%d].bulkId %q is given twice", p.index, p.bulkID)
		}
		bulkIDs[p.bulkID] = true
	}
	op.Refused = err
	return op
}

// target reads method and path: a type to make a resource of, or a resource.
func (p *bulkPart) target(x *exchange) (typ *schema.ResourceType, id string, err error) {
	switch p.method {
	case http.MethodPost, http.MethodPut, http.MethodPatch:
		if p.data == nil {
			return nil, "", scim.InvalidSyntax("Operations[%d].data is missing; it must be an object", p.index)
		}
	case http.MethodDelete:
	default:
		return nil, "", scim.InvalidSyntax("Operations[%d].method must be POST, PUT, PATCH or DELETE", p.index)
	}
	if typ, id = p.resource(x); typ == nil {
		return nil, "", scim.InvalidSyntax("Operations[%d].path must be one like /Users or /Users/ID", p.index)
	}
	switch {
	case p.method == http.MethodPost && id != "":
		return nil, "", scim.InvalidSyntax("Operations[%d].path must be %s for a POST", p.index, typ.Endpoint)
	case p.method == http.MethodPost && p.bulkID == "":
		return nil, "", scim.InvalidSyntax("Operations[%d].bulkId is missing; a POST needs one", p.index)
	case p.method != http.MethodPost && id == "":
		return nil, "", scim.InvalidSyntax("Operations[%d].path must be %s/ID for a %s", p.index, typ.Endpoint, p.method)
	}
	return typ, id, nil
}

// resource reads the path, whatever the method.
func (p *bulkPart) resource(x *exchange) (typ *schema.ResourceType, id string) {
	endpoint, id, _ := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(p.path, "/"), "/"), "/")
	id, err := url.PathUnescape(id)
	for _, t := range x.Persona.Registry.Types() {
		if err == nil && t.Endpoint == "/"+endpoint {
			return t, id
		}
	}
	return nil, ""
}

// bulkResponse writes the results of those that were reached, in the order of
// the request.
func (h *Handler) bulkResponse(r *http.Request, x *exchange, parts []bulkPart, operations []provisioning.BulkOperation, results []provisioning.BulkResult) []byte {
	b := []byte(`{"schemas":["` + scim.URNBulkResponse + `"],"Operations":[`)
	first := true
	for i, result := range results {
		if !result.Done {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = schema.AppendString(append(b, `{"method":`...), parts[i].method)
		if parts[i].bulkID != "" {
			b = schema.AppendString(append(b, `,"bulkId":`...), parts[i].bulkID)
		}
		if at := parts[i].location(x, result); at != "" {
			b = schema.AppendString(append(b, `,"location":`...), at)
		}
		b = h.appendOutcome(b, r, x, parts[i].method, operations[i], result)
	}
	return append(b, "]}"...)
}

func (h *Handler) appendOutcome(b []byte, r *http.Request, x *exchange, method string, op provisioning.BulkOperation, result provisioning.BulkResult) []byte {
	if result.Err != nil {
		e := h.report(r, result.Err)
		b = schema.AppendString(append(b, `,"status":`...), strconv.Itoa(e.Status))
		return append(appendError(append(b, `,"response":`...), e), '}')
	}
	if result.Resource.Meta.Version > 0 {
		b = schema.AppendString(append(b, `,"version":`...), etag(result.Resource.Meta.Version))
	}
	status := http.StatusOK
	switch {
	case method == http.MethodPost:
		status = http.StatusCreated
	case method == http.MethodDelete, method == http.MethodPatch && !answersPatch(x, op.Call.Type.Name):
		status = http.StatusNoContent
	}
	return append(schema.AppendString(append(b, `,"status":`...), strconv.Itoa(status)), '}')
}

// location is the address of the resource: that of a failed POST does not exist.
func (p *bulkPart) location(x *exchange, result provisioning.BulkResult) string {
	typ, id := p.resource(x)
	switch {
	case typ == nil, result.Err != nil && p.method == http.MethodPost, result.Resource.ID == 0 && id == "":
		return ""
	case result.Resource.ID != 0:
		return location(x.base, typ, result.Resource.ID)
	default:
		return x.base + typ.Endpoint + "/" + url.PathEscape(id)
	}
}
