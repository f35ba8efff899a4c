// Package conformance judges any SCIM server by the checklist of RFC 7643,
// 7644 and their companions: one check for each row, the rows as data in the
// checklist files, the checks in checks_*.go by area.
//
// A judge shares no code with the judged: it knows the protocol from the RFCs
// and the server from what discovery says, and uses no attribute that is not
// published. It makes its own data under a random prefix and removes it.
// Sending requests safely is internal/scimclient's; what is printed where is
// the caller's.
package conformance

import (
	"time"

	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

// Level is how much the RFCs ask for.
type Level string

// The levels. An interop row is not settled by the RFCs, but needed by clients.
const (
	Must    Level = "MUST"
	Should  Level = "SHOULD"
	May     Level = "MAY"
	Interop Level = "interop"
)

// Verdict is what came of a check.
type Verdict string

// The verdicts. Error says that a check could not be carried through, so that nothing is known.
const (
	Pass    Verdict = "pass"
	Warning Verdict = "warning"
	Fail    Verdict = "fail"
	Skipped Verdict = "skipped"
	Error   Verdict = "error"
)

// Row is a row of the checklist.
type Row struct {
	ID, Area string
	Level    Level
	Section  string   // of the RFC, as "7644 §3.3"
	Gates    []string // what discovery must say for the row to apply
	Text     string   // what a server does that follows it
}

// Result is the verdict on one row.
type Result struct {
	Row       Row
	Verdict   Verdict
	Known     bool     // a failure that a baseline names
	Reasons   []string // why it is not a pass; of a pass, what was noticed all the same
	Exchanges []*scimclient.Exchange
	Duration  time.Duration
}

// Report is a whole run.
type Report struct {
	Target   string
	Profile  string
	Started  time.Time
	Duration time.Duration
	Results  []Result // in the order of the checklist
	Left     []string // paths of what was made and could not be removed
	Prefix   string   // of the names of all that was made
}

// Count gives the number of results with a verdict.
func (r *Report) Count(v Verdict) int {
	n := 0
	for _, result := range r.Results {
		if result.Verdict == v {
			n++
		}
	}
	return n
}

// Known gives the number of failures that a baseline names.
func (r *Report) Known() int {
	n := 0
	for _, result := range r.Results {
		if result.Known {
			n++
		}
	}
	return n
}

// Failed says whether the target fails: an error counts, for it proves nothing;
// a known failure does not.
func (r *Report) Failed() bool { return r.Count(Fail)-r.Known()+r.Count(Error) > 0 }
