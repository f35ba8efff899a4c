package scim

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// MaxDepth is the deepest nesting of a body that is read; a SCIM message needs
// less than ten.
const MaxDepth = 32

// Decode reads one JSON value. Bad UTF-8, a name given twice (also when only
// its case differs), U+0000 and nesting beyond MaxDepth are refused with 400
// invalidSyntax: a database would store or lose them silently.
func Decode(data []byte) (any, error) {
	// The decoder reads a Buffer in place. Doubled names are found here, in any
	// case, so it need not keep names of its own.
	dec := jsontext.NewDecoder(bytes.NewBuffer(data), jsontext.AllowDuplicateNames(true))
	v, err := decodeValue(dec, 0)
	if err != nil {
		return nil, syntaxError(err)
	}
	if _, err := dec.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, InvalidSyntax("the body holds more than one JSON value")
	}
	return v, nil
}

// DecodeObject is Decode for a body that must be an object.
func DecodeObject(data []byte) (Object, error) {
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, InvalidSyntax("the request has no body; a JSON object is needed")
	}
	v, err := Decode(data)
	if err != nil {
		return nil, err
	}
	o, ok := v.(Object)
	if !ok {
		return nil, InvalidSyntax("the body must be a JSON object")
	}
	return o, nil
}

func decodeValue(dec *jsontext.Decoder, depth int) (any, error) {
	if depth > MaxDepth {
		return nil, InvalidSyntax("the body is nested deeper than %d levels", MaxDepth)
	}
	tok, err := dec.ReadToken()
	if err != nil {
		return nil, err
	}
	switch tok.Kind() {
	case '{':
		return decodeObject(dec, depth)
	case '[':
		return decodeArray(dec, depth)
	case '"':
		return decodeString(dec, tok)
	case '0':
		return Number(tok.String()), nil
	case 't', 'f':
		return tok.Bool(), nil
	default:
		return nil, nil //nolint:nilnil // nil is the tree's form of JSON null
	}
}

func decodeString(dec *jsontext.Decoder, tok jsontext.Token) (string, error) {
	s := tok.String()
	if strings.IndexByte(s, 0) >= 0 {
		return "", InvalidSyntax("%s holds the character U+0000, which cannot be stored", pointer(dec))
	}
	return s, nil
}

func decodeObject(dec *jsontext.Decoder, depth int) (any, error) {
	o := make(Object, 8)
	for dec.PeekKind() != '}' {
		tok, err := dec.ReadToken()
		if err != nil {
			return nil, err
		}
		name, err := decodeString(dec, tok)
		if err != nil {
			return nil, err
		}
		if _, twice := o[name]; twice {
			return nil, twiceError(name)
		}
		v, err := decodeValue(dec, depth+1)
		if err != nil {
			return nil, err
		}
		o[name] = v
	}
	if _, err := dec.ReadToken(); err != nil {
		return nil, err
	}
	if name, twice := sameNameTwice(o); twice {
		return nil, twiceError(name)
	}
	return o, nil
}

func twiceError(name string) error {
	return InvalidSyntax("the attribute %q is given twice in one object", name)
}

func decodeArray(dec *jsontext.Decoder, depth int) (any, error) {
	list := []any{}
	for dec.PeekKind() != ']' {
		v, err := decodeValue(dec, depth+1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	_, err := dec.ReadToken()
	return list, err
}

// sameNameTwice finds two names that differ only by case.
func sameNameTwice(o Object) (string, bool) {
	seen := make(map[string]struct{}, len(o))
	for name := range o {
		lower := strings.ToLower(name)
		if _, ok := seen[lower]; ok {
			return name, true
		}
		seen[lower] = struct{}{}
	}
	return "", false
}

func syntaxError(err error) error {
	var refused *Error
	if errors.As(err, &refused) {
		return refused
	}
	var syntactic *jsontext.SyntacticError
	if errors.As(err, &syntactic) {
		return InvalidSyntax("the body is not valid JSON at byte %d: %s", syntactic.ByteOffset, plain(syntactic.Err))
	}
	return InvalidSyntax("the body ends before its JSON does")
}

func plain(err error) string {
	if err == nil || errors.Is(err, io.ErrUnexpectedEOF) {
		return "it ends too early"
	}
	return strings.TrimPrefix(err.Error(), "jsontext: ")
}

func pointer(dec *jsontext.Decoder) string {
	if p := string(dec.StackPointer()); p != "" {
		return p
	}
	return "the body"
}
