package scenario

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/cinode-scim/cinode-scim/internal/idp"
	"github.com/cinode-scim/cinode-scim/internal/report"
)

// The colours of a terminal.
const (
	red    = "\x1b[31m"
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	faint  = "\x1b[2m"
	bold   = "\x1b[1m"
	usual  = "\x1b[0m"
)

// Story tells a report to people, step by step as it comes about.
type Story struct {
	w       io.Writer
	colours bool
	err     error
}

// NewStory makes a Story; colours are for terminals.
func NewStory(w io.Writer, colours bool) *Story { return &Story{w: w, colours: colours} }

func (s *Story) paint(colour, text string) string {
	if !s.colours {
		return text
	}
	return colour + text + usual
}

func (s *Story) line(format string, args ...any) {
	if s.err == nil {
		_, s.err = fmt.Fprintf(s.w, format+"\n", args...)
	}
}

// Begin tells what is played.
func (s *Story) Begin(scenario, description string, kind idp.Kind, target string) {
	s.line("%s", s.paint(bold, fmt.Sprintf("%s plays %s against %s", Title(kind), printable(scenario), printable(target))))
	if description != "" {
		s.line("%s", s.paint(faint, printable(description)))
	}
	s.line("")
}

// Title is how a provider writes itself.
func Title(kind idp.Kind) string {
	switch kind {
	case idp.JumpCloud:
		return "JumpCloud"
	case idp.Entra:
		return "Microsoft Entra ID"
	case idp.Okta:
		return "Okta"
	default:
		return string(kind)
	}
}

var marks = map[Outcome]struct{ mark, colour string }{
	Passed: {"✓", green}, Failed: {"✗", red}, Skipped: {"-", yellow}, Stopped: {"■", yellow}, Running: {"…", faint},
}

// Step tells a step that has ended.
func (s *Story) Step(r *StepReport) {
	m := marks[r.Outcome]
	line := fmt.Sprintf("%s %2d  %s", s.paint(m.colour, m.mark), r.Number, printable(r.Title))
	if r.Requests > 0 {
		line += s.paint(faint, fmt.Sprintf("  %s, %s", plural(r.Requests, "request", "requests"), short(r.Duration)))
	}
	s.line("%s", line)
	for _, f := range r.Faults {
		s.line("       %s %s", s.paint(red, "✗"), printable(f))
	}
	for _, n := range r.Notes {
		s.line("       %s", s.paint(faint, printable(n)))
	}
	s.events(r)
}

// mostEvents is how many events of a step are told one by one.
const mostEvents = 12

func (s *Story) events(r *StepReport) {
	if len(r.Events)+r.More > mostEvents {
		for _, name := range slices.Sorted(maps.Keys(r.Counts)) {
			t := r.Counts[name]
			text := fmt.Sprintf("%6d × %s", t.Success+t.Failure, name)
			if t.Failure > 0 {
				text += s.paint(red, fmt.Sprintf(", %d of them failed", t.Failure))
			}
			s.line("  %s", text)
		}
		return
	}
	width := 0
	for _, e := range r.Events {
		width = max(width, len(e.Type))
	}
	for _, e := range r.Events {
		s.line("       %s", s.event(e, width))
	}
}

func (s *Story) event(e idp.Event, width int) string {
	text := fmt.Sprintf("%-*s  %s", width, printable(e.Type), printable(cmp.Or(e.Object.Name, e.Object.ID)))
	if e.Member.Name != "" {
		text += s.paint(faint, " "+string(e.Action)+" ") + printable(e.Member.Name)
	}
	if changes := Changes(e); changes != "" {
		text += s.paint(faint, "  "+printable(changes))
	}
	if !e.Success {
		text += s.paint(red, "  failed: "+printable(e.Error))
	}
	return text
}

// mostChanges is how many changes of an event are told.
const mostChanges = 4

// Changes are the changes of an event in a line; of what is new only the values.
func Changes(e idp.Event) string {
	if e.Action == idp.Create || e.Action == idp.Import {
		return ""
	}
	var parts []string
	for i, c := range e.Changes {
		if i == mostChanges {
			parts = append(parts, fmt.Sprintf("and %d more", len(e.Changes)-i))
			break
		}
		parts = append(parts, fmt.Sprintf("%s: %s → %s", c.Field, cmp.Or(c.From, "(none)"), cmp.Or(c.To, "(none)")))
	}
	return strings.Join(parts, ", ")
}

// End tells the outcome.
func (s *Story) End(r *Report) error {
	s.line("")
	verdict := s.paint(green, "all as expected")
	if n := r.Count(Failed); n > 0 {
		verdict = s.paint(red, fmt.Sprintf("%d failed", n))
	} else if r.Count(Stopped) > 0 {
		verdict = s.paint(yellow, "stopped")
	}
	text := fmt.Sprintf("%d of %s: %s", r.Count(Passed)+r.Count(Failed), plural(r.Total-r.Resumed, "step", "steps"), verdict)
	if n := r.Count(Skipped); n > 0 {
		text += fmt.Sprintf(", %d left out", n)
	}
	s.line("%s. %s and %s in %s.", text, plural(r.Requests, "request", "requests"), plural(r.Events, "event", "events"), short(r.Duration))
	return s.err
}

// WriteText tells a whole report.
func (r *Report) WriteText(w io.Writer, colours bool) error {
	s := NewStory(w, colours)
	s.Begin(r.Scenario, r.Description, r.Provider, r.Target)
	for _, step := range r.Steps {
		s.Step(step)
	}
	return s.End(r)
}

func short(d time.Duration) string {
	if d >= 2*time.Minute {
		return d.Round(time.Second).String()
	}
	return report.Short(d)
}

// printable keeps what a server or a file says from moving a terminal's cursor.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case !unicode.IsPrint(r):
			return '?'
		default:
			return r
		}
	}, text)
}
