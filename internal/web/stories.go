package web

import (
	"time"

	"github.com/cinode-scim/cinode-scim/internal/journal"
)

// storyGap is how long a client may be silent within a story.
const storyGap = 10 * time.Second

// storyRows bounds the requests of a story that a page lists.
const storyRows = 12

// requestStory is a run of requests of one client with one token.
type requestStory struct {
	Client   string // empty where it is unknown
	Token    string
	Address  string
	Kind     string // what the run seems to be
	Sentence string // what it did
	From, To time.Time
	N        int
	Failed   int
	Key      int64 // its first request, which stays the same while it grows
	Rows     []requestRow
	More     int // requests that Rows leaves out
	URL      string
	Scenario string
	requests []*journal.Exchange // the newest first
}

// Lasted is how long the run took.
func (s requestStory) Lasted() string { return requestTook(s.To.Sub(s.From)) }

// tellStories groups requests, the newest first, into stories. next is the request
// after which a page ends, 0 for the end of the journal: the last story is left to
// the next page then, which has it whole.
func (v *visit) tellStories(f requestFilter, list []journal.Exchange, next int64) ([]requestStory, int64) {
	stories := groupStories(list)
	if next != 0 && len(stories) > 1 {
		last := stories[len(stories)-1]
		stories = stories[:len(stories)-1]
		next = last.requests[0].ID + 1
		for _, s := range stories { // runs that overlap end together
			next = min(next, s.requests[len(s.requests)-1].ID)
		}
	}
	plain := requestFilter{values: nil}
	for i := range stories {
		s := &stories[i]
		for _, e := range s.requests {
			if len(s.Rows) == storyRows {
				s.More++
				continue
			}
			s.Rows = append(s.Rows, v.requestRow(plain, e))
		}
		pairs := []string{"from", requestID(s.Key), "to", requestID(s.requests[0].ID), "token", s.Token, "only", f.Only()}
		s.URL = v.url("requests", pairs...)
		s.Scenario = v.url("requests/export", append(pairs, "as", "scenario")...)
	}
	return stories, next
}

// groupStories is by token, or address where there is none: who waits longer than
// storyGap, or turns out to be somebody else, begins a new story.
func groupStories(list []journal.Exchange) []requestStory {
	var stories []*requestStory
	open := map[string]*requestStory{}
	for i := range list {
		e := &list[i]
		sender := "token " + e.Token
		if e.Token == "" {
			sender = "address " + e.Address
		}
		client := string(e.Client)
		if e.Client == journal.ClientUnknown {
			client = ""
		}
		s := open[sender]
		if s == nil || s.From.Sub(e.At) > storyGap || client != "" && s.Client != "" && client != s.Client {
			s = &requestStory{Token: e.Token, Address: e.Address, To: e.At}
			open[sender] = s
			stories = append(stories, s)
		}
		if s.Client == "" {
			s.Client = client
		}
		s.From, s.Key = e.At, e.ID
		s.N++
		if requestFailed(e) {
			s.Failed++
		}
		s.requests = append(s.requests, e)
	}
	told := make([]requestStory, 0, len(stories))
	for _, s := range stories {
		tale := newTale(s.requests)
		s.Kind, s.Sentence = tale.kind(s), tale.sentence()
		told = append(told, *s)
	}
	return told
}
