package journal

import (
	"bytes"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/cinode-scim/cinode-scim/internal/scim"
)

// Matcher says what an exchange must be like. What is left out fits everything.
// Texts are compared in any case, and * stands for any part of them.
type Matcher struct {
	Method  string            `json:"method,omitzero"`
	Path    string            `json:"path,omitzero"` // below the SCIM base: "/Users/*"
	Query   map[string]string `json:"query,omitzero"`
	Headers map[string]string `json:"headers,omitzero"`
	// Status is one, "409", or a class of them, "4xx".
	Status    string `json:"status,omitzero"`
	Client    string `json:"client,omitzero"`
	Token     string `json:"token,omitzero"`
	Deviation string `json:"deviation,omitzero"` // its id
	// Body and Answer are JSON that must be in that of the request and the answer:
	// objects may have more members, arrays more elements in any order. Names of
	// attributes are compared in any case, as SCIM does.
	Body   jsontext.Value `json:"body,omitzero"`
	Answer jsontext.Value `json:"answer,omitzero"`
	// BodyPattern is a regular expression (RE2) that must be found in the body.
	BodyPattern string `json:"bodyPattern,omitzero"`
}

// compiled is a matcher as a list of what it demands.
type compiled struct {
	demands []demand
}

// demand gives what is different, or nothing where an exchange fits.
type demand func(e *Exchange) string

// compile checks a matcher. The error is a sentence that names the member.
func (m Matcher) compile() (*compiled, error) {
	c := &compiled{}
	text := func(name, want string, have func(*Exchange) string) {
		if want == "" {
			return
		}
		fits := glob(want)
		c.demands = append(c.demands, func(e *Exchange) string {
			if got := have(e); !fits(got) {
				return fmt.Sprintf("%s is %q, not %q", name, got, want)
			}
			return ""
		})
	}
	text("method", m.Method, func(e *Exchange) string { return e.Method })
	text("path", m.Path, func(e *Exchange) string { return e.Place })
	text("client", m.Client, func(e *Exchange) string { return string(e.Client) })
	text("token", m.Token, func(e *Exchange) string { return e.Token })
	for _, name := range slices.Sorted(maps.Keys(m.Query)) {
		text("query "+name, m.Query[name], func(e *Exchange) string { return parameter(e.Query, name) })
	}
	for _, name := range slices.Sorted(maps.Keys(m.Headers)) {
		text("header "+name, m.Headers[name], func(e *Exchange) string { return e.Sent.header(name) })
	}
	if err := c.status(m.Status); err != nil {
		return nil, err
	}
	if m.Deviation != "" {
		c.demands = append(c.demands, func(e *Exchange) string {
			if slices.ContainsFunc(e.Deviations, func(d Deviation) bool { return d.ID == m.Deviation }) {
				return ""
			}
			return "it has no deviation " + m.Deviation
		})
	}
	if err := c.json("body", m.Body, func(e *Exchange) Message { return e.Sent }); err != nil {
		return nil, err
	}
	if err := c.json("answer", m.Answer, func(e *Exchange) Message { return e.Answer }); err != nil {
		return nil, err
	}
	return c, c.pattern(m.BodyPattern)
}

// glob is a comparison in any case with * for any part.
func glob(pattern string) func(string) bool {
	parts := strings.Split(scim.Fold(pattern), "*")
	return func(s string) bool {
		s = scim.Fold(s)
		first, last := parts[0], parts[len(parts)-1]
		if len(parts) == 1 {
			return s == first
		}
		if len(s) < len(first)+len(last) || !strings.HasPrefix(s, first) || !strings.HasSuffix(s, last) {
			return false
		}
		s = s[len(first) : len(s)-len(last)]
		for _, part := range parts[1 : len(parts)-1] {
			i := strings.Index(s, part)
			if i < 0 {
				return false
			}
			s = s[i+len(part):]
		}
		return true
	}
}

func parameter(query, name string) string {
	values, _ := url.ParseQuery(query) // what can be read of it
	return values.Get(name)
}

// header is the value of a header, several joined by commas.
func (m Message) header(name string) string {
	var values []string
	for _, h := range m.Headers {
		if strings.EqualFold(h.Name, name) {
			values = append(values, h.Value)
		}
	}
	return strings.Join(values, ", ")
}

// StatusRange reads a status, "409", or a class of them, "4xx"; an empty text is
// all, 0 to 0.
func StatusRange(text string) (least, most int, err error) {
	if text == "" {
		return 0, 0, nil
	}
	if class, ok := strings.CutSuffix(strings.ToLower(text), "xx"); ok && len(class) == 1 && class[0] >= '1' && class[0] <= '5' {
		least = int(class[0]-'0') * 100
		return least, least + 99, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 100 || n > 599 {
		return 0, 0, fmt.Errorf("status must be one such as 409, or a class such as 4xx, not %q", text)
	}
	return n, n, nil
}

func (c *compiled) status(text string) error {
	least, most, err := StatusRange(text)
	if err != nil || least == 0 {
		return err
	}
	c.demands = append(c.demands, func(e *Exchange) string {
		if e.Status < least || e.Status > most {
			return fmt.Sprintf("status is %d, not %s", e.Status, text)
		}
		return ""
	})
	return nil
}

func (c *compiled) pattern(text string) error {
	if text == "" {
		return nil
	}
	pattern, err := regexp.Compile(text)
	if err != nil {
		return fmt.Errorf("bodyPattern is no regular expression: %w", err)
	}
	c.demands = append(c.demands, func(e *Exchange) string {
		if pattern.Match(e.Sent.Body) {
			return ""
		}
		return fmt.Sprintf("body has nothing like %q", text)
	})
	return nil
}

func (c *compiled) json(name string, want jsontext.Value, of func(*Exchange) Message) error {
	if len(bytes.TrimSpace(want)) == 0 {
		return nil
	}
	var wanted any
	if err := json.Unmarshal(want, &wanted); err != nil {
		return fmt.Errorf("%s is not valid JSON", name)
	}
	c.demands = append(c.demands, func(e *Exchange) string {
		m := of(e)
		var have any
		if err := json.Unmarshal(m.Body, &have, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)); err != nil {
			if m.Cut() {
				return name + " was too long to be kept whole"
			}
			return name + " is no JSON"
		}
		return within(name, wanted, have)
	})
	return nil
}

// within gives the first difference between what is wanted and what holds it.
func within(at string, want, have any) string {
	switch want := want.(type) {
	case map[string]any:
		object, ok := have.(map[string]any)
		if !ok {
			return fmt.Sprintf("%s is %s, not an object", at, short(have))
		}
		for _, name := range slices.Sorted(maps.Keys(want)) {
			v, found := member(object, name)
			if !found {
				return fmt.Sprintf("%s.%s is missing", at, name)
			}
			if d := within(at+"."+name, want[name], v); d != "" {
				return d
			}
		}
		return ""
	case []any:
		list, ok := have.([]any)
		if !ok {
			return fmt.Sprintf("%s is %s, not an array", at, short(have))
		}
		for i, w := range want {
			if !slices.ContainsFunc(list, func(h any) bool { return within("", w, h) == "" }) {
				return fmt.Sprintf("%s has nothing like %s", at, short(want[i]))
			}
		}
		return ""
	default:
		if want != have {
			return fmt.Sprintf("%s is %s, not %s", at, short(have), short(want))
		}
		return ""
	}
}

func member(o map[string]any, name string) (any, bool) {
	if v, ok := o[name]; ok {
		return v, true
	}
	for other, v := range o {
		if strings.EqualFold(other, name) {
			return v, true
		}
	}
	return nil, false
}

// short is a value in a message.
func short(v any) string {
	const most = 100
	text, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		return "something else"
	}
	if len(text) > most {
		return strings.ToValidUTF8(string(text[:most]), "") + "..."
	}
	return string(text)
}

// differences are all demands that an exchange does not fulfil.
func (c *compiled) differences(e *Exchange) []string {
	var list []string
	for _, d := range c.demands {
		if difference := d(e); difference != "" {
			list = append(list, difference)
		}
	}
	return list
}

func (c *compiled) fits(e *Exchange) bool {
	return !slices.ContainsFunc(c.demands, func(d demand) bool { return d(e) != "" })
}
