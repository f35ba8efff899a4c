package web

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestDraw_StacksFromBelow(t *testing.T) {
	t.Parallel()
	c := draw([]tally{{}, {Requests: 10, Errors: 2, Deviating: 3}, {Requests: 1000, Errors: 1}}, start, time.Hour)
	require.Equal(t, int64(1000), c.Top)
	require.Len(t, c.Columns, 2)
	require.Equal(t, "1 Mar, 13:00 to 14:00 UTC: 10 requests, 2 errors, 3 with deviations", c.Columns[0].Says())
	require.Equal(t, c.Columns[1].Says(), c.Peak.Says())
	require.Equal(t, []bar{{"errors", "21", "98.4", "8", "1.6"}, {"good", "21", "0", "8", "98.4"}}, c.Columns[1].Bars, "one error of a thousand is seen, within the drawing")
	require.Equal(t, "1,000", c.Upper())
	require.Equal(t, "500", c.Half())
}

func TestNice(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]int64{0: 2, 1: 2, 3: 4, 5: 6, 7: 8, 9: 10, 11: 20, 99: 100, 101: 200, 999_999: 1_000_000} {
		require.Equal(t, want, nice(n), n)
	}
	require.Equal(t, "1,234,567", thousands(1234567))
	require.Equal(t, "999", thousands(999))
}

func TestUnseen(t *testing.T) {
	t.Parallel()
	for origin, want := range map[string]string{
		"http://localhost:8080": "localhost", "http://127.0.0.1:1": "127.0.0.1", "http://[::1]:1": "::1", "http://10.0.0.1": "10.0.0.1", "http://scim": "scim",
		"https://scim.example.com": "", "https://203.0.113.5": "",
	} {
		require.Equal(t, want, unseen(origin), origin)
	}
}
