package scimhttp

import (
	"net/http"
	"strconv"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

// refuseFilter refuses a filter on discovery, lest anybody believe that it was
// applied (RFC 7644 section 4). Other parameters have no effect there.
func refuseFilter(r *http.Request) error {
	q, err := query(r)
	if err == nil && q.Has("filter") {
		return scim.StatusError(http.StatusForbidden, "discovery endpoints take no filter")
	}
	return err
}

func (h *Handler) serviceProviderConfig(w http.ResponseWriter, r *http.Request, x *exchange) error {
	if err := refuseFilter(r); err != nil {
		return err
	}
	at := x.base + "/ServiceProviderConfig"
	b := []byte(`{"schemas":["` + scim.URNServiceProviderConfig + `"],` +
		`"patch":{"supported":true},` +
		`"bulk":` + bulkConfig(x.Persona.Bulk) + `,` +
		`"filter":{"supported":true,"maxResults":` + strconv.Itoa(x.Persona.MaxResults) + `},` +
		`"changePassword":{"supported":` + strconv.FormatBool(x.Persona.Registry.Users.Attribute("password") != nil) + `},` +
		`"sort":{"supported":` + strconv.FormatBool(x.Persona.Sort) + `},` +
		`"etag":{"supported":true},` + h.paginationConfig(x.Persona) +
		`"authenticationSchemes":[{"type":"oauthbearertoken","name":"Bearer token",` +
		`"description":"A token made for the tenant, sent as Authorization: Bearer TOKEN.",` +
		`"specUri":"https://www.rfc-editor.org/info/rfc6750","primary":true}],` +
		`"meta":{"resourceType":"ServiceProviderConfig","location":`)
	b = append(schema.AppendString(b, at), "}}"...)
	w.Header().Set("Content-Location", at)
	send(w, x, http.StatusOK, b)
	return nil
}

func bulkConfig(supported bool) string {
	if !supported {
		return `{"supported":false,"maxOperations":0,"maxPayloadSize":0}`
	}
	return `{"supported":true,"maxOperations":` + strconv.Itoa(maxOperations) + `,"maxPayloadSize":` + strconv.Itoa(maxBody) + `}`
}

// paginationConfig is that of RFC 9865 section 4.
func (h *Handler) paginationConfig(p cinode.Persona) string {
	if !p.Cursors {
		return ""
	}
	return `"pagination":{"cursor":true,"index":true,"defaultPaginationMethod":"index","defaultPageSize":` + strconv.Itoa(defaultCount) +
		`,"maxPageSize":` + strconv.Itoa(p.MaxResults) + `,"cursorTimeout":` + strconv.Itoa(max(1, int(h.CursorTimeout.Seconds()))) + `},`
}

func schemas(w http.ResponseWriter, r *http.Request, x *exchange) error {
	var documents [][]byte
	for _, s := range x.Persona.Registry.Schemas {
		documents = append(documents, schemaDocument(x.base, s))
	}
	return sendDocuments(w, r, x, documents)
}

func schemaByID(w http.ResponseWriter, r *http.Request, x *exchange) error {
	s := x.Persona.Registry.Lookup(pathID(r))
	if s == nil {
		return scim.StatusError(http.StatusNotFound, "there is no such schema")
	}
	if err := refuseFilter(r); err != nil {
		return err
	}
	w.Header().Set("Content-Location", x.base+"/Schemas/"+s.ID)
	send(w, x, http.StatusOK, schemaDocument(x.base, s))
	return nil
}

// schemaDocument puts schemas and meta around a schema's own JSON.
func schemaDocument(base string, s *schema.Schema) []byte {
	b := append([]byte(`{"schemas":["`+scim.URNSchema+`"],`), s.JSON[1:len(s.JSON)-1]...)
	b = append(b, `,"meta":{"resourceType":"Schema","location":`...)
	return append(schema.AppendString(b, base+"/Schemas/"+s.ID), "}}"...)
}

func resourceTypes(w http.ResponseWriter, r *http.Request, x *exchange) error {
	var documents [][]byte
	for _, t := range x.Persona.Registry.Types() {
		documents = append(documents, resourceTypeDocument(x.base, t))
	}
	return sendDocuments(w, r, x, documents)
}

func resourceTypeByID(w http.ResponseWriter, r *http.Request, x *exchange) error {
	t := x.Persona.Registry.Type(pathID(r))
	if t == nil {
		return scim.StatusError(http.StatusNotFound, "there is no such resource type")
	}
	if err := refuseFilter(r); err != nil {
		return err
	}
	w.Header().Set("Content-Location", x.base+"/ResourceTypes/"+t.Name)
	send(w, x, http.StatusOK, resourceTypeDocument(x.base, t))
	return nil
}

func resourceTypeDocument(base string, t *schema.ResourceType) []byte {
	b := []byte(`{"schemas":["` + scim.URNResourceType + `"],"id":"` + t.Name + `","name":"` + t.Name + `","endpoint":"` + t.Endpoint + `",`)
	b = append(schema.AppendString(append(b, `"description":`...), t.Description), `,"schema":"`+t.Schema.ID+`"`...)
	if len(t.Extensions) > 0 {
		b = append(b, `,"schemaExtensions":[`...)
		for i, e := range t.Extensions {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, `{"schema":"`+e.ID+`","required":`+strconv.FormatBool(t.Requires(e))+`}`...)
		}
		b = append(b, ']')
	}
	b = append(b, `,"meta":{"resourceType":"ResourceType","location":`...)
	return append(schema.AppendString(b, base+"/ResourceTypes/"+t.Name), "}}"...)
}

func sendDocuments(w http.ResponseWriter, r *http.Request, x *exchange, documents [][]byte) error {
	if err := refuseFilter(r); err != nil {
		return err
	}
	n := strconv.Itoa(len(documents))
	b := []byte(`{"schemas":["` + scim.URNListResponse + `"],"totalResults":` + n + `,"startIndex":1,"itemsPerPage":` + n + `,"Resources":[`)
	for i, d := range documents {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, d...)
	}
	send(w, x, http.StatusOK, append(b, "]}"...))
	return nil
}
