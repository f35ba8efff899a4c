package main

import (
	"net/http"
	"strings"
)

// noBulk is a server without bulk.
var noBulk = &mutant{sent: at("POST /Bulk", refuse(501, "")), got: at("GET /ServiceProviderConfig", set("bulk/supported", false))}

var bulkMutants = []mutant{
	{row: "BULK-001", why: "breaks on bulk", given: noBulk, on: "POST /Bulk", sent: refuse(500, "")},
	{row: "BULK-001", why: "does bulk all the same", given: noBulk, on: "POST /Bulk", sent: processed()},
	{row: "BULK-002", why: "leaves schemas out", on: "POST /Bulk", got: drop("schemas")},
	{row: "BULK-002", why: "breaks without schemas", on: "POST /Bulk", got: when(answers(400), refuse(500, ""))},
	{row: "BULK-003", why: "answers 207 if one fails", on: "POST /Bulk", got: when(holds("Operations/status=404", nil), code(207))},
	{row: "BULK-003", why: "answers as its only operation", on: "POST /Bulk", got: when(holds("Operations/0/status", "404"), code(404))},
	{row: "BULK-004", why: "takes a job of nothing", on: "POST /Bulk", got: when(answers(400), processed())},
	{row: "BULK-004", why: "reads by bulk", on: "POST /Bulk", got: when(asks(`"GET"`), set("Operations/0/status", "200"))},
	{row: "BULK-005", why: "posts to a user", on: "POST /Bulk", sent: change("Operations/method=POST/path", func(v any) any {
		path, _ := v.(string)
		return "/" + strings.Split(path+"/", "/")[1]
	})},
	{row: "BULK-005", why: "takes whole URLs", on: "POST /Bulk", sent: swap(`"https://example.com/Users"`, `"/Users"`)},
	{row: "BULK-005", why: "takes any type for users", on: "POST /Bulk", sent: swap("/NoSuchThing/", "/Users/")},
	{row: "BULK-006", why: "makes a bulkId up", on: "POST /Bulk", sent: change("Operations/0/bulkId", func(v any) any {
		if v == nil {
			return "made-up"
		}
		return v
	})},
	{row: "BULK-006", why: "takes one bulkId twice", on: "POST /Bulk", sent: change("Operations/1/bulkId", inPart(`-`, `_`))},
	{row: "BULK-006", why: "posts nothing", on: "POST /Bulk", got: unless(asks(`"data"`), set("Operations/0/status", "201"))},
	{row: "BULK-007", why: "takes bare operations", on: "POST /Bulk", sent: change("Operations/0/data", func(v any) any {
		if ops, ok := v.(arr); ok {
			return obj{"schemas": arr{patchURN}, "Operations": ops}
		}
		return v
	})},
	{row: "BULK-007", why: "does nothing", on: "POST /Bulk", sent: set("Operations/0/data/Operations/0/path", "nickName")},
	{row: "BULK-008", why: "writes the status as a number", on: "POST /Bulk", got: change("Operations/*/status", asNumber)},
	{row: "BULK-008", why: "writes the status as an object", on: "POST /Bulk", got: change("Operations/*/status", func(v any) any { return obj{"code": v} })},
	{row: "BULK-009", why: "leaves method out", on: "POST /Bulk", got: drop("Operations/*/method")},
	{row: "BULK-009", why: "leaves bulkId out", on: "POST /Bulk", got: drop("Operations/*/bulkId")},
	{row: "BULK-010", why: "leaves out the location of what it deleted", on: "POST /Bulk", got: drop("Operations/method=DELETE/location")},
	{row: "BULK-010", why: "leaves out the location of what failed", on: "POST /Bulk", got: drop("Operations/status=404/location")},
	{row: "BULK-010", why: "has a location for what it did not make", on: "POST /Bulk", got: set("Operations/status=409/location", "/Users/none")},
	{row: "BULK-011", why: "leaves errors out", on: "POST /Bulk", got: drop("Operations/*/response")},
	{row: "BULK-011", why: "has a message of its own", on: "POST /Bulk", got: set("Operations/status=409/response", obj{"message": "no"})},
	{row: "BULK-012", why: "tells of errors only", on: "POST /Bulk", got: drop("Operations/status=204")},
	{row: "BULK-012", why: "repeats a result", on: "POST /Bulk", got: change("Operations", double)},
	{row: "BULK-013", why: "stops at an error", on: "POST /Bulk", sent: set("failOnErrors", 1)},
	{row: "BULK-014", why: "ignores failOnErrors", on: "POST /Bulk", sent: drop("failOnErrors")},
	{row: "BULK-014", why: "stops at the first error", on: "POST /Bulk", sent: set("failOnErrors", 1)},
	{row: "BULK-014", why: "does what it does not report", on: "POST /Bulk", sent: drop("failOnErrors"), got: change("Operations", onlyFirst)},
	{row: "BULK-015", why: "does not resolve references", on: "POST /Bulk", sent: swap(`"bulkId:`, `"none-`)},
	{row: "BULK-015", why: "does not resolve them in extensions", on: "POST /Bulk", sent: change("Operations/*/data/"+enterprise, inPart("bulkId:", "none-"))},
	{row: "BULK-015", why: "stores references", on: "GET /Groups/*", got: set("members/0/value", "bulkId:x")},
	{row: "BULK-016", why: "looks back only", on: "POST /Bulk", sent: change("Operations/0", inPart("bulkId:", "none-"))},
	{row: "BULK-017", why: "breaks on a circle", on: "POST /Bulk", sent: refuse(500, "")},
	{row: "BULK-017", why: "leaves a circle open", on: "GET /Groups/*", got: drop("members")},
	{row: "BULK-017", why: "stores half a circle", on: "GET /Groups/*", got: set("members/0/value", "bulkId:x")},
	{row: "BULK-018", why: "does not resolve paths", on: "POST /Bulk", sent: change("Operations/*/path", inPart("bulkId:", "none-"))},
	{row: "BULK-018", why: "does not resolve the values of PATCH", on: "POST /Bulk", sent: change("Operations/2/data", inPart("bulkId:", "none-"))},
	{row: "BULK-019", why: "takes a reference to nothing", on: "POST /Bulk", got: set("Operations/0/status", "200")},
	{row: "BULK-019", why: "has a code of its own", on: "POST /Bulk", got: swap(`"status":"409"`, `"status":"424"`)},
	{row: "BULK-020", why: "has no limits", on: "POST /Bulk", got: when(answers(413), processed())},
	{row: "BULK-020", why: "does not say which limit", on: "POST /Bulk", got: when(answers(413), set("detail", "too large"))},
	{row: "BULK-020", why: "does a part of it", on: "POST /Bulk", got: when(answers(413), func(c *call) {
		path, _ := valueAt(readJSON(c.body), "Operations/0/path").(string)
		c.also(http.MethodDelete, path, "")
	})},
	{row: "BULK-021", why: "ignores version", on: "POST /Bulk", sent: drop("Operations/*/version")},
	{row: "BULK-022", why: "turns the order round", on: "POST /Bulk", sent: change("Operations", reverse), got: change("Operations", reverse)},
	{row: "BULK-023", why: "does half an operation", on: "POST /Bulk", sent: drop("Operations/2/data/Operations/1")},
	{row: "BULK-023", why: "undoes all for an error", on: "POST /Bulk", got: func(c *call) {
		path, _ := valueAt(readJSON(c.body), "Operations/0/path").(string)
		renames(c, path)
	}},
	{row: "BULK-023", why: "does by bulk what one may not", scopes: onlyReads, on: "POST /Bulk", sent: asOwner},
	{row: "BULK-024", why: "leaves version out", on: "POST /Bulk", got: drop("Operations/*/version")},
	{row: "BULK-024", why: "has an old version", on: "POST /Bulk", got: set("Operations/*/version", `W/"0"`)},
}
