package sqlfilter

import (
	"bytes"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/cinode-scim/cinode-scim/internal/store"
)

// ParseLinks reads the JSON in which both databases aggregate links: arrays of
// id, type and display, `[[1,"User","Ann"],...]`; nothing for no links.
func ParseLinks(text []byte) ([]store.Link, error) {
	if len(text) == 0 {
		return nil, nil
	}
	dec := jsontext.NewDecoder(bytes.NewReader(text))
	var links []store.Link
	if _, err := dec.ReadToken(); err != nil {
		return nil, fmt.Errorf("read links: %w", err)
	}
	for dec.PeekKind() == '[' {
		var l store.Link
		for i := range 5 { // [, id, type, display, ]
			tok, err := dec.ReadToken()
			if err != nil {
				return nil, fmt.Errorf("read links: %w", err)
			}
			switch i { // a token is good until the next is read
			case 1:
				if l.ID, err = tok.Int(); err != nil {
					return nil, fmt.Errorf("read links: %w", err)
				}
			case 2:
				l.Type = tok.String()
			case 3:
				l.Display = tok.String()
			}
		}
		links = append(links, l)
	}
	return links, nil
}
