package main

import (
	"fmt"
	"os"
	"runtime"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// results are what a run found, in the form that -json writes.
type results struct {
	Begun    time.Time `json:"begun"`
	System   string    `json:"system"`
	CPUs     int       `json:"cpus"`
	Go       string    `json:"go"`
	Users    int       `json:"users"`
	Conns    int       `json:"connections"`
	Rounds   int       `json:"rounds"`
	Duration string    `json:"duration"`
	Rows     []row     `json:"rows"`
	Limits   []limit   `json:"limits"`
	Doubts   []string  `json:"doubts"` // why the run is invalid
	Valid    bool      `json:"valid"`
}

// row is one operation on one server.
type row struct {
	Operation string   `json:"operation"`
	Title     string   `json:"title"`
	Server    string   `json:"server"`
	Conns     int      `json:"connections"`
	Members   int      `json:"group_members,omitzero"`
	Median    sample   `json:"median"`
	Samples   []sample `json:"samples"`
	Ratio     float64  `json:"ratio,omitzero"` // to the floor, or between two groups
	Target    float64  `json:"target,omitzero"`
	AtMost    bool     `json:"target_is_maximum,omitzero"`
	Met       bool     `json:"met"` // or has no target
}

// limit is one figure of a server at rest or of onboarding, with what it must not exceed.
type limit struct {
	Measure string  `json:"measure"`
	Title   string  `json:"title"`
	Unit    string  `json:"unit"`
	Value   float64 `json:"value"`
	Limit   float64 `json:"limit,omitzero"`
	Met     bool    `json:"met"` // or has no limit
}

func newResults(opts options) *results {
	return &results{
		Begun: time.Now().UTC(), System: runtime.GOOS + "/" + runtime.GOARCH, CPUs: runtime.NumCPU(), Go: runtime.Version(),
		Users: opts.users, Conns: opts.conns, Rounds: opts.rounds, Duration: opts.duration.String(), Valid: true,
	}
}

func (r *results) addLimit(measure, title, unit string, most, value float64) {
	r.Limits = append(r.Limits, limit{
		Measure: measure, Title: title, Unit: unit, Value: value, Limit: most, Met: most == 0 || value <= most,
	})
}

// addBlock adds cells that were measured side by side and compares them.
func (r *results) addBlock(cells []*cell) {
	switch {
	case cells[0].size > 0:
		r.addMembers(cells)
		return
	case cells[0].op.name == journalCost.name:
		r.addJournal(cells)
		return
	}
	byName := map[string]sample{}
	for _, c := range cells {
		byName[c.t.name] = median(c.samples)
	}
	floor, static := byName[nameFloor], byName[nameStatic]
	for _, c := range cells {
		one := newRow(c)
		if c.t.name != nameStatic && floor.Rate > 0 {
			one.Ratio = one.Median.Rate / floor.Rate
		}
		switch c.t.name {
		case namePostgres, namePostgresRFC:
			one.Target = c.op.wantPostgres
		case nameSQLite:
			one.Target = c.op.wantSQLite
		}
		one.judge()
		r.Rows = append(r.Rows, one)
		if c.t.name == nameFloor {
			r.weigh(c.op, floor.Rate/static.Rate)
		}
	}
}

// leastShare is the share of the reference, scaled by the plain answer, that a
// floor must reach: a ratio to a floor that was held back proves nothing.
const leastShare = 0.6

func (r *results) weigh(op operation, scaled float64) {
	if share := scaled / op.reference; share < leastShare {
		r.Valid = false
		r.Doubts = append(r.Doubts, fmt.Sprintf("the floor of %s is %.4f of the plain answer, %.2f of the reference %.4f and not %.2f",
			op.title, scaled, share, op.reference, leastShare))
	}
}

// withinOfEachOther is how much the additions to two groups may differ.
const withinOfEachOther = 1.5

// addMembers compares, on each server, the small group with the large one that
// follows it.
func (r *results) addMembers(cells []*cell) {
	for i := 0; i+1 < len(cells); i += 2 {
		small, large := newRow(cells[i]), newRow(cells[i+1])
		large.Ratio = small.Median.Rate / large.Median.Rate
		if large.Ratio < 1 {
			large.Ratio = 1 / large.Ratio
		}
		large.Target, large.AtMost = withinOfEachOther, true
		small.judge()
		large.judge()
		r.Rows = append(r.Rows, small, large)
	}
}

func newRow(c *cell) row {
	return row{
		Operation: c.op.name, Title: c.label(), Server: c.t.name, Conns: c.conns, Members: c.size,
		Median: median(c.samples), Samples: c.samples,
	}
}

// judge tells whether the target is reached; wrong answers reach nothing.
func (r *row) judge() {
	switch {
	case r.Median.Wrong > 0:
		r.Met = false
	case r.Target == 0:
		r.Met = true
	case r.AtMost:
		r.Met = r.Ratio <= r.Target
	default:
		r.Met = r.Ratio >= r.Target
	}
}

func (r *results) save(file string) error {
	content, err := json.Marshal(r, jsontext.WithIndent("  "))
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(content, '\n'), 0o644)
}
