package web

import (
	"fmt"
	"html/template"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/cinode-scim/cinode-scim/internal/journal"
)

// longestBody bounds the markup of a body, so that the page stays light whatever
// was sent; the rest is a click away.
const longestBody = 22_000

// requestPart is one direction of a request.
type requestPart struct {
	Title   string
	Headers []journal.Header
	Body    template.HTML
	None    bool
	JSON    bool
	Cut     bool // the journal kept less than was sent
	Short   bool // the page shows less than the journal kept
	Size    string
	Whole   string // the address of the body as it is kept
}

func newRequestPart(title string, m journal.Message, raw bool, whole string) requestPart {
	p := requestPart{Title: title, None: len(m.Body) == 0, Cut: m.Cut(), Size: byteSize(m.Size), Whole: whole}
	left := 12_000
	for _, h := range m.Headers {
		h.Name, h.Value = clipText(visibleText(h.Name), 100), clipText(visibleText(h.Value), 1000)
		if left -= len(h.Name) + len(h.Value); left < 0 {
			break
		}
		p.Headers = append(p.Headers, h)
	}
	pretty := jsontext.Value(m.Body).Clone()
	p.JSON = !p.None && pretty.Indent(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true), jsontext.WithIndent("  "), jsontext.SpaceAfterColon(true)) == nil
	text := string(m.Body)
	if p.JSON && !raw {
		text = string(pretty)
	}
	text = visibleText(text)
	markup, shown := colourJSON(text, p.JSON && !raw)
	p.Body, p.Short = template.HTML(markup), shown < len(text)
	return p
}

// byteSize is a number of bytes in words.
func byteSize(n int64) string {
	switch {
	case n == 1:
		return "1 byte"
	case n < 1000:
		return fmt.Sprintf("%d bytes", n)
	case n < 1_000_000:
		return fmt.Sprintf("%.1f KB", float64(n)/1000)
	default:
		return fmt.Sprintf("%.1f MB", float64(n)/1_000_000)
	}
}

var escapeText = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;")

// colourJSON makes the markup of a text, and tells how much of it that shows. Names,
// strings, numbers and words of JSON have a class each; nothing is left unescaped.
func colourJSON(text string, colours bool) (markup string, shown int) {
	var out strings.Builder
	for shown < len(text) {
		end, class := len(text), ""
		if colours {
			end, class = nextToken(text, shown)
		}
		for shown < end { // a long token ends where the room does
			if out.Len() >= longestBody {
				return out.String(), shown
			}
			piece := text[shown:end]
			if len(piece) > 500 {
				piece = strings.ToValidUTF8(piece[:500], "")
			}
			if escaped := escapeText.Replace(piece); class == "" {
				out.WriteString(escaped)
			} else {
				out.WriteString(`<i class=` + class + `>` + escaped + `</i>`)
			}
			shown += len(piece)
		}
	}
	return out.String(), shown
}

// nextToken finds the end of the token that begins at a place of indented JSON, and
// its class: jn for a name, js for a string, jv for a number or word.
func nextToken(text string, at int) (end int, class string) {
	switch c := text[at]; {
	case c == '"':
		end = at + 1
		for end < len(text) && text[end] != '"' {
			if text[end] == '\\' {
				end++
			}
			end++
		}
		end = min(end+1, len(text))
		if end < len(text) && text[end] == ':' {
			return end, "jn"
		}
		return end, "js"
	case strings.IndexByte("{}[],: \n\t", c) >= 0:
		end = at
		for end < len(text) && strings.IndexByte("{}[],: \n\t", text[end]) >= 0 {
			end++
		}
		return end, ""
	default:
		end = at
		for end < len(text) && strings.IndexByte("{}[],: \n\t\"", text[end]) < 0 {
			end++
		}
		return end, "jv"
	}
}
