package provisioning

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

func TestPasswords(t *testing.T) {
	t.Parallel()
	p := newPasswords()
	hash, err := p.hash(t.Context(), "secret")
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$"), hash)
	again, err := p.hash(t.Context(), "secret")
	require.NoError(t, err)
	require.NotEqual(t, hash, again, "the salt is random")
	for _, c := range []struct {
		plain, hash string
		want        bool
	}{
		{"secret", hash, true},
		{"Secret", hash, false},
		{"secret", strings.Replace(hash, "t=2", "t=1", 1), false},
		{"secret", hash[:len(hash)-4], false},
		{"secret", "secret", false},
		{"", "", false},
	} {
		same, err := p.matches(t.Context(), c.plain, c.hash)
		require.NoError(t, err)
		require.Equal(t, c.want, same, "%q %q", c.plain, c.hash)
	}
}

// TestPasswords_Wait: whoever finds all cores busy waits as long as its context
// lets it, and few may wait.
func TestPasswords_Wait(t *testing.T) {
	t.Parallel()
	p := newPasswords()
	for range cap(p.working) {
		require.NoError(t, p.enter(t.Context()))
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := p.hash(gone, "secret")
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, p.waiting)
	for range cap(p.waiting) {
		p.waiting <- struct{}{}
	}
	_, err = p.hash(t.Context(), "secret")
	require.ErrorIs(t, err, store.ErrBusy)
	<-p.waiting
	p.leave()
	_, err = p.hash(t.Context(), "secret")
	require.NoError(t, err)
}

func TestPasswordChange_Take(t *testing.T) {
	t.Parallel()
	hash := "new"
	worked := &passwordChange{plain: "p", current: "h", result: &hash}
	none := ""
	for name, c := range map[string]struct {
		worked   *passwordChange
		password any
		current  string
		want     *string
		unhashed bool
	}{
		"none before, none now":  {nil, nil, "", nil, false},
		"untouched":              {nil, passwordStays, "h", nil, false},
		"removed":                {nil, nil, "h", &none, false},
		"new":                    {nil, "p", "h", nil, true},
		"the first":              {nil, "p", "", nil, true},
		"worked out":             {worked, "p", "h", &hash, false},
		"changed meanwhile":      {worked, "p", "h2", nil, true},
		"another than was asked": {worked, "q", "h", nil, true},
		"empty":                  {nil, "", "", nil, true},
	} {
		next := scim.Object{"userName": "a"}
		if c.password != nil {
			next["password"] = c.password
		}
		got, err := c.worked.take(next, c.current)
		require.Equal(t, c.want, got, name)
		require.Equal(t, scim.Object{"userName": "a"}, next, name)
		if c.unhashed {
			var unhashed *unhashedError
			require.ErrorAs(t, err, &unhashed, name)
			require.Equal(t, c.current, unhashed.current, name)
		} else {
			require.NoError(t, err, name)
		}
	}
}
