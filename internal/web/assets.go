package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"

	"github.com/go-chi/chi/v5"
)

//go:embed assets
var assetFiles embed.FS

// assets are the style sheet and the scripts. One hash over all of them stands in
// their addresses: modules import each other by name, and a browser keeps them for
// good.
type assets struct {
	hash  string
	files map[string]asset
}

type asset struct {
	kind  string
	plain []byte
	small func() ([]byte, error) // gzip, made when it is asked for first
}

var kinds = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
}

func newAssets() (*assets, error) {
	entries, err := assetFiles.ReadDir("assets")
	if err != nil {
		return nil, err
	}
	a := &assets{files: map[string]asset{}}
	all := sha256.New()
	for _, entry := range entries { // in the order of names
		plain, err := assetFiles.ReadFile("assets/" + entry.Name())
		if err != nil {
			return nil, err
		}
		_, _ = all.Write(plain) // never fails
		a.files[entry.Name()] = asset{
			kind: kinds[path.Ext(entry.Name())], plain: plain,
			small: sync.OnceValues(func() ([]byte, error) { return shrink(plain, gzip.BestCompression) }),
		}
	}
	a.hash = hex.EncodeToString(all.Sum(nil))[:12]
	return a, nil
}

// acceptsGzip reports whether a client takes an answer that is compressed.
func acceptsGzip(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept-Encoding"), "gzip")
}

func shrink(plain []byte, level int) ([]byte, error) {
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, level)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(plain); err != nil {
		return nil, err
	}
	err = z.Close()
	return out.Bytes(), err
}

// serve answers any hash, since a page of an older version may still be open, but
// only the right one may be kept.
func (a *assets) serve(w http.ResponseWriter, r *http.Request) {
	file, ok := a.files[chi.URLParam(r, "name")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	if chi.URLParam(r, "hash") == a.hash {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	h.Set("Content-Type", file.kind)
	h.Set("Vary", "Accept-Encoding")
	body := file.plain
	if acceptsGzip(r) {
		if small, err := file.small(); err == nil {
			h.Set("Content-Encoding", "gzip")
			body = small
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body) // a client that has gone is not told
}
