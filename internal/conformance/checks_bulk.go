package conformance

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

const (
	bulkPath        = "/Bulk"
	bulkRequestURN  = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
	bulkResponseURN = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"

	mostBulkOperations = 20_000
	mostBulkBytes      = 32 << 20
)

// bulkChecks are the rows on jobs and results; those on bulkId are bulkReferenceChecks.
var bulkChecks = checks{
	"BULK-001": func(t *trial) {
		a := t.send(http.MethodPost, bulkPath, jobOf(t.removeNone())).is(501, 404)
		a.refused(a.Status)
	},
	"BULK-002": func(t *trial) {
		t.equal("schemas of the answer", t.bulk(t.postUser()).at("schemas"), list{bulkResponseURN})
		for _, schemas := range []any{nil, list{}, list{patchURN}} {
			body := jobOf(t.postUser())
			body["schemas"] = schemas
			if a := t.send(http.MethodPost, bulkPath, body); a.ok() {
				t.warnf("a job with schemas %s is not rejected", encode(schemas))
			} else {
				a.refused(400, "invalidSyntax", "invalidValue")
			}
		}
	},
	"BULK-003": func(t *trial) {
		j := t.bulk(t.postUser(), t.removeNone())
		j.is(0, "201")
		j.is(1, "404")
		t.bulk(t.removeNone()).is(0, "404")
	},
	"BULK-004": func(t *trial) {
		for _, operations := range []any{nil, "x", object{}} {
			t.send(http.MethodPost, bulkPath, object{"schemas": list{bulkRequestURN}, "Operations": operations}).refused(400, "invalidSyntax", "invalidValue")
		}
		t.send(http.MethodPost, bulkPath, object{"schemas": list{bulkRequestURN}}).refused(400, "invalidSyntax", "invalidValue")
		u := t.user()
		for _, method := range []any{"GET", "FETCH", nil, 5} {
			t.refusesOperation(object{"method": method, "path": u.path})
		}
	},
	"BULK-005": func(t *trial) {
		u := t.user("displayName", t.name())
		before := u.now()
		data := u.sent("displayName", t.name())
		t.refusesOperation(with(t.postUser(), "path", u.path))
		t.refusesOperation(operation(http.MethodPut, t.users(), "data", data))
		t.refusesOperation(operation(http.MethodPut, "/NoSuchThing/"+u.id, "data", data))
		t.refusesOperation(object{"method": "PUT", "data": data})
		t.refusesOperation(without(t.postUser(), "path"))
		t.refusesOperation(with(t.postUser(), "path", "https://example.com/Users"))
		t.unmoved(before, u.now())
	},
	"BULK-006": func(t *trial) {
		u := t.user()
		t.refusesOperation(without(t.postUser(), "bulkId"))
		t.refusesOperation(without(t.postUser(), "data"))
		t.refusesOperation(operation(http.MethodPut, u.path))
		if t.d.supports("patch") {
			t.refusesOperation(operation(http.MethodPatch, u.path))
		}
		one := t.postUser()
		a := t.send(http.MethodPost, bulkPath, jobOf(one, with(t.postUser(), "bulkId", one["bulkId"]))).is(200, 400)
		if a.Status == 400 {
			a.refused(400)
			return
		}
		made := 0
		for _, r := range a.results() {
			if strings.HasPrefix(statusOf(r), "2") {
				made++
			}
		}
		t.check(made < 2, "two operations with one bulkId are both done")
	},
	"BULK-007": func(t *trial) {
		name := t.name()
		u := t.user("displayName", t.name())
		t.bulk(operation(http.MethodPatch, u.path, "data", patchOf(op("replace", "displayName", name)))).is(0, "200", "204")
		t.equal("displayName", u.now()["displayName"], name)
		t.refusesOperation(operation(http.MethodPatch, u.path, "data", list{op("replace", "displayName", t.name())}))
		t.equal("displayName", u.now()["displayName"], name)
	},
	"BULK-008": func(t *trial) {
		j, _ := t.oneOfEach()
		for _, r := range j.results() {
			code, ok := r["status"].(string)
			_, err := strconv.Atoi(code)
			t.check(ok && err == nil && len(code) == 3, "status is %s", encode(r["status"]))
		}
	},
	"BULK-009": func(t *trial) {
		j, _ := t.oneOfEach()
		marks := func(all []object) (out []string) {
			for _, o := range all {
				mark := fmt.Sprint(o["method"])
				if mark == http.MethodPost {
					mark += " " + encode(o["bulkId"])
				}
				out = append(out, mark)
			}
			return sorted(out)
		}
		t.equal("method and bulkId of the results", marks(j.results()), marks(j.operations))
	},
	"BULK-010": func(t *trial) {
		j, u := t.oneOfEach()
		for i, o := range j.operations {
			r, location := j.result(i), j.location(i)
			path, _ := o["path"].(string)
			switch ok := strings.HasPrefix(statusOf(r), "2"); {
			case o["method"] != http.MethodPost:
				t.check(strings.HasSuffix(location, path), "the result of %s %s with status %s has the location %q", o["method"], path, statusOf(r), location)
			case ok:
				t.check(strings.Contains(location, path+"/"), "the result of a POST with status %s has the location %q", statusOf(r), location)
				t.equal("meta.location of what was made", t.get(absolute(t, location)).is(200).at("meta", "location"), location)
			default:
				t.check(location == "", "the result of a POST with status %s has the location %q", statusOf(r), location)
			}
		}
		t.check(j.location(1) == at(u.now(), "meta", "location"), "location is %q where meta.location is %q", j.location(1), at(u.now(), "meta", "location"))
	},
	"BULK-011": func(t *trial) {
		j, _ := t.oneOfEach()
		for i, o := range j.operations {
			r := j.result(i)
			response, ok := r["response"].(object)
			isError := slices.Contains(strs(response["schemas"]), errorURN)
			if strings.HasPrefix(statusOf(r), "2") {
				t.check(!isError, "the result of %s with status %s has an error", o["method"], statusOf(r))
				continue
			}
			t.check(ok && isError, "the result of %s with status %s has no SCIM error in response, but %s", o["method"], statusOf(r), encode(r["response"]))
			t.equal("status in response", response["status"], statusOf(r))
		}
	},
	"BULK-012": func(t *trial) {
		j, _ := t.oneOfEach()
		t.check(len(j.results()) == len(j.operations), "%d operations have %d results", len(j.operations), len(j.results()))
		for i := range j.operations {
			j.result(i)
		}
	},
	"BULK-013": func(t *trial) {
		u := t.user()
		j := t.bulk(t.removeNone(), t.post(t.users(), u.sent()), t.postUser(), operation(http.MethodDelete, u.path))
		j.made(2)
		j.is(3, "204", "200")
		u.get().is(404)
	},
	"BULK-014": func(t *trial) {
		u, v := t.user(), t.user()
		removeU, removeV := operation(http.MethodDelete, u.path), operation(http.MethodDelete, v.path)
		stops := func(n, results int, operations ...object) {
			j := t.process(with(jobOf(operations...), "failOnErrors", n))
			t.check(len(j.results()) == results, "with failOnErrors %d there are %d results; want %d", n, len(j.results()), results)
		}
		stops(1, 1, t.removeNone(), removeU)
		u.get().is(200)
		stops(2, 3, t.removeNone(), removeU, t.removeNone(), removeV)
		u.get().is(404)
		v.get().is(200)
	},
	"BULK-020": func(t *trial) {
		u := t.user()
		operations := []object{operation(http.MethodDelete, u.path)}
		tried := false
		most, size := t.limit("maxOperations"), t.limit("maxPayloadSize")
		for len(operations) <= min(most, mostBulkOperations) {
			operations = append(operations, t.removeNone())
		}
		if body := encode(jobOf(operations...)); most < mostBulkOperations && len(body) <= size {
			tried = true
			t.tooLarge(body, "maxOperations", most)
		}
		if size <= mostBulkBytes {
			tried = true
			body := encode(jobOf(operations[0]))
			t.tooLarge(body[:1]+strings.Repeat(" ", max(0, size+1-len(body)))+body[1:], "maxPayloadSize", size)
		}
		if !tried {
			t.skipf("maxOperations %d and maxPayloadSize %d are too large to be tried", most, size)
		}
		u.get().is(200)
	},
	"BULK-021": func(t *trial) {
		u := t.user("displayName", t.name())
		stale, kept := u.tag(), t.name()
		put := func(name, version string) object {
			return operation(http.MethodPut, u.path, "data", u.sent("displayName", name), "version", version)
		}
		t.bulk(put(kept, stale)).is(0, "200")
		t.bulk(put(t.name(), stale)).is(0, "412")
		t.bulk(operation(http.MethodDelete, u.path, "version", stale)).is(0, "412")
		t.equal("displayName", u.now()["displayName"], kept)
	},
	"BULK-022": func(t *trial) {
		u := t.user("displayName", t.name())
		put := func(name string) object {
			return operation(http.MethodPut, u.path, "data", u.sent("displayName", name))
		}
		a, b := t.name(), t.name()
		t.bulk(put(a), put(b)).is(1, "200")
		t.equal("displayName after two PUT", u.now()["displayName"], b)
		if t.d.supports("patch") {
			patch := func(name string) object {
				return operation(http.MethodPatch, u.path, "data", patchOf(op("replace", "displayName", name)))
			}
			t.bulk(put(a), patch(b)).is(1, "200", "204")
			t.equal("displayName after PUT and PATCH", u.now()["displayName"], b)
			t.bulk(patch(b), put(a)).is(1, "200")
			t.equal("displayName after PATCH and PUT", u.now()["displayName"], a)
		}
		j := t.bulk(put(b), operation(http.MethodDelete, u.path), put(a))
		j.is(1, "204", "200")
		j.is(2, "404")
	},
	"BULK-023": func(t *trial) {
		u, v := t.user("displayName", t.name()), t.user("displayName", t.name())
		name, before := t.name(), v.now()
		operations := []object{operation(http.MethodPut, u.path, "data", u.sent("displayName", name)), t.removeNone()}
		if t.d.supports("patch") {
			half := patchOf(op("replace", "displayName", t.name()), op("remove", ""))
			operations = append(operations, operation(http.MethodPatch, v.path, "data", half))
		}
		j := t.bulk(operations...)
		j.is(0, "200")
		t.equal("displayName after a job with errors", u.now()["displayName"], name)
		if len(operations) > 2 {
			j.is(2, "400")
			t.unmoved(before, v.now())
		}
		if t.readerSide == nil {
			t.notef("that each operation is permitted by itself was not judged: it takes a token that may only read")
			return
		}
		a := t.reader().send(http.MethodPost, bulkPath, jobOf(operation(http.MethodPut, v.path, "data", v.sent("displayName", name)))).is(200, 403)
		for _, r := range a.results() {
			t.equal("status of a PUT with a token that may only read", statusOf(r), "403")
		}
		t.unmoved(before, v.now())
	},
	"BULK-024": func(t *trial) {
		j := t.bulk(t.postUser())
		u := j.made(0)
		judge := func(j *job) {
			t.equal("version of the result of "+fmt.Sprint(j.operations[0]["method"]), j.result(0)["version"], u.tag())
		}
		judge(j)
		j = t.bulk(operation(http.MethodPut, u.path, "data", u.asked))
		j.is(0, "200")
		judge(j)
		if t.d.supports("patch") && t.has("displayName") {
			j = t.bulk(operation(http.MethodPatch, u.path, "data", patchOf(op("replace", "displayName", t.name()))))
			j.is(0, "200", "204")
			judge(j)
		}
	},
}

// oneOfEach runs a job of operations of each method, good and bad ones; the second puts the user.
func (t *trial) oneOfEach() (*job, *resource) {
	u, gone := t.user(), t.user()
	none := t.users() + "/" + t.name()
	operations := []object{
		t.postUser(),
		operation(http.MethodPut, u.path, "data", u.sent()),
		operation(http.MethodDelete, gone.path),
		t.post(t.users(), u.sent()),
		operation(http.MethodPut, none, "data", u.sent("userName", t.name()+"@example.com")),
		operation(http.MethodDelete, none),
	}
	want := [][]string{{"201"}, {"200"}, {"204", "200"}, {"409"}, {"404"}, {"404"}}
	if t.d.supports("patch") && t.has("displayName") {
		change := patchOf(op("replace", "displayName", t.name()))
		operations = append(operations, operation(http.MethodPatch, u.path, "data", change), operation(http.MethodPatch, none, "data", change))
		want = append(want, []string{"200", "204"}, []string{"404"})
	}
	j := t.bulk(operations...)
	for i, statuses := range want {
		j.is(i, statuses...)
	}
	return j, u
}

// refusesOperation wants an operation that is not well-formed to fail, by itself or with the whole job.
func (t *trial) refusesOperation(o object) {
	a := t.send(http.MethodPost, bulkPath, jobOf(o)).is(200, 400)
	if a.Status == 400 {
		a.refused(400)
		return
	}
	t.paired(a, []object{o}).is(0, "400", "404", "405")
}

// tooLarge wants a job over a limit to be 413, with the limit told.
func (t *trial) tooLarge(body, name string, limit int) {
	a := t.send(http.MethodPost, bulkPath, body).refused(413)
	detail := a.str("detail")
	t.check(strings.Contains(detail, name) || strings.Contains(detail, strconv.Itoa(limit)), "413 does not name the limit %s (%d): %q", name, limit, detail)
}

// limit is one that the ServiceProviderConfig sets for bulk.
func (t *trial) limit(name string) int {
	n, _ := at(t.d.features, "bulk", name).(float64)
	if n < 1 {
		t.skipf("ServiceProviderConfig has no bulk.%s", name)
	}
	return int(n)
}

func with(o object, name string, value any) object {
	o = maps.Clone(o)
	o[name] = value
	return o
}

func without(o object, name string) object {
	o = maps.Clone(o)
	delete(o, name)
	return o
}
