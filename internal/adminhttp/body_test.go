package adminhttp_test

import (
	"net/http"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// wrong are the errors of a problem, as "pointer detail".
func (a answer) wrong(t *testing.T) []string {
	t.Helper()
	list, ok := a.object(t)["errors"].([]any)
	require.True(t, ok, "%s", a.body)
	out := make([]string, len(list))
	for i, e := range list {
		o, ok := e.(map[string]any)
		require.True(t, ok)
		pointer, _ := o["pointer"].(string)
		detail, _ := o["detail"].(string)
		out[i] = pointer + " " + detail
	}
	return out
}

func TestBody_EverythingThatIsWrong(t *testing.T) {
	t.Parallel()
	f := newFixture(t, stores["sqlite"](t))
	const (
		time, id   = "must be a date and time such as 2027-01-31T12:00:00Z", `must be a string of digits such as "26"`
		number     = "id must be a number from 1 to 1000000000000"
		scopes     = "; use users:read, users:write, groups:read, groups:write"
		audiences  = "audience must be one of https://api.cinode.app/scim/v2, https://api.cinode.app"
		noPersona  = "; use cinode or rfc"
		nameIsLost = "#/name name is missing"
	)
	for _, c := range []struct {
		method, path, body string
		want               []string
	}{
		{"POST", "/tenants/1/tokens", `{"name":"","expires":"bad","audience":"q","scopes":["z"],"userId":"-1"}`, []string{
			"#/expires expires " + time, "#/userId userId " + id, nameIsLost, "#/audience " + audiences, `#/scopes/0 there is no scope "z"` + scopes,
		}},
		{"POST", "/tenants/1/tokens", `{"name":null,"expires":null,"audience":null,"scopes":null,"userId":null,"x":null}`, []string{
			"#/name name must be a string", "#/expires expires " + time, "#/audience audience must be a string", "#/scopes scopes must be an array",
			"#/userId userId " + id, `#/x "x" is not known here`,
		}},
		{"POST", "/tenants/1/tokens", `{"name":"a","expires":"2027-01-31T12:00:00Z","scopes":["users:read",null,5],"userId":26}`, []string{
			"#/scopes/1 1 must be a string", "#/scopes/2 2 must be a string", "#/userId userId " + id,
		}},
		{"POST", "/tenants/1/tokens", `{"name":"a","expires":"2027-01-31T12:00:00Z","scopes":[]}`, []string{"#/scopes scopes is empty; leave it out for all"}},
		{"POST", "/tenants", `{"id":"7","name":5,"persona":"okta","strict":1,"å/~":2}`, []string{
			"#/id " + number, "#/name name must be a string", "#/strict strict must be true or false", `#/%C3%A5~1~0 "å/~" is not known here`,
			`#/persona there is no persona "okta"` + noPersona,
		}},
		{"POST", "/tenants", `{"id":0}`, []string{"#/id " + number}},
		{"POST", "/tenants", `{"id":1000000000001}`, []string{"#/id " + number}},
		{"POST", "/tenants", `{"id":9223372036854775807}`, []string{"#/id " + number}},
		{"POST", "/tenants", `{"id":99999999999999999999}`, []string{"#/id " + number}},
		{"POST", "/tenants", `{"id":null,"persona":null}`, []string{"#/id " + number, "#/persona persona must be a string"}},
		{"POST", "/tenants/1/links", `{"displayName":"","kind":"Club","unitId":7}`, []string{
			"#/unitId unitId " + id, "#/displayName displayName is missing", "#/kind kind must be Team or Role",
		}},
		{"POST", "/tenants/1/links", `{"displayName":"a","kind":"Team","unitId":"99999999999999999999"}`, []string{"#/unitId unitId is larger than any id"}},
		{"POST", "/tenants/1/links", `{"displayName":"a","kind":"Team","unitId":"07"}`, []string{"#/unitId unitId " + id}},
		{"PUT", "/tenants/1/persona", `{"name":"okta","strict":null,"switches":{"bulk":null,"x/y":true},"effective":null}`, []string{
			"#/strict strict must be true or false", "#/switches/bulk bulk must be true or false", "#/effective effective must be an array",
			`#/name there is no persona "okta"` + noPersona, `#/switches/x~1y there is no switch "x/y"`,
		}},
		{"PUT", "/tenants/1/persona", `{"name":"rfc","switches":[]}`, []string{"#/switches switches must be an object"}},
		{"PUT", "/tenants/1/attribute-mappings", `{"EmployeeNumber":null,"x":1}`, []string{
			"#/EmployeeNumber EmployeeNumber must be true or false", "#/x x must be true or false",
		}},
		{"PATCH", "/tenants/1", `{"name":null}`, []string{"#/name name must be a string"}},
		{"POST", "/tenants/1/teams", `{"name":null}`, []string{"#/name name must be a string"}},
		{"POST", "/tenants/1/users/1/release-email", `{"userName":null}`, []string{"#/userName userName must be a string"}},
	} {
		require.Equal(t, c.want, f.want(t, 400, c.method, c.path, c.body, formOf(c.body)).wrong(t), c.body)
	}
	require.Len(t, f.want(t, 200, "GET", "/tenants", "").items(t, "id"), 1)
}

// formOf is misformed but for what the description cannot tell.
func formOf(body string) change {
	if body == `{"displayName":"a","kind":"Team","unitId":"99999999999999999999"}` {
		return lenient
	}
	return misformed
}

func TestBody_MustBeAnObject(t *testing.T) {
	t.Parallel()
	f := newFixture(t, stores["sqlite"](t))
	for _, c := range []struct{ body, want string }{
		{`null`, "# the body must be an object"},
		{`[]`, "# the body must be an object"},
		{`"a"`, "# the body must be an object"},
		{` `, "# the request has no body; a JSON object is needed"},
		{`{}{}`, "# the body is not valid JSON at byte 2"},
		{`{"name":"a"`, "# the body is not valid JSON at byte 11"},
		{`{"name":"a","name":"b"}`, "#/name the body is not valid JSON at byte 12"},
		{"{\"name\":\"\xe5\"}", "#/name the body is not valid JSON at byte 9"},
	} {
		for method, path := range map[string]string{"POST": "/tenants", "PUT": "/tenants/1/attribute-mappings", "PATCH": "/tenants/1"} {
			a := f.want(t, 400, method, path, c.body, lenient)
			require.Equal(t, []string{c.want}, a.wrong(t), c.body)
		}
	}
	f.want(t, 400, "POST", "/tenants/1/users/1/release-email", "null", lenient)
	f.want(t, 404, "POST", "/tenants/1/users/1/release-email", "")
}

func TestTokens_ScopesOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t, stores["sqlite"](t))
	a := f.want(t, 201, "POST", "/tenants/1/tokens", `{"name":"t","scopes":["users:read","users:read"],"expires":"2027-01-31T12:00:00Z"}`)
	require.Equal(t, []any{"users:read"}, a.object(t)["scopes"])
}

func TestReleaseEmail_AgainIsFine(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		t.Helper()
		id := f.create(t, f.token(t, "t"), "Users", userBody("ada@example.com"))
		path := "/tenants/1/users/" + id
		f.want(t, 200, "POST", path+"/disconnect", "")
		for _, body := range []string{"", "", `{}`} {
			require.Equal(t, "released-"+id+"-ada@example.com", f.want(t, 200, "POST", path+"/release-email", body).object(t)["userName"])
		}
		for range 2 {
			f.want(t, 200, "POST", path+"/release-email", `{"userName":"old@example.com"}`)
		}
		require.Len(t, f.want(t, 200, "GET", "/tenants/1/audit?action=user.release-email", "").items(t, "id"), 2)
		for _, body := range []string{`{"userName":""}`, `{"userName":null}`} {
			f.want(t, 400, "POST", path+"/release-email", body, misformed)
		}
		f.want(t, 400, "POST", path+"/release-email", `{"userName":" "}`)
	})
}

func TestMappings_OrderIsStable(t *testing.T) {
	t.Parallel()
	f := newFixture(t, stores["sqlite"](t))
	for range 50 {
		require.Equal(t, `{"EmployeeNumber":false,"EmploymentStartDate":false}`, string(f.want(t, 200, "GET", "/tenants/1/attribute-mappings", "").body))
		require.Contains(t, string(f.want(t, 200, "GET", "/tenants/1/persona", "").body), `"defaults":{"cinode":false,"rfc":true}`)
		require.Contains(t, string(f.want(t, 200, "GET", "/tenants/1/state", "").body), `{"EmployeeNumber":false,"EmploymentStartDate":false}`)
	}
}

// Answers are kept while refused creates come and go.
func TestRetries_RefusedTakeNoPlace(t *testing.T) {
	t.Parallel()
	f := newFixture(t, stores["sqlite"](t))
	first := f.want(t, 201, "POST", "/tenants/1/teams", `{"name":"x"}`, header("Idempotency-Key", "k"))
	for n := range 10_001 {
		r := f.request(t, "POST", "/admin/api/v1/tenants/1/teams", `{}`)
		r.Header.Set("Authorization", "Bearer "+adminKey)
		r.Header.Set("Idempotency-Key", strconv.Itoa(n))
		require.Equal(t, http.StatusBadRequest, f.serve(r).status)
	}
	again := f.want(t, 201, "POST", "/tenants/1/teams", `{"name":"x"}`, header("Idempotency-Key", "k"))
	require.Equal(t, first.body, again.body)
}
