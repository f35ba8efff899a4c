package scim_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/secure/precis"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/cinode-scim/cinode-scim/internal/scim"
)

func TestFoldUserName(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                  "",
		"ABC.1@X":           "abc.1@x",
		"Ａｂｃ":               "abc",
		"ｶﾞ":                "ガ",
		"ÅSA":               "åsa",
		"A\u030asa":         "åsa",
		"\u212bsa":          "åsa", // the angstrom sign is an Å
		"STRASSE":           "strasse",
		"Straße":            "straße", // RFC 8265 maps to lower case, which keeps it
		"ΣΑΣ":               "σασ",
		"σας":               "σασ",
		"İ":                 "i\u0307",
		"ﬀ":                 "ﬀ",
		"a b\u00a0c":        "a b\u00a0c", // not allowed, and folded all the same
		"\u0301":            "\u0301",
		"日本":                "日本",
		"user\u3000ＮＡＭＥ":    "user name",
		"e\u0301E\u0301é@Ｘ": "ééé@x",
	} {
		require.Equal(t, want, scim.FoldUserName(in), in)
	}
}

// anyName draws strings in which cases, widths and marks meet.
var anyName = rapid.OneOf(rapid.String(), rapid.StringMatching(`[aAzZåÅÄａＡＺｶﾞßΣσςİıéE\x{0301}\x{030a}\x{0307}ﬀ١אب .@-]{0,12}`))

func TestFoldUserName_HoldsForAnyText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := anyName.Draw(t, "s")
		folded := scim.FoldUserName(s)
		require.Equal(t, folded, scim.FoldUserName(folded), "folding twice is folding once")
		require.Equal(t, folded, scim.FoldUserName(norm.NFD.String(s)), "however marks are written")
		require.Equal(t, s == "", folded == "")
		require.True(t, utf8.ValidString(folded))
		ascii := rapid.StringMatching(`[ -~]*`).Draw(t, "ascii")
		require.Equal(t, strings.ToLower(ascii), scim.FoldUserName(ascii))
		if want, err := precis.UsernameCaseMapped.String(s); err == nil {
			require.Equal(t, strings.ReplaceAll(want, "ς", "σ"), folded, "the profile's own form")
			require.NoError(t, scim.CheckUserName(s))
		} else {
			require.ErrorContains(t, scim.CheckUserName(s), "userName ")
		}
	})
}

func TestCheckUserName(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"", "babs", "barbara.jensen@example.com", "Ａｂｃ", "åsa", "a\u030asa", "straße", "日本", "אב1", "O'Brien+x_y-z!", `back\slash`, "l·l",
	} {
		require.NoError(t, scim.CheckUserName(s), s)
	}
	for s, detail := range map[string]string{
		"anna berg":     "U+0020",
		" babs":         "U+0020",
		"a\u00a0b":      "U+00A0",
		"a\tb":          "U+0009",
		"a\u0000b":      "U+0000",
		"a\u007f":       "U+007F",
		"a\u200bb":      "U+200B",
		"a\u2019b":      "U+2019",
		"😀":             "U+1F600",
		"\u0378":        "U+0378", // unassigned
		"ﬀ":             "U+FB00",
		"aאb":           "from left to right and from right to left",
		"\u05d0\u0031a": "from left to right and from right to left",
	} {
		err := scim.CheckUserName(s)
		var refusal *scim.Error
		require.ErrorAs(t, err, &refusal, "%q", s)
		require.Equal(t, 400, refusal.Status)
		require.Equal(t, scim.ErrorTypeInvalidValue, refusal.Type)
		require.Contains(t, refusal.Detail, "userName ", "%q", s)
		require.Contains(t, refusal.Detail, detail, "%q", s)
	}
}

func TestPreparePassword(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Tr0ub4dor":                "Tr0ub4dor",
		"Pä\u00a0s":                "Pä s",
		"Pa\u0308\u3000s":          "Pä s",
		" two  words ":             " two  words ",
		"ＡＢ":                       "ＡＢ", // width is kept
		"😀אb":                      "😀אb",
		strings.Repeat("x", 1<<10): strings.Repeat("x", 1<<10),
	} {
		got, err := scim.PreparePassword(in)
		require.NoError(t, err, in)
		require.Equal(t, want, got)
	}
	for in, detail := range map[string]string{
		"": "must not be empty", strings.Repeat("x", 1<<10+1): "longer than 1024 bytes", "secret\n": "control character", "\u0378secret": "control character",
	} {
		_, err := scim.PreparePassword(in)
		var refusal *scim.Error
		require.ErrorAs(t, err, &refusal)
		require.Equal(t, scim.ErrorTypeInvalidValue, refusal.Type)
		require.Contains(t, refusal.Detail, detail)
		require.NotContains(t, refusal.Detail, "secret")
	}
}
