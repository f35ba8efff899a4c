package schema_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

// TestNormalizer_ChecksFormats: where it is asked for, and nowhere else.
func TestNormalizer_ChecksFormats(t *testing.T) {
	t.Parallel()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, private)
	require.NoError(t, err)
	one := base64.StdEncoding.EncodeToString(der)
	two := base64.StdEncoding.EncodeToString(append(der, der...))
	for body, detail := range map[string]string{
		`{"addresses":[{"country":"SE"},{"country":"us"},{"country":""}]}`: "",
		`{"addresses":[{"country":"USA"}]}`:                                "addresses[0].country must be a country",
		`{"addresses":[{"type":"work"},{"country":"Sweden"}]}`:             "addresses[1].country must be a country",
		`{"addresses":[{"country":"ZZ"}]}`:                                 "addresses[0].country must be a country",
		`{"addresses":[{"country":"01"}]}`:                                 "addresses[0].country must be a country",
		`{"x509Certificates":[{"value":"` + one + `"}]}`:                   "",
		`{"x509Certificates":[{"value":"` + two + `"}]}`:                   "x509Certificates[0].value must be one X.509 certificate",
		`{"x509Certificates":[{"value":"QQ"}]}`:                            "x509Certificates[0].value must be one X.509 certificate",
	} {
		n := &schema.Normalizer{Type: schema.RFC().Users}
		_, err := n.Resource(decode(t, body))
		require.NoError(t, err, body)
		n.CheckFormats = true
		_, err = n.Resource(decode(t, body))
		if detail == "" {
			require.NoError(t, err, body)
			continue
		}
		requireRefusal(t, err, scim.ErrorTypeInvalidValue, detail)
	}
}
