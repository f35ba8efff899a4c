package storetest

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// quoted writes a string as the literal of a filter.
func quoted(s string) string { return string(schema.AppendString(nil, s)) }

func testUnicode(t *testing.T, f *fixture) {
	t.Helper()
	t.Run("CaseIsFolded", func(t *testing.T) {
		for _, c := range []struct {
			sent, other  string
			sameUserName bool // of lower case, as RFC 8265 has it; all else is folded
		}{
			{"ÅSA", "åsa", true},
			{"é", "e\u0301", true},
			{"Ǆ", "ǆ", true},
			{"İ", "i\u0307", true},
			{"Straße", "STRASSE", false},
			{"ΣΊΣΥΦΟΣ", "σίσυφος", true},
		} {
			u := f.user(t, c.sent, scim.Object{"title": c.sent})
			require.Equal(t, c.sent, body(t, f.get(t, "User", u.ID))["userName"], "what was sent is kept")
			require.Equal(t, []int64{u.ID}, ids(f.list(t, f.users, "title eq "+quoted(c.other)).Resources), c.sent)
			found := f.list(t, f.users, "userName eq "+quoted(c.other)).Resources
			_, err := f.store.Create(t.Context(), f.newUser(c.other))
			if !c.sameUserName {
				require.Empty(t, found, c.sent)
				require.NoError(t, err, c.sent)
				continue
			}
			require.Equal(t, []int64{u.ID}, ids(found), c.sent)
			var unique *store.UniqueError
			require.ErrorAs(t, err, &unique, c.sent)
		}
	})
	// What RFC 8265 maps in user names and Unicode's case folding in the rest.
	t.Run("UserNamesArePrepared", func(t *testing.T) {
		for _, c := range []struct {
			sent, other         string
			sameName, sameTitle bool
		}{
			{"Ｗｉｄｅ", "wide", true, false}, {"Gasse", "Gaße", false, true}, {"ｶﾞ", "ガ", true, false}, {"oﬀ", "OFF", false, true},
		} {
			u := f.user(t, c.sent, scim.Object{"title": c.sent})
			for _, op := range []string{" eq ", " co ", " sw ", " ew "} {
				require.Equal(t, c.sameName, len(ids(f.list(t, f.users, "userName"+op+quoted(c.other)).Resources)) == 1, "%v%s", c, op)
				require.Equal(t, c.sameTitle, len(ids(f.list(t, f.users, "title"+op+quoted(c.other)).Resources)) == 1, "%v%s", c, op)
			}
			_, err := f.store.Create(t.Context(), store.CreateParams{
				Tenant: f.tenant, Type: f.users, Attributes: scim.Object{"userName": c.other}, Now: now,
			})
			var unique *store.UniqueError
			require.Equal(t, c.sameName, errors.As(err, &unique), "%v: %v", c, err)
			require.NotZero(t, u.ID)
		}
	})
	t.Run("OddStrings", func(t *testing.T) {
		odd := []string{
			`'`, `"`, `\`, `%`, `_`, `%_%`, `a'b"c\d`, `'; DROP TABLE users; --`, `$1`, `?1`, "\t\n\r\x01\x7f", "😀👩‍👩‍👧", "\u2028\ufeff",
			`{"a":1}`, `[1]`, `null`, `\u0041`, " leading", "trailing ", "\U0010ffff", "ﷺ", "a\u0300\u0301",
		}
		for _, s := range odd {
			u := f.user(t, "odd"+s, scim.Object{"externalId": s, "title": s, "emails": []any{scim.Object{"value": s}}})
			o := body(t, f.get(t, "User", u.ID))
			require.Equal(t, s, o["externalId"])
			require.Equal(t, s, o["title"])
			g := f.group(t, s, u.ID)
			require.Equal(t, s, f.get(t, "User", u.ID).Links[0].Display)
			for _, path := range []string{"externalId", "title", "emails.value", "groups.display"} {
				require.Equal(t, []int64{u.ID}, ids(f.list(t, f.users, path+" eq "+quoted(s)).Resources), "%s %q", path, s)
				require.Contains(t, ids(f.list(t, f.users, path+" co "+quoted(s)).Resources), u.ID, "%s %q", path, s)
				require.Contains(t, ids(f.list(t, f.users, path+" sw "+quoted(s)).Resources), u.ID, "%s %q", path, s)
				require.Contains(t, ids(f.list(t, f.users, path+" ew "+quoted(s)).Resources), u.ID, "%s %q", path, s)
			}
			f.remove(t, "Group", g.ID)
		}
		require.Len(t, f.list(t, f.users, `title co "%"`).Resources, 2, "%% is no wildcard")
		require.Len(t, f.list(t, f.users, `title co "_"`).Resources, 2, "_ is no wildcard")
	})
	t.Run("SortIsOfBytes", func(t *testing.T) {
		sorted := f.in(f.newTenant(t))
		want := []int64{}
		for _, name := range []string{"-a", "10", "9", "a b", "a-b", "ab", "z", "ä", "😀"} {
			want = append(want, sorted.user(t, name).ID)
		}
		require.Equal(t, want, ids(sorted.sorted(t, f.users, "userName", false).Resources))
	})
}
