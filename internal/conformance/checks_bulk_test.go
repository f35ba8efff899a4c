package conformance

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

const (
	bulkerOperations = 20
	bulkerBytes      = 20_000
)

// bulker is a small SCIM server with bulk, right but for one flaw.
type bulker struct {
	flaw  string
	mu    sync.Mutex
	base  string
	made  int
	store map[string]object // by path
}

func (b *bulker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.base = "http://" + r.Host
	body, _ := io.ReadAll(r.Body)
	var status int
	var answer object
	if r.URL.Path == bulkPath {
		status, answer = b.bulk(string(body))
	} else {
		status, answer = b.do(r.Method, r.URL.Path, parse(string(body)), "")
	}
	w.Header().Set("Content-Type", "application/scim+json")
	w.Header().Set("ETag", version(answer))
	w.WriteHeader(status)
	if status != http.StatusNoContent {
		fmt.Fprint(w, encode(answer))
	}
}

func fault(status int, detail string) (int, object) {
	return status, object{"schemas": list{errorURN}, "status": encode(status), "scimType": "invalidSyntax", "detail": detail}
}

// do carries out one operation.
func (b *bulker) do(method, path string, data any, match string) (int, object) {
	endpoint, id, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	body, _ := data.(object)
	old := b.store[path]
	switch {
	case endpoint != "Users" && endpoint != "Groups":
		return fault(404, "no such endpoint")
	case (method == http.MethodPost) != (id == ""):
		return fault(400, "wrong path")
	case method != http.MethodPost && old == nil:
		return fault(404, "not found")
	case match != "" && match != version(old) && b.flaw != "ignores version":
		return fault(412, "changed")
	}
	switch method {
	case http.MethodGet:
		return 200, old
	case http.MethodDelete:
		delete(b.store, path)
		return 204, nil
	case http.MethodPatch:
		body = b.patched(old, body)
	case http.MethodPost:
		b.made++
		path += fmt.Sprintf("/%d", b.made)
	}
	if status := b.refuses(path, body); status != 0 {
		return fault(status, "bad data")
	}
	if method == http.MethodPost {
		return 201, b.put(path, body)
	}
	return 200, b.put(path, body)
}

func (b *bulker) refuses(path string, body object) int {
	name := body["userName"]
	if strings.HasPrefix(path, "/Groups") {
		name = body["displayName"]
	}
	if name == nil {
		return 400
	}
	for other, o := range b.store {
		if other != path && o["userName"] != nil && o["userName"] == name {
			return 409
		}
	}
	return 0
}

func (b *bulker) put(path string, body object) object {
	_, id, _ := cutLast(path)
	b.made++
	o := maps.Clone(body)
	o["id"], o["meta"] = id, object{"location": b.base + path, "version": fmt.Sprintf(`W/"%d"`, b.made), "lastModified": fmt.Sprint(b.made)}
	b.store[path] = o
	return o
}

// patched is a resource with operations done, nil if one of them is wrong.
func (b *bulker) patched(old, message object) object {
	o := maps.Clone(old)
	operations, _ := message["Operations"].(list)
	for _, operation := range objects(operations) {
		switch path, _ := operation["path"].(string); path {
		case "":
			if b.flaw == "half a PATCH" {
				b.put(strings.TrimPrefix(fmt.Sprint(at(old, "meta", "location")), b.base), o)
			}
			return nil
		case "members":
			values, _ := operation["value"].(list)
			known, _ := o[path].(list)
			o[path] = append(slices.Clone(known), values...)
		default:
			o[path] = operation["value"]
		}
	}
	if len(operations) == 0 && b.flaw != "bare PATCH" {
		return nil
	}
	return o
}

// task is a job under way.
type task struct {
	*bulker
	operations []object
	started    []bool
	results    []object
}

func (b *bulker) bulk(text string) (int, object) {
	body, _ := parse(text).(object)
	operations, ok := body["Operations"].(list)
	switch {
	case b.flaw != "no limits" && len(text) > bulkerBytes:
		return fault(413, "maxPayloadSize")
	case b.flaw != "no limits" && len(operations) > bulkerOperations:
		return fault(413, fmt.Sprint(bulkerOperations))
	case !ok || !slices.Contains(strs(body["schemas"]), bulkRequestURN):
		return fault(400, "no job")
	}
	j := &task{b, objects(operations), make([]bool, len(operations)), make([]object, len(operations))}
	most, limited := body["failOnErrors"].(float64)
	for n := range j.operations {
		i := n
		if b.flaw == "reorders" {
			i = len(j.operations) - 1 - n
		}
		j.run(i)
		failed := slices.DeleteFunc(slices.Clone(j.results), func(r object) bool { return r == nil || statusOf(r) < "400" })
		if len(failed) > 0 && b.flaw == "stops at errors" || limited && len(failed) >= int(most) && b.flaw != "ignores failOnErrors" {
			break
		}
	}
	var all list
	for _, r := range j.results {
		if r != nil {
			all = append(all, r)
		}
	}
	status, urn := 200, bulkResponseURN
	if b.flaw == "multi-status" {
		status = 207
	}
	if b.flaw == "answers as it was asked" {
		urn = bulkRequestURN
	}
	return status, object{"schemas": list{urn}, "Operations": all}
}

var bulkIDs = regexp.MustCompile(`bulkId:([-\w]+)`)

// run carries out an operation after those that it refers to.
func (j *task) run(i int) {
	if j.started[i] {
		return
	}
	j.started[i] = true
	o := j.operations[i]
	path, _ := o["path"].(string)
	method, _ := o["method"].(string)
	match, _ := o["version"].(string)
	status, answer := j.malformed(i)
	data := encode(o["data"])
	for _, reference := range bulkIDs.FindAllStringSubmatch(path+" "+data, -1) {
		id, found := j.id(i, reference[1])
		if !found {
			status, answer = fault(409, "unknown "+reference[0])
			break
		}
		data = strings.ReplaceAll(data, reference[0], id)
		path = strings.ReplaceAll(path, reference[0], id)
	}
	if status == 0 {
		status, answer = j.do(method, path, parse(data), match)
	}
	j.results[i] = j.result(o, path, status, answer)
}

func (j *task) malformed(i int) (int, object) {
	o := j.operations[i]
	method, _ := o["method"].(string)
	switch {
	case j.flaw == "any method" && method != "POST" && method != "PUT" && method != "PATCH" && method != "DELETE":
		return 200, object{}
	case j.flaw == "puts anywhere" && method == "PUT" && o["path"] == "/Users":
		return 200, object{}
	case method == "GET", method == "POST" && o["bulkId"] == nil, method != "DELETE" && o["data"] == nil:
		return fault(400, "malformed")
	}
	twin := slices.IndexFunc(j.operations, func(other object) bool { return o["bulkId"] != nil && other["bulkId"] == o["bulkId"] })
	if twin >= 0 && twin < i && j.flaw != "twin bulkIds" {
		return fault(400, "bulkId is taken")
	}
	return 0, nil
}

// id is that of what another operation makes; of one under way, the one it will have.
func (j *task) id(from int, bulkID string) (string, bool) {
	to := slices.IndexFunc(j.operations, func(o object) bool { return o["bulkId"] == bulkID })
	if j.flaw == "literal references" || to < 0 && j.flaw == "stores unknown references" {
		return "bulkId:" + bulkID, true
	}
	inPath := strings.Contains(fmt.Sprint(j.operations[from]["path"]), "bulkId:")
	if to < 0 || to > from && j.flaw == "no forward references" || inPath && j.flaw == "no references in path" {
		return "", false
	}
	if j.started[to] && j.results[to] == nil { // the outer one is made next
		if j.flaw == "circle to nowhere" {
			return "nowhere", true
		}
		return fmt.Sprint(j.made + 3), true
	}
	j.run(to)
	_, id, _ := cutLast(fmt.Sprint(j.results[to]["location"]))
	return id, statusOf(j.results[to]) == "201"
}

func (j *task) result(o object, path string, status int, answer object) object {
	r := object{"method": o["method"], "bulkId": o["bulkId"], "location": j.base + path, "status": encode(status)}
	if o["method"] == http.MethodPost {
		r["location"] = at(answer, "meta", "location")
	}
	if status >= 400 {
		r["response"] = answer
	} else if v := version(answer); v != "" {
		r["version"] = v
	}
	switch j.flaw {
	case "status is a number":
		r["status"] = status
	case "no bulkId", "no version", "no location", "no response":
		if part := strings.TrimPrefix(j.flaw, "no "); part != "location" || o["method"] != http.MethodPost {
			delete(r, part)
		}
	}
	return r
}

// bulkTarget is a client of a bulker, with the discovery of testdata.
func bulkTarget(t *testing.T, b *bulker) *scimclient.Client {
	t.Helper()
	mux := http.NewServeMux()
	for _, path := range discoveryEndpoints {
		text, err := os.ReadFile("testdata" + path + ".json")
		require.NoError(t, err)
		off := `"bulk":{"supported":false,"maxOperations":0,"maxPayloadSize":0}`
		on := fmt.Sprintf(`"bulk":{"supported":true,"maxOperations":%d,"maxPayloadSize":%d}`, bulkerOperations, bulkerBytes)
		said := strings.Replace(string(text), off, on, 1)
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, said) })
	}
	mux.Handle("/", b)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	client, err := scimclient.New(server.URL, scimclient.Options{Timeout: 5 * time.Second})
	require.NoError(t, err)
	t.Cleanup(client.Close)
	return client
}

func judgeBulk(t *testing.T, flaw string, only string) *Report {
	t.Helper()
	b := &bulker{flaw: flaw, store: map[string]object{}}
	report, err := Run(t.Context(), bulkTarget(t, b), Options{Only: []string{only}})
	require.NoError(t, err)
	require.Empty(t, report.Left)
	require.Empty(t, b.store, "something is left behind")
	return report
}

func TestBulkChecks_PassAGoodServer(t *testing.T) {
	t.Parallel()
	for _, r := range judgeBulk(t, "", "BULK").Results[1:] {
		require.Equal(t, Pass, r.Verdict, "%s: %v", r.Row.ID, r.Reasons)
		if r.Row.ID == "BULK-017" {
			require.Empty(t, r.Reasons, "the circle was not made")
		}
	}
}

func TestBulkChecks_FindAFlaw(t *testing.T) {
	t.Parallel()
	for flaw, id := range map[string]string{
		"answers as it was asked": "BULK-002", "circle to nowhere": "BULK-017", "multi-status": "BULK-003", "any method": "BULK-004", "puts anywhere": "BULK-005", "twin bulkIds": "BULK-006", "bare PATCH": "BULK-007",
		"status is a number": "BULK-008", "no bulkId": "BULK-009", "no location": "BULK-010", "no response": "BULK-011",
		"stops at errors": "BULK-012", "ignores failOnErrors": "BULK-014", "literal references": "BULK-015", "no forward references": "BULK-016",
		"no references in path": "BULK-018", "stores unknown references": "BULK-019", "no limits": "BULK-020", "ignores version": "BULK-021",
		"reorders": "BULK-022", "half a PATCH": "BULK-023", "no version": "BULK-024",
	} {
		t.Run(flaw, func(t *testing.T) {
			t.Parallel()
			r := judgeBulk(t, flaw, id).Results[0]
			want := Fail
			if r.Row.Level != Must {
				want = Warning
			}
			require.Equal(t, want, r.Verdict, "%v", r.Reasons)
		})
	}
}
