package cinode_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/scim"
)

// TestWorkPaths [J M]: JumpCloud's plain path is Microsoft's with its brackets.
func TestWorkPaths(t *testing.T) {
	t.Parallel()
	const locality = `addresses[type eq "work"].locality`
	for _, c := range []struct {
		op, path   string
		want, kind string
	}{
		{"replace", "addresses.locality", locality, "add"},
		{"add", "addresses.locality", locality, "add"},
		{"remove", "Addresses.locality", locality, "remove"},
		{"replace", scim.URNUser + ":addresses.formatted", `addresses[type eq "work"].formatted`, "add"},
		{"replace", "addresses.type", "addresses.type", "replace"},
		{"replace", "addresses", "addresses", "replace"},
		{"replace", locality, locality, "replace"},
		{"replace", scim.URNEnterpriseUser + ":addresses.locality", scim.URNEnterpriseUser + ":addresses.locality", "replace"},
		{"replace", "", "", "replace"},
	} {
		in := []scim.Operation{{Op: scim.Op(c.op), Path: c.path, Index: 3}}
		got := cinode.WorkPaths(in)
		require.Equal(t, []scim.Operation{{Op: scim.Op(c.kind), Path: c.want, Index: 3}}, got, c.path)
		require.Equal(t, c.path, in[0].Path, "the input is not changed")
	}
}

func TestTypeAddresses(t *testing.T) {
	t.Parallel()
	user := object(t, `{"addresses":[{"locality":"A"},{"type":"home","locality":"B"},{"type":"","locality":"C"}]}`)
	typed := cinode.TypeAddresses(user)
	require.Equal(t, object(t, `{"addresses":[{"type":"work","locality":"A"},{"type":"home","locality":"B"},{"type":"work","locality":"C"}]}`), typed)
	require.Equal(t, object(t, `{"addresses":[{"locality":"A"},{"type":"home","locality":"B"},{"type":"","locality":"C"}]}`), user)
	require.Equal(t, typed, cinode.TypeAddresses(typed))
}

// TestFollowLocality [J M]: formatted follows each change of locality and goes
// when it is cleared, unless the client sent one of its own.
func TestFollowLocality(t *testing.T) {
	t.Parallel()
	const lund = `{"addresses":[{"type":"work","locality":"Lund","formatted":"Lund"}]}`
	const own = `{"addresses":[{"type":"work","locality":"Lund","formatted":"Box 1, Lund"}]}`
	for name, c := range map[string]struct{ before, next, want string }{
		"new":                        {`{}`, `{"addresses":[{"type":"work","locality":"Lund"}]}`, lund},
		"new, in other letters":      {`{}`, `{"addresses":[{"type":"Work","locality":"Lund"}]}`, `{"addresses":[{"type":"Work","locality":"Lund","formatted":"Lund"}]}`},
		"new with its own":           {`{}`, own, own},
		"formatted alone":            {`{}`, `{"addresses":[{"type":"work","formatted":"Box 1"}]}`, `{"addresses":[{"type":"work","formatted":"Box 1"}]}`},
		"changed":                    {lund, `{"addresses":[{"type":"work","locality":"Oslo","formatted":"Lund"}]}`, `{"addresses":[{"type":"work","locality":"Oslo","formatted":"Oslo"}]}`},
		"changed from one untyped":   {`{"addresses":[{"locality":"Lund","formatted":"Lund"}]}`, `{"addresses":[{"type":"work","locality":"Oslo","formatted":"Lund"}]}`, `{"addresses":[{"type":"work","locality":"Oslo","formatted":"Oslo"}]}`},
		"changed, its own stays":     {own, `{"addresses":[{"type":"work","locality":"Oslo","formatted":"Box 1, Lund"}]}`, `{"addresses":[{"type":"work","locality":"Oslo","formatted":"Box 1, Lund"}]}`},
		"changed with its own":       {lund, `{"addresses":[{"type":"work","locality":"Oslo","formatted":"Box 2"}]}`, `{"addresses":[{"type":"work","locality":"Oslo","formatted":"Box 2"}]}`},
		"cleared":                    {lund, `{"addresses":[{"type":"work","formatted":"Lund"}]}`, `{}`},
		"cleared with an empty text": {lund, `{"addresses":[{"type":"work","locality":"","formatted":"Lund"}]}`, `{}`},
		"cleared, its own stays":     {own, `{"addresses":[{"type":"work","formatted":"Box 1, Lund"}]}`, `{"addresses":[{"type":"work","formatted":"Box 1, Lund"}]}`},
		"cleared, hidden parts stay": {lund, `{"addresses":[{"type":"work","formatted":"Lund","region":"S"}]}`, `{"addresses":[{"type":"work","region":"S"}]}`},
		"its own goes":               {own, `{"addresses":[{"type":"work","locality":"Lund"}]}`, lund},
		"not at home":                {`{}`, `{"addresses":[{"type":"home","locality":"Lund"}]}`, `{"addresses":[{"type":"home","locality":"Lund"}]}`},
		"nothing but a type":         {`{}`, `{"addresses":[{"type":"work"}]}`, `{}`},
		"no addresses":               {`{}`, `{"title":"x"}`, `{"title":"x"}`},
	} {
		next := object(t, c.next)
		cinode.FollowLocality(next, object(t, c.before))
		require.Equal(t, object(t, c.want), next, name)
	}
}
