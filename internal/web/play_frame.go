package web

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/idp"
	"github.com/cinode-scim/cinode-scim/internal/simulation"
)

// playPage stands around every page of a simulation. View models embed it.
type playPage struct {
	frame
	Name    string // of the simulation
	List    string // of all of them
	Words   playWords
	Kind    string
	Phase   playPhase
	Tabs    []tab
	Sub     []tab    // of the application
	Story   *playBar // while one is played
	Trouble *playTrouble
	Work    *playWork // the cycle that runs
	Pending int
	Live    playLive
	Events  string // where changes are told
	Address string // where this page is asked for again
	Delete  string
	Sync    string // empty where nothing can be sent
	Renew   string
	LogURL  string
	Edits   bool // the directory is the visitor's, since no story is played
}

// playBar tells of a story on the pages beside it.
type playBar struct {
	Line, URL   string
	Done, Total int
}

// playWork is how far a cycle has come.
type playWork struct {
	Stage       string
	Done, Total int
}

// playTrouble says what keeps a simulation from going on, and what helps.
type playTrouble struct {
	Title, Text, Detail string
	Renew               bool // a new token helps
	Retry               bool // asking at once may help
}

// page makes what stands around a page; screen is the tab that it is under.
func (c *play) page(title, screen string) playPage {
	state := c.sim.State()
	w := wordsOfKind(c.sim.Kind)
	p := playPage{
		frame: c.frame(title), Name: playTitle(c.sim), List: c.url("play"), Words: w, Kind: string(c.sim.Kind), Phase: viewPlayPhase(state.Provider.Phase), Pending: state.Provider.Pending,
		Events: c.at("events", "from", strconv.FormatInt(state.Version, 10)), Address: c.here(), Delete: c.at("delete"), Renew: c.at("token"), LogURL: c.at("log"), Edits: !c.sim.Playing(),
		Trouble: playTroubleOf(state), Live: c.live(state),
	}
	if c.r.Method != http.MethodGet {
		p.Address = c.at(screen)
	}
	if p.Edits && (state.Provider.Phase == idp.PhaseActive || state.Provider.Phase == idp.PhaseQuarantine) {
		p.Sync = c.at("sync")
	}
	if state.Progress != nil {
		p.Work = &playWork{state.Progress.Stage, state.Progress.Done, state.Progress.Total}
	}
	for _, t := range []tab{{Label: "Story", URL: "story"}, {Label: w.App, URL: "application"}, {Label: w.People, URL: "users"}, {Label: w.Groups, URL: "groups"}, {Label: w.Log, URL: "log"}} {
		if t.URL == "story" && state.Story == nil {
			continue
		}
		p.Tabs = append(p.Tabs, tab{Label: t.Label, URL: c.at(t.URL), Current: t.URL == screen})
	}
	if title == p.Name {
		p.frame = p.showing(p.Tabs)
	} else {
		p.Part = p.Name
	}
	if state.Story != nil && state.Story.Playing && screen != "story" {
		p.Story = &playBar{playStoryLine(state.Story), c.at("story"), len(state.Story.Steps), state.Story.Total}
	}
	return p
}

// playTroubleOf explains what the last cycle met.
func playTroubleOf(state simulation.State) *playTrouble {
	if state.Story != nil && state.Story.Playing {
		return nil // stories make trouble on purpose
	}
	failed := 0
	first := state.Trouble
	if state.Last != nil {
		failed = len(state.Last.Failures)
		if failed > 0 && first == "" {
			first = state.Last.Failures[0].Task + ": " + state.Last.Failures[0].Error
		}
	}
	switch {
	case state.Refused && state.Own:
		return &playTrouble{"The server refuses the token.", "It was revoked, has expired, or went with a reset of the tenant. Give the simulation a new one.", first, true, false}
	case state.Refused:
		return &playTrouble{"The server refuses the token.", "Make a new one there, and type it in where the application is configured.", first, false, false}
	case state.Provider.Phase == idp.PhaseQuarantine:
		return &playTrouble{"The job is in quarantine.", "Too many cycles have failed, so that it is tried less and less often. Mend what failed, then provision at once.", first, false, true}
	case state.Trouble != "":
		return &playTrouble{"The server cannot be reached.", "It is tried again by itself. If it stays so, look at the base URL, and whether faults are active.", first, false, true}
	case failed > 0:
		return &playTrouble{playPlural(failed, "task", "tasks") + " of the last cycle failed.", "They are tried again by the next one. The log says why each was refused.", first, false, true}
	default:
		return nil
	}
}

func playPlural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// stream tells that there is something new: of the simulation, or in the journal of the
// server. The page asks for what it shows.
func (c *play) stream() error {
	journal := c.Admin.Journal
	return c.visit.stream(func(last string) ([]event, error) {
		news := journal.News(c.Tenant.ID)
		version, changed := c.sim.Changed()
		id := strconv.FormatInt(version, 10)
		if last == "" {
			last = c.query("from") // the version that the page was made of
		}
		if last != "" && last != id {
			return []event{{id, "change", id}}, nil
		}
		timer := time.NewTimer(heartbeat)
		defer timer.Stop()
		select {
		case <-changed:
			version, _ = c.sim.Changed()
		case <-news:
		case <-timer.C:
			return nil, nil
		case <-c.Stopping:
			return nil, nil
		case <-c.r.Context().Done():
			return nil, nil
		}
		id = strconv.FormatInt(version, 10)
		return []event{{id, "change", id}}, nil
	})
}

// errNotNow is told where the target takes too long.
var errNotNow = errors.New("the server did not answer in time")

// playPatience is how long a page waits for what a provider does at once.
const playPatience = 45 * time.Second
