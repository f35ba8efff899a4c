package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/cinode-scim/cinode-scim/internal/config"
	"github.com/cinode-scim/cinode-scim/internal/idp"
	"github.com/cinode-scim/cinode-scim/internal/idp/scenario"
)

// teller tells what a simulation does, while it does it.
type teller struct {
	p      *Program
	f      *simulateFlags
	story  *scenario.Story // nil where JSON is printed
	events *os.File        // nil if nobody wants them

	mu    sync.Mutex // callbacks come from several tasks
	begin func()     // tells what is played, once, when it is sure that it can be
	stage string
	bar   bar
	err   error // of a file
}

// newTeller hangs itself into the callbacks.
func (p *Program) newTeller(f *simulateFlags, story *scenario.Scenario, kind idp.Kind) (*teller, error) {
	t := &teller{p: p, f: f, begin: func() {}}
	if f.events != "" {
		mode := os.O_TRUNC
		if _, err := os.Stat(f.options.Provider.StateFile); err == nil { // it goes on
			mode = os.O_APPEND
		}
		var err error
		if t.events, err = os.OpenFile(f.events, os.O_CREATE|os.O_WRONLY|mode, 0o644); err != nil {
			return nil, &config.Error{Message: fmt.Sprintf("--events cannot be written: %v", err)}
		}
	}
	if f.mail != "" {
		if err := os.MkdirAll(f.mail, 0o755); err != nil {
			return nil, &config.Error{Message: fmt.Sprintf("--mail cannot be written to: %v", err)}
		}
		f.options.Provider.OnMail = t.onMail
	}
	if !*f.json {
		t.story = scenario.NewStory(p.Stdout, isTerminal(p.Stdout) && p.secret("", "NO_COLOR") == "")
		t.begin = sync.OnceFunc(func() { t.story.Begin(story.Name, story.Description, kind, f.target.BaseURL) })
	}
	f.options.OnStep = t.onStep
	f.options.Provider.OnEvent = t.onEvent
	if isTerminal(p.Stderr) {
		f.options.Provider.OnProgress = t.onProgress
	}
	return t, nil
}

func (t *teller) onStep(s *scenario.StepReport) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.begin()
	t.bar.end()
	t.bar, t.stage = bar{}, ""
	if t.story != nil && s.Outcome != scenario.Running {
		t.story.Step(s)
	}
}

func (t *teller) onProgress(stage string, done, total int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if stage != t.stage {
		t.bar.end()
		t.bar, t.stage = t.p.bar(stage, int64(total)), stage
	}
	t.bar.set(int64(done))
}

// onEvent writes the event as the provider's log has it.
func (t *teller) onEvent(e idp.Event) {
	if t.events == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	_, err := t.events.Write(append(append([]byte(nil), e.Record...), '\n'))
	t.err = errors.Join(t.err, err)
}

func (t *teller) onMail(name string, message []byte) {
	err := os.WriteFile(filepath.Join(t.f.mail, filepath.Base(name)), message, 0o644)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.err = errors.Join(t.err, err)
}

// end tells the outcome, and writes the files; one that cannot be written keeps none of
// the others back.
func (t *teller) end(report *scenario.Report) error {
	t.bar.end()
	if t.events != nil {
		t.err = errors.Join(t.err, t.events.Close())
	}
	var path *fs.PathError
	if errors.As(t.err, &path) {
		t.err = fmt.Errorf("what was to be written while it was played is not all there: %w", path)
	}
	if report == nil || len(report.Steps) == 0 { // it did not begin
		return t.err
	}
	err := writeFiles(reportFile{t.f.junit, "JUnit report", report.WriteJUnit}, reportFile{t.f.html, "HTML report", report.WriteHTML},
		reportFile{t.f.har, "HTTP archive", report.WriteHAR})
	if t.story == nil {
		return errors.Join(t.err, err, report.WriteJSON(t.p.Stdout))
	}
	return errors.Join(t.err, err, t.story.End(report))
}
