package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/testenv"
)

func TestMain(m *testing.M) { testenv.Main(m) }

// floorUsers is enough for a full middle page.
const floorUsers = 2 * pageSize

// Every operation runs against the floor, with all of the load's checks on.
func TestOperations_OnTheFloor(t *testing.T) {
	t.Parallel()
	f, err := newFloor(t.Context(), testenv.Postgres(t), 2)
	require.NoError(t, err)
	t.Cleanup(f.pool.Close)
	target := serveTarget(t, f.routes(), &target{name: nameFloor, persona: personaRFC})
	require.NoError(t, target.seed(t.Context(), floorUsers, 2))
	w, err := newWorker(t.Context(), target, 1, 2)
	require.NoError(t, err)
	t.Cleanup(w.close)

	w.consumed = &consumption{made: make([][]user, 2)}
	for _, op := range operations() {
		if op.uses {
			w.consumed.users = w.consumed.made[w.index]
		}
		for range 2 {
			require.NoError(t, op.timed(w), op.name)
		}
		if op.uses {
			require.ErrorIs(t, op.timed(w), errExhausted)
		}
	}
}

func TestOperations_TellWrongAnswers(t *testing.T) {
	t.Parallel()
	empty := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"id": "of another", "totalResults": 7, "active": "yes"}`))
	})
	target := serveTarget(t, empty, &target{name: nameFloor})
	target.users, target.active = []user{newUser(1), newUser(2)}, make([]bool, 2)
	for _, op := range operations() {
		w, err := newWorker(t.Context(), target, 0, 1)
		require.NoError(t, err)
		w.consumed = &consumption{users: target.users, made: make([][]user, 1)}
		err = op.timed(w)
		var wrong wrongAnswer
		require.ErrorAs(t, err, &wrong, op.name)
		w.close()
	}
}

func serveTarget(t *testing.T, handler http.Handler, to *target) *target {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	addr := strings.TrimPrefix(server.URL, "http://")
	to.server, to.authority = &process{addr: addr}, authority(addr, "")
	return to
}

func TestConn_ReadsEveryFraming(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("long ", 50_000)
	for _, test := range []struct {
		name    string
		handler http.HandlerFunc
		status  int
		body    string
	}{
		{"length", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusCreated, []byte(long)) }, 201, long},
		{"chunks", func(w http.ResponseWriter, _ *http.Request) {
			for range 2 {
				_, _ = w.Write([]byte(long))
				_ = http.NewResponseController(w).Flush()
			}
		}, 200, long + long},
		{"no content", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }, 204, ""},
		{"empty", func(http.ResponseWriter, *http.Request) {}, 200, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			target := serveTarget(t, test.handler, &target{})
			w, err := newWorker(t.Context(), target, 0, 1)
			require.NoError(t, err)
			defer w.close()
			for range 2 { // the second shows that the first was read to its end
				status, body, err := w.roundTrip([]byte("GET / HTTP/1.1\r\n" + target.authority + "\r\n"))
				require.NoError(t, err)
				require.Equal(t, test.status, status)
				require.Equal(t, test.body, string(body))
			}
		})
	}
}

func TestConn_RefusesAnEndedConnection(t *testing.T) {
	t.Parallel()
	target := serveTarget(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Connection", "close")
	}), &target{})
	w, err := newWorker(t.Context(), target, 0, 1)
	require.NoError(t, err)
	defer w.close()
	_, err = w.exchange(http.MethodGet, "/", nil, http.StatusOK)
	require.ErrorContains(t, err, "ends the connection")
}

func TestAppendUser_IsAsLongForBothPersonas(t *testing.T) {
	t.Parallel()
	for _, persona := range []string{personaCinode, personaRFC} {
		for _, number := range []int{1, 1_000_000} {
			body := string(appendUser([]byte("before"), newUser(number), persona, true, number))
			require.Len(t, body, len("before")+bodySize, persona)
			require.True(t, jsontext.Value(body[len("before"):]).IsValid(), body)
		}
	}
}

func TestScan(t *testing.T) {
	t.Parallel()
	require.Equal(t, "12", scanID([]byte(`{"externalId":"3","id":"12"}`)))
	require.Equal(t, "12", scanID([]byte(`{"id": "12"}`)))
	require.Empty(t, scanID([]byte(`{"id":12}`)))
	require.Equal(t, 10_000, scanTotal([]byte(`{"totalResults": 10000}`)))
	require.Equal(t, -1, scanTotal([]byte(`{"totalResults":"1"}`)))
	require.Equal(t, -1, scanTotal([]byte(`{}`)))
}

func TestSummarize(t *testing.T) {
	t.Parallel()
	from := time.Now()
	run := func(latencies ...time.Duration) loop {
		return loop{from: from, until: from.Add(2 * time.Second), latencies: latencies}
	}
	both := []loop{run(time.Millisecond, 3*time.Millisecond), run(2*time.Millisecond, 4*time.Millisecond)}
	s, err := summarize(both, false)
	require.NoError(t, err)
	require.Equal(t, sample{Rate: 2, P50: 2, P99: 4, Requests: 4}, s)

	s, err = summarize(both, true)
	require.NoError(t, err)
	require.InDelta(t, 800, s.Rate, 1e-9, "4 requests in 10 ms on 2 connections")

	both[1].exhausted, both[1].ended = true, from.Add(time.Second)
	s, err = summarize(both, false)
	require.NoError(t, err)
	require.InDelta(t, 4, s.Rate, 1e-9)

	_, err = summarize([]loop{run()}, false)
	require.Error(t, err)
}

func TestMedian(t *testing.T) {
	t.Parallel()
	m := median([]sample{{Rate: 3, Wrong: 1, Example: "a"}, {Rate: 1}, {Rate: 2}})
	require.Equal(t, sample{Rate: 2, Wrong: 1, Example: "a"}, m)
	require.InDelta(t, 1.5, median([]sample{{Rate: 1}, {Rate: 2}}).Rate, 1e-9)
}

func TestResults_Judge(t *testing.T) {
	t.Parallel()
	op := operation{name: "get", title: "get", wantPostgres: 0.7, wantSQLite: 1, reference: 0.5}
	of := func(name string, s sample) *cell {
		return &cell{op: op, t: &target{name: name}, samples: []sample{s}}
	}
	r := newResults(options{})
	r.addBlock([]*cell{
		of(nameStatic, sample{Rate: 1000}), of(nameFloor, sample{Rate: 100}),
		of(namePostgres, sample{Rate: 70}), of(nameSQLite, sample{Rate: 99}), of(namePostgresRFC, sample{Rate: 200, Wrong: 1}),
	})
	met := map[string]bool{}
	for _, one := range r.Rows {
		met[one.Server] = one.Met
	}
	require.Equal(t, map[string]bool{
		nameStatic: true, nameFloor: true, namePostgres: true, nameSQLite: false, namePostgresRFC: false,
	}, met)
	require.False(t, r.Valid, "a floor of 0.1 of the plain answer where 0.3 is the least")

	r.addBlock([]*cell{
		{t: &target{}, size: 10, samples: []sample{{Rate: 100}}}, {t: &target{}, size: 1000, samples: []sample{{Rate: 160}}},
	})
	require.False(t, r.Rows[len(r.Rows)-1].Met, "one is 1.6 times the other")
}

func TestParseOptions(t *testing.T) {
	t.Parallel()
	opts, err := parseOptions([]string{"-only", "filter,start"})
	require.NoError(t, err)
	require.True(t, opts.wants("filter-externalid"))
	require.False(t, opts.wants("get"))
	for _, args := range [][]string{{"-only", "nothing"}, {"-only", "get,"}, {"-users", "10"}, {"-rounds", "0"}, {"rest"}, {"-no-flag"}} {
		_, err := parseOptions(args)
		var usage usageError
		require.ErrorAs(t, err, &usage, "%v", args)
	}
}
