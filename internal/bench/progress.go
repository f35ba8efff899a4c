package main

import (
	"fmt"
	"os"
	"time"
)

// progress says what is going on: on a terminal in one line that is written
// over, elsewhere in a line for each step.
type progress struct {
	out      *os.File
	terminal bool
	begun    time.Time
}

func newProgress(out *os.File) *progress {
	info, err := out.Stat()
	return &progress{out: out, terminal: err == nil && info.Mode()&os.ModeCharDevice != 0, begun: time.Now()}
}

// eraseLine is the terminal's code for going to the line's start and emptying it.
const eraseLine = "\r\x1b[K"

func (p *progress) step(what string) {
	line := fmt.Sprintf("[%s] %s", time.Since(p.begun).Round(time.Second), what)
	if p.terminal {
		_, _ = fmt.Fprint(p.out, eraseLine+line)
		return
	}
	_, _ = fmt.Fprintln(p.out, line)
}

// clear leaves the terminal to what is printed next.
func (p *progress) clear() {
	if p.terminal {
		_, _ = fmt.Fprint(p.out, eraseLine)
	}
}
