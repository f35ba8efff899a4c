// Package scim holds the protocol's plain values: URNs and media types, the
// error of RFC 7644 section 3.12, JSON trees and their strict decoding, and
// the request messages. It knows no schema (package schema), no filter
// language (package filter) and no storage.
package scim

// URNs of RFC 7643 section 8 and RFC 7644 section 8.2.
const (
	URNUser                  = "urn:ietf:params:scim:schemas:core:2.0:User"
	URNGroup                 = "urn:ietf:params:scim:schemas:core:2.0:Group"
	URNEnterpriseUser        = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	URNCinodeUser            = "urn:ietf:params:scim:schemas:extension:Cinode:User:1.0" // Cinode's own (D)
	URNSchema                = "urn:ietf:params:scim:schemas:core:2.0:Schema"
	URNResourceType          = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
	URNServiceProviderConfig = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
	URNListResponse          = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
	URNPatchOp               = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
	URNSearchRequest         = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
	URNBulkRequest           = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
	URNBulkResponse          = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
	URNError                 = "urn:ietf:params:scim:api:messages:2.0:Error"
)

// MediaType is the content type of every answer (RFC 7644 section 8.1).
const MediaType = "application/scim+json"
