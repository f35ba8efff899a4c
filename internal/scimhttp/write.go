package scimhttp

import (
	"bytes"
	"net/http"
	"strconv"
	"sync"

	"github.com/cinode-scim/cinode-scim/internal/provisioning"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// timeLayout writes meta's times; the databases keep milliseconds.
const timeLayout = "2006-01-02T15:04:05.000Z"

// buffers are reused, since a page of resources is tens of kilobytes.
var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 4<<10); return &b }}

// view is how a resource is shown.
type view struct {
	typ        *schema.ResourceType
	projection schema.Projection
	base       string
	links      bool
}

// send writes an answer; headers of the exchange come with it.
func send(w http.ResponseWriter, x *exchange, status int, body []byte) {
	header := w.Header()
	header["Content-Type"] = contentType
	header.Set("Content-Length", strconv.Itoa(len(body)))
	exchangeHeaders(header, x)
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that has gone is not told
}

var contentType = []string{scim.MediaType}

func sendEmpty(w http.ResponseWriter, x *exchange, status int) {
	exchangeHeaders(w.Header(), x)
	w.WriteHeader(status)
}

func exchangeHeaders(header http.Header, x *exchange) {
	if ids := x.deviations.IDs(); ids != "" {
		header.Set("X-Scim-Deviations", ids)
	}
}

func sendResource(w http.ResponseWriter, x *exchange, status int, v view, res store.Resource) {
	resourceHeaders(w, v, res)
	buffer, _ := buffers.Get().(*[]byte)
	*buffer = v.append((*buffer)[:0], res)
	send(w, x, status, *buffer)
	buffers.Put(buffer)
}

// sendList writes a ListResponse (RFC 7644 section 3.4.2), with the view of each
// type in it.
func sendList(w http.ResponseWriter, x *exchange, views map[string]view, page provisioning.Page, q provisioning.Query) {
	buffer, _ := buffers.Get().(*[]byte)
	b := append((*buffer)[:0], `{"schemas":["`+scim.URNListResponse+`"],"totalResults":`...)
	b = strconv.AppendInt(b, page.Total, 10)
	if !q.ByCursor {
		b = strconv.AppendInt(append(b, `,"startIndex":`...), q.Start, 10)
	}
	if page.NextCursor != "" {
		b = append(append(append(b, `,"nextCursor":"`...), page.NextCursor...), '"')
	}
	b = strconv.AppendInt(append(b, `,"itemsPerPage":`...), int64(len(page.Resources)), 10)
	b = append(b, `,"Resources":[`...)
	for i, res := range page.Resources {
		if i > 0 {
			b = append(b, ',')
		}
		b = views[res.Type].append(b, res)
	}
	b = append(b, "]}"...)
	send(w, x, http.StatusOK, b)
	*buffer = b
	buffers.Put(buffer)
}

func location(base string, t *schema.ResourceType, id int64) string {
	return base + t.Endpoint + "/" + strconv.FormatInt(id, 10)
}

// append writes a resource. The stored text is spliced between id and meta
// unless a projection, or attributes that the persona does not show, ask for
// it to be taken apart.
func (v view) append(dst []byte, res store.Resource) []byte {
	narrow := res.Wide && !v.typ.SendsAsStored(res.Text)
	end := bytes.IndexByte(res.Text, ']')
	if narrow || !v.projection.IsDefault() || end < 0 {
		return v.appendProjected(dst, res)
	}
	dst = append(dst, res.Text[:end+1]...) // {"schemas":[...]
	dst = strconv.AppendInt(append(dst, `,"id":"`...), res.ID, 10)
	dst = append(dst, '"')
	dst = v.appendBody(dst, res.Text[end+1:len(res.Text)-1], res.Manager)
	if v.links && len(res.Links) > 0 {
		dst = append(schema.AppendString(append(dst, ','), provisioning.LinksAttribute(v.typ)), ':')
		dst = v.appendLinks(dst, res.Links)
	}
	dst = append(dst, `,"meta":{"resourceType":"`+v.typ.Name+`","created":"`...)
	dst = res.Meta.Created.AppendFormat(dst, timeLayout)
	dst = res.Meta.LastModified.AppendFormat(append(dst, `","lastModified":"`...), timeLayout)
	dst = append(dst, `","location":`...)
	dst = schema.AppendString(dst, v.location(res.ID))
	dst = strconv.AppendInt(append(dst, `,"version":"W/\"`...), res.Meta.Version, 10)
	return append(dst, `\""}}`...)
}

// managerKey is how the enterprise extension begins its manager in stored text.
// No string of JSON can hold it, since quotes are escaped there.
const managerKey = `"manager":{"value":"`

// appendBody writes the attributes of a stored resource. What the server says of
// the manager follows the id that the client gave (RFC 7643 section 4.3).
func (v view) appendBody(dst, body []byte, manager *store.Link) []byte {
	if manager == nil || v.typ.Extension(scim.URNEnterpriseUser) == nil {
		return append(dst, body...)
	}
	at := bytes.Index(body, []byte(`"`+scim.URNEnterpriseUser+`":{`))
	if at < 0 {
		return append(dst, body...)
	}
	key := bytes.Index(body[at:], []byte(managerKey))
	if key < 0 {
		return append(dst, body...)
	}
	start := at + key + len(managerKey)
	end := start + bytes.IndexByte(body[start:], '"') + 1
	dst = append(dst, body[:end]...)
	dst = schema.AppendString(append(dst, `,"$ref":`...), v.ref(*manager))
	if manager.Display != "" {
		dst = schema.AppendString(append(dst, `,"displayName":`...), manager.Display)
	}
	return append(dst, body[end:]...)
}

// ref is the address of a linked resource.
func (v view) ref(l store.Link) string {
	return location(v.base, schema.RFC().Type(l.Type), l.ID)
}

// kind is the type of a link: what a member is, how a user is in a group.
func (v view) kind(l store.Link) string {
	switch {
	case v.typ.Name == "Group":
		return l.Type
	case l.Indirect:
		return "indirect"
	default:
		return "direct"
	}
}

func (v view) appendLinks(dst []byte, links []store.Link) []byte {
	dst = append(dst, '[')
	for i, l := range links {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = strconv.AppendInt(append(dst, `{"value":"`...), l.ID, 10)
		dst = schema.AppendString(append(dst, `","$ref":`...), v.ref(l))
		if l.Display != "" {
			dst = schema.AppendString(append(dst, `,"display":`...), l.Display)
		}
		dst = append(append(dst, `,"type":"`...), v.kind(l)...)
		dst = append(dst, `"}`...)
	}
	return append(dst, ']')
}

// appendProjected writes a resource from its parts.
func (v view) appendProjected(dst []byte, res store.Resource) []byte {
	o, err := scim.DecodeObject(res.Text)
	if err != nil {
		return append(dst, "null"...) // what is stored was written by AppendJSON
	}
	o = v.typ.Shown(o)
	o["id"] = strconv.FormatInt(res.ID, 10)
	o["meta"] = scim.Object{
		"resourceType": v.typ.Name, "location": v.location(res.ID), "version": etag(res.Meta.Version),
		"created": res.Meta.Created.Format(timeLayout), "lastModified": res.Meta.LastModified.Format(timeLayout),
	}
	v.setManager(o, res.Manager)
	if v.links && len(res.Links) > 0 {
		list := make([]any, len(res.Links))
		for i, l := range res.Links {
			link := scim.Object{"value": strconv.FormatInt(l.ID, 10), "$ref": v.ref(l), "type": v.kind(l)}
			if l.Display != "" {
				link["display"] = l.Display
			}
			list[i] = link
		}
		o[provisioning.LinksAttribute(v.typ)] = list
	}
	urns := v.typ.URNs(o)
	projected := v.typ.Apply(v.projection, o)
	return v.typ.AppendJSONAs(dst, projected, urns)
}

// setManager is appendBody for a resource that was taken apart.
func (v view) setManager(o scim.Object, manager *store.Link) {
	enterprise, _ := o[scim.URNEnterpriseUser].(scim.Object)
	shown, _ := enterprise["manager"].(scim.Object)
	if manager == nil || shown == nil {
		return
	}
	shown["$ref"] = v.ref(*manager)
	if manager.Display != "" {
		shown["displayName"] = manager.Display
	}
}
