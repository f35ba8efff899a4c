package scim

import (
	"errors"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/secure/bidirule"
	"golang.org/x/text/secure/precis"
	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"
)

// FoldUserName gives the form under which user names are compared, stored for
// search and sorted: the mappings of the PRECIS profile UsernameCaseMapped (RFC
// 7644 section 5, RFC 8265 section 3.3), which are width, lower case and NFC.
// It leaves the profile's checks to CheckUserName, so that every string has a
// form, a part of a name in a filter too. So that a part has the form that it has
// in the whole, the two small sigmas are one here: which of them stands for a
// capital depends on what follows.
func FoldUserName(s string) string {
	if isASCII(s) {
		return Fold(s)
	}
	lower := cases.Lower(language.Und, cases.HandleFinalSigma(false))
	folded := norm.NFC.String(lower.String(width.Fold.String(s)))
	return strings.ReplaceAll(folded, "ς", "σ")
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// CheckUserName refuses a user name with what UsernameCaseMapped does not allow:
// blanks, control characters, symbols, unassigned code points, and directions
// of writing that mix. An empty one is left to those who require one.
func CheckUserName(s string) error {
	_, err := precis.UsernameCaseMapped.String(s)
	if err == nil {
		return nil
	}
	allowed := precis.UsernameCaseMapped.Allowed()
	for _, r := range FoldUserName(s) {
		if !allowed.Contains(r) {
			return InvalidValue("userName holds the character %U, which RFC 8265 does not allow in user names", r)
		}
	}
	if errors.Is(err, bidirule.ErrInvalid) {
		return InvalidValue("userName mixes writing from left to right and from right to left in a way that RFC 8265 does not allow")
	}
	return InvalidValue("userName is not a user name as RFC 8265 has it")
}

// MaxPassword is the longest password, in bytes.
const MaxPassword = 1024

// PreparePassword brings a password into the form that is hashed and compared:
// the PRECIS profile OpaqueString, which maps all spaces to one and keeps case
// (RFC 7644 section 5, RFC 8265 section 4.2). The refusal does not repeat it.
func PreparePassword(s string) (string, error) {
	switch {
	case s == "":
		return "", InvalidValue("password must not be empty")
	case len(s) > MaxPassword:
		return "", InvalidValue("password is longer than %d bytes", MaxPassword)
	}
	prepared, err := precis.OpaqueString.String(s)
	if err != nil {
		return "", InvalidValue("password holds a character that RFC 8265 does not allow in passwords, such as a control character")
	}
	return prepared, nil
}
