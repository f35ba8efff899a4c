package cinode_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
)

func TestSecrets(t *testing.T) {
	t.Parallel()
	for prefix, create := range map[string]func() string{"csc": cinode.NewTokenSecret, "csa": cinode.NewAdminKey} {
		form := regexp.MustCompile(`^` + prefix + `_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}$`)
		seen := map[string]bool{}
		for range 200 {
			secret := create()
			require.Regexp(t, form, secret)
			require.False(t, cinode.Mistyped(secret))
			require.False(t, seen[secret])
			seen[secret] = true
		}
	}
}

func TestMistyped_TellsOneWrongLetter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		secret := []byte(cinode.NewTokenSecret())
		i := rapid.IntRange(len("csc_"), len(secret)-1).Draw(t, "place")
		letter := rapid.SampledFrom([]byte("0Aa")).Draw(t, "letter")
		if secret[i] == '_' || secret[i] == letter {
			return
		}
		secret[i] = letter
		require.True(t, cinode.Mistyped(string(secret)), "%s", secret)
	})
}

func TestMistyped_LeavesOthersAlone(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{"", "secret", "csc", "csc_x", "a_b_c", "csc_a_b_c", strings.Repeat("_", 10), "test-token_1_2"} {
		require.False(t, cinode.Mistyped(secret), secret)
	}
	require.True(t, cinode.Mistyped("csc_x_y"))
	require.True(t, cinode.Mistyped("csc__"))
}

func TestHashSecret(t *testing.T) {
	t.Parallel()
	kept := cinode.HashSecret("a")
	require.Equal(t, kept, cinode.HashSecret("a"))
	require.NotEqual(t, cinode.HashSecret("a"), cinode.HashSecret("A"))
}

func TestToken_State(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name  string
		token cinode.Token
		state string
		opens bool
	}{
		{"good", cinode.Token{Audience: cinode.AudienceSCIM, Expires: now.Add(time.Second)}, "active", true},
		{"at its expiry", cinode.Token{Audience: cinode.AudienceSCIM, Expires: now}, "expired", false},
		{"without expiry", cinode.Token{Audience: cinode.AudienceSCIM}, "expired", false},
		{"revoked", cinode.Token{Audience: cinode.AudienceSCIM, Expires: now.Add(time.Hour), Revoked: now.Add(-time.Hour)}, "revoked", false},
		{"revoked and expired", cinode.Token{Audience: cinode.AudienceSCIM, Expires: now, Revoked: now}, "revoked", false},
		{"of another audience", cinode.Token{Audience: "https://api.cinode.app", Expires: now.Add(time.Hour)}, "active", false},
		{"of no audience", cinode.Token{Expires: now.Add(time.Hour)}, "active", false},
	} {
		require.Equal(t, c.state, c.token.State(now), c.name)
		require.Equal(t, c.opens, c.token.Opens(now), c.name)
	}
}

func TestToken_NameKey(t *testing.T) {
	t.Parallel()
	require.Equal(t, cinode.NameKey("JumpCloud"), cinode.NameKey(" jumpcloud "))
	require.NotEqual(t, cinode.NameKey("a"), cinode.NameKey("b"))
}

func TestScopes(t *testing.T) {
	t.Parallel()
	for list, want := range map[string][]cinode.Scope{
		"":                         cinode.AllScopes,
		" ":                        cinode.AllScopes,
		"users:read":               {cinode.ScopeUsersRead},
		"groups:write, users:read": {cinode.ScopeGroupsWrite, cinode.ScopeUsersRead},
	} {
		got, err := cinode.ParseScopes(list)
		require.NoError(t, err, list)
		require.Equal(t, want, got, list)
		again, err := cinode.ParseScopes(cinode.JoinScopes(got))
		require.NoError(t, err)
		require.Equal(t, got, again)
	}
	for _, list := range []string{"users", "users:read,", "Users:Read", "users:read groups:read", "admin"} {
		_, err := cinode.ParseScopes(list)
		require.ErrorContains(t, err, "there is no scope", list)
	}
}
