package idp

import (
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"io"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

// decodedLimit bounds a body that grows on being unpacked.
const decodedLimit = 8 << 20

// decode unpacks the body of an answer, for a provider that says it can: the client
// leaves to us what a profile asks for.
func decode(x *scimclient.Exchange) {
	coding := strings.ToLower(strings.TrimSpace(x.Header.Get("Content-Encoding")))
	var reader io.Reader
	var err error
	switch coding {
	case "gzip", "x-gzip":
		reader, err = gzip.NewReader(strings.NewReader(x.Body))
	case "deflate":
		if reader, err = zlib.NewReader(strings.NewReader(x.Body)); err != nil {
			reader, err = flate.NewReader(strings.NewReader(x.Body)), nil // some leave the wrapper out
		}
	default:
		return
	}
	var body []byte
	if err == nil {
		body, err = io.ReadAll(io.LimitReader(reader, decodedLimit))
	}
	if err != nil && len(body) == 0 {
		return // it stays what it is: no JSON
	}
	x.Body = string(body)
	x.Header.Del("Content-Encoding")
	x.Header.Del("Content-Length")
}

// hidePassword takes the password of a new user out of an exchange that others see.
func hidePassword(x *scimclient.Exchange, body any) {
	o, _ := body.(object)
	for _, m := range o {
		if secret, ok := m.value.(string); ok && m.key == "password" && secret != "" {
			x.RequestBody = strings.ReplaceAll(x.RequestBody, `"password":`+`"`+secret+`"`, `"password":"***"`)
			x.Body = strings.ReplaceAll(x.Body, secret, "***")
		}
	}
}
