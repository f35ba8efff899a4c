package scimhttp

import (
	"errors"
	"io"
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

// query reads the query. What cannot be decoded is refused: a filter that went
// missing would list everybody.
func query(r *http.Request) (url.Values, error) {
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, scim.InvalidValue("the query of the address is not valid: encode values with percent signs")
	}
	return q, nil
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
func ifMatch(values []string) provisioning.Preconditions {
	header := strings.Join(values, ",")
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
