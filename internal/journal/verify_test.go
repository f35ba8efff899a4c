package journal_test

import (
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/journal"
)

// story records a create, two changes and a refusal.
func story(t *testing.T) (*bench, []int64) {
	t.Helper()
	b := newBench(t, 100)
	create := exchange("create")
	create.Method, create.Route, create.Place, create.Status = "POST", "/Users", "/Users", 201
	create.Sent.Body = []byte(`{"userName":"ann@example.com","emails":[{"type":"work","value":"a@b"},{"type":"home","value":"c@d"}],"active":true,"n":1}`)
	create.Deviations = []journal.Deviation{{ID: "bool-as-string"}}
	off, on := exchange("off"), exchange("on")
	off.Sent.Body, on.Sent.Body = []byte(`{"Operations":[{"op":"replace","value":{"active":false}}]}`), []byte(`{"Operations":[{"op":"replace","value":{"active":true}}]}`)
	off.Query = "attributes=active&x=a%20b"
	for _, e := range []*journal.Exchange{create, off, on, refused("refused", "192.0.2.7")} {
		b.Record(e)
	}
	list, err := b.Exchanges(t.Context(), journal.Query{Limit: 10}, "")
	require.NoError(t, err)
	ids := make([]int64, len(list))
	for i, e := range list {
		ids[i] = e.ID
	}
	return b, ids
}

func TestMatcher(t *testing.T) {
	t.Parallel()
	b, ids := story(t)
	raw := func(s string) jsontext.Value { return jsontext.Value(s) }
	for name, c := range map[string]struct {
		matcher journal.Matcher
		want    []int // places in the story
	}{
		"nothing":              {journal.Matcher{}, []int{0, 1, 2, 3}},
		"method in any case":   {journal.Matcher{Method: "post"}, []int{0}},
		"path":                 {journal.Matcher{Path: "/users"}, []int{0}},
		"path with stars":      {journal.Matcher{Path: "/*/2*6"}, []int{1, 2, 3}},
		"star is not needed":   {journal.Matcher{Path: "*/Users/26*"}, []int{1, 2, 3}},
		"parts do not overlap": {journal.Matcher{Path: "/Users/26*26"}, nil},
		"status":               {journal.Matcher{Status: "201"}, []int{0}},
		"class of status":      {journal.Matcher{Status: "4XX"}, []int{3}},
		"client":               {journal.Matcher{Client: "okta", Method: "POST"}, []int{0}},
		"token":                {journal.Matcher{Token: "c*"}, []int{0, 1, 2}},
		"query":                {journal.Matcher{Query: map[string]string{"x": "A b", "attributes": "*"}}, []int{1}},
		"header":               {journal.Matcher{Headers: map[string]string{"user-agent": "okta*"}, Method: "POST"}, []int{0}},
		"deviation":            {journal.Matcher{Deviation: "bool-as-string"}, []int{0}},
		"body":                 {journal.Matcher{Body: raw(`{"USERNAME":"ann@example.com"}`)}, []int{0}},
		"body, element":        {journal.Matcher{Body: raw(`{"emails":[{"type":"home"}],"n":1}`)}, []int{0}},
		"body, deep":           {journal.Matcher{Body: raw(`{"operations":[{"value":{"active":false}}]}`)}, []int{1}},
		"body, other value":    {journal.Matcher{Body: raw(`{"userName":"bob@example.com"}`)}, nil},
		"body, other type":     {journal.Matcher{Body: raw(`{"active":"true"}`)}, nil},
		"answer":               {journal.Matcher{Answer: raw(`{"id":"26"}`), Method: "POST"}, []int{0}},
		"pattern":              {journal.Matcher{BodyPattern: `ann@\w+\.com`}, []int{0}},
	} {
		found, _, err := b.Find(t.Context(), journal.Query{Limit: 10}, c.matcher)
		require.NoError(t, err, name)
		var want, got []int64
		for _, place := range c.want {
			want = append(want, ids[place])
		}
		for _, e := range found {
			got = append(got, e.ID)
		}
		require.Equal(t, want, got, name)
	}
	for message, m := range map[string]journal.Matcher{
		`status must be one such as 409, or a class such as 4xx, not "ok"`: {Status: "ok"},
		"body is not valid JSON":                {Body: raw(`{`)},
		"answer is not valid JSON":              {Answer: raw(`x`)},
		"bodyPattern is no regular expression:": {BodyPattern: "("},
	} {
		_, _, err := b.Find(t.Context(), journal.Query{Limit: 10}, m)
		var invalid *journal.InvalidError
		require.ErrorAs(t, err, &invalid)
		require.ErrorContains(t, err, message)
	}
}

func expect(m journal.Matcher) journal.Expectation { return journal.Expectation{Request: m} }

func TestVerify(t *testing.T) {
	t.Parallel()
	b, ids := story(t)
	verify := func(p journal.Plan) journal.Verdict {
		p.Tenant = 1
		v, err := b.Verify(t.Context(), p)
		require.NoError(t, err)
		return v
	}
	create, off, on := journal.Matcher{Method: "POST"}, journal.Matcher{Body: jsontext.Value(`{"Operations":[{"value":{"active":false}}]}`)},
		journal.Matcher{Body: jsontext.Value(`{"Operations":[{"value":{"active":true}}]}`)}
	unlimited := int64(-1)

	v := verify(journal.Plan{Expectations: []journal.Expectation{expect(create), expect(off), expect(on)}, InOrder: true, MaxDeviations: unlimited})
	require.True(t, v.Passed)
	require.Equal(t, [][]int64{{ids[0]}, {ids[1]}, {ids[2]}}, [][]int64{v.Outcomes[0].Found, v.Outcomes[1].Found, v.Outcomes[2].Found})

	v = verify(journal.Plan{Expectations: []journal.Expectation{expect(on), expect(off)}, InOrder: true, MaxDeviations: unlimited})
	require.False(t, v.Passed)
	require.Equal(t, []string{"expectations[1] (any *) came before expectations[0]"}, v.Faults)

	v = verify(journal.Plan{Expectations: []journal.Expectation{expect(create), expect(off)}, Only: true, MaxDeviations: unlimited})
	require.False(t, v.Passed)
	require.Equal(t, []int64{ids[2], ids[3]}, v.Others)
	require.Equal(t, []string{"2 requests came that nothing expects"}, v.Faults)

	v = verify(journal.Plan{MaxDeviations: 0})
	require.Equal(t, []string{"1 deviations were met, and 0 are allowed"}, v.Faults)
	require.True(t, verify(journal.Plan{MaxDeviations: 1}).Passed)
	require.False(t, verify(journal.Plan{After: ids[0], Expectations: []journal.Expectation{expect(create)}, MaxDeviations: unlimited}).Passed)

	_, err := b.Verify(t.Context(), journal.Plan{Expectations: []journal.Expectation{expect(create), expect(journal.Matcher{Status: "x"})}})
	var invalid *journal.InvalidError
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, 1, invalid.Index)
}

func TestVerify_Times(t *testing.T) {
	t.Parallel()
	b, _ := story(t)
	patches := journal.Matcher{Method: "PATCH", Status: "2xx"} // there are two
	for name, c := range map[string]struct {
		min, max, times *int
		reason          string
	}{
		"at least one":      {},
		"at least two":      {min: new(2)},
		"at least three":    {min: new(3), reason: "2 requests fit, at least 3 are expected"},
		"at most two":       {max: new(2)},
		"at most one":       {max: new(1), reason: "2 requests fit, at most 1 are expected"},
		"exactly two":       {times: new(2)},
		"exactly one":       {times: new(1), reason: "2 requests fit, at most 1 are expected"},
		"exactly three":     {times: new(3), reason: "2 requests fit, exactly 3 are expected"},
		"never":             {times: new(0), reason: "2 requests fit, at most 0 are expected"},
		"between one and 5": {min: new(1), max: new(5)},
	} {
		x := journal.Expectation{Request: patches, Min: c.min, Max: c.max, Times: c.times}
		v, err := b.Verify(t.Context(), journal.Plan{Tenant: 1, Expectations: []journal.Expectation{x}, MaxDeviations: -1})
		require.NoError(t, err)
		require.Equal(t, c.reason == "", v.Passed, name)
		require.Equal(t, c.reason, v.Outcomes[0].Reason, name)
	}
}

func TestVerify_NamesTheNearest(t *testing.T) {
	t.Parallel()
	b, ids := story(t)
	v, err := b.Verify(t.Context(), journal.Plan{Tenant: 1, MaxDeviations: -1, Expectations: []journal.Expectation{expect(journal.Matcher{
		Method: "POST", Path: "/Users", Status: "201", Body: jsontext.Value(`{"userName":"ann@example.com","emails":[{"type":"other"}]}`),
	})}})
	require.NoError(t, err)
	nearest := v.Outcomes[0].Nearest
	require.Equal(t, journal.Miss{ID: ids[0], Request: "POST /Users", Differences: []string{`body.emails has nothing like {"type":"other"}`}}, nearest[0])
	v, err = b.Verify(t.Context(), journal.Plan{Tenant: 1, MaxDeviations: -1, Expectations: []journal.Expectation{expect(journal.Matcher{
		Method: "PATCH", Path: "/Users/27", Client: "Entra ID",
	})}})
	require.NoError(t, err)
	require.Len(t, v.Outcomes[0].Nearest, 3)
	require.Equal(t, []string{`path is "/Users/26", not "/Users/27"`, `client is "Okta", not "Entra ID"`}, v.Outcomes[0].Nearest[1].Differences)
}
