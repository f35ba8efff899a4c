package main

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/rogpeppe/go-internal/txtar"
)

// A trace is what one identity provider does, request by request, and what it must get. It is a txtar file: the
// comment says where it comes from, and each section is a step.
//
//	-- every request --              headers of all requests; ${token} is the tenant's
//	-- every request with a body --  more headers, of those
//	-- create the user --            a step: the request as on the wire, below the SCIM base, then what must come back
//	POST /Users
//	Accept: application/json
//
//	{"userName": "ann@corp.example"}
//	=> 201                           on every persona
//	{"id": "${ann}", "password": "(absent)"}
//	=> cinode                        and on this one, beside what stands above or instead of it
//	Deviations: attribute-not-used
//	-- in the end, rfc --            all users and groups there are then; without a persona it holds for each
//	user ann@corp.example active
//	group Ops: ann@corp.example, bo@corp.example
//
// An error is written as => 400 invalidFilter. The body is the part that must be there; arrays are whole. ${ann} keeps
// the value that stands there under a name the first time and stands for it from then on; ${base} is the SCIM base,
// ${tenant} its tenant. "(absent)" and "(any)" say just that. A step that names no Deviations must have none, unless it is refused.
//
// A section "for n = 1 to 8: NAME" is repeated with ${n}; consecutive sections whose name starts with "at once: " are
// sent in parallel. A body that starts with "the last answer, with" sends the last answer back with members replaced.
type trace struct {
	name   string
	always []traceHeader
	bodied []traceHeader
	steps  []traceStep
	ends   []traceEnd
}

type traceHeader struct{ name, value string }

type traceMessage struct {
	method, target string
	headers        []traceHeader
	body           string
}

// traceStep is a request with what is expected by mode: a persona, or in patterns a strict tenant.
type traceStep struct {
	name    string
	atOnce  bool
	request traceMessage
	wants   []traceWant
}

// traceWant is one block after an arrow. What it leaves out is not changed.
type traceWant struct {
	modes    []string // none: all
	status   int
	scimType string
	headers  []traceHeader
	body     any
}

// traceEnd lists the users and groups there are in the end.
type traceEnd struct {
	mode  string
	lines []string
}

// editLast starts a body that is made from the last answer.
const editLast = "the last answer, with"

func readTrace(file string) (*trace, error) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		return nil, err
	}
	t := &trace{name: strings.TrimSuffix(filepath.Base(file), ".txtar")}
	if len(bytes.TrimSpace(archive.Comment)) == 0 {
		return nil, fmt.Errorf("%s does not say where it comes from", file)
	}
	for _, section := range archive.Files {
		if err := t.section(section.Name, string(section.Data)); err != nil {
			return nil, fmt.Errorf("%s: %q: %w", file, section.Name, err)
		}
	}
	return t, nil
}

func (t *trace) section(name, text string) error {
	switch {
	case name == "every request":
		t.always = readHeaders(lines(text))
	case name == "every request with a body":
		t.bodied = readHeaders(lines(text))
	case strings.HasPrefix(name, "in the end"):
		_, mode, _ := strings.Cut(name, ", ")
		t.ends = append(t.ends, traceEnd{mode, lines(text)})
	default:
		return t.repeat(name, text)
	}
	return nil
}

var repeated = regexp.MustCompile(`^(at once: )?for n = (\d+) to (\d+): (.*)$`)

func (t *trace) repeat(name, text string) error {
	match := repeated.FindStringSubmatch(name)
	if match == nil {
		return t.step(name, text)
	}
	from, err1 := strconv.Atoi(match[2])
	to, err2 := strconv.Atoi(match[3])
	err := errors.Join(err1, err2)
	for n := from; n <= to && err == nil; n++ {
		number := strconv.Itoa(n)
		err = t.step(match[1]+match[4]+" "+number, strings.ReplaceAll(text, "${n}", number))
	}
	return err
}

func (t *trace) step(name, text string) error {
	s := traceStep{name: name}
	s.name, s.atOnce = strings.CutPrefix(name, "at once: ")
	parts := strings.Split("\n"+text, "\n=>")
	if len(parts) < 2 {
		return fmt.Errorf("nothing is expected of it")
	}
	head, rest, _ := strings.Cut(strings.TrimPrefix(parts[0], "\n"), "\n\n")
	first, headers, _ := strings.Cut(head, "\n")
	method, target, ok := strings.Cut(first, " ")
	if !ok {
		return fmt.Errorf("%q is no request line", first)
	}
	s.request = traceMessage{method: method, target: target, headers: readHeaders(lines(headers)), body: strings.TrimSpace(rest)}
	for _, part := range parts[1:] {
		want, err := readWant(part)
		if err != nil {
			return err
		}
		s.wants = append(s.wants, want)
	}
	t.steps = append(t.steps, s)
	return nil
}

func readWant(text string) (traceWant, error) {
	var w traceWant
	first, rest, _ := strings.Cut(text, "\n")
	for _, word := range strings.Fields(first) {
		if status, err := strconv.Atoi(word); err == nil {
			w.status = status
		} else if w.status > 0 {
			w.scimType = word
		} else {
			w.modes = append(w.modes, word)
		}
	}
	at := strings.Index("\n"+rest, "\n{")
	if at < 0 {
		w.headers = readHeaders(lines(rest))
		return w, nil
	}
	w.headers = readHeaders(lines(rest[:at]))
	if err := json.Unmarshal([]byte(rest[at:]), &w.body); err != nil {
		return w, fmt.Errorf("the expected body: %w", err)
	}
	return w, nil
}

// lines are those with something on them.
func lines(text string) []string {
	return slices.DeleteFunc(strings.Split(text, "\n"), func(line string) bool { return strings.TrimSpace(line) == "" })
}

func readHeaders(lines []string) []traceHeader {
	headers := make([]traceHeader, 0, len(lines))
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ":")
		if name == "Deviations" {
			name = "X-Scim-Deviations"
		}
		headers = append(headers, traceHeader{name, strings.TrimSpace(value)})
	}
	return headers
}

// concerns tells whether the block holds in a mode.
func (w traceWant) concerns(mode string) bool {
	return len(w.modes) == 0 || slices.Contains(w.modes, mode)
}
