package server_test

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/scim"
)

// nesting sends values within values, more than any reader should follow.
func (g *gen) nesting() request {
	r, body := g.bodied()
	deep := pick(g, []int{20, 31, 32, 33, 40, 1_000, 10_000, 50_000})
	open, end := "[", "]"
	if g.chance(50) {
		open, end = `{"value":`, "}"
	}
	value := verbatim(strings.Repeat(open, deep) + "1" + strings.Repeat(end, deep))
	if g.chance(20) {
		value = verbatim(strings.Repeat(open, deep)) // never closed
	}
	if g.chance(50) {
		body[pick(g, names)] = value
	} else {
		pick(g, places(body)).set(value)
	}
	return g.sent(r, body)
}

// attacks are values that hurt readers which trust them.
var attacks = []any{
	verbatim("1e999"), verbatim("-1e999"), verbatim("1e999999999999"), verbatim("1e-999999999"), verbatim(strings.Repeat("9", 5_000)), verbatim("0." + strings.Repeat("0", 5_000) + "1"),
	verbatim("9223372036854775807"), verbatim("9223372036854775808"), verbatim("-9223372036854775809"), verbatim("-0"), verbatim("-0.0"), verbatim("1E400"), verbatim("01"), verbatim("NaN"),
	verbatim(`"\u0000"`), verbatim(`"a\u0000b"`), verbatim(`"\ud800"`), verbatim(`"\udc00\ud800"`), verbatim(`"\ud83d\ude00"`), verbatim(`"\uFFFF"`), verbatim(`"\ufffe\ufeff"`), verbatim(`"\x41"`),
	verbatim("\"\xff\xfe\""), verbatim("\"\xc0\xaf\""), verbatim("\"\xed\xa0\x80\""), verbatim("\"\xf4\x90\x80\x80\""), verbatim("\"a\nb\""), verbatim("\"\x01\""), verbatim(`"\u202e\u2066"`),
	verbatim(`"` + strings.Repeat("e\u0301", 3_000) + `"`), verbatim(`"` + strings.Repeat("\u0301", 3_000) + `"`), verbatim(`"` + strings.Repeat("\ufdfa", 3_000) + `"`), verbatim(`"\u0130\u017f\u212a\u1e9e"`),
	"'; DROP TABLE users; --", "' OR '1'='1", "\\", "\\'", "%", "_", "%%%%", "$1", "?", ":x", "@x", "$$", "{{7*7}}", "${jndi:ldap://x/}", "<script>alert(1)</script>", "../../etc/passwd", "\r\nSet-Cookie: a=b",
	"\"", "\u0001\u001f", "\u0085", "\u00ad", "\u200b", "\U0010ffff", "\ufffd", "\ufdd0", "{\"value\":{\"value\":1}}", "{", "{\"a\":", "[", "2026-99-99T99:99:99Z", "0000-00-00T00:00:00Z", "9999-12-31T23:59:59.999999999999Z",
	"-2026-01-31T12:00:00Z", "2026-01-31T12:00:00+99:99", "MIID====", "=", "http://[::1", "http://%zz/", "javascript:x", "://", scim.Number("1e2"), scim.Number("123456789012345678901234567890"),
}

// hostileValues puts such values where good ones were.
func (g *gen) hostileValues() request {
	r, body := g.bodied()
	for range 1 + g.IntN(3) {
		if g.chance(20) {
			body[pick(g, names)] = pick(g, attacks)
			continue
		}
		pick(g, places(body)).set(pick(g, attacks))
	}
	return g.sent(r, body)
}

func (g *gen) longStrings() request {
	r, body := g.bodied()
	unit := pick(g, []string{"x", "é", "😀", `"`, "\\", "\u0001", "[", "a.", "urn:", "%", "e\u0301", "İ"})
	long := strings.Repeat(unit, pick(g, []int{1_000, 2_500, 3_000, 8_192, 100_000})/len(unit))
	var texts []place
	for _, p := range places(body) {
		if _, ok := p.get().(string); ok {
			texts = append(texts, p)
		}
	}
	if len(texts) == 0 || g.chance(10) {
		body[long] = long
	} else {
		pick(g, texts).set(long)
	}
	return g.sent(r, body)
}

func (g *gen) duplicateKeys() request {
	r, body := g.bodied()
	text := string(appendTree(nil, body))
	for range 1 + g.IntN(2) {
		text = g.duplicate(text)
	}
	return g.sentText(r, text)
}

// manyValues sends lists of thousands, distinct or alike.
func (g *gen) manyValues() request {
	n := pick(g, []int{101, 1_000, 1_001, 3_000})
	list := make([]any, n)
	alike := g.chance(30)
	for i := range list {
		id := strconv.Itoa(i + 1)
		if alike {
			id = "1"
		}
		list[i] = scim.Object{"value": id, "type": "work"}
	}
	name := pick(g, []string{"emails", "members", "addresses", "roles", "schemas", "x509Certificates", "bogus"})
	if g.chance(50) {
		return g.sent(g.ofAny(http.MethodPatch), patchBody(patchOperation(pick(g, []string{"add", "replace", "remove"}), name, list)))
	}
	r, body := g.bodied()
	body[name] = list
	return g.sent(r, body)
}

func (g *gen) manyOperations() request {
	r := g.ofAny(http.MethodPatch)
	one := patchOperation(pick(g, []string{"add", "replace", "remove"}), pick(g, []string{
		"title", "members", `emails[type eq "work"].value`, `members[value eq "1"]`, "emails", "", "bogus", `addresses[type eq "work" and locality eq "x"]`,
	}), pick(g, wrongValues))
	list := make([]any, pick(g, []int{100, 1_000, 3_000}))
	for i := range list {
		list[i] = one
	}
	return g.sent(r, patchBody(list...))
}

func (g *gen) rawBytes() request {
	r, _ := g.bodied()
	b := make([]byte, g.IntN(200))
	for i := range b {
		b[i] = byte(g.IntN(256))
	}
	text := string(b)
	if g.chance(50) {
		text = ""
		for range g.IntN(30) {
			text += pick(g, fragments)
		}
	}
	return g.sentText(r, text)
}

func (g *gen) hostilePath() request {
	id := g.idOf(g.realm.lodge().users)
	r := g.to(pick(g, []string{"GET", "GET", "HEAD", "DELETE", "POST"}), "")
	base := r.target
	r.target = pick(g, []string{
		base + "/Users/" + id + "/", base + "//Users///" + id, "//" + base[1:] + "/Users", base + "/./Users", base + "/x/../Users", base + "/Users/../Groups", "/../.." + base + "/Users",
		base + "/Users/%2e%2e/Groups", base + "/%55sers", base + "/Users%2F" + id, base + "/Users/" + id + "%2F", base + "/Users/%2F", base + "/Users/a%2Fb", base + "/Users/%252F", base + "/Users/%",
		base + "/Users/%zz", base + "/Users/%00", base + "/Users/" + id + "%00", base + "/Users/%0d%0aX:%20y", base + "/Users/%ff%fe", base + "/Users/%c0%ae", base + "/Users/" + id + ";x", base + ";x/Users",
		base + "/Users/" + id + "#x", base + "/Users?" + id, base + "/Users/" + strings.Repeat("9", 5_000), base + "/Users/" + strings.Repeat("a/", 2_000), base + strings.Repeat("/", 5_000) + "Users",
		strings.ToUpper(base) + "/Users", "/scim%2Fv2/Users", "/%73cim/v2/Users", base + "\\Users", base + "/Users\\" + id, "http://evil.example" + base + "/Users", "https://u:p@h" + base + "/Users", "//evil.example" + base,
		base + "/Users/{id}", base + "/{id}", base + "/*", "/scim/tenants/{tenantId}/v2/Users", "/scim/tenants/%31/v2/Users", "/scim/tenants/1%00/v2/Users", "/scim/tenants/*/v2/Users", "/scim/tenants/../v2/Users",
		base + "/Schemas/" + strings.Repeat("urn:", 1_000), base + "/Schemas/%75rn:x", base + "/ResourceTypes/%55ser", base + "/Users/" + id + "?", base + "/Users/" + id + "??x", base + "/Users/\u00e9", base + "/Users/\xff",
		base + "/Me/../Users", base + "/Users/.search/", base + "/Users/.%73earch", base + "/Bulk//", "/scim/v2", "/scim/v2/", "/scim/v2?", "/scim/./v2/Users", "?", "/?x", "/",
	})
	if r.method == http.MethodPost {
		return g.sent(r, g.userBody())
	}
	return r
}

// oddQueries are queries as no library encodes them.
var oddQueries = []string{
	"filter=%", "filter=%zz", "filter=%00", "filter=userName%20eq%20%22a%00%22", "filter=%ff%fe", "filter=userName+eq+%22%ed%a0%80%22", "filter=userName%2520eq%2520%2522a%2522",
	"filter=userName%252520eq%252520a", "filter=%25", "filter=%2525zz", "filter", "filter=", "filter=&filter=title+pr", "filter=title+pr&filter=%zz", "count=1&count=2", "count=%31", "count=1;startIndex=2",
	"startIndex=9223372036854775807&count=1000", "startIndex=-9223372036854775808", "startIndex=9223372036854775807&count=9223372036854775807", "count=00000000000000000001", "&&&&", "=", "=x", "a=b=c",
	"attributes=" + strings.Repeat("userName,", 2_000), "attributes=" + strings.Repeat("a.", 4_000), "excludedAttributes=" + strings.Repeat(",", 8_000), "attributes=%00", "attributes=userName%00", "attributes[]=userName",
	"attributes=emails[type%20eq%20%22work%22]", "attributes=%ff", "sortBy=%00&sortOrder=x", "sortBy=emails[type%20eq%20%22work%22].value", "sortBy=" + strings.Repeat("x", 9_000), "sortBy=members", "sortBy=groups.display",
	"sortBy=password", "sortBy=schemas", "sortBy=meta", "sortBy=x509Certificates&sortOrder=descending", "sortBy=addresses&sortOrder=DESCENDING", "access_token=x", "access%5ftoken=x", "access_token", "Access_Token=x",
	strings.Repeat("a=b&", 3_000), strings.Repeat("x", 20_000), "filter=" + strings.Repeat("%28", 3_000), "filter=" + strings.Repeat("a", 9_000), "cursor=%00", "cursor=" + strings.Repeat("A", 9_000), "cursor=%ff&count=-1",
	"cursor=&startIndex=5", "cursor=&cursor=", "filter=id+eq+%22" + strings.Repeat("9", 100) + "%22", "filter=id+gt+%22%27%22", "filter=meta.lastModified+gt+%22-9999-01-01T00:00:00Z%22", "filter=meta.created+gt+%220000-01-01T00:00:00Z%22",
	"filter=meta.created+lt+%229999-12-31T23:59:59.999999999-23:59%22", "filter=active+eq+%22%C4%B0%22",
}

func (g *gen) hostileQuery() request {
	r := g.to(http.MethodGet, g.collection())
	if g.chance(30) {
		r = g.ofAny(pick(g, []string{"GET", "DELETE", "PATCH"}))
	}
	r.target += "?" + pick(g, oddQueries)
	if r.method == http.MethodPatch {
		return g.sent(r, patchBody(patchOperation("remove", "title", nil)))
	}
	return r
}

func (g *gen) hostileFilter() request {
	n := pick(g, []int{10, 19, 20, 21, 31, 32, 33, 100, 200})
	text := pick(g, []string{
		strings.Repeat("(", n) + "title pr" + strings.Repeat(")", n), strings.Repeat("not (", n) + "title pr" + strings.Repeat(")", n), strings.Repeat("title pr and ", n) + "title pr",
		strings.Repeat("emails.value co \"a\" or ", n) + "title pr", strings.Repeat("emails[", n) + "type pr" + strings.Repeat("]", n), "emails[" + strings.Repeat("type eq \"work\" or ", n) + "primary eq true]",
		strings.Repeat("members[type eq \"User\" and display co \"a\"] or ", n) + "members pr", "title eq \"" + strings.Repeat("\\u00e9", n) + "\"", "title co \"" + strings.Repeat("%", n) + "\"",
		"title co \"" + strings.Repeat("\\\\", n) + "\"", "userName eq " + strings.Repeat("9", n), "active eq 1e" + strings.Repeat("9", n), "title " + strings.Repeat("\t", n) + "pr", strings.Repeat("groups[value eq \"1\"] and ", n) + "groups pr",
		"userName eq \"'; DROP TABLE users; --\"", "userName eq \"$1\"", "userName co \"?\"", "title sw \"\\u0000\"", "title eq \"\\ud800\"", "title eq \"\\ud83d\\ude00\"", "title gt \"\U0010ffff\"", "title lt \"\"",
		"x509Certificates.value eq \"MIIDQzCC\"", "photos.value sw \"http\"", "meta.version eq \"W/\\\"1\\\"\"", "meta.resourceType eq \"user\"", "meta.location ew \"/1\"", "id sw \"1\"", "id gt \"1\" and id lt \"5\"", "members.$ref co \"Users\"",
		"groups.$ref pr", scim.URNEnterpriseUser + ":manager.displayName pr", scim.URNEnterpriseUser + " pr", scim.URNUser + " pr", "urn:x:y:z pr", "urn:ietf:params:scim:schemas:core:2.0:Group:displayName pr", "schemas eq \"x\" or schemas pr",
		"emails[value eq \"a]\\\"b\"] and title pr", "emails[not (type eq \"work\" and not (primary eq true))]", "name[givenName pr and familyName pr]", "meta[created gt \"2026-01-31T12:00:00Z\"]", "groups[display co \"a\" or value eq \"2\"]",
		"emails.primary eq false and not (emails pr)", "addresses.primary ne true", "title ne null and nickName eq null", "active gt null", "meta.created lt null",
	})
	if g.chance(30) {
		o := g.searchBody()
		o["filter"] = text
		return g.sent(g.to(http.MethodPost, pick(g, []string{"/.search", "/Users/.search", "/Groups/.search"})), o)
	}
	return g.to(http.MethodGet, g.collection()).query("filter", text, "count", pick(g, []string{"0", "3", "50"}))
}

// oddHeaders are lines that steer proxies, frameworks or caches, and long ones.
var oddHeaders = []string{
	"X-Forwarded-Host: evil.example", "X-Forwarded-Proto: javascript", "X-Forwarded-For: 127.0.0.1, ::1, x", "X-Forwarded-For: \x80\xff", "X-Forwarded-Prefix: /../x", "Forwarded: for=\"[::1]\";host=evil", "X-Real-IP: x",
	"X-HTTP-Method-Override: DELETE", "X-Original-URL: /admin", "X-Rewrite-URL: /admin", "Accept: text/html", "Accept: application/xml;q=1, */*;q=0", "Accept: ;;;", "Accept-Encoding: gzip, br, *;q=0", "Accept-Language: \xff",
	"Content-Encoding: gzip", "Content-Encoding: deflate, gzip", "Content-Language: x", "Expect: 100-continue", "Upgrade: h2c", "Upgrade: websocket", "Connection: upgrade", "Connection: close", "Connection: keep-alive, x", "TE: trailers",
	"Cookie: a=b; session=x", "Origin: null", "Origin: https://evil.example", "Referer: x", "User-Agent: ", "User-Agent: \x80\xfe", "User-Agent: " + strings.Repeat("\u00e9", 5_000), "X-Scim-Fault: wobble=500", "X-Request-Id: x", "X-Request-Id: a\tb",
	"If-Match: " + strings.Repeat("\"1\",", 5_000), "If-None-Match: " + strings.Repeat("x", 10_000), "X-Long: " + strings.Repeat("x", 60_000), "Prefer: return=minimal", "Date: never", "Max-Forwards: -1", "Via: x", "Range: bytes=0-1,2-3",
	"Proxy-Authorization: Basic x", "Access-Control-Request-Method: DELETE", "Trailer: Authorization", "Early-Data: 1", "traceparent: 00-00-00-00", "traceparent: " + strings.Repeat("0", 1_000), "baggage: " + strings.Repeat("a=b,", 2_000),
	strings.Repeat("X-Many: y\r\n", 300) + "X-Many: z", "Content-Type: application/json", "Authorization: ", "authorization: Bearer x", "Transfer-Encoding: identity", "Host: other.example", "Accept-Charset: utf-16",
}

func (g *gen) hostileHeaders() request {
	r, body := g.bodied()
	if g.chance(60) {
		r, body = pick(g, []func(*gen) request{(*gen).read, (*gen).list, (*gen).filter, (*gen).discovery})(g), nil
	}
	if body != nil {
		r = g.sent(r, body)
	}
	r.want = nil
	for range 1 + g.IntN(3) {
		line := pick(g, oddHeaders)
		r.headers = append(r.headers, line)
		// net/http closes the connection on these without reading the body, which may lose its answer.
		r.mayBreak = r.mayBreak || strings.HasPrefix(line, "Transfer-Encoding:") || strings.HasPrefix(line, "Host:")
	}
	return r
}

func (g *gen) hostileBulk() request {
	r := g.to(http.MethodPost, "/Bulk")
	body := g.bulkBody(r.lodging)
	user := g.userBody()
	op := func(pairs ...any) scim.Object {
		o := scim.Object{}
		for i := 0; i < len(pairs); i += 2 {
			name, _ := pairs[i].(string)
			o[name] = pairs[i+1]
		}
		return o
	}
	group := func(id, member string) scim.Object {
		return op("method", "POST", "path", "/Groups", "bulkId", id, "data", scim.Object{
			"schemas": []any{scim.URNGroup}, "displayName": id, "members": []any{scim.Object{"value": "bulkId:" + member}},
		})
	}
	many := make([]any, 2_000)
	for i := range many {
		many[i] = op("method", "DELETE", "path", "/Users/"+strconv.Itoa(i))
	}
	body["Operations"] = pick(g, []any{
		[]any{}, many, []any{group("a", "a")}, []any{group("a", "b"), group("b", "a")}, []any{group("a", "b"), group("b", "c"), group("c", "a")}, []any{group("a", "nobody")}, []any{group("", "")},
		[]any{op("method", "POST", "path", "/Users", "bulkId", "x", "data", user), op("method", "POST", "path", "/Users", "bulkId", "x", "data", g.userBody())},
		[]any{op("method", "POST", "path", "/Users", "data", user)}, []any{op("method", "POST", "path", "/Bulk", "bulkId", "x", "data", g.bulkBody(r.lodging))}, []any{op("method", "GET", "path", "/Users")},
		[]any{op("method", "PATCH", "path", "/Users/bulkId:zz", "data", patchBody())}, []any{op("method", "PUT", "path", "/Users/bulkId:", "data", user)}, []any{op("method", "DELETE", "path", "/Users")},
		[]any{op("method", "DELETE", "path", "/scim/v2/Users/1")}, []any{op("method", "DELETE", "path", "http://evil.example/Users/1")}, []any{op("method", "DELETE", "path", "/Users/../Groups/1")}, []any{op("method", "DELETE", "path", "/Users/1?filter=%zz")},
		[]any{op("method", "POST", "path", "/Me", "bulkId", "x", "data", user)}, []any{op("method", "delete", "path", "Users/1")}, []any{op("method", "POST", "path", "/Users/.search", "bulkId", "x", "data", g.searchBody())}, []any{op()}, []any{nil},
		[]any{op("method", "PATCH", "path", g.userPath(r.lodging), "version", `W/"99"`, "data", patchBody(patchOperation("remove", "title", nil)))}, []any{op("method", "POST", "path", "/Users", "bulkId", "x", "data", "text")},
		[]any{op("method", "POST", "path", "/Users", "bulkId", strings.Repeat("x", 10_000), "data", user)}, []any{op("method", nil, "path", nil, "bulkId", nil, "data", nil)}, "text", scim.Object{}, nil,
	})
	if g.chance(40) {
		body["failOnErrors"] = pick(g, append(attacks[:12:12], scim.Number("-1"), scim.Number("0"), scim.Number("1"), "1", nil))
	}
	return g.sent(r, body)
}

// framing contradicts itself about where the body ends.
func (g *gen) framing() request {
	r, body := g.bodied()
	r = g.sent(r, body)
	text := string(r.body)
	n := strconv.Itoa(len(text))
	head := r.method + " " + r.target + " HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + r.token + "\r\nContent-Type: application/json\r\n"
	tail := pick(g, []string{
		"Content-Length: " + n + "\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + text, "Content-Length: " + n + "\r\nContent-Length: 1\r\n\r\n" + text, "Content-Length: -1\r\n\r\n" + text, "Content-Length: x\r\n\r\n" + text,
		"Content-Length: +" + n + "\r\n\r\n" + text, "Content-Length: 99999999999999999999\r\n\r\n" + text, "Transfer-Encoding: chunked\r\n\r\nzz\r\n" + text, "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n" + text,
		"Transfer-Encoding: chunked\r\n\r\n-1\r\n" + text, "Transfer-Encoding: gzip\r\n\r\n" + text, "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", "Transfer-Encoding: xchunked\r\n\r\n" + text, "\r\n" + text,
		"Transfer-Encoding: chunked\r\nTrailer: X\r\n\r\n1;ext=x\r\n{\r\n0\r\nX: y\r\n\r\n", "Expect: nothing\r\nContent-Length: " + n + "\r\n\r\n" + text, "Content-Length : " + n + "\r\n\r\n" + text, " folded: x\r\n\r\n", "Content-Length: " + n + "0\r\n\r\n" + text, "Content-Length: " + n + "\n\n" + text,
	})
	return request{method: r.method, target: r.target, raw: []byte(head + tail), mayBreak: true}
}

// bodyCutOff ends the connection's sending half before the body ends.
func (g *gen) bodyCutOff() request {
	r, body := g.bodied()
	r = g.sent(r, body)
	r.chunked, r.missing, r.mayBreak = false, 1+g.IntN(len(r.body)), true
	return r
}

func (g *gen) bodyTooLarge() request {
	const limit = 4 << 20
	r, body := g.bodied()
	body["title"] = strings.Repeat("x", limit)
	r = g.sent(r, body)
	r.mayBreak = true
	r.want = []int{http.StatusRequestEntityTooLarge, http.StatusNotFound, http.StatusNotImplemented}
	return r
}

// notHTTP is what a server reads from scanners, and from clients that are broken.
var notHTTP = []string{
	"GET\r\n\r\n", "GET /scim/v2/Users\r\n\r\n", "GET /scim/v2/Users HTTP/9.9\r\nHost: h\r\n\r\n", "GET /scim/v2/Users HTTP/1.0\r\n\r\n", "GET /scim/v2/Users HTTP/1.1\r\n\r\n", "GET  /scim/v2/Users  HTTP/1.1\r\nHost: h\r\n\r\n",
	"G\x00T /scim/v2/Users HTTP/1.1\r\nHost: h\r\n\r\n", "GET /scim/v2/Us ers HTTP/1.1\r\nHost: h\r\n\r\n", "GET /scim/v2/Users HTTP/1.1\r\nHost: h\r\nA\x00: b\r\n\r\n", "GET /scim/v2/Users HTTP/1.1\r\nHost: h\r\nA: b\x00\r\n\r\n",
	"GET /scim/v2/Users HTTP/1.1\r\nHost: h\r\nHost: i\r\n\r\n", "GET /scim/v2/Users HTTP/1.1\r\nHost: h/x\r\n\r\n", "GET /scim/v2/Users HTTP/1.1\r\nHost: \xff\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
	"GET /scim/v2/Users HTTP/1.1\nHost: h\n\n", "CONNECT scim.example.com:443 HTTP/1.1\r\nHost: h\r\n\r\n", "GET * HTTP/1.1\r\nHost: h\r\n\r\n", "GET /scim/v2/Users HTTP/1.1\r\nHost: h\r\nX: " + strings.Repeat("x", 1_100_000) + "\r\n\r\n", "\r\n\r\n\r\n",
	"GET /" + strings.Repeat("x", 1_100_000) + " HTTP/1.1\r\nHost: h\r\n\r\n", "{\"schemas\":[]}", "", "GET http:// HTTP/1.1\r\nHost: h\r\n\r\n", "GET scim/v2/Users HTTP/1.1\r\nHost: h\r\n\r\n", "GET /scim/v2/Users HTTP/1.1\r\nHost: h\r\nno colon\r\n\r\n",
}

func (g *gen) noHTTP() request {
	text := pick(g, notHTTP)
	method, rest, _ := strings.Cut(text, " ")
	target, _, _ := strings.Cut(rest, " ")
	return request{method: method, target: target, raw: []byte(text), mayBreak: true}
}

func (g *gen) optionsStar() request { return request{method: "OPTIONS", target: "*"} }
