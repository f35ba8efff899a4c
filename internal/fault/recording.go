package fault

import (
	"maps"
	"net/http"
	"strconv"
)

// defaultContentType is what proxies and badly set up servers say.
const defaultContentType = "text/plain; charset=utf-8"

// recording is an answer that is held back: an http.ResponseWriter first, and
// then something to change and send.
type recording struct {
	header http.Header
	status int
	body   []byte
}

// record carries a request out and keeps its answer.
func record(next http.Handler, r *http.Request) *recording {
	answer := &recording{header: http.Header{}}
	next.ServeHTTP(answer, r)
	if answer.status == 0 {
		answer.status = http.StatusOK
	}
	return answer
}

// Header is that of the answer.
func (a *recording) Header() http.Header { return a.header }

// WriteHeader keeps the first status that ends an answer.
func (a *recording) WriteHeader(status int) {
	if a.status == 0 && status >= http.StatusOK {
		a.status = status
	}
}

// Write keeps a piece of the body.
func (a *recording) Write(b []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	a.body = append(a.body, b...)
	return len(b), nil
}

// send gives the answer to the client, with the length that its body has now.
func (a *recording) send(w http.ResponseWriter) {
	maps.Copy(w.Header(), a.header.Clone())
	if _, said := a.header["Content-Length"]; !bodiless(a.status) && (len(a.body) > 0 || !said) { // HEAD says a length and sends nothing
		w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	w.WriteHeader(a.status)
	if len(a.body) > 0 && !bodiless(a.status) {
		_, _ = w.Write(a.body) // a client that has gone is not told
	}
}

// mislabel changes the content type of an answer that has one.
func (a *recording) mislabel(contentType string) {
	if contentType == "" {
		contentType = defaultContentType
	}
	if len(a.body) > 0 {
		a.header.Set("Content-Type", contentType)
	}
}

// empty makes 204 of 200.
func (a *recording) empty() {
	if a.status != http.StatusOK {
		return
	}
	a.status, a.body = http.StatusNoContent, nil
	a.header.Del("Content-Type")
	a.header.Del("Content-Length")
}
