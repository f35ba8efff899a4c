package filter_test

import (
	"cmp"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cinode-scim/cinode-scim/internal/scim/filter"
)

func TestNumberKey_OrdersLikeNumbers(t *testing.T) {
	t.Parallel()
	literal := rapid.StringMatching(`-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := literal.Draw(t, "a"), literal.Draw(t, "b")
		x, ok := filter.NumberKey(a)
		require.True(t, ok)
		y, ok := filter.NumberKey(b)
		require.True(t, ok)
		require.Equal(t, rational(t, a).Cmp(rational(t, b)), cmp.Compare(x, y), "%s %s", x, y)
	})
}

func rational(t require.TestingT, literal string) *big.Rat {
	r, ok := new(big.Rat).SetString(literal)
	require.True(t, ok)
	return r
}

func TestNumberKey_EqualNumbersAreEqual(t *testing.T) {
	t.Parallel()
	for _, group := range [][]string{
		{"0", "-0", "0.0", "0e9", "-0.000"},
		{"1", "1.0", "1e0", "10e-1", "0.1E+1"},
		{"-12.5", "-1.25e1", "-0125e-1"},
		{"100", "1e2", "1E+2", "100.00"},
	} {
		want, ok := filter.NumberKey(group[0])
		require.True(t, ok)
		for _, literal := range group {
			got, ok := filter.NumberKey(literal)
			require.True(t, ok)
			require.Equal(t, want, got, literal)
		}
	}
}

func TestNumberKey_RefusesWhatIsNoNumberOrTooLong(t *testing.T) {
	t.Parallel()
	for _, literal := range []string{
		"", "-", ".5", "x", "1x", "1x1", "1.2.3", "e5", "1e", "1e1000", "1e-1000", "0x10", "1_000", "1/2", "Inf", "--1",
		"11111111111111111111111111111111111111111111111111111111111111111",
	} {
		_, ok := filter.NumberKey(literal)
		require.False(t, ok, literal)
	}
}
