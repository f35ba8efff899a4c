package conformance

import (
	"io"
	"slices"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/har"
)

// WriteHAR writes every exchange as an HTTP archive. The comment of an entry holds the
// IDs of its rows.
func (r *Report) WriteHAR(w io.Writer) error {
	return har.Write(w, "SCIM conformance of "+r.Target+", profile "+r.Profile, r.harEntries())
}

// harEntries are in the order of time. What was sent once, as the discovery, is
// one entry, however many rows show it.
func (r *Report) harEntries() []har.Entry {
	type sent struct {
		url string
		at  time.Time
	}
	entries, seen := []har.Entry{}, map[sent]int{}
	for _, result := range r.Results {
		for _, e := range result.Exchanges {
			key := sent{e.Method + " " + e.URL, e.Started}
			if i, ok := seen[key]; ok && !e.Started.IsZero() {
				entries[i].Comment += ", " + result.Row.ID
				continue
			}
			seen[key] = len(entries)
			entry := e.HAR()
			if e.Started.IsZero() { // it was never sent
				entry.Started = r.Started.UTC()
			}
			entry.Comment = result.Row.ID
			entries = append(entries, entry)
		}
	}
	slices.SortStableFunc(entries, func(a, b har.Entry) int { return a.Started.Compare(b.Started) })
	return entries
}
