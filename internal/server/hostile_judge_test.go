package server_test

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/scim"
)

// judge says what is wrong with an answer.
func judge(k kind, r request, a reply) []string {
	if !a.handled {
		return judgeUnhandled(k, a)
	}
	var bad []string
	note := func(format string, args ...any) { bad = append(bad, fmt.Sprintf(format, args...)) }
	path, _, _ := strings.Cut(r.target, "?")
	switch {
	case a.status < http.StatusInternalServerError:
	case a.status == http.StatusNotImplemented && mayLack(r.method, path):
	case a.status == http.StatusServiceUnavailable && r.cutOff(): // work for a client that has gone is given up
	default:
		note("status %d", a.status)
	}
	if r.want != nil && !slices.Contains(r.want, a.status) {
		note("status %d, want one of %v: %s", a.status, r.want, errorDetail(a.body))
	}
	if len(a.header["X-Request-Id"]) != 1 {
		note("%d request ids", len(a.header["X-Request-Id"]))
	}
	if plainly, decoded := scimPath(r.target); plainly || decoded {
		bad = append(bad, judgeSCIM(r, a, plainly)...)
	}
	return bad
}

// judgeUnhandled judges what net/http answers by itself, as plain text, to what
// is no HTTP; a request that is valid never gets that.
func judgeUnhandled(k kind, a reply) []string {
	allowed := []int{400, 417, 431, 501, 505}
	if k.class == hostileClass && slices.Contains(allowed, a.status) || k.optionsStar && a.status == http.StatusOK {
		return nil
	}
	return []string{fmt.Sprintf("answered by net/http with %d %q", a.status, a.body)}
}

// mayLack reports whether an endpoint may say that it is not implemented.
func mayLack(method, path string) bool {
	path = strings.TrimRight(unescape(path), "/")
	name := path[strings.LastIndexByte(path, '/')+1:]
	return name == "Bulk" || name == "Me" || name == ".search" || method == http.MethodPut && strings.Contains(path, "/Groups/")
}

func errorDetail(body []byte) string {
	o, err := scim.DecodeObject(body)
	if err != nil {
		return ""
	}
	// Names and numbers in it would make of one fault many.
	text, _ := o["detail"].(string)
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, text[:min(len(text), 80)])
}

// judgeSCIM judges an answer of a SCIM base; an address that only decoding
// makes one may be answered as one outside.
func judgeSCIM(r request, a reply, plainly bool) []string {
	var bad []string
	note := func(format string, args ...any) { bad = append(bad, fmt.Sprintf(format, args...)) }
	bodiless := r.method == http.MethodHead || a.status == http.StatusNoContent || a.status == http.StatusNotModified
	if bodiless != (len(a.body) == 0) {
		note("status %d with a body of %d bytes", a.status, len(a.body))
	}
	if len(a.body) == 0 {
		return bad
	}
	types := a.header["Content-Type"]
	if !plainly && slices.Equal(types, []string{"application/problem+json"}) {
		return bad
	}
	if !slices.Equal(types, []string{scim.MediaType}) {
		note("Content-Type %q at status %d", types, a.status)
	}
	if a.header.Get("Content-Length") != strconv.Itoa(len(a.body)) && len(a.header["Content-Length"]) > 0 {
		note("Content-Length %q of %d bytes", a.header.Get("Content-Length"), len(a.body))
	}
	o, err := scim.DecodeObject(a.body)
	switch {
	case err != nil:
		note("a body that cannot be read: %v", err)
	case a.status >= http.StatusBadRequest:
		bad = append(bad, judgeError(a, o)...)
	default:
		bad = append(bad, judgeMessage(r, o)...)
	}
	if a.status == http.StatusUnauthorized && a.header.Get("WWW-Authenticate") == "" {
		note("401 without WWW-Authenticate")
	}
	if a.status == http.StatusMethodNotAllowed && a.header.Get("Allow") == "" {
		note("405 without Allow")
	}
	if a.status == http.StatusCreated && !strings.HasPrefix(a.header.Get("Location"), "http") {
		note("201 with Location %q", a.header.Get("Location"))
	}
	return bad
}

// scimTypes are those of RFC 7644 table 9 and RFC 9865 section 2.1.
var scimTypes = []string{
	"invalidFilter", "tooMany", "uniqueness", "mutability", "invalidSyntax", "invalidPath", "noTarget", "invalidValue", "invalidVers", "sensitive",
	"invalidCursor", "expiredCursor", "invalidCount",
}

func judgeError(a reply, o scim.Object) []string {
	var bad []string
	if !scim.Equal(o["schemas"], []any{scim.URNError}) {
		bad = append(bad, fmt.Sprintf("an error with schemas %v", o["schemas"]))
	}
	if o["status"] != strconv.Itoa(a.status) {
		bad = append(bad, fmt.Sprintf("an error of %v at status %d", o["status"], a.status))
	}
	if kind, given := o["scimType"]; given {
		text, _ := kind.(string)
		if !slices.Contains(scimTypes, text) {
			bad = append(bad, fmt.Sprintf("scimType %v", kind))
		}
	}
	detail, _ := o["detail"].(string)
	if detail == "" {
		bad = append(bad, "an error without detail")
	}
	for _, inner := range []string{"SQLSTATE", "pgx", "sqlite", "goroutine", ".go:", "runtime error"} {
		if strings.Contains(detail, inner) && !bytes.Contains(a.body, []byte("secret")) {
			bad = append(bad, "an error that shows our inside: "+inner)
		}
	}
	const most = 20 << 10
	if len(detail) > most {
		bad = append(bad, "an error with a detail of more than 20 KB")
	}
	return bad
}

// judgeMessage judges what is no error: a list counts what it holds, and what
// has an id says where it is and what it is.
func judgeMessage(q request, o scim.Object) []string {
	var bad []string
	if list, ok := o["schemas"].([]any); !ok || len(list) == 0 {
		bad = append(bad, "a message without schemas")
	}
	operations, _ := o["Operations"].([]any)
	for _, e := range operations {
		operation, _ := e.(scim.Object)
		if status, _ := operation["status"].(string); status == "" || status[0] == '5' && status != "501" && !q.cutOff() {
			bad = append(bad, "a bulk operation with status "+status)
		}
	}
	resources, isList := o["Resources"].([]any)
	if isList {
		if o["itemsPerPage"] != nil && o["itemsPerPage"] != scim.Number(strconv.Itoa(len(resources))) {
			bad = append(bad, "itemsPerPage is not the number of Resources")
		}
		if o["totalResults"] == nil {
			bad = append(bad, "a list without totalResults")
		}
	}
	if len(resources) == 0 && !isList {
		resources = []any{o}
	}
	for _, e := range resources {
		r, ok := e.(scim.Object)
		if !ok {
			bad = append(bad, fmt.Sprintf("a resource that is %T", e))
			continue
		}
		if id, given := r["id"]; given {
			if text, _ := id.(string); text == "" {
				bad = append(bad, "an id that is no string")
			}
		}
	}
	return bad
}
