package web

import (
	"bytes"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// documentShown is how much of the JSON of a resource a page shows, and valueShown
// how much of one value, in bytes.
const (
	documentShown = 12_000
	valueShown    = 400
	valuesShown   = 150
)

// documentView is a resource as a client gets it.
type documentView struct {
	Document string
	Note     string
	Whole    string // where all of it is; empty where the page has it
}

// viewDocument shows a resource with the links it has, which may be fewer than there
// are; note says so then.
func viewDocument(text []byte, note, whole string) documentView {
	d := documentView{Document: pretty(text), Note: note}
	if len(d.Document) > documentShown {
		d.Document, d.Note = clip(d.Document, documentShown), "This is its beginning."
	}
	if d.Note != "" {
		d.Whole = whole
	}
	return d
}

func clip(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

// sendDocument answers with a resource as a client gets it.
func (v *visit) sendDocument(r store.Resource) error {
	document, err := v.Documents(v.r, v.Tenant)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", scim.MediaType)
	_, _ = v.w.Write([]byte(pretty(document(r)))) // a client that has gone is not told
	return nil
}

// pretty is JSON with a line for each value.
func pretty(text []byte) string {
	v := jsontext.Value(bytes.Clone(text))
	if err := v.Indent(jsontext.WithIndent("  ")); err != nil {
		return string(text)
	}
	return string(v)
}

// attributeRow is one value of a resource. Cinode is what Cinode calls it, empty
// where it has no name for it.
type attributeRow struct {
	Path, Value, Cinode string
}

// cinodeNames are Cinode's words for what SCIM carries.
var cinodeNames = map[string]string{
	"id": "CompanyUserId", "userName": "Email", "name.givenName": "FirstName", "name.familyName": "LastName", "externalId": "ObjectIdentifier",
	"active": "Status", "title": "Title", "addresses[0].locality": "Work city", "displayName": "Display name",
	"enterprise:2.0:User:employeeNumber": "EmployeeNumber", "Cinode:User:1.0:EmploymentStartDate": "EmploymentStartDate",
}

// elsewhere are attributes that a page shows in another way.
var elsewhere = map[string]bool{"schemas": true, "meta": true, "groups": true, "members": true}

// attributesOf lists the values of a resource in the order of its JSON.
func attributesOf(text []byte) []attributeRow {
	dec := jsontext.NewDecoder(bytes.NewReader(text))
	var rows []attributeRow
	for {
		token, err := dec.ReadToken()
		if err != nil || len(rows) == valuesShown {
			return rows
		}
		switch token.Kind() {
		case '{', '}', '[', ']':
			continue
		}
		if kind, n := dec.StackIndex(dec.StackDepth()); kind == '{' && n%2 == 1 {
			continue // the name of a member
		}
		path, top := pathOf(string(dec.StackPointer()))
		if !elsewhere[top] {
			rows = append(rows, attributeRow{path, clip(token.String(), valueShown), cinodeNames[path]})
		}
	}
}

// extensions begin the URNs of extensions.
const extensions = "urn:ietf:params:scim:schemas:extension:"

// pathOf makes a path of a JSON pointer: "name.givenName", "emails[0].value", and
// "enterprise:2.0:User:department" without what the URNs of extensions begin with.
func pathOf(pointer string) (path, top string) {
	unescape := strings.NewReplacer("~1", "/", "~0", "~")
	for i, part := range strings.Split(strings.TrimPrefix(pointer, "/"), "/") {
		part = unescape.Replace(part)
		extension, isExtension := strings.CutPrefix(part, extensions)
		switch {
		case i == 0 && isExtension:
			path, top = extension, part
		case i == 0:
			path, top = part, part
		case part != "" && strings.Trim(part, "0123456789") == "":
			path += "[" + part + "]"
		case i == 1 && top != path:
			path += ":" + part
		default:
			path += "." + part
		}
	}
	return path, top
}
