package scimhttp

import (
	"errors"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/provisioning"
	"github.com/cinode-scim/cinode-scim/internal/scim"
)

// list answers a query over some types (RFC 7644 section 3.4.2), from an address
// or from a SearchRequest. Types that the token may not read take no part where
// several are asked for.
func (h *Handler) list(w http.ResponseWriter, r *http.Request, x *exchange, q url.Values, types ...string) error {
	list, err := listQuery(q, x)
	if err != nil {
		return err
	}
	if r.Method != http.MethodPost {
		list.Sensitive = h.Sensitive
	}
	list.BoundTo = cinode.JoinScopes(x.scopes) + "\n" + strings.Join(q["attributes"], ",") + "\n" + strings.Join(q["excludedAttributes"], ",")
	views := map[string]view{}
	var calls []*provisioning.Call
	var refused error
	for _, name := range types {
		if err := x.need(name, http.MethodGet); err != nil {
			refused = err
			continue
		}
		part, err := resources{h: h, name: name}.request(x, q, true)
		if err != nil {
			return err
		}
		calls, views[name] = append(calls, part.call), part.view
	}
	if len(calls) == 0 {
		return refused
	}
	page, err := h.Service.List(r.Context(), list, calls...)
	if err != nil {
		return err
	}
	sendList(w, x, views, page, list)
	return nil
}

// root answers a query at the base, over all types.
func (h *Handler) root(w http.ResponseWriter, r *http.Request, x *exchange) error {
	if !x.Persona.Search {
		return notFound(w, r, x)
	}
	q, err := query(r)
	if err != nil {
		return err
	}
	return h.list(w, r, x, q, "User", "Group")
}

// search answers a SearchRequest (RFC 7644 section 3.4.3).
func (h *Handler) search(types ...string) handlerFunc {
	return func(w http.ResponseWriter, r *http.Request, x *exchange) error {
		if !x.Persona.Search {
			return notImplemented(w, r, x)
		}
		body, err := readObject(w, r)
		if err != nil {
			return err
		}
		if err := provisioning.CheckMessage(body, scim.URNSearchRequest, x.Persona, x.deviations); err != nil {
			return err
		}
		q, err := searchParameters(body)
		if err != nil {
			return err
		}
		return h.list(w, r, x, q, types...)
	}
}

// searchParameters gives the members of a SearchRequest as the parameters of an
// address. Members that it does not know have no effect, as there.
func searchParameters(body scim.Object) (url.Values, error) {
	q := url.Values{}
	for _, name := range []string{"attributes", "excludedAttributes", "filter", "sortBy", "sortOrder", "startIndex", "count", "cursor"} {
		v, _ := scim.Lookup(body, name)
		switch v := v.(type) {
		case nil:
		case []any:
			if name != "attributes" && name != "excludedAttributes" {
				return nil, scim.InvalidSyntax("%s must not be an array", name)
			}
			for _, e := range v {
				text, isText := e.(string)
				if !isText {
					return nil, scim.InvalidSyntax("%s must be an array of strings", name)
				}
				q.Add(name, text)
			}
		case string:
			if name != "filter" && name != "sortBy" && name != "sortOrder" && name != "cursor" {
				return nil, scim.InvalidSyntax("%s must not be a string", name)
			}
			q.Set(name, v)
		case scim.Number:
			if name != "startIndex" && name != "count" {
				return nil, scim.InvalidSyntax("%s must not be a number", name)
			}
			q.Set(name, string(v))
		default:
			return nil, scim.InvalidSyntax("%s is of the wrong type", name)
		}
	}
	return q, nil
}

// defaultCount is the size of a page where the client names none.
const defaultCount = 100

// listQuery reads the parameters of a list (RFC 7644 section 3.4.2).
func listQuery(q url.Values, x *exchange) (provisioning.Query, error) {
	out := provisioning.Query{Start: 1, Count: defaultCount, BaseURL: x.base}
	var err error
	if list, ok := q["filter"]; ok {
		out.Filter, out.HasFilter = list[0], true
	}
	out.SortBy = q.Get("sortBy")
	if out.Descending, err = descending(q, x); err != nil {
		return out, err
	}
	if err := cursor(q, x, &out); err != nil {
		return out, err
	}
	if text := q.Get("startIndex"); text != "" {
		if out.Start, err = integer("startIndex", text); err != nil {
			return out, err
		}
		out.Start = max(out.Start, 1)
	}
	if text := q.Get("count"); text != "" {
		n, err := integer("count", text)
		if err != nil {
			return out, err
		}
		out.Count = int(min(max(n, 0), int64(x.Persona.MaxResults)))
	}
	return out, nil
}

func descending(q url.Values, x *exchange) (bool, error) {
	switch order := strings.ToLower(q.Get("sortOrder")); {
	case order == "" || order == "ascending":
		return false, nil
	case order == "descending":
		return true, nil
	case q.Get("sortBy") == "" || !x.Persona.Sort:
		return false, nil
	default:
		return false, scim.InvalidValue("sortOrder must be ascending or descending")
	}
}

// cursor reads the parameters of RFC 9865.
func cursor(q url.Values, x *exchange, out *provisioning.Query) error {
	switch {
	case !q.Has("cursor"):
		return nil
	case !x.Persona.Cursors:
		x.deviations.Note(scim.DeviationParameterIgnored, "cursor")
		return nil
	case q.Has("startIndex"):
		return scim.InvalidValue("cursor and startIndex exclude each other; send one of them")
	}
	out.ByCursor, out.Cursor = true, q.Get("cursor")
	return nil
}

// integer reads a whole number; one beyond 64 bits counts as the largest.
func integer(name, text string) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if errors.Is(err, strconv.ErrRange) {
		if strings.HasPrefix(text, "-") {
			return math.MinInt64, nil
		}
		return math.MaxInt64, nil
	}
	if err != nil {
		return 0, scim.InvalidValue("%s must be a whole number", name)
	}
	return n, nil
}
