package replay

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// The parts of an HTTP archive that a replay needs; what begins with "_" is what this
// program writes beyond HAR 1.2.
type (
	archive struct {
		Log *struct {
			Entries []archiveEntry `json:"entries"`
		} `json:"log"`
	}
	archiveEntry struct {
		Request struct {
			Method  string           `json:"method"`
			URL     string           `json:"url"`
			Headers []archiveHeader  `json:"headers"`
			Body    *archiveContents `json:"postData"`
		} `json:"request"`
		Response struct {
			Status  int             `json:"status"`
			Headers []archiveHeader `json:"headers"`
			Content archiveContents `json:"content"`
		} `json:"response"`
	}
	archiveHeader struct {
		Name     string `json:"name"`
		Value    string `json:"value"`
		Variable string `json:"_variable"` // has the value that the archive does not tell
	}
	archiveContents struct {
		Text         string `json:"text"`
		Encoding     string `json:"encoding"`
		BodyEncoding string `json:"_encoding"`
		Truncated    bool   `json:"_truncated"`
	}
)

func (c archiveContents) bytes() ([]byte, error) {
	if c.Encoding == "base64" || c.BodyEncoding == "base64" {
		return base64.StdEncoding.DecodeString(c.Text)
	}
	return []byte(c.Text), nil
}

// errNoArchive is of JSON that is none.
var errNoArchive = errors.New("it has no log with entries")

// readHAR reads an archive. Requests that go to no SCIM endpoint, as a browser has
// many, are left out.
func readHAR(data []byte) (*Recording, error) {
	var a archive
	lenient := []json.Options{jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)}
	if err := json.Unmarshal(data, &a, lenient...); err != nil {
		return nil, fmt.Errorf("the archive cannot be read: %w", err)
	}
	if a.Log == nil {
		return nil, errNoArchive
	}
	r := &Recording{Foreign: true}
	bases := map[string]bool{}
	for i := range a.Log.Entries {
		e := &a.Log.Entries[i]
		e.Request.URL = plainURL(e.Request.URL)
		if base, _ := cutBase(e.Request.URL); base != "" {
			bases[base] = true
			if r.Base == "" {
				r.Base = base
			}
		}
	}
	hidden := newHider(a.Log.Entries)
	for i, e := range a.Log.Entries {
		base, path := cutBase(e.Request.URL)
		for known := range bases {
			if rest, ok := strings.CutPrefix(e.Request.URL, known); ok && base == "" && (rest == "" || rest[0] == '/' || rest[0] == '?') {
				base, path = known, rest
			}
		}
		if base == "" {
			continue
		}
		step, err := e.step(path, hidden)
		if err != nil {
			return nil, fmt.Errorf("entry %d: %w", i+1, err)
		}
		r.Steps = append(r.Steps, step)
	}
	if len(r.Steps) == 0 {
		return nil, errors.New("none of its requests goes to a SCIM endpoint, such as .../Users")
	}
	return r, nil
}

// endpoints begin what is below a SCIM base.
var endpoints = regexp.MustCompile(`^(https?://[^/?#]+(?:/[^?#]*?)?)(/(?:Users|Groups|Me|Schemas|ResourceTypes|ServiceProviderConfigs?|Bulk|\.search)(?:[/?].*)?)$`)

// cutBase divides the URL of a request at its SCIM base, which is empty if none is
// seen.
func cutBase(url string) (base, path string) {
	if m := endpoints.FindStringSubmatch(url); m != nil {
		return strings.TrimRight(m[1], "/"), m[2]
	}
	return "", ""
}

// userInfo is a name and a password in a URL.
var userInfo = regexp.MustCompile(`^(https?://)[^/?#]*@`)

// plainURL is a URL without what no server is sent: its user, who is a credential, and
// its fragment, which may hold one.
func plainURL(url string) string {
	url, _, _ = strings.Cut(url, "#")
	return userInfo.ReplaceAllString(url, "$1")
}

// unsent are the headers that a client makes by itself, and those that are between it
// and one server or of a page.
var unsent = []string{"host", "content-length", "connection", "transfer-encoding", "te", "trailer", "upgrade", "keep-alive",
	"proxy-connection", "proxy-authorization", "expect", "accept-encoding", "cookie", "referer"}

func (e archiveEntry) step(path string, hidden *hider) (*Step, error) {
	s := &Step{Method: e.Request.Method, Recorded: &Answer{Status: e.Response.Status, Header: http.Header{}}}
	if !methodForm.MatchString(s.Method) {
		return nil, errors.New("it has no method that can be sent")
	}
	if status := s.Recorded.Status; status != 0 && (status < 100 || status > 599) {
		return nil, fmt.Errorf("the status %d of its answer is none", status)
	}
	s.Path, s.Left = hidden.address(path)
	for _, h := range e.Request.Headers {
		name := strings.ToLower(h.Name)
		if strings.HasPrefix(name, ":") || slices.Contains(unsent, name) {
			continue
		}
		if header, ok := hidden.header(h); ok {
			s.Headers = append(s.Headers, header)
		} else {
			s.Left = append(s.Left, "the header "+h.Name)
		}
	}
	if e.Request.Body != nil {
		body, err := e.Request.Body.bytes()
		if err != nil {
			return nil, fmt.Errorf("its body is no base64: %w", err)
		}
		s.Body, s.Cut = maskBody(hidden.body(body)), e.Request.Body.Truncated
	}
	for _, h := range e.Response.Headers {
		s.Recorded.Header.Add(h.Name, hidden.answered(h))
	}
	body, err := e.Response.Content.bytes()
	if err != nil {
		return nil, fmt.Errorf("the body of its answer is no base64: %w", err)
	}
	s.Recorded.Body, s.Recorded.Cut = hidden.answer(body), e.Response.Content.Truncated
	return s, nil
}
