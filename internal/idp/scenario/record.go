package scenario

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v3"

	"github.com/cinode-scim/cinode-scim/internal/idp"
	"github.com/cinode-scim/cinode-scim/internal/replay"
	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

// Recorded is what the journal of this project's server has of a client, as a scenario.
type Recorded struct {
	Text     []byte // of a file that Read takes
	Client   string // who sent the requests, as the journal names it; empty if it knows nobody
	Requests int
	Left     int // requests that were left out
}

// RecordOptions say which requests are recorded.
type RecordOptions struct {
	Client   string // as the journal names it; empty for the only one
	Progress func(done int)
}

// Record takes what a client has sent from the journal of this project's server and
// makes one step of raw requests of it, whose ids are followed. Requests that were
// answered 401, 429 or 5xx, or not at all, are left out: they tell of a moment of that
// server, not of the client.
func Record(ctx context.Context, t Target, client scimclient.Options, o RecordOptions) (*Recorded, error) {
	a, err := newAdmin(ctx, t, client)
	if err != nil {
		return nil, err
	}
	defer a.close()
	if o.Client == "" {
		if o.Client, err = a.onlyClient(ctx); err != nil {
			return nil, err
		}
	}
	entries, left, err := a.entries(ctx, o)
	if err != nil {
		return nil, err
	}
	if len(entries) == 0 {
		return nil, &idp.InputError{Field: "journal", Message: fmt.Sprintf("has nothing of the tenant %d that can be recorded", a.tenant)}
	}
	text, n, err := recordedScenario(o.Client, entries)
	if err != nil {
		return nil, err
	}
	return &Recorded{Text: text, Client: o.Client, Requests: n, Left: left + len(entries) - n}, nil
}

// recordedPage is how many requests are asked for at a time.
const recordedPage = 200

// pages calls for each page of the journal, the oldest first, with its parameters.
func (a *admin) pages(ctx context.Context, client string, each func(parameters string, clients []string) error) error {
	after := ""
	for {
		parameters := fmt.Sprintf("tenant=%d&order=oldest&limit=%d", a.tenant, recordedPage)
		if client != "" {
			parameters += "&client=" + url.QueryEscape(client)
		}
		if after != "" {
			parameters += "&after=" + after
		}
		var page struct {
			Items []struct {
				Client string `json:"client"`
			} `json:"items"`
			Next string `json:"next"`
		}
		if err := a.get(ctx, "/requests?"+parameters, &page); err != nil {
			return err
		}
		clients := make([]string, len(page.Items))
		for i, item := range page.Items {
			clients[i] = item.Client
		}
		if err := each(parameters, clients); err != nil {
			return err
		}
		if after = page.Next; after == "" {
			return nil
		}
	}
}

// onlyClient is who sent requests, if that was one.
func (a *admin) onlyClient(ctx context.Context) (string, error) {
	seen := map[string]bool{}
	err := a.pages(ctx, "", func(_ string, clients []string) error {
		for _, c := range clients {
			seen[c] = true
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	delete(seen, "ours")
	known := slices.Sorted(maps.Keys(seen))
	if len(known) > 1 {
		known = slices.DeleteFunc(known, func(c string) bool { return c == "unknown" })
	}
	switch len(known) {
	case 0:
		return "", &idp.InputError{Field: "journal", Message: fmt.Sprintf("has no request of the tenant %d by an identity provider", a.tenant)}
	case 1:
		return known[0], nil
	default:
		return "", &idp.InputError{Field: "client", Message: "is missing: the journal has requests of " + strings.Join(known, ", ")}
	}
}

// entries are the entries of an archive of the journal, and how many were left out.
func (a *admin) entries(ctx context.Context, o RecordOptions) (entries []jsontext.Value, left int, err error) {
	err = a.pages(ctx, o.Client, func(parameters string, _ []string) error {
		var archive struct {
			Log struct {
				Entries []jsontext.Value `json:"entries"`
			} `json:"log"`
		}
		if err := a.get(ctx, "/requests/export?as=har&"+parameters, &archive); err != nil {
			return err
		}
		for _, entry := range archive.Log.Entries {
			var answer struct {
				Response struct {
					Status int `json:"status"`
				} `json:"response"`
			}
			if err := json.Unmarshal(entry, &answer); err != nil {
				return fmt.Errorf("the admin API's archive cannot be read: %w", err)
			}
			switch s := answer.Response.Status; {
			case s == 0, s >= http.StatusInternalServerError, s == http.StatusUnauthorized, s == http.StatusTooManyRequests:
				left++
			default:
				entries = append(entries, entry)
			}
		}
		if o.Progress != nil {
			o.Progress(len(entries) + left)
		}
		return nil
	})
	return entries, left, err
}

// wholeList is the path of a list that no filter narrows.
var wholeList = regexp.MustCompile(`^/(Users|Groups)/?(\?((startIndex|count|attributes|excludedAttributes)=[^&]*&?)*)?$`)

// recordedScenario writes entries of an archive as a scenario with one step.
func recordedScenario(client string, entries []jsontext.Value) (text []byte, requests int, err error) {
	archive, err := json.Marshal(map[string]map[string][]jsontext.Value{"log": {"entries": entries}})
	if err != nil {
		return nil, 0, fmt.Errorf("encode the archive: %w", err)
	}
	recording, err := replay.Read(archive)
	if err != nil {
		return nil, 0, err
	}
	for _, s := range recording.Steps {
		if s.Recorded != nil && s.Method == http.MethodGet && wholeList.MatchString(s.Path) {
			s.Recorded.Body = nil // another target has others, and more of them
		}
	}
	written, err := replay.WriteScenario(recording)
	if err != nil {
		return nil, 0, err
	}
	var document struct {
		Steps yaml.Node `yaml:"steps"`
	}
	if err := yaml.Unmarshal(written, &document); err != nil {
		return nil, 0, fmt.Errorf("read what was recorded: %w", err)
	}
	type step struct {
		Name    string    `yaml:"name"`
		Request yaml.Node `yaml:"request"`
	}
	file := struct {
		Name        string     `yaml:"name"`
		Description string     `yaml:"description"`
		Providers   []idp.Kind `yaml:"providers,omitempty,flow"`
		Steps       []step     `yaml:"steps"`
	}{
		Name: "recorded", Description: fmt.Sprintf("%d requests that %s sent, with the answers that they had.", len(recording.Steps), sender(client)),
		Steps: []step{{"The requests are sent again", document.Steps}},
	}
	for _, kind := range idp.Kinds() {
		if strings.EqualFold(client, clientOf(kind)) {
			file.Providers = []idp.Kind{kind}
		}
	}
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := errors.Join(encoder.Encode(file), encoder.Close()); err != nil {
		return nil, 0, fmt.Errorf("write the scenario: %w", err)
	}
	return out.Bytes(), len(recording.Steps), nil
}

// clientOf is how the journal names a provider.
func clientOf(kind idp.Kind) string {
	if kind == idp.Entra {
		return "Entra ID"
	}
	return Title(kind)
}

func sender(client string) string {
	if client == "unknown" {
		return "a client that the journal does not know"
	}
	return client
}
