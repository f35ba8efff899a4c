package scimhttp

import (
	"errors"
	"io"
	"math"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/provisioning"
	"github.com/cinode-scim/cinode-scim/internal/scim"
)

// maxBody is the largest body that is read, enough for a group of well over
// 10,000 members.
const maxBody = 4 << 20

// readObject reads a body that is a JSON object, whatever JSON type it is
// called; a body that is called something else is 415.
func readObject(w http.ResponseWriter, r *http.Request) (scim.Object, error) {
	if kind := r.Header.Get("Content-Type"); kind != "" {
		media, _, err := mime.ParseMediaType(kind)
		if err != nil || media != scim.MediaType && media != "application/json" {
			return nil, scim.StatusError(http.StatusUnsupportedMediaType, "send the body as %s, not %q", scim.MediaType, kind)
		}
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return nil, err
		}
		return nil, scim.InvalidSyntax("the body could not be read to its end")
	}
	return scim.DecodeObject(data)
}

// readPatch reads a PatchOp message (RFC 7644 section 3.5.2).
func readPatch(w http.ResponseWriter, r *http.Request, x *exchange) ([]scim.Operation, error) {
	body, err := readObject(w, r)
	if err != nil {
		return nil, err
	}
	if err := checkPatchSchemas(body, x); err != nil {
		return nil, err
	}
	v, ok := scim.Lookup(body, "Operations")
	list, isList := v.([]any)
	if !ok || !isList {
		return nil, scim.InvalidSyntax("Operations must be an array")
	}
	operations := make([]scim.Operation, len(list))
	for i, e := range list {
		if operations[i], err = operation(e, i); err != nil {
			return nil, err
		}
	}
	return operations, nil
}

func checkPatchSchemas(body scim.Object, x *exchange) error {
	v, _ := scim.Lookup(body, "schemas")
	list, _ := v.([]any)
	for _, e := range list {
		urn, _ := e.(string)
		if urn == scim.URNPatchOp {
			return nil
		}
		if tidy := strings.ReplaceAll(urn, " ", ""); strings.EqualFold(tidy, scim.URNPatchOp) && !x.Persona.Strict {
			x.deviations.Note(scim.DeviationSchemaURN, urn)
			return nil
		}
	}
	if x.Persona.RequireSchemas {
		return scim.InvalidSyntax("schemas must hold %s", scim.URNPatchOp)
	}
	x.deviations.Note(scim.DeviationMissingSchemas, scim.URNPatchOp)
	return nil
}

func operation(e any, index int) (scim.Operation, error) {
	op := scim.Operation{Index: index}
	o, ok := e.(scim.Object)
	if !ok {
		return op, scim.InvalidSyntax("Operations[%d] must be an object", index)
	}
	for name, v := range o {
		text, isText := v.(string)
		switch strings.ToLower(name) {
		case "op":
			if !isText {
				return op, scim.InvalidSyntax("Operations[%d].op must be a string", index)
			}
			op.Op = scim.Op(text)
		case "path":
			if !isText && v != nil {
				return op, scim.InvalidPath("Operations[%d].path must be a string", index)
			}
			op.Path = text
		case "value":
			op.Value, op.HasValue = v, true
		}
	}
	return op, nil
}

// query reads the query. What cannot be decoded is refused: a filter that went
// missing would list everybody.
func query(r *http.Request) (url.Values, error) {
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, scim.InvalidValue("the query of the address is not valid: encode values with percent signs")
	}
	return q, nil
}

// defaultCount is the size of a page where the client names none.
const defaultCount = 100

// listQuery reads the parameters of a list (RFC 7644 section 3.4.2).
func listQuery(r *http.Request, x *exchange) (provisioning.Query, error) {
	q, err := query(r)
	if err != nil {
		return provisioning.Query{}, err
	}
	out := provisioning.Query{Start: 1, Count: defaultCount, BaseURL: x.base}
	if list, ok := q["filter"]; ok {
		out.Filter, out.HasFilter = list[0], true
	}
	out.SortBy = q.Get("sortBy")
	if out.Descending, err = descending(q, x); err != nil {
		return out, err
	}
	if q.Has("cursor") {
		x.deviations.Note(scim.DeviationParameterIgnored, "cursor")
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

// etag is the version as an entity tag.
func etag(version int64) string { return `W/"` + strconv.FormatInt(version, 10) + `"` }

// tags reads a list of entity tags as versions; a tag that is none of ours is
// -1, which no resource has.
func tags(header string) (versions []int64, all bool) {
	for tag := range strings.SplitSeq(header, ",") {
		tag = strings.TrimSpace(tag)
		if tag == "*" {
			return nil, true
		}
		inner := strings.Trim(strings.TrimPrefix(tag, "W/"), `"`)
		version, err := strconv.ParseInt(inner, 10, 64)
		if err != nil {
			version = -1
		}
		versions = append(versions, version)
	}
	return versions, false
}

// ifMatch reads If-Match. Weak tags are compared as they are, since SCIM has no
// others (RFC 7644 section 3.14).
func ifMatch(r *http.Request) provisioning.Preconditions {
	header := strings.Join(r.Header.Values("If-Match"), ",")
	if header == "" {
		return provisioning.Preconditions{}
	}
	versions, whatever := tags(header)
	return provisioning.Preconditions{Versions: versions, Given: !whatever}
}

// noneMatch reports whether If-None-Match names the version.
func noneMatch(r *http.Request, version int64) bool {
	header := strings.Join(r.Header.Values("If-None-Match"), ",")
	if header == "" {
		return false
	}
	versions, whatever := tags(header)
	if whatever {
		return true
	}
	for _, v := range versions {
		if v == version {
			return true
		}
	}
	return false
}
