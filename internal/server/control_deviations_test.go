package server_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/quirk"
)

// deviationCase is a request that makes the server tolerate something. The tenant
// has the users USER and OTHER, and GROUP with USER in it.
type deviationCase struct {
	persona            string // cinode where it is empty
	skip               bool   // unknown members
	method, path, body string
	raw                bool // the token comes without its scheme
	status             int  // of a tolerant tenant
	// strict is what a strict tenant answers; below 300 where DESIGN has it accept
	// this all the same.
	strict int
}

const (
	userSchemas  = `"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],`
	groupSchemas = `"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],`
	aName        = `,"name":{"givenName":"A","familyName":"B"}}`
	enterprise   = `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User`
)

var deviationCases = map[string]deviationCase{
	scim.DeviationUnknownAttribute:   {method: "POST", path: "/Users", body: `{` + userSchemas + `"userName":"x@example.com","shoeSize":7` + aName, status: 201, strict: 400},
	scim.DeviationAttributeNotUsed:   {method: "POST", path: "/Users", body: `{` + userSchemas + `"userName":"x@example.com","nickName":"X"` + aName, status: 201, strict: 400},
	scim.DeviationReadOnlyIgnored:    {method: "PATCH", path: "/Users/USER", body: controlPatch(`{"op":"replace","value":{"groups":[],"title":"x"}}`), persona: "rfc", status: 200, strict: 200},
	scim.DeviationBoolAsString:       {method: "POST", path: "/Users", body: `{` + userSchemas + `"userName":"x@example.com","active":"True"` + aName, status: 201, strict: 400},
	scim.DeviationNumberAsString:     {method: "POST", path: "/Groups", body: `{` + groupSchemas + `"displayName":"X","members":[{"value":USER}]}`, status: 201, strict: 400},
	scim.DeviationValueInArray:       {method: "POST", path: "/Users", body: `{` + userSchemas + `"userName":"x@example.com","title":["x"]` + aName, status: 201, strict: 400},
	scim.DeviationObjectForArray:     {persona: "rfc", method: "POST", path: "/Users", body: `{` + userSchemas + `"userName":"x@example.com","emails":{"value":"x@example.com"}}`, status: 201, strict: 400},
	scim.DeviationStringForComplex:   {persona: "rfc", method: "PATCH", path: "/Users/USER", body: controlPatch(`{"op":"add","path":"` + enterprise + `:manager","value":"OTHER"}`), status: 200, strict: 400},
	scim.DeviationJSONInString:       {persona: "rfc", method: "POST", path: "/Users", body: `{` + userSchemas + `"userName":"x@example.com","roles":["{\"value\":\"x\"}"]}`, status: 201, strict: 400},
	scim.DeviationMissingSchemas:     {method: "POST", path: "/Users", body: `{"userName":"x@example.com"` + aName, status: 201, strict: 400},
	scim.DeviationSchemaURN:          {method: "PATCH", path: "/Groups/GROUP", body: strings.Replace(controlPatch(`{"op":"replace","path":"displayName","value":"x"}`), "messages:", "messages: ", 1), status: 204, strict: 400},
	scim.DeviationPatchOpCase:        {method: "PATCH", path: "/Groups/GROUP", body: controlPatch(`{"op":"Replace","path":"displayName","value":"x"}`), status: 204, strict: 400},
	scim.DeviationEmptyOperations:    {method: "PATCH", path: "/Users/USER", body: controlPatch(``), status: 200, strict: 400},
	scim.DeviationPathlessKeys:       {method: "PATCH", path: "/Users/USER", body: controlPatch(`{"op":"replace","value":{"name.givenName":"x"}}`), status: 200, strict: 400},
	scim.DeviationUnknownPath:        {method: "PATCH", path: "/Users/USER", body: controlPatch(`{"op":"replace","path":"shoeSize","value":7}`), status: 200, strict: 400},
	scim.DeviationRemoveByValue:      {method: "PATCH", path: "/Groups/GROUP", body: controlPatch(`{"op":"remove","path":"members","value":[{"value":"USER"}]}`), status: 204, strict: 400},
	scim.DeviationRemoveByObject:     {method: "PATCH", path: "/Groups/GROUP", body: controlPatch(`{"op":"remove","value":{"members":[{"value":"USER"}]}}`), status: 204, strict: 400},
	scim.DeviationAddByPath:          {method: "PATCH", path: "/Groups/GROUP", body: controlPatch(`{"op":"add","path":"members[value eq \"OTHER\"]"}`), status: 204, strict: 400},
	scim.DeviationMembersEmptied:     {method: "PATCH", path: "/Groups/GROUP", body: controlPatch(`{"op":"replace","path":"members","value":[{"value":"OTHER"}]}`), status: 204, strict: 204},
	scim.DeviationReplaceCreates:     {method: "PATCH", path: "/Users/USER", body: controlPatch(`{"op":"replace","path":"addresses[type eq \"work\"].locality","value":"Lund"}`), status: 200, strict: 400},
	scim.DeviationUnknownMember:      {skip: true, method: "PATCH", path: "/Groups/GROUP", body: controlPatch(`{"op":"add","path":"members","value":[{"value":"99999"}]}`), status: 204, strict: 400},
	scim.DeviationUnquotedFilter:     {method: "GET", path: "/Users?filter=userName%20eq%20ann@example.com", status: 200, strict: 400},
	scim.DeviationEncodedFilter:      {method: "GET", path: "/Users?filter=userName%20eq%20%22ann%2540example.com%22", status: 200, strict: 200},
	scim.DeviationReadOnlyChanged:    {method: "PUT", path: "/Users/USER", body: `{` + userSchemas + `"userName":"y@example.com"` + aName, status: 200, strict: 400},
	scim.DeviationUserNameNotEmail:   {method: "POST", path: "/Users", body: `{` + userSchemas + `"userName":"x"` + aName, status: 201, strict: 400},
	scim.DeviationJobTitle:           {method: "POST", path: "/Users", body: `{` + userSchemas + `"userName":"x@example.com","jobTitle":"x"` + aName, status: 201, strict: 400},
	scim.DeviationGroupID:            {method: "POST", path: "/Groups", body: `{` + groupSchemas + `"id":"x","displayName":"X"}`, status: 201, strict: 201},
	scim.DeviationParameterIgnored:   {method: "GET", path: "/Users?sortBy=userName", status: 200, strict: 200},
	scim.DeviationTokenWithoutScheme: {method: "GET", path: "/Users/USER", raw: true, status: 200, strict: 401},
}

// TestDeviations_OnTheWire meets each deviation once: it is in the header, in the
// journal, and counted. A strict tenant refuses the same request.
func TestDeviations_OnTheWire(t *testing.T) {
	t.Parallel()
	c := control(t)
	for i, kind := range quirk.Catalogue {
		test, ok := deviationCases[kind.ID]
		require.True(t, ok, "the deviation %s has no case here", kind.ID)
		t.Run(kind.ID, func(t *testing.T) {
			tenant := 2 * (i + 100)
			got := test.send(t, c, tenant, false)
			require.Equal(t, test.status, got.status, got.body)
			require.Contains(t, strings.Split(got.header.Get("X-Scim-Deviations"), ", "), kind.ID)
			e := c.recorded(t, tenant, `{"deviation":"`+kind.ID+`"}`)
			require.Equal(t, []string{kind.ID, kind.Sentence, kind.Section}, deviationOf(t, e, kind.ID))
			counted := false
			for _, count := range c.items(t, "/deviations?tenant="+strconv.Itoa(tenant)) {
				if count["id"] == kind.ID {
					require.InDelta(t, 1, count["count"], 0)
					counted = true
				}
			}
			require.True(t, counted)
			c.admin(t, 422, "POST", "/verify", `{"maxDeviations":0,"tenant":`+strconv.Itoa(tenant)+`}`)

			strict := test.send(t, c, tenant+1, true)
			require.Equal(t, test.strict, strict.status, strict.body)
			if test.strict >= 300 {
				require.NotContains(t, strict.header.Get("X-Scim-Deviations"), kind.ID)
			}
		})
	}
	require.Len(t, deviationCases, len(quirk.Catalogue))
}

// deviationOf is id, sentence and section of a deviation in an exchange.
func deviationOf(t *testing.T, e map[string]any, id string) []string {
	t.Helper()
	for _, d := range objects(t, e["deviations"]) {
		if d["id"] == id {
			sentence, _ := d["sentence"].(string)
			section, _ := d["section"].(string)
			return []string{id, sentence, section}
		}
	}
	return nil
}

// send makes a tenant for the case and sends its request there.
func (d deviationCase) send(t *testing.T, c controlled, tenant int, strict bool) received {
	t.Helper()
	persona := d.persona
	if persona == "" {
		persona = "cinode"
	}
	c.admin(t, 201, "POST", "/tenants", `{"id":`+strconv.Itoa(tenant)+`,"persona":"`+persona+`","strict":`+strconv.FormatBool(strict)+
		`,"skipUnknownMembers":`+strconv.FormatBool(d.skip && !strict)+`}`)
	user, other := c.create(t, tenant, "Users", controlUser("ann@example.com")), c.create(t, tenant, "Users", controlUser("bob@example.com"))
	group := c.create(t, tenant, "Groups", controlGroup("G", `{"value":"`+user+`"}`))
	ids := strings.NewReplacer("USER", user, "OTHER", other, "GROUP", group)
	credential := bearer("one")
	if d.raw {
		credential = header("Authorization", "one")
	}
	if strings.HasPrefix(d.path, "/Users?") {
		return c.scim(t, tenant, http.MethodGet, d.path, "", credential)
	}
	return c.scim(t, tenant, d.method, ids.Replace(d.path), ids.Replace(d.body), credential)
}
