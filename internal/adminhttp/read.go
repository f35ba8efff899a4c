package adminhttp

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/cinode-scim/cinode-scim/internal/admin"
)

// maxBody is the largest body that is read.
const maxBody = 1 << 20

// readBody reads a JSON body into a struct. Members that it does not know,
// doubled names and bad UTF-8 are refused.
func readBody(w http.ResponseWriter, r *http.Request, into any) error {
	data, err := bodyBytes(w, r)
	if err != nil {
		return err
	}
	if len(data) == 0 {
		return invalid(violation{Detail: "the request has no body; a JSON object is needed", Pointer: "#"})
	}
	return decode(data, into)
}

// readOptionalBody is readBody for a request that can do without.
func readOptionalBody(w http.ResponseWriter, r *http.Request, into any) error {
	data, err := bodyBytes(w, r)
	if err != nil || len(data) == 0 {
		return err
	}
	return decode(data, into)
}

func bodyBytes(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if kind := r.Header.Get("Content-Type"); kind != "" {
		media, _, err := mime.ParseMediaType(kind)
		if err != nil || media != "application/json" && media != "application/merge-patch+json" {
			return nil, refuse(http.StatusUnsupportedMediaType, "send the body as application/json, not %q", kind)
		}
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	if err != nil && !errors.As(err, &tooLarge) {
		return nil, invalid(violation{Detail: "the body could not be read to its end", Pointer: "#"})
	}
	return data, err
}

func decode(data []byte, into any) error {
	err := json.Unmarshal(data, into, json.RejectUnknownMembers(true))
	var syntactic *jsontext.SyntacticError
	var semantic *json.SemanticError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &syntactic):
		return invalid(violation{Detail: fmt.Sprintf("the body is not valid JSON at byte %d", syntactic.ByteOffset), Pointer: fragment(syntactic.JSONPointer)})
	case errors.As(err, &semantic):
		return invalid(violation{Detail: misfit(semantic), Pointer: fragment(semantic.JSONPointer)})
	default:
		return invalid(violation{Detail: "the body is not the object it should be", Pointer: "#"})
	}
}

// fragment is a JSON pointer in its URI fragment form (RFC 6901 section 6).
func fragment(p jsontext.Pointer) string {
	return "#" + (&url.URL{Path: string(p)}).EscapedPath()
}

// misfit says why a value does not fit.
func misfit(e *json.SemanticError) string {
	name := e.JSONPointer.LastToken()
	if errors.Is(e.Err, json.ErrUnknownName) {
		return fmt.Sprintf("%q is not known here", name)
	}
	if name == "" {
		name = "the body"
	}
	want := "something else"
	switch {
	case e.GoType == nil:
	case e.GoType == reflect.TypeFor[time.Time]():
		want = "a date and time such as 2027-01-31T12:00:00Z"
	default:
		want = word(e.GoType)
	}
	return name + " must be " + want
}

// word is what a member of a Go type is in JSON.
func word(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return word(t.Elem())
	case reflect.Bool:
		return "true or false"
	case reflect.Int64:
		return "a number"
	case reflect.Slice:
		return "an array"
	case reflect.Map, reflect.Struct:
		return "an object"
	default:
		return "a string"
	}
}

// query reads the parameters of an address and collects what is wrong with them.
type query struct {
	values url.Values
	err    *refusal
}

func queryOf(r *http.Request) *query {
	values, err := url.ParseQuery(r.URL.RawQuery)
	q := &query{values: values}
	if err != nil {
		q.err = refuse(http.StatusBadRequest, "the query of the address is not valid: encode values with percent signs")
	}
	return q
}

func (q *query) refuse(parameter, detail string) {
	v := violation{Detail: detail, Parameter: parameter}
	if q.err == nil {
		q.err = invalid(v)
		return
	}
	q.err.detail += "; " + detail
	q.err.errors = append(q.err.errors, v)
}

// failed gives what was wrong as an error.
func (q *query) failed() error {
	if q.err == nil {
		return nil
	}
	return q.err
}

// number is a parameter between two bounds.
func (q *query) number(name string, preset, least, most int64) int64 {
	text := q.values.Get(name)
	if text == "" {
		return preset
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < least || n > most {
		q.refuse(name, fmt.Sprintf("%s must be a number from %d to %d", name, least, most))
		return preset
	}
	return n
}

// maxParameter is the longest text in a parameter, in characters.
const maxParameter = 200

func (q *query) text(name string) string {
	text := q.values.Get(name)
	if utf8.RuneCountInString(text) > maxParameter || !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
		q.refuse(name, fmt.Sprintf("%s must be at most %d characters of text", name, maxParameter))
		return ""
	}
	return text
}

// choice is a parameter that is one of some words, or absent.
func (q *query) choice(name string, words ...string) string {
	text := q.values.Get(name)
	for _, w := range words {
		if text == w {
			return text
		}
	}
	if text != "" {
		q.refuse(name, name+" must be one of "+strings.Join(words, ", "))
	}
	return ""
}

// The sizes of a page.
const (
	presetLimit = 100
	maxLimit    = 1000
)

const maxID = 1<<63 - 1

func (q *query) limit() int { return int(q.number("limit", presetLimit, 1, maxLimit)) }

// slice reads the parameters that every list by id takes.
func (q *query) slice() admin.Slice {
	return admin.Slice{After: q.number("after", 0, 0, maxID), Limit: q.limit(), Name: q.text("name")}
}

// nextID reads what a page by id gave as the next.
func nextID(next string) int64 {
	id, _ := strconv.ParseInt(next, 10, 64) // admin wrote it
	return id
}
