package adminhttp

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/swaggest/swgui/v5emb"
	"go.yaml.in/yaml/v3"

	"github.com/cinode-scim/cinode-scim/api"
)

//go:embed page
var pages embed.FS

// docs serves the description of the API, as JSON and as a page. The page is
// ours, because that of the library has scripts in it, which the policy forbids;
// the library gives the assets.
type docs struct {
	document func() ([]byte, error) // made when it is asked for: a start takes half as long
	page     *template.Template
	start    []byte
	assets   http.Handler
}

func newDocs() (*docs, error) {
	page, err := template.ParseFS(pages, "page/index.html")
	if err != nil {
		return nil, err
	}
	start, err := pages.ReadFile("page/start.js")
	return &docs{document: sync.OnceValues(func() ([]byte, error) { return toJSON(api.Document) }), page: page, start: start, assets: v5emb.New("", "", "/docs/")}, err
}

// toJSON converts a YAML document, with its members in their order.
func toJSON(text []byte) ([]byte, error) {
	var node yaml.Node
	if err := yaml.Unmarshal(text, &node); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err := writeNode(jsontext.NewEncoder(&out), node.Content[0])
	return out.Bytes(), err
}

func writeNode(out *jsontext.Encoder, n *yaml.Node) error {
	begin, end := jsontext.BeginArray, jsontext.EndArray
	switch n.Kind {
	case yaml.MappingNode:
		begin, end = jsontext.BeginObject, jsontext.EndObject
	case yaml.SequenceNode:
	default:
		var v any
		if err := n.Decode(&v); err != nil {
			return err
		}
		return json.MarshalEncode(out, v)
	}
	if err := out.WriteToken(begin); err != nil {
		return err
	}
	for i, child := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 { // a name, though it may look like a number
			if err := out.WriteToken(jsontext.String(child.Value)); err != nil {
				return err
			}
			continue
		}
		if err := writeNode(out, child); err != nil {
			return err
		}
	}
	return out.WriteToken(end)
}

func (h *Handler) serveDocument(w http.ResponseWriter, _ *http.Request) error {
	document, err := h.docs.document()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(document) // a client that has gone is not told
	return nil
}

// policy lets the page load what this server has and nothing else. Images may
// stand in the style sheet, as data.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"base-uri 'self'; form-action 'none'; frame-ancestors 'none'"

func secure(w http.ResponseWriter) {
	w.Header().Set("Content-Security-Policy", policy)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Referrer-Policy", "no-referrer")
}

// servePage serves the page; its links begin with the prefix under which a proxy
// shows the server.
func (d *docs) servePage(origin func(*http.Request) string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		secure(w)
		prefix := ""
		if u, err := url.Parse(origin(r)); err == nil {
			prefix = u.EscapedPath()
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = d.page.Execute(w, prefix)
	}
}

func (d *docs) serveAsset(w http.ResponseWriter, r *http.Request) {
	secure(w)
	if strings.HasSuffix(r.URL.Path, "/start.js") {
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		_, _ = w.Write(d.start)
		return
	}
	w.Header().Set("Cache-Control", "max-age=3600")
	d.assets.ServeHTTP(w, r)
}
