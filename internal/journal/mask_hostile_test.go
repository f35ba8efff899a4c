package journal_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/journal"
)

// megabytes are bodies of a megabyte that would be slow for whoever reads a part
// of them twice.
func megabytes() map[string]string {
	const size = 1 << 20
	fill := func(s string) string { return strings.Repeat(s, size/len(s)) }
	nested := func(open, middle, end string) string {
		n := size / (len(open) + len(end))
		return strings.Repeat(open, n) + middle + strings.Repeat(end, n)
	}
	return map[string]string{
		"operations in operations": nested(`{"path":"password","value":`, `"hunter2"`, `}`),
		"shallow operations":       `[` + fill(`{"path":"password","value":"hunter2"},`) + `1]`,
		"objects":                  nested(`{"password":`, `"hunter2"`, `}`),
		"not too deep":             strings.Repeat(`{"path":"emails","value":[`, 31) + fill(`{"value":"x"},`) + `{"password":"hunter2"}` + strings.Repeat(`]}`, 31),
		"arrays":                   nested(`[`, `{"password":"hunter2"}`, `]`),
		"open arrays":              fill(`[`) + `"password":"hunter2"`,
		"strings":                  `["password",` + fill(`"\u0070",`) + `1]`,
		"JSON in JSON":             `{"a":"[\"[` + fill(`x`) + `]\"]","password":"hunter2"}`,
		"bearers":                  `{"a":"` + fill(`bearer `) + `"}`,
		"operators":                `{"filter":"` + fill(`password pr `) + `password eq hunter2"}`,
		"quotes":                   `{"filter":"` + fill(`a eq \"`) + `","password":"hunter2"}`,
		"at signs":                 `{"a":"` + fill(`@ `) + fill(`@`) + `","password":"hunter2"}`,
		"tokens":                   `{"a":"` + fill(`csc_`) + fill(`eyJ.`) + `"}`,
		"backslashes":              `{"password":"` + fill(`\\`) + `hunter2"}`,
		"open string":              `{"password":"hunter2` + fill(`\\`),
		"names":                    `{` + fill(`"password":"hunter2",`) + `"a":1}`,
	}
}

func TestMask_HostileMegabytes(t *testing.T) {
	t.Parallel()
	for name, body := range megabytes() {
		for _, pii := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				m := journal.NewMasker(pii)
				got := m.Body([]byte(body))
				require.NotContains(t, string(got), "hunter2")
				require.Equal(t, valid([]byte(body)), valid([]byte(body)) && valid(got))
				header := body[:1<<16] // more than a server reads of it
				m.Query(header)
				m.Path(header)
				m.Text(header)
				journal.Guess("PATCH", header, header, []journal.Header{{Name: header, Value: header}}, []byte(body))
			})
		}
	}
}

func BenchmarkMask(b *testing.B) {
	user := `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"26","userName":"ann@corp.example","name":{"givenName":"Ann","familyName":"Vale"},` +
		`"emails":[{"value":"ann@corp.example","type":"work","primary":true}],"title":"Consultant","active":true,"meta":{"resourceType":"User","version":"W/\"3\""}}`
	small := journal.Exchange{Path: "/scim/v2/Users/26", Sent: journal.Message{Headers: []journal.Header{{Name: "Authorization", Value: "Bearer " + token}, {Name: "Accept", Value: "application/scim+json"}}},
		Answer: journal.Message{Body: []byte(user), Size: int64(len(user))}}
	b.Run("exchange of a GET", func(b *testing.B) {
		m := journal.NewMasker(false)
		b.ReportAllocs()
		for b.Loop() {
			m.Exchange(small, 1<<16)
		}
	})
	b.Run("guess of a GET", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			journal.Guess("GET", small.Path, "", small.Sent.Headers, nil)
		}
	})
	bodies := megabytes()
	bodies["no secret"] = "[" + strings.Repeat(user+",", 2500) + "1]"
	for name, body := range bodies {
		for _, pii := range []bool{false, true} {
			if pii {
				name += " pii"
			}
			b.Run(name, func(b *testing.B) {
				m := journal.NewMasker(pii)
				b.SetBytes(int64(len(body)))
				b.ReportAllocs()
				for b.Loop() {
					m.Body([]byte(body))
				}
			})
		}
	}
}

// What gateways and scripts send instead of the header of RFC 6750.
func TestMasker_OtherCredentials(t *testing.T) {
	t.Parallel()
	const canary = "c4narysecret"
	m := journal.NewMasker(false)
	for _, header := range []string{
		"Ocp-Apim-Subscription-Key", "X-Functions-Key", "X-Auth", "X-Session", "X-Signature", "X-Goog-Iap-Jwt-Assertion", "Authentication", "X-Access-Key",
	} {
		got := m.Exchange(journal.Exchange{Sent: journal.Message{Headers: []journal.Header{{Name: header, Value: canary}}}}, 100)
		require.Equal(t, journal.Masked, got.Sent.Headers[0].Value, header)
	}
	for _, value := range []string{
		"ApiKey " + canary, "SSWS " + canary, "OAuth " + canary, "Bearer\t" + canary, `Bearer "` + canary + `"`, "Bearer " + canary + ",b", "Token token=" + canary,
		`Digest username="a", response="` + canary + `"`, canary, "Basic " + canary + "==",
	} {
		got := m.Exchange(journal.Exchange{
			Query: "x=" + canary, Reason: "it was " + canary,
			Sent: journal.Message{Headers: []journal.Header{{Name: "Authorization", Value: value}}, Body: []byte(`{"title":"` + canary + `"}`)},
		}, 1000)
		require.NotContains(t, fmt.Sprint(got), canary, value)
	}
	for _, text := range []string{`{"pwd":"` + canary + `"}`, `{"passphrase":"` + canary + `"}`, `{"op":"replace","path":"pwd","value":"` + canary + `"}`} {
		require.NotContains(t, string(m.Body([]byte(text))), canary, text)
	}
	require.Equal(t, "pwd=***&passphrase=***", m.Query("pwd="+canary+"&passphrase="+canary))
}
