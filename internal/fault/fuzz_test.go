package fault_test

import (
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/fault"
)

func FuzzParseHeader(f *testing.F) {
	for _, d := range fault.Catalogue() {
		f.Add(d.Header)
	}
	for _, seed := range []string{`400; detail="a; \"b\" = \\"`, "delay=2s;status=429", "reset; execute", "=;=", `x="`, "\x00", "429;retry-after=99999999999999999999"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		a, err := fault.ParseHeader(header)
		if err != nil {
			require.NotContains(t, err.Error(), "\n")
			return
		}
		require.NoError(t, fault.Rule{Action: a}.Validate())
	})
}

func FuzzDecode(f *testing.F) {
	for _, d := range fault.Catalogue() {
		f.Add([]byte(d.Example))
		f.Add([]byte("- {action: " + string(d.Name) + ", nth: 1}"))
	}
	for _, seed := range []string{`[{"preset":"slow","tenant":2}]`, `[{"action":"status","status":503,"percent":1e1,"seed":18446744073709551615}]`, "- &a [*a]", "faults:\n  - preset: flaky", "[[[[", "- {methods: [GET]}", "---\n---\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		for _, decode := range []func([]byte) ([]fault.Rule, error){
			fault.DecodeRules,
			func(b []byte) ([]fault.Rule, error) { return fault.ParseFile("f", b) },
		} {
			rules, err := decode(content)
			if err != nil {
				var invalid *fault.Invalid
				require.ErrorAs(t, err, &invalid)
				require.NotEmpty(t, err.Error())
				continue
			}
			for _, r := range rules {
				require.NoError(t, r.Validate())
			}
			written, err := json.Marshal(rules)
			require.NoError(t, err)
			again, err := fault.DecodeRules(written)
			if len(rules) == 0 {
				continue
			}
			require.NoError(t, err, "%s", written)
			require.Equal(t, rules, again)
		}
	})
}
