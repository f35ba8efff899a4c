package schema

import (
	"crypto/x509"
	"encoding/base64"
	"strings"

	"golang.org/x/text/language"

	"github.com/cinode-scim/cinode-scim/internal/scim"
)

// formats are what RFC 7643 section 4.1 and RFC 7644 section 5 demand of some
// attributes of a User beside their types.
var formats = map[string]func(value, path string) error{
	"userName":               func(value, _ string) error { return scim.CheckUserName(value) },
	"addresses.country":      checkCountry,
	"x509Certificates.value": checkCertificate,
}

// markFormats sets the formats of the core schema of User, which several types
// may share.
func markFormats(core *Schema) {
	for path, check := range formats {
		name, sub, _ := strings.Cut(path, ".")
		a := core.Attribute(name)
		if a != nil && sub != "" {
			a = a.Sub(sub)
		}
		if a == nil || a.format != nil {
			continue
		}
		a.format, a.userName = check, path == "userName"
	}
}

func checkCountry(value, path string) error {
	region, err := language.ParseRegion(value)
	if err != nil || len(value) != 2 || !region.IsCountry() {
		return scim.InvalidValue("%s must be a country of ISO 3166-1 in two letters, such as SE", path)
	}
	return nil
}

// checkCertificate wants one certificate in DER. Whether it is a good one is not
// looked at.
func checkCertificate(value, path string) error {
	der, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(value, "="))
	if err == nil {
		_, err = x509.ParseCertificate(der)
	}
	if err != nil {
		return scim.InvalidValue("%s must be one X.509 certificate in DER, as base64", path)
	}
	return nil
}
