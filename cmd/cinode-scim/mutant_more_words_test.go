package main

import (
	"crypto/x509"
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// The words of mutants of lists, jobs and rights, beside those that the comment on mutant lists:
//
//	ordered("path", key)   sorts a page, if sortBy is given, by the text at a path as key makes it
//	clings("path")         shows what was there before, when there is nothing any more
//	imposeCursor           asks for a cursor where the client named no method
//	anonymous, byOwner     conditions: the request has no credential; it has the judge's main token
//	toOurs                 sends what is for another tenant to the judge's main one, as its owner
//	processed()            the answer to a job that did nothing
//	inPart(old, new)       what swap does, for change

const (
	searchURN       = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
	bulkResponseURN = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
	otherUsers      = "/scim/tenants/*/v2/Users"
)

func asIs(text string) string { return text }

// ordered keeps ties as they are, and puts what has no text there first, or last if descending.
func ordered(path string, key func(string) string) edit {
	keyOf := func(v any) string {
		text, _ := valueAt(v, path).(string)
		return key(text)
	}
	return when(asks("sortBy="), change("Resources", func(v any) any {
		all, _ := v.(arr)
		slices.SortStableFunc(all, func(a, b any) int { return strings.Compare(keyOf(a), keyOf(b)) })
		return all
	}), when(asks("sortOrder=descending"), change("Resources", reverse)))
}

func lowerASCII(text string) string {
	return strings.Map(func(r rune) rune {
		if r < unicode.MaxASCII {
			return unicode.ToLower(r)
		}
		return r
	}, text)
}

func clings(path string) edit {
	return func(c *call) {
		key := "clings " + c.id()
		if v := valueAt(readJSON(c.got.body), path); v != nil {
			c.store.put(key, v)
		} else if v := c.store.get(key); v != nil {
			set(path, v)(c)
		}
	}
}

func imposeCursor(c *call) {
	if !c.query.Has("cursor") && !c.query.Has("startIndex") {
		c.query.Set("cursor", "")
		c.rawQuery = c.query.Encode()
	}
}

// padded writes a cursor as base64 with its padding.
func padded(v any) any {
	if cursor, ok := v.(string); ok {
		return cursor + "="
	}
	return gone
}

func anonymous(c *call) bool { return c.came.Header.Get("Authorization") == "" }

func byOwner(c *call) bool { return c.came.Header.Get("Authorization") == "Bearer "+c.proxy.token }

func toOurs(c *call) {
	_, path, _ := strings.Cut(c.path, "/v2/")
	to("/" + path)(c)
	asOwner(c)
}

func processed() edit {
	return answer(200, writeJSON(obj{"schemas": arr{bulkResponseURN}, "Operations": arr{}}))
}

func inPart(old, fresh string) func(any) any {
	return func(v any) any {
		if v == nil {
			return gone
		}
		return readJSON(strings.ReplaceAll(writeJSON(v), old, fresh))
	}
}

// onlyFirst leaves the first element of an array.
func onlyFirst(v any) any {
	all, _ := v.(arr)
	return all[:min(1, len(all))]
}

// asNumber is a status as the drafts of SCIM had it.
func asNumber(v any) any {
	text, _ := v.(string)
	n, err := strconv.Atoi(text)
	if err != nil {
		return v
	}
	return n
}

// noCertificate says that a user has a value that is not just one certificate.
func noCertificate(c *call) bool {
	text, ok := valueAt(readJSON(c.here().body), "x509Certificates/0/value").(string)
	if !ok {
		return false
	}
	der, err := base64.StdEncoding.DecodeString(text)
	if err == nil {
		_, err = x509.ParseCertificate(der)
	}
	return err != nil
}

// renames gives a user another displayName, past the mutant.
func renames(c *call, path string) {
	c.alsoAs("Bearer "+c.proxy.token, http.MethodPatch, path,
		writeJSON(obj{"schemas": arr{patchURN}, "Operations": arr{op("replace", "displayName", "of the mutant")}}))
}
