package scenario

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v3"

	"github.com/cinode-scim/cinode-scim/internal/clock"
	"github.com/cinode-scim/cinode-scim/internal/replay"
)

// outage breaks the target for the provider. It needs no server of ours: requests fail
// on this side of the wire.
type outage struct {
	Status     int     `yaml:"status"`  // of the answers; 0 lets no connection come about
	Percent    float64 `yaml:"percent"` // of the requests, all if 0
	Times      int     `yaml:"times"`   // at most, without end if 0
	RetryAfter *int    `yaml:"retryAfter"`
	Lost       bool    `yaml:"lost"` // the request is carried out, and its answer is lost
}

func (a *outage) check() string {
	switch {
	case a.Status != 0 && (a.Status < 400 || a.Status > 599):
		return "the status must be from 400 to 599"
	case a.Percent > 100 || a.Percent < 0:
		return "percent must be above 0 and at most 100"
	}
	return ""
}

func (a *outage) about() string {
	text := "no connection"
	switch {
	case a.Status != 0:
		text = fmt.Sprint("answers ", a.Status)
	case a.Lost:
		text = "answers are lost"
	}
	if a.Percent > 0 {
		text += fmt.Sprintf(", %g %% of the time", a.Percent)
	}
	if a.Times > 0 {
		text += ", " + plural(a.Times, "time", "times")
	}
	return text
}

func (a *outage) run(_ context.Context, p *player) error {
	p.mu.Lock()
	p.broken = true
	p.mu.Unlock()
	p.breaker.set(a)
	return nil
}

// breaker makes requests fail before they leave, or after they came.
type breaker struct {
	mu     sync.Mutex
	rule   *outage
	left   int
	random *rand.Rand
}

// breakerSeed makes each run of a story fail alike.
const breakerSeed = 6

func (b *breaker) set(rule *outage) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.rule, b.left = rule, 0
	if rule != nil {
		b.left = rule.Times
		b.random = rand.New(rand.NewPCG(breakerSeed, breakerSeed)) //nolint:gosec // no secret
	}
}

// turn is the rule, if it is its turn.
func (b *breaker) turn() *outage {
	b.mu.Lock()
	defer b.mu.Unlock()
	rule := b.rule
	if rule == nil || rule.Percent > 0 && b.random.Float64()*100 >= rule.Percent {
		return nil
	}
	if rule.Times > 0 {
		if b.left == 0 {
			return nil
		}
		b.left--
	}
	return rule
}

func (b *breaker) wrap(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		rule := b.turn()
		if rule == nil {
			return next.RoundTrip(r)
		}
		if rule.Lost {
			response, err := next.RoundTrip(r)
			if err != nil {
				return nil, err
			}
			return nil, errors.Join(errLost, response.Body.Close())
		}
		if r.Body != nil {
			_ = r.Body.Close()
		}
		if rule.Status == 0 {
			return nil, errDown
		}
		return rule.response(r), nil
	})
}

var (
	errDown = errors.New("connection refused by the story's outage")
	errLost = errors.New("the answer is lost by the story's outage")
)

func (a *outage) response(r *http.Request) *http.Response {
	header := http.Header{"Content-Type": {"application/scim+json"}}
	if a.RetryAfter != nil {
		header.Set("Retry-After", fmt.Sprint(*a.RetryAfter))
	}
	body := fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"%d","detail":"the story's outage"}`, a.Status)
	return &http.Response{
		Status: fmt.Sprint(a.Status, " ", http.StatusText(a.Status)), StatusCode: a.Status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: r,
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

// RoundTrip is the function.
func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// faults sets rules as the admin API takes them.
type faults struct{ Rules []jsontext.Value }

func (a *faults) read(r *reader, n *yaml.Node, what string) {
	nodes := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		nodes = n.Content
	}
	for _, one := range nodes {
		text, err := replay.ToJSON(one)
		if err != nil || one.Kind != yaml.MappingNode {
			r.refuse(one, "%s must be fault rules, as {action: unavailable, percent: 10}", what)
			continue
		}
		a.Rules = append(a.Rules, text)
	}
}

func (a *faults) about() string {
	names := make([]string, len(a.Rules))
	for i, rule := range a.Rules {
		var has struct {
			Action  string  `json:"action"`
			Percent float64 `json:"percent"`
		}
		_ = json.Unmarshal(rule, &has) // the server says what is wrong with a rule
		if names[i] = has.Action; has.Percent > 0 {
			names[i] += fmt.Sprintf(" %g %%", has.Percent)
		}
	}
	return strings.Join(names, ", ")
}

func (a *faults) run(ctx context.Context, p *player) error {
	if p.admin == nil {
		p.skip("left out: fault rules need the admin API of this project's server")
		return nil
	}
	p.mu.Lock()
	p.broken = true
	p.mu.Unlock()
	return p.admin.addFaults(ctx, a.Rules)
}

// recovery ends what the story has broken, and nothing else.
type recovery struct{}

func (*recovery) about() string { return "" }
func (*recovery) run(ctx context.Context, p *player) error {
	p.mu.Lock()
	broken := p.broken
	p.broken = false
	p.mu.Unlock()
	p.breaker.set(nil)
	if !broken || p.admin == nil {
		return nil
	}
	return p.admin.removeFaults(ctx)
}

type advanceClock struct {
	By time.Duration `yaml:"by"`
}

func (a *advanceClock) about() string { return "by " + a.By.String() }
func (a *advanceClock) run(ctx context.Context, p *player) error {
	if p.admin == nil {
		p.skip("left out: the clock of the target needs the admin API of this project's server")
		return nil
	}
	return p.admin.advance(ctx, a.By)
}

type wait struct {
	For time.Duration `yaml:"for"`
}

func (a *wait) about() string                            { return a.For.String() }
func (a *wait) run(ctx context.Context, _ *player) error { return clock.Wait(ctx, a.For) }
