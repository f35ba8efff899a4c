package fault_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/fault"
)

func TestParseHeader(t *testing.T) {
	t.Parallel()
	tests := map[string]fault.Action{
		"status=503; retry-after=3":             {Name: fault.ActionStatus, Status: 503, RetryAfter: new(3)},
		" Retry-After = 3 ;status = 503;; ":     {Name: fault.ActionStatus, Status: 503, RetryAfter: new(3)},
		"503":                                   {Name: fault.ActionStatus, Status: 503},
		"429; retryafter=0":                     {Name: fault.ActionStatus, Status: 429, RetryAfter: new(0)},
		"delay=2s;status=429":                   {Name: fault.ActionStatus, Status: 429, Delay: fault.Duration(2 * time.Second)},
		"delay=200ms":                           {Name: fault.ActionDelay, Delay: fault.Duration(200 * time.Millisecond)},
		"delay=1s; late":                        {Name: fault.ActionDelay, Delay: fault.Duration(time.Second), Late: true},
		"reset":                                 {Name: fault.ActionReset},
		"RESET; Execute":                        {Name: fault.ActionReset, Execute: new(true)},
		"reset; execute=false":                  {Name: fault.ActionReset, Execute: new(false)},
		"truncate; bytes=10":                    {Name: fault.ActionTruncate, Bytes: new(10)},
		"html; status=504":                      {Name: fault.ActionHTML, Status: 504},
		"html":                                  {Name: fault.ActionHTML},
		"content-type":                          {Name: fault.ActionContentType},
		"content-type=text/html":                {Name: fault.ActionContentType, ContentType: "text/html"},
		`content-type="text/html; charset=a"`:   {Name: fault.ActionContentType, ContentType: "text/html; charset=a"},
		`status=400; detail="a; \"b\" = \\"`:    {Name: fault.ActionStatus, Status: 400, Detail: `a; "b" = \`},
		`400; scim-type=uniqueness; detail=a b`: {Name: fault.ActionStatus, Status: 400, ScimType: "uniqueness", Detail: "a b"},
		"throttled; retry-after=7":              {Name: fault.ActionThrottle, RetryAfter: new(7)},
		"lost-answers":                          {Name: fault.ActionReset, Execute: new(true)},
	}
	for header, want := range tests {
		got, err := fault.ParseHeader(header)
		require.NoError(t, err, header)
		require.Equal(t, want, got, header)
	}
}

func TestParseHeader_Refusals(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"":                         "X-Scim-Fault: is empty; write an action, such as status=503",
		" ; ":                      "X-Scim-Fault: is empty; write an action, such as status=503",
		"rest":                     `X-Scim-Fault: "rest" is no action, preset or parameter; did you mean reset?`,
		"reset; html":              "X-Scim-Fault: names two actions; keep one of them",
		"status=503; status=504":   "X-Scim-Fault: status is given twice; take one out",
		"status=abc":               "X-Scim-Fault: status must be an HTTP status, such as 503",
		"status":                   "X-Scim-Fault: status is missing; status needs it: the status, 400 to 599",
		"200":                      "X-Scim-Fault: status must be from 400 to 599, such as 503",
		"delay=5":                  "X-Scim-Fault: delay must be a time with its unit, such as 200ms or 5s",
		"delay=-5s":                "X-Scim-Fault: delay must be a time with its unit, such as 200ms or 5s",
		"reset; execute=1":         "X-Scim-Fault: execute must be true or false",
		"reset; bytes=1":           "X-Scim-Fault: bytes is no parameter of reset; take it out",
		"reset=now":                `X-Scim-Fault: "reset" is no action, preset or parameter; did you mean reset?`,
		"=5":                       "X-Scim-Fault: has a value without a name; write it as name=value",
		`400; detail="a`:           "X-Scim-Fault: has a quote that is not closed; close it",
		`400; detail="a\`:          "X-Scim-Fault: has a quote that is not closed; close it",
		`400; detail="a"b`:         "X-Scim-Fault: has something after a closing quote; put a semicolon there",
		"stale; for=5s":            "X-Scim-Fault: stale looks back at earlier requests, so only a rule can play it",
		"duplicate":                "X-Scim-Fault: duplicate looks back at earlier requests, so only a rule can play it",
		"a\tb":                     "X-Scim-Fault: must be one line of at most 2000 bytes",
		strings.Repeat("x", 2001):  "X-Scim-Fault: must be one line of at most 2000 bytes",
		"content-type=nonsense//x": "X-Scim-Fault: contentType must be a media type, such as text/plain",
	}
	for header, want := range tests {
		_, err := fault.ParseHeader(header)
		require.EqualError(t, err, want, header)
	}
	for _, header := range []string{"retry-after=3", "nth=1; reset", "tenant=2", "id=a; reset"} {
		_, err := fault.ParseHeader(header)
		require.Error(t, err, header)
		require.NotContains(t, err.Error(), "\n")
	}
}
