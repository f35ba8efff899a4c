package storetest

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

// Values come from small sets, so that filters meet them.
var (
	anyText = rapid.OneOf(
		rapid.SampledFrom([]string{
			"", "a", "A", "ab", "AB", "b", "Åsa", "åSA", "a\u030asa", "straße", "STRASSE", "%", "a%", "_", `\`, `"`, "'", "😀", "\uffff",
			"work", "home", "10", "9", "true", "null", "[]", "{}", "[{}]", "a b", "a-b", "\n", "İ", "\u01c5", "urn:x:y", "$.a", "2026-01-31T12:00:00Z",
			"Ａｂ", "ΣΑΣ", "σας", "ｶﾞ", "oﬀ", "off",
		}),
		rapid.StringMatching(`[abAB%_'"\\å😀 ]{0,4}`),
	)
	anyNumber = rapid.OneOf(
		rapid.SampledFrom([]string{
			"0", "-0", "1", "1.0", "1e0", "10e-1", "-1", "-1.5", "-15e-1", "2", "10", "9", "0.1", "0.10", "1E-1", "1e+2", "100", "-100", "-99.5",
			"9007199254740993", "9007199254740992", "9007199254740993.5", "0.1000000000000000000001", "1e300", "1e308", "1e309", "-1e309", "1e-400",
		}),
		rapid.Custom(func(t *rapid.T) string {
			return strconv.FormatFloat(float64(rapid.IntRange(-300, 300).Draw(t, "n"))/100, 'f', -1, 64)
		}),
	)
	anyInteger = rapid.OneOf(
		rapid.SampledFrom([]string{"0", "-0", "1", "-1", "10", "9", "-9", "100", "9007199254740993", "9007199254740992", "9223372036854775807", "-9223372036854775808"}),
		rapid.Custom(func(t *rapid.T) string { return strconv.Itoa(rapid.IntRange(-20, 20).Draw(t, "n")) }),
	)
	anyMoment = rapid.Custom(func(t *rapid.T) string {
		at := now.Truncate(time.Second).Add(time.Duration(rapid.IntRange(-3, 3).Draw(t, "step")) * 500 * time.Millisecond)
		switch rapid.IntRange(0, 4).Draw(t, "form") {
		case 0:
			return at.Format(time.RFC3339)
		case 1:
			return at.In(time.FixedZone("", 2*3600)).Format(time.RFC3339Nano)
		case 2:
			return at.Format("2006-01-02T15:04:05.000") // without a zone
		case 3:
			return at.Add(time.Nanosecond).Format(time.RFC3339Nano)
		default:
			return at.Format("2006-01-02T15:04:05.000000Z")
		}
	})
)

// anyValue draws one value of an attribute.
func anyValue(t *rapid.T, a *schema.Attribute) any {
	switch a.Type {
	case schema.TypeComplex:
		return anyComplex(t, a)
	case schema.TypeBoolean:
		return rapid.Bool().Draw(t, a.Name)
	case schema.TypeInteger:
		return scim.Number(anyInteger.Draw(t, a.Name))
	case schema.TypeDecimal:
		return scim.Number(anyNumber.Draw(t, a.Name))
	case schema.TypeDateTime:
		return anyMoment.Draw(t, a.Name)
	case schema.TypeBinary:
		return base64.StdEncoding.EncodeToString([]byte(anyText.Draw(t, a.Name)))
	default:
		return anyText.Draw(t, a.Name)
	}
}

// anyComplex draws a complex value, which normalising would not let be empty.
func anyComplex(t *rapid.T, a *schema.Attribute) scim.Object {
	o := scim.Object{}
	for _, sub := range a.SubAttributes {
		if rapid.Bool().Draw(t, sub.Name+"?") {
			o[sub.Name] = anyValue(t, sub)
		}
	}
	if len(o) == 0 {
		sub := a.SubAttributes[0]
		o[sub.Name] = anyValue(t, sub)
	}
	return o
}

// anyMembers draws values for some of the attributes. Links are rows, not
// values, and a manager is somebody.
func anyMembers(t *rapid.T, o scim.Object, attributes []*schema.Attribute) {
	for _, a := range attributes {
		if a.Name == "groups" || a.Name == "members" || a.Name == "manager" || o[a.Name] != nil || !rapid.Bool().Draw(t, a.Name+"?") {
			continue
		}
		if !a.MultiValued {
			o[a.Name] = anyValue(t, a)
			continue
		}
		list := []any{}
		for range rapid.IntRange(1, 3).Draw(t, a.Name+"#") {
			list = append(list, anyValue(t, a))
		}
		o[a.Name] = list
	}
}

// anyResource draws a resource with what it requires.
func anyResource(t *rapid.T, rt *schema.ResourceType, required, value string) scim.Object {
	o := scim.Object{required: value}
	if rapid.Bool().Draw(t, "externalId?") {
		o["externalId"] = anyText.Draw(t, "externalId")
	}
	anyMembers(t, o, rt.Schema.Attributes)
	for _, e := range rt.Extensions {
		inner := scim.Object{}
		if anyMembers(t, inner, e.Attributes); len(inner) > 0 {
			o[e.ID] = inner
		}
	}
	return o
}

// alter changes a text that occurs, so that a filter nearly meets it.
func alter(t *rapid.T, s string) string {
	runes := []rune(s)
	switch rapid.IntRange(0, 6).Draw(t, "alter") {
	case 0:
		return strings.ToUpper(s)
	case 1:
		return string(runes[:len(runes)/2])
	case 2:
		return string(runes[len(runes)/2:])
	case 3:
		return s + "a"
	case 4:
		if utf8.RuneCountInString(s) > 2 {
			return string(runes[1 : len(runes)-1])
		}
	}
	return s
}
