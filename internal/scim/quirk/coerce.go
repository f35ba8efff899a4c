// Package quirk owns what clients send outside the RFC and what was meant: one
// named rewrite each, put in front of the strict engines, and the catalogue
// that describes them. A strict tenant skips the package. It decides nothing
// about storage or answers.
package quirk

import (
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

// Coerce is the schema.CoerceFunc of tenants that tolerate clients. What it
// cannot make sense of it hands back for the schema to refuse.
func Coerce(a *schema.Attribute, v any) (any, string) {
	if v == nil {
		return nil, ""
	}
	if a.MultiValued {
		return coerceMany(a, v)
	}
	if list, ok := v.([]any); ok && len(list) == 1 {
		inner, id := Coerce(a, list[0])
		if id == "" {
			id = scim.DeviationValueInArray
		}
		return inner, id
	}
	switch a.Type {
	case schema.TypeBoolean:
		return coerceBool(v)
	case schema.TypeString, schema.TypeReference:
		if n, ok := v.(scim.Number); ok {
			return string(n), scim.DeviationNumberAsString
		}
	case schema.TypeComplex:
		return coerceComplex(a, v)
	}
	return v, ""
}

// coerceMany wraps an object where an array is due (OneLogin's e-mail), or a
// value of a simple type.
func coerceMany(a *schema.Attribute, v any) (any, string) {
	if _, ok := v.(scim.Object); ok && a.Type == schema.TypeComplex {
		return []any{v}, scim.DeviationObjectForArray
	}
	if _, ok := v.([]any); !ok && a.Type != schema.TypeComplex {
		return []any{v}, scim.DeviationObjectForArray
	}
	if s, ok := v.(string); ok && a.Type == schema.TypeComplex && s == "" {
		return nil, scim.DeviationStringForComplex
	}
	return v, ""
}

// coerceBool reads "True" and "false" in any case (Entra ID, OneLogin's
// templates).
func coerceBool(v any) (any, string) {
	s, _ := v.(string)
	switch strings.ToLower(s) {
	case "true":
		return true, scim.DeviationBoolAsString
	case "false":
		return false, scim.DeviationBoolAsString
	default:
		return v, ""
	}
}

// coerceComplex reads a string where an object is due: JSON text (Entra's
// roles), or the `value` of an attribute that has one (Entra's manager), where
// an empty string, alone or as value, unassigns.
func coerceComplex(a *schema.Attribute, v any) (any, string) {
	switch v := v.(type) {
	case string:
		if strings.HasPrefix(v, "{") {
			if o, err := scim.DecodeObject([]byte(v)); err == nil {
				return o, scim.DeviationJSONInString
			}
		}
		if value := a.Sub("value"); value == nil || !value.IsText() {
			return v, ""
		}
		if v == "" {
			return nil, scim.DeviationStringForComplex
		}
		if a.Name == "manager" {
			return scim.Object{"value": v}, scim.DeviationStringForComplex
		}
	case scim.Number:
		if a.Name == "manager" {
			return scim.Object{"value": string(v)}, scim.DeviationStringForComplex
		}
	case scim.Object:
		if value, ok := scim.Lookup(v, "value"); ok && value == "" && a.Name == "manager" {
			return nil, scim.DeviationStringForComplex
		}
	}
	return v, ""
}
