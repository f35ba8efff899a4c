package conformance

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// job is a bulk request that was processed.
type job struct {
	*answer
	operations []object
	paired     []object // the result of each operation, nil if there is none
}

// operation is one of a job, with further members as name and value in turn.
func operation(method, path string, pairs ...any) object {
	o := object{"method": method, "path": path}
	for i := 0; i+1 < len(pairs); i += 2 {
		name, _ := pairs[i].(string)
		o[name] = pairs[i+1]
	}
	return o
}

func (t *trial) post(endpoint string, body object) object {
	return operation(http.MethodPost, endpoint, "bulkId", t.name(), "data", body)
}

func (t *trial) postUser(pairs ...any) object { return t.post(t.users(), t.userBody(pairs...)) }

func (t *trial) postGroup(members ...any) object {
	t.needsMembers()
	body := t.groupBody()
	if len(members) > 0 {
		values := list{}
		for _, m := range members {
			values = append(values, object{"value": m})
		}
		body["members"] = values
	}
	return t.post(t.groups(), body)
}

// removeNone is an operation that fails, for what it removes is not there.
func (t *trial) removeNone() object { return operation(http.MethodDelete, t.users()+"/"+t.name()) }

// referenceTo stands for the id of what another operation makes.
func referenceTo(o object) string {
	id, _ := o["bulkId"].(string)
	return "bulkId:" + id
}

func jobOf(operations ...object) object {
	all := list{}
	for _, o := range operations {
		all = append(all, o)
	}
	return object{"schemas": list{bulkRequestURN}, "Operations": all}
}

// bulk sends operations, which must be processed.
func (t *trial) bulk(operations ...object) *job { return t.process(jobOf(operations...)) }

func (t *trial) process(body object) *job {
	a := t.send(http.MethodPost, bulkPath, body).is(200)
	t.check(slices.Contains(strs(a.at("schemas")), bulkResponseURN), "the answer is no BulkResponse, its schemas are %s", encode(a.at("schemas")))
	operations, _ := body["Operations"].(list)
	return t.paired(a, objects(operations))
}

// results are those of a BulkResponse, in its order.
func (a *answer) results() []object {
	values, _ := a.at("Operations").(list)
	return objects(values)
}

// paired finds the result of each operation: by bulkId, else at its place or
// by its path, for the RFC does not say that results keep the order.
func (t *trial) paired(a *answer, operations []object) *job {
	results := a.results()
	j := &job{a, operations, make([]object, len(operations))}
	used := make([]bool, len(results))
	pass := func(fits func(i, k int) bool) {
		for i := range operations {
			for k := range results {
				if j.paired[i] == nil && !used[k] && fits(i, k) {
					j.paired[i], used[k] = results[k], true
				}
			}
		}
	}
	pass(func(i, k int) bool {
		return operations[i]["bulkId"] != nil && operations[i]["bulkId"] == results[k]["bulkId"]
	})
	pass(func(i, k int) bool { return i == k && operations[i]["method"] == results[k]["method"] })
	pass(func(i, k int) bool {
		path, _ := operations[i]["path"].(string)
		location, _ := results[k]["location"].(string)
		return path != "" && operations[i]["method"] == results[k]["method"] && strings.HasSuffix(location, path)
	})
	pass(func(i, k int) bool { return i == k })
	return j
}

// result wants an operation to have one.
func (j *job) result(i int) object {
	r := j.paired[i]
	j.t.check(r != nil, "operation %d (%s %v) has no result", i+1, j.operations[i]["method"], j.operations[i]["path"])
	return r
}

func (j *job) location(i int) string {
	location, _ := j.result(i)["location"].(string)
	return location
}

// is wants the result of an operation to have one of some statuses.
func (j *job) is(i int, statuses ...string) {
	r := j.result(i)
	detail, _ := at(r, "response", "detail").(string)
	j.t.check(slices.Contains(statuses, statusOf(r)), "operation %d (%s %v) has the status %s %s; want %s",
		i+1, j.operations[i]["method"], j.operations[i]["path"], statusOf(r), detail, either(statuses))
}

// made wants an operation to have made a resource that is there.
func (j *job) made(i int) *resource {
	j.is(i, "201")
	endpoint, _ := j.operations[i]["path"].(string)
	location := j.location(i)
	_, id, _ := cutLast(location)
	id, err := url.PathUnescape(id)
	j.t.check(err == nil && id != "", "operation %d has the location %q", i+1, location)
	r := &resource{t: j.t, id: id, path: endpoint + "/" + url.PathEscape(id)}
	r.asked, _ = j.operations[i]["data"].(object)
	r.body = r.now()
	j.t.equal("id at the location of operation "+encode(i+1), r.body["id"], id)
	return r
}

// statusOf is the status of a result, read with lenience: BULK-008 judges how it is written.
func statusOf(result object) string {
	switch status := result["status"].(type) {
	case string:
		return status
	case object:
		return strings.Trim(encode(status["code"]), `"`)
	default:
		return encode(status)
	}
}

// rememberJob takes note of what a job made, and that what it removed is gone. The caller holds the lock.
func (t *trial) rememberJob(a *answer) {
	body, _ := parse(a.Body).(object)
	results, ok := body["Operations"].(list)
	if !ok {
		t.uncertain = append(t.uncertain, t.side)
	}
	for _, r := range objects(results) {
		location, _ := r["location"].(string)
		path := t.pathOf(location)
		switch done := strings.HasPrefix(statusOf(r), "2"); {
		case r["method"] == http.MethodPost && path != "":
			t.made = append(t.made, made{t.side, path})
		case r["method"] == http.MethodPost && done:
			t.uncertain = append(t.uncertain, t.side)
		case r["method"] == http.MethodDelete && done:
			t.made = slices.DeleteFunc(t.made, func(m made) bool { return m.path == path && m.side.owner == t.owner })
		}
	}
}

// pathOf is the path of a resource from its location, "" if it is none of a type's.
func (t *trial) pathOf(location string) string {
	before, id, found := cutLast(location)
	if !found || id == "" || strings.ContainsAny(id, "?#") {
		return ""
	}
	for _, rt := range t.d.all {
		if strings.HasSuffix(before, rt.endpoint) || "/"+before == rt.endpoint {
			return rt.endpoint + "/" + id
		}
	}
	return ""
}

// cutLast parts a path at its last slash.
func cutLast(path string) (before, after string, found bool) {
	i := strings.LastIndexByte(path, '/')
	if i < 0 {
		return path, "", false
	}
	return path[:i], path[i+1:], true
}
