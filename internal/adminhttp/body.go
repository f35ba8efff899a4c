package adminhttp

import (
	"bytes"
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

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/provisioning"
)

// maxBody is the largest body that is read.
const maxBody = 1 << 20

var errNoBody = invalid(violation{Detail: "the request has no body; a JSON object is needed", Pointer: "#"})

// readBody reads a JSON object into a struct or map. Names that are not known and
// values that do not fit, null among them, are refused, all at once.
func readBody(w http.ResponseWriter, r *http.Request, into any) error {
	unread, err := readInput(w, r, into)
	if err == nil && len(unread) > 0 {
		return &admin.InvalidError{Violations: unread}
	}
	return err
}

// readInput is readBody for what is checked further: what does not fit comes back,
// to be refused with all else that is wrong.
func readInput(w http.ResponseWriter, r *http.Request, into any) (admin.Unread, error) {
	unread, found, err := readOptionalBody(w, r, into)
	if err == nil && !found {
		return nil, errNoBody
	}
	return unread, err
}

// readOptionalBody is readInput for a request that can do without.
func readOptionalBody(w http.ResponseWriter, r *http.Request, into any) (unread admin.Unread, found bool, err error) {
	data, err := bodyBytes(w, r)
	if err != nil || len(data) == 0 {
		return nil, false, err
	}
	text, err := parse(data)
	if err != nil {
		return nil, false, err
	}
	reader := &inputReader{}
	reader.read(text, reflect.ValueOf(into).Elem(), "")
	return reader.unread, true, nil
}

// readDocument reads a JSON object whose values may be of any shape, as those of a
// matcher. The first that is wrong is refused.
func readDocument(w http.ResponseWriter, r *http.Request, into any) error {
	data, err := bodyBytes(w, r)
	if err != nil {
		return err
	}
	text, err := parse(data)
	if err != nil {
		return err
	}
	if text.Kind() != '{' {
		return invalid(violation{Detail: "the body must be an object", Pointer: "#"})
	}
	err = json.Unmarshal(text, into, json.RejectUnknownMembers(true))
	var semantic *json.SemanticError
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &semantic):
		return invalid(violation{Detail: "the body is not the object it should be", Pointer: "#"})
	}
	name, at := semantic.JSONPointer.LastToken(), fragment(semantic.JSONPointer)
	if errors.Is(semantic.Err, json.ErrUnknownName) {
		return invalid(violation{Detail: fmt.Sprintf("%q is not known here", name), Pointer: at})
	}
	return invalid(violation{Detail: name + " must be " + shape(semantic.GoType), Pointer: at})
}

// shape is what a value of a document is in JSON.
func shape(t reflect.Type) string {
	switch {
	case t == nil:
		return "something else"
	case t == reflect.TypeFor[time.Time]():
		return word(t)
	}
	switch t.Kind() {
	case reflect.Pointer:
		return shape(t.Elem())
	case reflect.Int, reflect.Int64:
		return "a number"
	case reflect.Map, reflect.Struct:
		return "an object"
	default:
		return word(t)
	}
}

func bodyBytes(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if kind := r.Header.Get("Content-Type"); kind != "" {
		media, _, err := mime.ParseMediaType(kind)
		// A form is what curl -d calls any body. Only a bearer token opens the API, so
		// that a form of another site's page does nothing.
		if err != nil || media != "application/json" && media != "application/merge-patch+json" && media != "application/x-www-form-urlencoded" {
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

// parse finds the one JSON value that a body must be, without doubled names and bad
// UTF-8.
func parse(data []byte) (jsontext.Value, error) {
	decoder := jsontext.NewDecoder(bytes.NewReader(data))
	text, err := decoder.ReadValue()
	if errors.Is(err, io.EOF) {
		return nil, errNoBody
	}
	at, pointer := decoder.InputOffset(), jsontext.Pointer("")
	if err == nil {
		text = text.Clone() // which the decoder may write over
		if _, err = decoder.ReadToken(); errors.Is(err, io.EOF) {
			return text, nil
		}
	}
	var syntactic *jsontext.SyntacticError
	if errors.As(err, &syntactic) {
		at, pointer = syntactic.ByteOffset, syntactic.JSONPointer
	}
	return nil, invalid(violation{Detail: fmt.Sprintf("the body is not valid JSON at byte %d", at), Pointer: fragment(pointer)})
}

// fragment is a JSON pointer in its URI fragment form (RFC 6901 section 6).
func fragment(p jsontext.Pointer) string {
	return "#" + (&url.URL{Path: string(p)}).EscapedPath()
}

// inputReader reads values one by one, so that one which does not fit hides no
// other.
type inputReader struct {
	unread admin.Unread
}

// givenID is the id of a user, group, Team or Role, which JSON has as a string.
type givenID int64

// refuse says of a value what it must be.
func (i *inputReader) refuse(at jsontext.Pointer, want string) {
	name := at.LastToken()
	if at == "" {
		name = "the body"
	}
	i.unread = append(i.unread, admin.Violation{Pointer: string(at), Detail: name + " " + want})
}

func (i *inputReader) read(text jsontext.Value, into reflect.Value, at jsontext.Pointer) {
	switch t := into.Type(); {
	case t == reflect.TypeFor[givenID]():
		i.id(text, into, at)
	case t == reflect.TypeFor[time.Time](), t == reflect.TypeFor[jsontext.Value]():
		i.plain(text, into, at)
	case t.Kind() == reflect.Pointer:
		into.Set(reflect.New(t.Elem()))
		i.read(text, into.Elem(), at)
	case t.Kind() == reflect.Struct, t.Kind() == reflect.Map:
		i.object(text, into, at)
	case t.Kind() == reflect.Slice:
		i.array(text, into, at)
	default:
		i.plain(text, into, at)
	}
}

// plain reads what has no parts. The array that is taken and ignored is such a
// value.
func (i *inputReader) plain(text jsontext.Value, into reflect.Value, at jsontext.Pointer) {
	ignored := into.Type() == reflect.TypeFor[jsontext.Value]()
	if text.Kind() == 'n' || ignored && text.Kind() != '[' || json.Unmarshal(text, into.Addr().Interface()) != nil {
		i.refuse(at, "must be "+word(into.Type()))
	}
}

// word is what a value of a Go type is in JSON.
func word(t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return "a date and time such as 2027-01-31T12:00:00Z"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.Int64: // there are no other numbers than those of tenants
		return fmt.Sprintf("a number from 1 to %d", int64(cinode.MaxTenantID))
	case t.Kind() == reflect.Slice:
		return "an array"
	default:
		return "a string"
	}
}

func (i *inputReader) id(text jsontext.Value, into reflect.Value, at jsontext.Pointer) {
	var given string
	if text.Kind() == '"' {
		_ = json.Unmarshal(text, &given) // it is valid
	}
	id, err := provisioning.ParseID(given)
	switch {
	case err == nil:
		into.SetInt(id)
	case given != "" && given[0] != '0' && strings.Trim(given, "0123456789") == "":
		i.refuse(at, "is larger than any id")
	default:
		i.refuse(at, `must be a string of digits such as "26"`)
	}
}

// object reads an object into a struct, by the names of its tags, or into a map.
func (i *inputReader) object(text jsontext.Value, into reflect.Value, at jsontext.Pointer) {
	if text.Kind() != '{' {
		i.refuse(at, "must be an object")
		return
	}
	if into.Kind() == reflect.Map {
		into.Set(reflect.MakeMap(into.Type()))
	}
	parts(text, func(name string, value jsontext.Value) {
		at := at.AppendToken(name)
		if into.Kind() == reflect.Map {
			element := reflect.New(into.Type().Elem()).Elem()
			i.read(value, element, at)
			into.SetMapIndex(reflect.ValueOf(name).Convert(into.Type().Key()), element)
			return
		}
		for n := range into.NumField() {
			if into.Type().Field(n).Tag.Get("json") == name {
				i.read(value, into.Field(n), at)
				return
			}
		}
		i.unread = append(i.unread, admin.Violation{Pointer: string(at), Detail: fmt.Sprintf("%q is not known here", name)})
	})
}

func (i *inputReader) array(text jsontext.Value, into reflect.Value, at jsontext.Pointer) {
	if text.Kind() != '[' {
		i.refuse(at, "must be an array")
		return
	}
	into.Set(reflect.MakeSlice(into.Type(), 0, 0))
	parts(text, func(_ string, value jsontext.Value) {
		element := reflect.New(into.Type().Elem()).Elem()
		i.read(value, element, at.AppendToken(strconv.Itoa(into.Len())))
		into.Set(reflect.Append(into, element))
	})
}

// parts calls for each member of an object, or each element of an array, which are
// valid.
func parts(text jsontext.Value, each func(name string, value jsontext.Value)) {
	decoder := jsontext.NewDecoder(bytes.NewReader(text))
	opening, _ := decoder.ReadToken()
	isObject := opening.Kind() == '{'
	for decoder.PeekKind() != ']' && decoder.PeekKind() != '}' {
		var name string
		if isObject {
			token, _ := decoder.ReadToken()
			name = token.String()
		}
		value, err := decoder.ReadValue()
		if err != nil {
			return
		}
		each(name, value)
	}
}
