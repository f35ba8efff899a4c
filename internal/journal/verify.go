package journal

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// Expectation is what a test expects of the requests that came. Without Min and
// Max there must be one at least.
type Expectation struct {
	Request Matcher `json:"request"`
	Min     *int    `json:"min,omitzero"`
	Max     *int    `json:"max,omitzero"`
	Times   *int    `json:"times,omitzero"` // exactly
}

// Plan is what a test expects in all.
type Plan struct {
	Tenant       int64
	After        int64 // looks at exchanges above this id only
	Expectations []Expectation
	// InOrder says that requests came in the order of the expectations.
	InOrder bool
	// Only says that no other requests came.
	Only bool
	// MaxDeviations is how many deviations may have been met; below 0 any number.
	MaxDeviations int64
}

// Verdict says whether it was so. Faults are sentences about the whole.
type Verdict struct {
	Passed     bool
	Outcomes   []Outcome
	Others     []int64 // ids of exchanges that no expectation fits, where Only was asked for
	Deviations int64
	Faults     []string
}

// Outcome says what came of an expectation: the exchanges that fit and, where it
// was not met, why and which came nearest.
type Outcome struct {
	Passed  bool
	Found   []int64
	Reason  string
	Nearest []Miss
}

// Miss is an exchange that nearly fits.
type Miss struct {
	ID          int64
	Request     string // "POST /Users"
	Differences []string
}

// nearest is how many misses are told.
const nearest = 3

// Verify holds the journal of a tenant against a plan. The error may be that of a
// matcher, an InvalidError.
func (j *Journal) Verify(ctx context.Context, p Plan) (Verdict, error) {
	matchers := make([]*compiled, len(p.Expectations))
	for i, x := range p.Expectations {
		var err error
		if matchers[i], err = x.Request.compile(); err != nil {
			return Verdict{}, &InvalidError{Index: i, Message: err.Error()}
		}
	}
	list, err := j.Exchanges(ctx, Query{Tenant: p.Tenant, After: p.After, Limit: j.Max + maxRefused}, "")
	if err != nil {
		return Verdict{}, err
	}
	v := Verdict{Passed: true}
	seen := make([]bool, len(list))
	for i, x := range p.Expectations {
		v.add(x.judge(matchers[i], list, seen))
	}
	if p.InOrder {
		v.order(p)
	}
	for i, known := range seen {
		if p.Only && !known {
			v.Others = append(v.Others, list[i].ID)
		}
	}
	if len(v.Others) > 0 {
		v.fail("%d requests came that nothing expects", len(v.Others))
	}
	counts, err := j.Deviations(ctx, p.Tenant)
	for _, c := range counts {
		v.Deviations += c.N
	}
	if p.MaxDeviations >= 0 && v.Deviations > p.MaxDeviations {
		v.fail("%d deviations were met, and %d are allowed", v.Deviations, p.MaxDeviations)
	}
	return v, err
}

// InvalidError says what is wrong with a matcher.
type InvalidError struct {
	Index   int // of the expectation
	Message string
}

func (e *InvalidError) Error() string { return e.Message }

func (v *Verdict) add(o Outcome) {
	v.Outcomes = append(v.Outcomes, o)
	v.Passed = v.Passed && o.Passed
}

func (v *Verdict) fail(format string, args ...any) {
	v.Faults = append(v.Faults, fmt.Sprintf(format, args...))
	v.Passed = false
}

// order looks for one request of each expectation, each after the one before.
// Taking the first that comes leaves most room for the others.
func (v *Verdict) order(p Plan) {
	last := int64(0)
	for i, o := range v.Outcomes {
		if len(o.Found) == 0 {
			continue
		}
		next := slices.IndexFunc(o.Found, func(id int64) bool { return id > last })
		if next < 0 {
			v.fail("expectations[%d] (%s) came before expectations[%d]", i, p.Expectations[i].Request.short(), i-1)
			return
		}
		last = o.Found[next]
	}
}

func (m Matcher) short() string { return cmp.Or(m.Method, "any") + " " + cmp.Or(m.Path, "*") }

// judge finds the exchanges that an expectation fits and marks them as seen.
func (x Expectation) judge(c *compiled, list []Exchange, seen []bool) Outcome {
	var o Outcome
	for i := range list {
		if c.fits(&list[i]) {
			o.Found = append(o.Found, list[i].ID)
			seen[i] = true
		}
	}
	least, most := 1, -1
	if x.Max != nil {
		least, most = 0, *x.Max
	}
	if x.Min != nil {
		least = *x.Min
	}
	if x.Times != nil {
		least, most = *x.Times, *x.Times
	}
	n := len(o.Found)
	switch {
	case n < least:
		o.Reason = fmt.Sprintf("%d requests fit, %s %d are expected", n, exactly(least, most), least)
		o.Nearest = c.nearest(list)
	case most >= 0 && n > most:
		o.Reason = fmt.Sprintf("%d requests fit, at most %d are expected", n, most)
	default:
		o.Passed = true
	}
	return o
}

func exactly(least, most int) string {
	if least == most {
		return "exactly"
	}
	return "at least"
}

// nearest are the exchanges with the fewest differences, the newest first.
func (c *compiled) nearest(list []Exchange) []Miss {
	var misses []Miss
	for i := range slices.Backward(list) {
		e := &list[i]
		if d := c.differences(e); len(d) > 0 && len(d) < len(c.demands) {
			misses = append(misses, Miss{ID: e.ID, Request: e.Method + " " + e.Place, Differences: d})
		}
	}
	slices.SortStableFunc(misses, func(a, b Miss) int { return cmp.Compare(len(a.Differences), len(b.Differences)) })
	return misses[:min(len(misses), nearest)]
}

// Find gives the exchanges of a query that a matcher fits, and the id of the last
// that was looked at: that of the query's After where there was none.
func (j *Journal) Find(ctx context.Context, q Query, m Matcher) (found []Exchange, last int64, err error) {
	c, err := m.compile()
	if err != nil {
		return nil, q.After, &InvalidError{Message: err.Error()}
	}
	list, err := j.Exchanges(ctx, q, "")
	last = q.After
	for i := range list {
		last = list[i].ID
	}
	return slices.DeleteFunc(list, func(e Exchange) bool { return !c.fits(&e) }), last, err
}
