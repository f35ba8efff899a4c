package web

import (
	"bytes"
	"compress/gzip"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/clock"
)

//go:embed templates
var templateFiles embed.FS

// templates are the pages by name, each with the layout and the partials. A page is
// parsed when it is shown first: all of them would double the time of a start.
type templates map[string]func() (*template.Template, error)

func newTemplates(c clock.Clock) (templates, error) {
	files, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		return nil, err
	}
	base := sync.OnceValues(func() (*template.Template, error) {
		sprite, err := assetFiles.ReadFile("assets/icons.svg")
		if err != nil {
			return nil, err
		}
		return template.New("").Funcs(funcs(c, template.HTML(sprite))).ParseFS(templateFiles, "templates/partials/*.html")
	})
	all := templates{}
	for _, file := range files {
		all[strings.TrimSuffix(path.Base(file), ".html")] = sync.OnceValues(func() (*template.Template, error) {
			shared, err := base()
			if err != nil {
				return nil, err
			}
			page, err := shared.Clone()
			if err != nil {
				return nil, err
			}
			return page.ParseFS(templateFiles, file)
		})
	}
	return all, nil
}

// render gives a part of a page, "layout" for the whole.
func (all templates) render(page, part string, data any) ([]byte, error) {
	parsed, ok := all[page]
	if !ok {
		return nil, fmt.Errorf("there is no template %q", page)
	}
	t, err := parsed()
	if err != nil {
		return nil, fmt.Errorf("parse %s: %w", page, err)
	}
	var out bytes.Buffer
	if err := t.ExecuteTemplate(&out, part, data); err != nil {
		return nil, fmt.Errorf("render %s: %w", page, err)
	}
	return out.Bytes(), nil
}

// show answers with a page.
func (v *visit) show(name string, page any) error { return v.showAs(http.StatusOK, name, page) }

// showAs renders a page whole before it is sent, so that an error becomes a whole
// page too.
func (v *visit) showAs(status int, name string, page any) error {
	body, err := v.templates.render(name, "layout", page)
	if err != nil {
		return err
	}
	h := v.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Add("Vary", "Accept-Encoding")
	// The answer to a form stays plain: it may hold a secret beside what was typed,
	// and how well it shrinks would tell of the secret.
	if v.r.Method == http.MethodGet && acceptsGzip(v.r) {
		small, err := shrink(body, gzip.BestSpeed)
		if err != nil {
			return fmt.Errorf("compress %s: %w", name, err)
		}
		h.Set("Content-Encoding", "gzip")
		body = small
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	v.w.WriteHeader(status)
	_, _ = v.w.Write(body) // a client that has gone is not told
	return nil
}

// funcs are what templates can call besides the methods of their data.
func funcs(c clock.Clock, sprite template.HTML) template.FuncMap {
	return template.FuncMap{
		// sprite are the symbols that icons use.
		"sprite": func() template.HTML { return sprite },
		// dict gives a partial several values: names and values in turn.
		"dict": dict,
		// list is a slice of its arguments.
		"list": func(values ...any) []any { return values },
		// ago tells a time in words relative to now; partial "time" adds the exact one.
		"ago":   func(t time.Time) string { return ago(c.Now(), t) },
		"exact": exact,
		"iso":   func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	}
}

func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, errors.New("dict takes names and values in turn")
	}
	m := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("dict: %v is no name", pairs[i])
		}
		m[name] = pairs[i+1]
	}
	return m, nil
}

// exact is a time to the second, in UTC.
func exact(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04:05") + " UTC" }

// spans are the units that ago counts in, the largest first.
var spans = []struct {
	name string
	long time.Duration
}{
	{"year", 365 * 24 * time.Hour}, {"month", 30 * 24 * time.Hour}, {"day", 24 * time.Hour},
	{"hour", time.Hour}, {"minute", time.Minute},
}

// ago is "3 minutes ago" or "in 2 days".
func ago(now, t time.Time) string {
	d := now.Sub(t)
	for _, s := range spans {
		n := int((d.Abs() + s.long/100) / s.long) // 29 days and 23 hours are 30 days
		if n == 0 {
			continue
		}
		words := strconv.Itoa(n) + " " + s.name
		if n > 1 {
			words += "s"
		}
		if d < 0 {
			return "in " + words
		}
		return words + " ago"
	}
	if d < 0 {
		return "in a moment"
	}
	return "just now"
}

// thousands writes a number with commas.
func thousands(n int64) string {
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
