package journal

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/replay"
)

// exportScenario writes exchanges as a scenario of the command replay. Those below no
// SCIM base cannot be part of one, and neither can a body that was cut.
func exportScenario(exchanges []Exchange) ([]byte, error) {
	all, _ := outgoings(exchanges)
	recording := &replay.Recording{}
	head := "# Send it with: cinode-scim replay FILE --base-url URL --token TOKEN\n"
	for i, x := range exchanges {
		at, path, ok := cutPlace(x)
		switch {
		case !ok:
			head += "# Left out: " + all[i].title + ": it is below no SCIM base\n"
		case x.Sent.Cut():
			head += "# Left out: " + all[i].title + ": its body was not kept whole\n"
		default:
			recording.Steps = append(recording.Steps, scenarioStep(x, all[i], path))
			recording.Base = cmp.Or(recording.Base, at)
		}
		for _, remark := range all[i].remarks {
			head += fmt.Sprintf("# About %d: %s\n", i+1, remark)
		}
	}
	recording.Base = cmp.Or(recording.Base, base(exchanges)+"/scim/v2")
	data, err := replay.WriteScenario(recording)
	if err != nil {
		return nil, err
	}
	return append([]byte(head), data...), nil
}

// cutPlace divides the URL of an exchange at its SCIM base.
func cutPlace(x Exchange) (base, path string, ok bool) {
	sent := sendable(x.Path, true)
	i := strings.LastIndex(sent, "/v2")
	if x.Place == "" || i < 0 {
		return "", "", false
	}
	if rest := sent[i+len("/v2"):]; rest == "" || rest[0] == '/' {
		return baseOf(x) + sent[:i+len("/v2")], rest, true
	}
	return "", "", false
}

func scenarioStep(x Exchange, o outgoing, path string) *replay.Step {
	s := &replay.Step{
		Name: o.title, Method: o.method, Path: replay.Literal(path), Body: replay.LiteralBody(o.body),
		Recorded: &replay.Answer{Status: x.Status, Header: http.Header{}, Body: x.Answer.Body, Cut: x.Answer.Cut()},
	}
	if o.asked {
		s.Path += "?" + template(o.query)
	}
	if s.Path == "" {
		s.Path = "/"
	}
	for _, h := range o.headers {
		s.Headers = append(s.Headers, replay.Header{Name: h.name, Value: template(h.value)})
	}
	return s
}

// template is a text with the variables that stand for its secrets.
func template(parts []part) string {
	var b strings.Builder
	for _, p := range parts {
		if b.WriteString(replay.Literal(p.literal)); p.variable != "" {
			b.WriteString("${" + p.variable + "}")
		}
	}
	return b.String()
}
