package replay

import (
	"bytes"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json/jsontext"
)

// TokenVariable has the token of the target.
const TokenVariable = "CINODE_SCIM_TOKEN"

// EnvironmentPrefix begins the variables that an archive may ask the environment for.
const EnvironmentPrefix = "CINODE_SCIM_"

// masked stands in the place of a secret that a recording does not tell.
const masked = "***"

var variable = regexp.MustCompile(`^\$\{([A-Za-z_][A-Za-z0-9_.-]*)(:-([^}]*))?\}`)

// expand puts in the values of variables.
func expand(text string, lookup func(string) (string, bool)) (string, error) {
	return expandAs(text, lookup, func(_, value string) string { return value })
}

// expandPath does so in a path with its query, where a value is one segment or one
// parameter, whatever it holds.
func expandPath(text string, lookup func(string) (string, bool)) (string, error) {
	return expandAs(text, lookup, func(before, value string) string {
		if strings.Contains(before, "?") {
			return queryValue(value)
		}
		return url.PathEscape(value)
	})
}

// queryValue encodes a value, but for the slash, which means nothing in a query.
func queryValue(s string) string {
	return strings.NewReplacer("+", "%20", "%2F", "/").Replace(url.QueryEscape(s))
}

// expandAs writes each value as its place wants it, which is told by what comes before.
func expandAs(text string, lookup func(string) (string, bool), write func(before, value string) string) (string, error) {
	if !strings.Contains(text, "$") {
		return text, nil
	}
	var out strings.Builder
	for text != "" {
		before, _, found := strings.Cut(text, "$")
		out.WriteString(before)
		if text = text[len(before):]; !found {
			break
		}
		m := variable.FindStringSubmatch(text)
		switch {
		case strings.HasPrefix(text, "$$"):
			out.WriteByte('$')
			text = text[2:]
		case m != nil:
			value, ok := lookup(m[1])
			if !ok && m[2] == "" {
				return "", &MissingError{m[1]}
			}
			if !ok {
				value = m[3]
			}
			out.WriteString(write(out.String(), value))
			text = text[len(m[0]):]
		case strings.HasPrefix(text, "${"):
			return "", fmt.Errorf("a variable is not written as ${NAME} or ${NAME:-default}; a dollar sign itself is $$")
		default:
			out.WriteByte('$')
			text = text[1:]
		}
	}
	return out.String(), nil
}

// MissingError is of a variable without a value.
type MissingError struct{ Name string }

func (e *MissingError) Error() string {
	if e.Name == TokenVariable {
		return "the token of the target is missing; give it with --token, or in " + TokenVariable
	}
	return fmt.Sprintf("the variable %s has no value; give it with --set %s=VALUE, or in the environment", e.Name, e.Name)
}

// escape keeps a text from having variables.
func escape(text string) string { return strings.ReplaceAll(text, "$", "$$") }

// Check gives an error for each variable that nothing can have a value for when its
// step is reached, each once.
func (r *Recording) Check(lookup func(string) (string, bool)) []error {
	saved, told := map[string]bool{}, map[string]bool{}
	var faults []error
	for _, s := range r.Steps {
		known := func(name string) (string, bool) {
			value, ok := lookup(name)
			return value, ok || saved[name]
		}
		for _, text := range s.templates() {
			for {
				_, err := expand(text, known)
				if err == nil {
					break
				}
				if !told[err.Error()] {
					faults = append(faults, err)
				}
				told[err.Error()] = true
				missing, ok := err.(*MissingError) //nolint:errorlint // expand wraps nothing
				if !ok {
					break
				}
				saved[missing.Name] = true // look for further ones
			}
		}
		for name := range s.Save {
			saved[name] = true
		}
	}
	return faults
}

// templates are the texts of a step that may have variables.
func (s *Step) templates() []string {
	list := []string{s.Path}
	for _, h := range s.Headers {
		list = append(list, h.Value)
	}
	for _, body := range [][]byte{s.Body, s.Expect.body()} {
		if !eachString(body, func(_ jsontext.Pointer, text string) string { list = append(list, text); return text }) {
			list = append(list, string(body))
		}
	}
	return list
}

func (e *Expect) body() []byte {
	if e == nil {
		return nil
	}
	return e.Body
}

// eachString calls for every text in a JSON body; it reports whether it is one.
func eachString(body []byte, f func(jsontext.Pointer, string) string) bool {
	_, err := mapStrings(body, f)
	return err == nil && len(bytes.TrimSpace(body)) > 0
}

// mapStrings replaces texts in a JSON body. One in which nothing changes stays as it
// is, byte for byte.
func mapStrings(body []byte, f func(jsontext.Pointer, string) string) ([]byte, error) {
	var out bytes.Buffer
	lenient := []jsontext.Options{jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)}
	in := jsontext.NewDecoder(bytes.NewReader(body), lenient...)
	encoder := jsontext.NewEncoder(&out, lenient...)
	changed := false
	for {
		token, err := in.ReadToken()
		if err == io.EOF { //nolint:errorlint // ReadToken gives it bare
			break
		}
		if err != nil {
			return body, err
		}
		kind, length := in.StackIndex(in.StackDepth())
		isName := kind == '{' && length%2 == 1
		if token.Kind() == '"' && !isName {
			text := token.String()
			if replaced := f(in.StackPointer(), text); replaced != text {
				token, changed = jsontext.String(replaced), true
			}
		}
		if err := encoder.WriteToken(token); err != nil {
			return body, err
		}
	}
	if !changed {
		return body, nil
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

// expandBody expands in the texts of a JSON body, so that no value can end its text,
// and in any other body as a whole.
func expandBody(body []byte, lookup func(string) (string, bool)) ([]byte, error) {
	var failed error
	out, err := mapStrings(body, func(_ jsontext.Pointer, text string) string {
		value, err := expand(text, lookup)
		if err != nil && failed == nil {
			failed = err
		}
		return value
	})
	if err != nil {
		text, err := expand(string(body), lookup)
		return []byte(text), err
	}
	return out, failed
}

// maskBody makes variables of the secrets of a JSON body, told or not, called as their
// attributes; what was a dollar sign stays one.
func maskBody(body []byte) []byte {
	paths := operationPaths(body)
	out, err := mapStrings(body, func(at jsontext.Pointer, text string) string {
		name := attributeAt(at, paths)
		switch {
		case text != masked && (text == "" || !secretAttribute(name)):
			return escape(text)
		case !settable(name):
			return masked
		default:
			return "${" + name + ":-" + masked + "}"
		}
	})
	if err != nil {
		return []byte(escape(string(body)))
	}
	return out
}

// settable reports whether an attribute can be a variable of --set. A body that comes
// from others must not name those that are usual in an environment.
func settable(name string) bool {
	return nameForm.MatchString(name) && !strings.HasPrefix(name, EnvironmentPrefix) && strings.ContainsFunc(name, unicode.IsLower)
}

// maskedIn are the attributes of a body that are masked still.
func maskedIn(body []byte) []string {
	var names []string
	paths := operationPaths(body)
	isJSON := eachString(body, func(at jsontext.Pointer, text string) string {
		if strings.Contains(text, masked) {
			names = append(names, attributeAt(at, paths))
		}
		return text
	})
	if !isJSON && bytes.Contains(body, []byte(masked)) {
		names = append(names, "body")
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Literal writes a text so that nothing in it is taken for a variable.
func Literal(text string) string { return escape(text) }

// LiteralBody does so with a body, in which *** stands for a secret that --set can
// give by the name of its attribute.
func LiteralBody(body []byte) []byte { return maskBody(body) }

// Secrets are the token, and the values of the variables that headers have.
func (r *Recording) Secrets(lookup func(string) (string, bool)) []string {
	var secrets []string
	if token, ok := lookup(TokenVariable); ok {
		secrets = append(secrets, token)
	}
	for _, s := range r.Steps {
		for _, h := range s.Headers {
			_, _ = expand(h.Value, func(name string) (string, bool) { // Check has told of those without a value
				value, ok := lookup(name)
				if ok && !slices.Contains(secrets, value) {
					secrets = append(secrets, value)
				}
				return value, true
			})
		}
	}
	return secrets
}
