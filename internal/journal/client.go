package journal

import (
	"strings"
)

// Client is who seems to have sent a request.
type Client string

// The clients that are told apart.
const (
	ClientJumpCloud Client = "JumpCloud"
	ClientEntra     Client = "Entra ID"
	ClientOkta      Client = "Okta"
	ClientOneLogin  Client = "OneLogin"
	ClientGoogle    Client = "Google"
	ClientOurs      Client = "ours" // the judge and the tools of this project
	ClientUnknown   Client = "unknown"
)

// How much a sign counts. A guess needs as much as one fair sign, or several
// slight ones.
const (
	certain = 20 // a name of its own
	strong  = 5  // seen of this client only
	fair    = 3
	slight  = 1 // others do it too
	needed  = 3
)

// Guess tells a client by how it behaves. It must see a request before it is
// masked. Behaviour is the only mark that some clients have: Entra ID sends no
// User-Agent, and what JumpCloud and OneLogin send is not known.
func Guess(method, path, query string, headers []Header, body []byte) Client {
	client, _ := guess(method, path, query, headers, body)
	return client
}

// guess also gives how much speaks for the client.
func guess(method, path, query string, headers []Header, body []byte) (Client, int) {
	if client, ok := named(strings.ToLower(userAgent(headers))); ok {
		return client, certain
	}
	if query == "" && len(body) == 0 { // it tells nothing more
		return ClientUnknown, 0
	}
	t := newTraits(method, path, query, headers, body)
	scores := map[Client]int{}
	for _, s := range signs {
		if s.shows(t) {
			scores[s.client] += s.weight
		}
	}
	best, lead := ClientUnknown, needed-1
	tie := false // nobody leads
	for client, score := range scores {
		switch {
		case score > lead:
			best, lead, tie = client, score, false
		case score == lead && best != ClientUnknown:
			tie = true
		}
	}
	if best == ClientUnknown || tie {
		return ClientUnknown, 0
	}
	return best, lead
}

// userAgents stand in the User-Agent of a client, in lower case. Okta's and Google's
// are on record (idp-profiles.md 3.1 and 5); of JumpCloud and OneLogin it is
// only likely that they would name themselves.
var userAgents = []struct {
	part   string
	client Client
}{
	{"okta scim client", ClientOkta},
	{"google-auto-provisioning", ClientGoogle},
	{"cinode-scim", ClientOurs},
	{"jumpcloud", ClientJumpCloud},
	{"onelogin", ClientOneLogin},
}

// traits are what the signs look at.
type traits struct {
	method  string
	users   bool // the collection or one of it
	groups  bool
	query   string // as it was sent
	filter  string // decoded, "" for none
	agent   string
	headers map[string]string // by lower-case name
	body    string            // its beginning, without white space between the tokens
}

// looked is how much of a body is looked at: the members of a group do not tell.
const looked = 16 << 10

func newTraits(method, path, query string, headers []Header, body []byte) traits {
	t := traits{method: method, query: query, headers: make(map[string]string, len(headers)),
		users: strings.Contains(path, "/Users"), groups: strings.Contains(path, "/Groups")}
	for _, h := range headers {
		t.headers[strings.ToLower(h.Name)] = h.Value
	}
	t.agent = strings.ToLower(t.headers["user-agent"])
	for part := range strings.SplitSeq(query, "&") {
		if value, ok := strings.CutPrefix(part, "filter="); ok {
			t.filter = decodeFully(value, true)
		}
	}
	t.body = compact(body[:min(len(body), looked)])
	return t
}

func named(agent string) (Client, bool) {
	if agent == "" {
		return "", false
	}
	for _, a := range userAgents {
		if strings.Contains(agent, a.part) {
			return a.client, true
		}
	}
	return "", false
}

// has reports whether all parts are in the body.
func (t traits) has(parts ...string) bool {
	for _, part := range parts {
		if !strings.Contains(t.body, part) {
			return false
		}
	}
	return true
}

// compact leaves out white space that stands outside of strings.
func compact(body []byte) string {
	out := make([]byte, 0, len(body))
	for i := 0; i < len(body); {
		switch {
		case body[i] == '"':
			end := stringEnd(body, i)
			out = append(out, body[i:min(end, len(body))]...)
			i = end
		case isSpace(body[i]):
			i++
		default:
			out = append(out, body[i])
			i++
		}
	}
	return string(out)
}
