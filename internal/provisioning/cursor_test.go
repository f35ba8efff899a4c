package provisioning

import (
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cinode-scim/cinode-scim/internal/clock"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

var cursorTime = time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)

func testCursors(tb testing.TB, c clock.Clock) *Cursors {
	tb.Helper()
	cursors, err := NewCursors(make([]byte, 32), c, time.Minute)
	require.NoError(tb, err)
	return cursors
}

func callsOf(tenant int64, types ...*schema.ResourceType) []*Call {
	calls := make([]*Call, len(types))
	for i, t := range types {
		calls[i] = &Call{Tenant: tenant, Type: t}
	}
	return calls
}

// TestCursors_RoundTrip: every position comes back, in unreserved characters, and
// no two cursors are alike.
func TestCursors_RoundTrip(t *testing.T) {
	t.Parallel()
	cursors := testCursors(t, clock.New(cursorTime))
	unreserved := regexp.MustCompile(`^[A-Za-z0-9._~-]+$`)
	rapid.Check(t, func(t *rapid.T) {
		want := store.Position{ID: rapid.Int64().Draw(t, "id")}
		if rapid.Bool().Draw(t, "has a key") {
			key := rapid.String().Draw(t, "key")
			want.Key = &key
		}
		q := Query{Count: rapid.IntRange(0, 1000).Draw(t, "count"), Filter: rapid.String().Draw(t, "filter"), HasFilter: true, ByCursor: true}
		calls := callsOf(rapid.Int64().Draw(t, "tenant"), schema.RFC().Users)
		q.Cursor = cursors.seal(q, calls, want)
		require.Regexp(t, unreserved, q.Cursor)
		require.NotEqual(t, q.Cursor, cursors.seal(q, calls, want))
		got, err := cursors.open(q, calls)
		require.NoError(t, err)
		require.Equal(t, &want, got)
	})
}

// TestCursors_OpenNothingElse: a cursor is refused for all but what it was made
// for, each time with the same answer.
func TestCursors_OpenNothingElse(t *testing.T) {
	t.Parallel()
	users, groups := schema.RFC().Users, schema.RFC().Groups
	cursors := testCursors(t, clock.New(cursorTime))
	made := Query{Count: 2, Filter: "a pr", HasFilter: true, SortBy: "title", BoundTo: "x", ByCursor: true}
	made.Cursor = cursors.seal(made, callsOf(1, users), store.Position{ID: 7})
	for name, c := range map[string]struct {
		change func(*Query)
		calls  []*Call
		want   scim.ErrorType
	}{
		"as it was":          {func(*Query) {}, callsOf(1, users), ""},
		"another tenant":     {func(*Query) {}, callsOf(2, users), scim.ErrorTypeInvalidCursor},
		"another type":       {func(*Query) {}, callsOf(1, groups), scim.ErrorTypeInvalidCursor},
		"more types":         {func(*Query) {}, callsOf(1, users, groups), scim.ErrorTypeInvalidCursor},
		"another filter":     {func(q *Query) { q.Filter = "b pr" }, callsOf(1, users), scim.ErrorTypeInvalidCursor},
		"no filter":          {func(q *Query) { q.HasFilter = false }, callsOf(1, users), scim.ErrorTypeInvalidCursor},
		"another order":      {func(q *Query) { q.SortBy = "id" }, callsOf(1, users), scim.ErrorTypeInvalidCursor},
		"the other way":      {func(q *Query) { q.Descending = true }, callsOf(1, users), scim.ErrorTypeInvalidCursor},
		"another projection": {func(q *Query) { q.BoundTo = "y" }, callsOf(1, users), scim.ErrorTypeInvalidCursor},
		"one more character": {func(q *Query) { q.Cursor += "A" }, callsOf(1, users), scim.ErrorTypeInvalidCursor},
		"garbage":            {func(q *Query) { q.Cursor = "garbage" }, callsOf(1, users), scim.ErrorTypeInvalidCursor},
		"another count":      {func(q *Query) { q.Count = 3 }, callsOf(1, users), scim.ErrorTypeInvalidCount},
	} {
		q := made
		c.change(&q)
		position, err := cursors.open(q, c.calls)
		if c.want == "" {
			require.NoError(t, err, name)
			require.Equal(t, int64(7), position.ID)
			continue
		}
		var said *scim.Error
		require.ErrorAs(t, err, &said, name)
		require.Equal(t, c.want, said.Type, name)
		if c.want == scim.ErrorTypeInvalidCursor {
			require.Equal(t, errCursor.Detail, said.Detail, name)
		}
	}
	for i := range made.Cursor {
		q := made
		letter := byte('A')
		if q.Cursor[i] == letter {
			letter = 'B'
		}
		q.Cursor = q.Cursor[:i] + string(letter) + q.Cursor[i+1:]
		_, err := cursors.open(q, callsOf(1, users))
		require.ErrorIs(t, err, errCursor, "character %d was changed", i)
	}
}

func TestCursors_Expire(t *testing.T) {
	t.Parallel()
	now := clock.New(cursorTime)
	cursors, calls := testCursors(t, now), callsOf(1, schema.RFC().Users)
	q := Query{ByCursor: true}
	q.Cursor = cursors.seal(q, calls, store.Position{ID: 7})
	now.Advance(time.Minute)
	_, err := cursors.open(q, calls)
	require.NoError(t, err)
	now.Advance(time.Millisecond)
	_, err = cursors.open(q, calls)
	var said *scim.Error
	require.ErrorAs(t, err, &said)
	require.Equal(t, scim.ErrorTypeExpiredCursor, said.Type)
}

// FuzzCursor: what opens is one of ours, exactly as it was given out.
func FuzzCursor(f *testing.F) {
	cursors, calls := testCursors(f, clock.New(cursorTime)), callsOf(1, schema.RFC().Users)
	own := cursors.seal(Query{ByCursor: true}, calls, store.Position{ID: 7})
	for _, seed := range []string{"", "AAAA", "garbage", own, own[1:], own + "=", own + "\n", "\r" + own, "%00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		position, err := cursors.open(Query{ByCursor: true, Cursor: text}, calls)
		if err != nil {
			require.ErrorIs(t, err, errCursor)
			return
		}
		require.Equal(t, int64(7), position.ID)
		sealed, err := cursorEncoding.DecodeString(text)
		require.NoError(t, err)
		require.Equal(t, text, cursorEncoding.EncodeToString(sealed))
	})
}
