package seed_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/seed"
)

func hashOf(t *testing.T, o seed.GenerateOptions) string {
	t.Helper()
	h := sha256.New()
	require.NoError(t, seed.Generate(h, o))
	return hex.EncodeToString(h.Sum(nil))
}

func generated(t *testing.T, o seed.GenerateOptions) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, seed.Generate(&b, o))
	return b.String()
}

// TestGenerate_Golden holds the bytes: users keep seed numbers in their tests.
func TestGenerate_Golden(t *testing.T) {
	t.Parallel()
	tests := map[string]seed.GenerateOptions{
		"061a6e1ce657e109447cc808ec86322330ee34362055ce18d6707b816e28e0dd": {Persona: cinode.PersonaCinode, Users: 100, Groups: 20, Number: 1},
		"3be0fabc5b7b268299113f6c0c23e838d4a343ff4f08e44a02d7e9721d4c20c1": {Persona: cinode.PersonaRFC, Users: 5000, Groups: 40, Number: 1 << 63, Tenant: 7},
		"40c4a6a10066d9550cfe76bb597026e6989158f85d6e625a82a6061542529671": {Persona: cinode.PersonaCinode},
	}
	for want, o := range tests {
		require.Equal(t, want, hashOf(t, o), "%+v", o)
		require.Equal(t, want, hashOf(t, o), "once more")
	}
}

func TestGenerate_AnotherNumberGivesOtherPeople(t *testing.T) {
	t.Parallel()
	o := seed.GenerateOptions{Persona: cinode.PersonaCinode, Users: 50, Groups: 5}
	one := decode(t, generated(t, o)).Tenants[0]
	o.Number = 1
	two := decode(t, generated(t, o)).Tenants[0]
	same := 0
	for i := range one.Users {
		if one.Users[i].Attributes["userName"] == two.Users[i].Attributes["userName"] {
			same++
		}
	}
	require.Less(t, same, 5)
}

// TestGenerate_Valid also shows what is in a file: every pair of names is used more
// than once, and the file has several documents.
func TestGenerate_Valid(t *testing.T) {
	t.Parallel()
	for persona, users := range map[string]int{cinode.PersonaCinode: 22_000, cinode.PersonaRFC: 800} {
		t.Run(persona, func(t *testing.T) {
			t.Parallel()
			text := generated(t, seed.GenerateOptions{Persona: persona, Users: users, Groups: 50, Number: 3, Tenant: 2})
			require.Equal(t, users > 20_000, strings.Contains(text, "\n---\n"))
			f := decode(t, text)
			require.Len(t, f.Tenants, 1)
			tenant := f.Tenants[0]
			require.EqualValues(t, 2, tenant.ID)
			require.Len(t, tenant.Users, users)
			require.Len(t, tenant.Groups, 50)

			disconnected, foreign := 0, 0
			for _, u := range tenant.Users {
				if u.Attributes["active"] == false {
					disconnected++
				}
				name, ok := u.Attributes["displayName"].(string)
				require.True(t, ok)
				if strings.ContainsFunc(name, func(r rune) bool { return r > 0x7f }) {
					foreign++
				}
				userName, ok := u.Attributes["userName"].(string)
				require.True(t, ok)
				require.True(t, cinode.IsEmail(userName), userName)
				require.Contains(t, []string{"example.com", "example.net", "example.org"}, userName[strings.IndexByte(userName, '@')+1:])
			}
			require.InDelta(t, users/25, disconnected, float64(users)/100)
			require.Greater(t, foreign, users/2)

			var sizes []int
			for _, g := range tenant.Groups {
				sizes = append(sizes, len(g.Users))
			}
			require.Equal(t, users/4+1, slices.Max(sizes), "the members of a group differ from each other")
			require.Equal(t, 0, slices.Min(sizes))
		})
	}
}

func TestGenerate_Small(t *testing.T) {
	t.Parallel()
	for users := range 12 {
		f := decode(t, generated(t, seed.GenerateOptions{Persona: cinode.PersonaCinode, Users: users, Groups: 12, Number: 9}))
		require.Len(t, f.Tenants[0].Users, users)
		require.Len(t, f.Tenants[0].Groups, 12)
	}
}

func TestGenerate_Progress(t *testing.T) {
	t.Parallel()
	var told []int
	require.NoError(t, seed.Generate(io.Discard, seed.GenerateOptions{
		Persona: cinode.PersonaRFC, Users: 2, Groups: 1, Progress: func(done int) { told = append(told, done) },
	}))
	require.Equal(t, []int{1, 2, 3}, told)
}

func TestGenerate_Refuses(t *testing.T) {
	t.Parallel()
	for want, o := range map[string]seed.GenerateOptions{
		`there is no persona "okta"`:     {Persona: "okta"},
		"numbers from 0 to 10000000":     {Persona: cinode.PersonaRFC, Users: -1},
		"from 0 to 10000000":             {Persona: cinode.PersonaRFC, Groups: seed.Largest + 1},
		"tenant must be a number from 1": {Persona: cinode.PersonaRFC, Tenant: -1},
	} {
		require.ErrorContains(t, seed.Generate(io.Discard, o), want)
	}
}

func TestGenerate_FullDisk(t *testing.T) {
	t.Parallel()
	full := errors.New("full")
	err := seed.Generate(failing{full}, seed.GenerateOptions{Persona: cinode.PersonaRFC, Users: 1000})
	require.ErrorIs(t, err, full)
}
