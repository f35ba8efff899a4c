package idp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

// Names of schemas and messages, RFC 7643 section 8.7 and RFC 7644 section 8.2.
const (
	userURN       = "urn:ietf:params:scim:schemas:core:2.0:User"
	groupURN      = "urn:ietf:params:scim:schemas:core:2.0:Group"
	enterpriseURN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	patchURN      = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
)

// Object bodies keep the order of their keys, as the provider writes them.
type (
	// object is a JSON object whose members stand in order.
	object []member
	member struct {
		key   string
		value any
	}
)

// MarshalJSONTo writes the members in their order.
func (o object) MarshalJSONTo(e *jsontext.Encoder) error {
	if err := e.WriteToken(jsontext.BeginObject); err != nil {
		return err
	}
	for _, m := range o {
		if err := e.WriteToken(jsontext.String(m.key)); err != nil {
			return err
		}
		if err := json.MarshalEncode(e, m.value); err != nil {
			return err
		}
	}
	return e.WriteToken(jsontext.EndObject)
}

// operation is one operation of a PATCH; a path "" and a nil value are left out.
func operation(op, path string, value any) object {
	o := object{{"op", op}}
	if path != "" {
		o = append(o, member{"path", path})
	}
	if value != nil {
		o = append(o, member{"value", value})
	}
	return o
}

func patch(operations ...object) object {
	return object{{"schemas", []string{patchURN}}, {"Operations", operations}}
}

// reference is an element of members.
func reference(target string) object { return object{{"value", target}} }

// AnswerError is of an answer that was not what the provider needs, or of none.
type AnswerError struct {
	Exchange *scimclient.Exchange
	Reason   string // empty where the answer speaks for itself
}

func (e *AnswerError) Error() string {
	x := e.Exchange
	switch {
	case e.Reason != "":
		return fmt.Sprintf("%s %s: %s", x.Method, pathOf(x.URL), e.Reason)
	case x.Err != nil:
		return fmt.Sprintf("%s %s got no answer: %v", x.Method, pathOf(x.URL), x.Err)
	case x.Redirect() != "":
		return fmt.Sprintf("%s %s was answered %d, which points to %q: redirects are not followed", x.Method, pathOf(x.URL), x.Status, x.Redirect())
	default:
		return strings.TrimSpace(fmt.Sprintf("%s %s was answered %d %s", x.Method, pathOf(x.URL), x.Status, detail(x.Body)))
	}
}

// Unwrap gives the error of the connection, if there was one.
func (e *AnswerError) Unwrap() error { return e.Exchange.Err }

// StatusOf is the status of the answer that an error tells of, 0 if none came.
func StatusOf(err error) int {
	var answer *AnswerError
	if errors.As(err, &answer) {
		return answer.Exchange.Status
	}
	return 0
}

func pathOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	if u.RawQuery != "" {
		return u.Path + "?" + u.RawQuery
	}
	return u.Path
}

// detail is what a refusal says, shortened; a page that is no SCIM error is told as such.
func detail(body string) string {
	var message struct {
		ScimType string `json:"scimType"`
		Detail   string `json:"detail"`
	}
	if json.Unmarshal([]byte(body), &message) != nil {
		if strings.TrimSpace(body) == "" {
			return "without a body"
		}
		return "with a body that is no JSON"
	}
	text := strings.TrimSpace(message.ScimType + " " + message.Detail)
	if cut := []rune(text); len(cut) > 300 {
		text = string(cut[:300]) + "…"
	}
	return text
}

// answer is a success: the exchange and the resource in its body, if there was one.
type answer struct {
	*scimclient.Exchange
	body map[string]any
}

// id is the id of the resource in the answer. JumpCloud and the others need a string.
func (a *answer) id() (string, error) {
	id, ok := a.body["id"].(string)
	if !ok || id == "" {
		return "", &AnswerError{Exchange: a.Exchange, Reason: "the answer has no id that is a string"}
	}
	return id, nil
}

// resources are those of a list.
func (a *answer) resources() ([]map[string]any, error) {
	values, ok := a.body["Resources"].([]any)
	if !ok && a.body["Resources"] != nil {
		return nil, &AnswerError{Exchange: a.Exchange, Reason: "Resources is no list"}
	}
	if _, isNumber := a.body["totalResults"].(float64); !isNumber {
		return nil, &AnswerError{Exchange: a.Exchange, Reason: "the answer is no ListResponse: totalResults is no number"}
	}
	list := make([]map[string]any, 0, len(values))
	for _, value := range values {
		resource, ok := value.(map[string]any)
		if !ok {
			return nil, &AnswerError{Exchange: a.Exchange, Reason: "Resources has an element that is no object"}
		}
		list = append(list, resource)
	}
	return list, nil
}

// send makes one request in the profile's dialect. Every answer but 2xx is an
// AnswerError, and so is a body that cannot be read.
func (p *Provider) send(ctx context.Context, method, path string, body any) (*answer, error) {
	client := p.client.Load()
	if client == nil {
		return nil, invalid("connection", "is not configured; give a base URL and a token")
	}
	text := ""
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return nil, fmt.Errorf("encode the body of %s %s: %w", method, path, err)
		}
		text = string(encoded)
	}
	exchange := client.Do(ctx, scimclient.Request{
		Method: method, Path: p.profile.address(path), Header: p.profile.header(method), Body: text,
	})
	p.requests.Add(1)
	decode(exchange)
	hidePassword(exchange, body)
	if p.options.OnExchange != nil {
		p.options.OnExchange(exchange)
	}
	if exchange.Err != nil || exchange.Status < 200 || exchange.Status > 299 {
		return nil, &AnswerError{Exchange: exchange}
	}
	if exchange.Truncated {
		return nil, &AnswerError{Exchange: exchange, Reason: fmt.Sprintf("the %d answer cannot be read: it is longer than %d bytes", exchange.Status, len(exchange.Body))}
	}
	a := &answer{Exchange: exchange}
	if exchange.Status != http.StatusNoContent && len(bytes.TrimSpace([]byte(exchange.Body))) > 0 {
		if err := json.Unmarshal([]byte(exchange.Body), &a.body); err != nil {
			return nil, &AnswerError{Exchange: exchange, Reason: fmt.Sprintf("the %d answer cannot be read: it is no JSON object, but begins with %q", exchange.Status, beginning(exchange.Body))}
		}
	}
	return a, nil
}

// beginning is as much of a body as a sentence takes.
func beginning(body string) string {
	cut := []rune(strings.TrimSpace(body))
	return string(cut[:min(len(cut), 40)])
}

// eq is the query of a lookup, percent-encoded with %20 for blanks.
func eq(attribute, value string) string {
	return "filter=" + strings.ReplaceAll(url.QueryEscape(attribute+" eq "+quoteValue(value)), "+", "%20")
}

func quoteValue(value string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
}
