// Package api owns the description of the admin API, openapi.yaml. The server
// serves it, and a test of internal/adminhttp holds it against every route and
// answer.
package api

import _ "embed" // for the document

// Document is openapi.yaml.
//
//go:embed openapi.yaml
var Document []byte
