package sqlfilter

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPlainPart(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                           "",
		"ab":                         "",
		`userName eq "Ann@Example"`:  "ann@example",
		"Content-Type: text/html":    "content-type",
		"Weiß":                       "weiss",
		"Åsa Öberg":                  "berg",
		"محمد":                       "",
		"GET /scim/v2/Users?count=1": "/scim/v2/users",
	} {
		require.Equal(t, want, plainPart(text), text)
	}
}

func TestMayMention(t *testing.T) {
	t.Parallel()
	for doc, want := range map[string]bool{
		"the KISS of it": true, "kis": false, "": false, "ki\u017fs": true, "Ki\u00df": true, "\u212aISS": true,
		"kåss": false, "\xffkiss": true, "\xff": false, `{"bytes":"AA=="}`: true, `{\"bytes\":\"AA==\"}`: false,
	} {
		require.Equal(t, want, MayMention(doc, "kiss"), doc)
	}
}
