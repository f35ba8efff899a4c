package idp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json"
)

// lookup gives the resource that a filter of one attribute finds, or nil. Resources
// that have another value there, as a target that does not know filters lists them,
// are an error: taking one would send somebody's changes to somebody else.
func (p *Provider) lookup(ctx context.Context, path, attribute, value string) (map[string]any, error) {
	a, err := p.send(ctx, http.MethodGet, path, nil)
	if err != nil {
		return nil, err
	}
	list, err := a.resources()
	if err != nil || len(list) == 0 {
		return nil, err
	}
	for _, resource := range list {
		has, known := textAt(resource, attribute)
		if !known && len(list) == 1 || strings.EqualFold(has, value) {
			return resource, nil
		}
	}
	return nil, &AnswerError{Exchange: a.Exchange, Reason: fmt.Sprintf("the filter found %d others, none with this %s: it is not looked at", len(list), attribute)}
}

// idOf is the id of a resource of a list.
func idOf(resource map[string]any) (string, error) {
	id, ok := resource["id"].(string)
	if !ok || id == "" {
		return "", invalid("target", "has a resource without an id that is a string")
	}
	return id, nil
}

// textAt is the text of an attribute of a resource, by the path that a PATCH would
// have: title, name.givenName, emails[type eq "work"].value, or behind the name of
// the enterprise extension. It says whether the resource has the attribute.
func textAt(resource map[string]any, path string) (text string, known bool) {
	if rest, ok := strings.CutPrefix(path, enterpriseURN+":"); ok {
		extension, _ := valueOf(resource, enterpriseURN).(map[string]any)
		return textAt(extension, rest)
	}
	name, rest, filtered := strings.Cut(path, "[")
	if !filtered {
		name, rest, _ = strings.Cut(path, ".")
		value := valueOf(resource, name)
		if inner, ok := value.(map[string]any); ok && rest != "" {
			return textAt(inner, rest)
		}
		switch value := value.(type) {
		case nil:
			return "", false
		case string:
			return value, true
		default:
			return fmt.Sprint(value), true
		}
	}
	_, sub, _ := strings.Cut(rest, "].")
	kind := strings.Split(rest, `"`)
	elements, _ := valueOf(resource, name).([]any)
	for _, e := range elements {
		element, _ := e.(map[string]any)
		if of, _ := textAt(element, "type"); len(kind) > 1 && strings.EqualFold(of, kind[1]) {
			return textAt(element, sub)
		}
	}
	return "", false
}

// valueOf finds a member in any case, as SCIM does, the exact one first.
func valueOf(o map[string]any, name string) any {
	if v, ok := o[name]; ok {
		return v
	}
	for other, v := range o {
		if strings.EqualFold(other, name) {
			return v
		}
	}
	return nil
}

// activeOf says whether a resource is active; texts as servers write them count.
func activeOf(resource map[string]any) (active, known bool) {
	text, known := textAt(resource, "active")
	return strings.EqualFold(text, "true"), known
}

// succeeded is true where somebody else has what a deleted user had in the
// application: the account itself, or the username and a place in the scope.
// Telling the application of the deletion would hit the other.
func (p *Provider) succeeded(u User, target string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, link := range p.state.Users {
		if id != u.ID && link.Target == target {
			return true
		}
	}
	heir := p.state.Directory.byName[strings.ToLower(u.Username)]
	return heir != nil && heir.ID != u.ID && !heir.Suspended && p.state.Directory.scope(p.profile.direct())[heir.ID]
}

// isMember is true while a managed group of the application still has somebody in it,
// as far as is known: the id there is needed to take them out.
func (p *Provider) isMember(id string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, link := range p.state.Groups {
		if p.state.Connection.Groups && link.Members[id] {
			return true
		}
	}
	return false
}

// isMiss is true of an answer that says in SCIM that nothing was found.
func isMiss(err error) bool {
	if StatusOf(err) != http.StatusNotFound {
		return false
	}
	var failed *AnswerError
	var body map[string]any
	return errors.As(err, &failed) && json.Unmarshal([]byte(failed.Exchange.Body), &body) == nil
}
