package scenario

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

// resource is a user or a group of the target.
type resource map[string]any

func (r resource) id() string { return r.text("id") }

// text is the value at a path, as name.givenName: of a list that of its first element
// (or of its work address and the like), "" for none.
func (r resource) text(path string) string {
	var at any = map[string]any(r)
	if strings.HasPrefix(path, "urn:") {
		i := strings.LastIndexByte(path, ':')
		at, path = r[path[:i]], path[i+1:]
	}
	for name := range strings.SplitSeq(path, ".") {
		if list, ok := at.([]any); ok {
			at = first(list)
		}
		object, _ := at.(map[string]any)
		at = object[name]
	}
	if list, ok := at.([]any); ok {
		at = first(list)
	}
	switch v := at.(type) {
	case nil:
		return ""
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	default:
		return fmt.Sprint(v)
	}
}

// first is the element of type work, or the first.
func first(list []any) any {
	for _, element := range list {
		if object, ok := element.(map[string]any); ok && object["type"] == "work" {
			return object
		}
	}
	if len(list) == 0 {
		return nil
	}
	return list[0]
}

// members are the ids of a group's members.
func (r resource) members() []string {
	list, _ := r["members"].([]any)
	ids := make([]string, 0, len(list))
	for _, element := range list {
		if object, ok := element.(map[string]any); ok {
			ids = append(ids, resource(object).text("value"))
		}
	}
	return ids
}

// readAttempts is how often a read is tried: what the story expects is not for its
// own faults to hide.
const readAttempts = 10

// read reads JSON from the target.
func (p *player) read(ctx context.Context, path string, out any) error {
	var err error
	for range readAttempts {
		e := p.reads.Do(ctx, scimclient.Request{Method: http.MethodGet, Path: path})
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case e.Err != nil:
			err = fmt.Errorf("GET %s got no answer: %w", path, e.Err)
		case e.Status != http.StatusOK:
			err = fmt.Errorf("GET %s was answered %d", path, e.Status)
			if e.Status < 500 && e.Status != http.StatusTooManyRequests && p.options.Patience < 2 {
				return err
			}
		default:
			if err = json.Unmarshal([]byte(e.Body), out); err == nil {
				return nil
			}
			err = fmt.Errorf("the answer to GET %s cannot be read: %w", path, err)
		}
	}
	return err
}

type page struct {
	Total     *int       `json:"totalResults"`
	Resources []resource `json:"Resources"`
}

// find gives those that have a value.
func (p *player) find(ctx context.Context, kind, attribute, value string) ([]resource, error) {
	filter := fmt.Sprintf(`%s eq "%s"`, attribute, strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value))
	var list page
	err := p.read(ctx, "/"+kind+"?filter="+strings.ReplaceAll(url.QueryEscape(filter), "+", "%20"), &list)
	return list.Resources, err
}

// user is the user of a userName, nil for none.
func (p *player) user(ctx context.Context, userName string) (resource, error) {
	list, err := p.find(ctx, "Users", "userName", userName)
	switch {
	case err != nil || len(list) == 0:
		return nil, err
	case len(list) > 1:
		return nil, fmt.Errorf("the target has %d users called %s", len(list), userName)
	}
	return list[0], nil
}

// group is the group of a name with its members, nil for none.
func (p *player) group(ctx context.Context, name string) (resource, error) {
	list, err := p.find(ctx, "Groups", "displayName", name)
	switch {
	case err != nil || len(list) == 0:
		return nil, err
	case len(list) > 1:
		return nil, fmt.Errorf("the target has %d groups called %s", len(list), name)
	}
	var whole resource
	err = p.read(ctx, "/Groups/"+url.PathEscape(list[0].id()), &whole)
	return whole, err
}

// total is how many there are.
func (p *player) total(ctx context.Context, kind string) (int, error) {
	var list page
	if err := p.read(ctx, "/"+kind+"?startIndex=1&count=1", &list); err != nil {
		return 0, err
	}
	if list.Total == nil {
		return 0, fmt.Errorf("the list of %s has no totalResults", kind)
	}
	return *list.Total, nil
}

// pageSize is how many users a list is read at a time.
const pageSize = 200

// all reads a whole list.
func (p *player) all(ctx context.Context, kind string) ([]resource, error) {
	var out []resource
	seen := map[string]bool{}
	for {
		var list page
		if err := p.read(ctx, fmt.Sprintf("/%s?startIndex=%d&count=%d", kind, len(out)+1, pageSize), &list); err != nil {
			return nil, err
		}
		known := len(seen)
		for _, r := range list.Resources {
			seen[r.id()] = true
		}
		if len(list.Resources) > 0 && len(seen) == known {
			return nil, fmt.Errorf("the pages of the list of %s repeat; it does not follow startIndex", kind)
		}
		out = append(out, list.Resources...)
		if len(list.Resources) == 0 || list.Total != nil && len(out) >= *list.Total {
			return out, nil
		}
	}
}
