package fault

import (
	"net/http"
	"slices"
	"time"
)

// Preset is a rule with a name, for which a rule can be short: preset: slow.
type Preset struct {
	Name     string `json:"name"`
	Sentence string `json:"sentence"`
	Rule     Rule   `json:"rule"`
}

// Presets lists the rules that have a name.
func Presets() []Preset {
	list := slices.Clone(presets)
	for i := range list {
		list[i].Rule = list[i].Rule.clone()
	}
	return list
}

func findPreset(name string) *Preset {
	i := slices.IndexFunc(presets, func(p Preset) bool { return p.Name == name })
	if i < 0 {
		return nil
	}
	return &presets[i]
}

func presetNames() []string {
	var names []string
	for _, p := range presets {
		names = append(names, p.Name)
	}
	return names
}

var writes = []string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

var presets = []Preset{
	{"slow", "Every request waits two seconds.",
		Rule{Action: Action{Name: ActionDelay, Delay: Duration(2 * time.Second)}}},
	{"timeout", "Writes are carried out, and their answers come after a minute and a half, when clients have given up.",
		Rule{Methods: writes, Action: Action{Name: ActionDelay, Delay: Duration(90 * time.Second), Late: true}}},
	{"throttled", "Each fifth request is answered with 429 and Retry-After 3.",
		Rule{Every: 5, Action: Action{Name: ActionThrottle, RetryAfter: new(3)}}},
	{"flaky", "One request in ten is answered with 500.",
		Rule{Percent: 10, Seed: 1, Action: Action{Name: ActionStatus, Status: http.StatusInternalServerError}}},
	{"maintenance", "Every request is answered with 503 and Retry-After 120.",
		Rule{Action: Action{Name: ActionUnavailable, RetryAfter: new(120), Detail: "the service is down for maintenance"}}},
	{"unplugged", "Every connection is reset.",
		Rule{Action: Action{Name: ActionReset}}},
	{"lost-answers", "Writes are carried out, and one in five of their answers is lost with the connection.",
		Rule{Methods: writes, Percent: 20, Seed: 1, Action: Action{Name: ActionReset, Execute: new(true)}}},
	{"cut-off", "One answer in ten ends in the middle.",
		Rule{Percent: 10, Seed: 1, Action: Action{Name: ActionTruncate}}},
	{"proxy-page", "Each tenth request is answered with an HTML page and 502.",
		Rule{Every: 10, Action: Action{Name: ActionHTML}}},
	{"token-dies", "The token is refused from its tenth request on.",
		Rule{Nth: 10, Action: Action{Name: ActionTokenDeath}}},
	{"false-conflict", "The first user to be created is refused as a duplicate, although it is new.",
		Rule{Path: "/Users", Times: 1, Action: Action{Name: ActionConflict}}},
	{"stale-lists", "Lists lag five seconds behind writes.",
		Rule{Action: Action{Name: ActionStale, For: Duration(5 * time.Second)}}},
	{"shifted-pages", "The second page of a list repeats an entry of the first.",
		Rule{Action: Action{Name: ActionDuplicate}}},
}
