package web

import (
	"errors"
	"regexp"
	"strconv"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/idp/scenario"
	"github.com/cinode-scim/cinode-scim/internal/simulation"
)

// playStep is a step of a story, with what was sent and what was expected.
type playStep struct {
	Number   int
	Title    string
	Class    string // of the list: done, now, failed, or nothing
	State    string
	Kind     string // of its badge
	Took     string
	Open     bool
	Begun    bool
	Log      []playEvent
	MoreLog  int
	Sent     []playRequest
	Requests int
	MoreSent int
	Expected []string
	Met      bool
	Faults   []string
	Notes    []string
}

type playStoryPage struct {
	playPage
	StoryName, About   string
	State              playPhase
	Done, Total        int
	Playing            bool
	Fault              string
	Steps              []playStep
	Hurry, Stop, Again string
	Users              string
}

// How much of a step is shown.
const (
	stepEvents   = 8
	stepRequests = 10
)

func (c *play) showStory() error {
	story := c.sim.State().Story
	if story == nil {
		return c.redirect(c.at("application"))
	}
	page := playStoryPage{
		playPage: c.page(playTitle(c.sim), "story"), StoryName: story.Name, About: playAbout(story.Description), Total: story.Total, Playing: story.Playing, Fault: story.Trouble,
		Hurry: c.at("hurry"), Stop: c.at("stop"), Again: c.url("play/new", "kind", string(c.sim.Kind), "story", story.Name), Users: c.at("users"),
		State: playStoryState(story),
	}
	sent := map[int][]playRequest{}
	base, _ := c.sim.Target()
	for _, e := range c.sim.Exchanges(0) {
		sent[e.Step] = append(sent[e.Step], viewPlayRequest(e.Exchange, base))
	}
	begun := map[int]scenario.StepReport{}
	last := 0
	for _, s := range story.Steps {
		begun[s.Number], last = s, s.Number
		if s.Outcome != scenario.Running {
			page.Done++
		}
	}
	for _, planned := range story.Plan {
		report, ok := begun[planned.Number]
		view := viewPlayStep(planned, report, ok, sent[planned.Number])
		view.Open = ok && (view.Number == last || len(view.Faults) > 0)
		page.Steps = append(page.Steps, view)
	}
	return c.show("play-story", page)
}

// playOptions are those of the command line that descriptions name.
var playOptions = regexp.MustCompile(` \(--[^)]*\)`)

// playAbout is the description of a story for pages.
func playAbout(description string) string { return playOptions.ReplaceAllString(description, "") }

func playStoryState(s *simulation.Story) playPhase {
	switch {
	case s.Playing:
		return playPhase{"info", "being played"}
	case s.Stopped:
		return playPhase{"warning", "stopped"}
	case s.Failed:
		return playPhase{"danger", "failed"}
	default:
		return playPhase{"success", "all as expected"}
	}
}

var playOutcomes = map[scenario.Outcome]struct{ class, state, kind string }{
	scenario.Running: {"now", "under way", "info"}, scenario.Passed: {"done", "as expected", "success"}, scenario.Failed: {"failed", "not as expected", "danger"},
	scenario.Skipped: {"", "left out", ""}, scenario.Stopped: {"", "stopped", "warning"},
}

func viewPlayStep(planned simulation.Planned, report scenario.StepReport, begun bool, sent []playRequest) playStep {
	view := playStep{Number: planned.Number, Title: planned.Title, Expected: planned.Expected, Begun: begun}
	if !begun {
		return view
	}
	is := playOutcomes[report.Outcome]
	view.Class, view.State, view.Kind = is.class, is.state, is.kind
	view.Faults, view.Notes, view.Requests = report.Faults, report.Notes, report.Requests
	view.Met = report.Outcome == scenario.Passed
	if report.Duration >= time.Millisecond {
		view.Took = requestTook(report.Duration)
	}
	for i, e := range report.Events {
		if i == stepEvents {
			break
		}
		view.Log = append(view.Log, viewPlayEvent(e))
	}
	view.MoreLog = len(report.Events) + report.More - len(view.Log)
	view.Sent = sent[:min(len(sent), stepRequests)]
	view.MoreSent = max(0, report.Requests-len(view.Sent))
	return view
}

func (c *play) hurry() error { return c.ofStory(c.sim.Hurry(), "The rest is played without pauses.") }
func (c *play) stop() error {
	return c.ofStory(c.sim.Stop(), "The story was stopped. What it has done stays, and you can go on by hand.")
}

// ofStory answers a button of a story, which may have ended since the page was shown.
func (c *play) ofStory(err error, done string) error {
	if errors.Is(err, simulation.ErrIdle) {
		return c.redirectWith(c.at("story"), flash{"warning", "The story has ended already."})
	}
	if err != nil {
		return err
	}
	return c.done(c.at("story"), done)
}

// Position is where a story stands, for screen readers.
func (p playStoryPage) Position() string {
	return strconv.Itoa(p.Done) + " of " + playPlural(p.Total, "step", "steps") + " done"
}
