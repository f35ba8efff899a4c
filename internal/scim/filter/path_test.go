package filter_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/filter"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

func TestParsePath(t *testing.T) {
	t.Parallel()
	binder := filter.Binder{Type: schema.RFC().Users}
	for text, want := range map[string][2]string{
		"USERNAME":        {"userName", ""},
		" title ":         {"title", ""},
		"name.familyName": {"name.familyName", ""},
		"emails.value":    {"emails.value", ""},
		scim.URNUser + ":emails[type eq \"Work\"].value":         {"emails.value", `type eq "work"`},
		scim.URNEnterpriseUser:                                   {scim.URNEnterpriseUser, ""},
		scim.URNEnterpriseUser + ":department":                   {scim.URNEnterpriseUser + ":department", ""},
		scim.URNEnterpriseUser + ":manager[value pr]":            {scim.URNEnterpriseUser + ":manager", "value pr"},
		`emails[value eq "]\"["]`:                                {"emails", `value eq "]\"["`},
		`emails[type eq "a" and (value pr or not (display pr))]`: {"emails", `(type eq "a" and (value pr or not (display pr)))`},
	} {
		path, err := binder.ParsePath(text)
		require.NoError(t, err, text)
		require.Equal(t, want[0], path.Target.String(), text)
		if want[1] == "" {
			require.Nil(t, path.Filter, text)
		} else {
			require.Equal(t, want[1], path.Filter.String(), text)
		}
	}
}

func TestParsePath_Refuses(t *testing.T) {
	t.Parallel()
	const unknown = "unknown"
	for text, want := range map[string]string{
		"":                                    "invalidPath",
		"/emails/0":                           "invalidPath",
		"emails[":                             "invalidPath",
		"emails[type eq":                      "invalidPath",
		`emails[type eq "a]`:                  "invalidPath",
		`emails[type eq "a"]x`:                "invalidPath",
		`emails[type eq "a"].`:                "invalidPath",
		`emails[type eq "a"].a.b`:             "invalidPath",
		`emails[type eq "a"].a[b pr]`:         "invalidPath",
		`userName[value pr]`:                  "invalidPath",
		`name.givenName[value pr]`:            "invalidPath",
		scim.URNEnterpriseUser + "[value pr]": "invalidPath",
		"emails[]":                            "invalidFilter",
		"emails[0]":                           "invalidFilter",
		`emails[bogus pr]`:                    "invalidFilter",
		`emails[primary gt 1]`:                "invalidFilter",
		`emails[emails[a pr]]`:                "invalidFilter",
		"bogus":                               unknown,
		"name.bogus":                          unknown,
		"emails[type pr].bogus":               unknown,
		"bogus[type pr].value":                unknown,
		"urn:example:x:userName":              unknown,
		scim.URNUser:                          unknown,
	} {
		_, err := (&filter.Binder{Type: schema.RFC().Users}).ParsePath(text)
		var refusal *scim.Error
		require.ErrorAs(t, err, &refusal, text)
		var ignorable *filter.ErrUnknownAttribute
		if want == unknown {
			require.ErrorAs(t, err, &ignorable, text)
			require.Equal(t, scim.ErrorTypeInvalidPath, refusal.Type, text)
			continue
		}
		require.NotErrorAs(t, err, &ignorable, text)
		require.Equal(t, scim.ErrorType(want), refusal.Type, "%s: %s", text, refusal.Detail)
	}
}
