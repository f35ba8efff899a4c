package fault

import "slices"

// Execution says whether a request is carried out when an action is played on it.
type Execution string

// Kinds of execution.
const (
	ExecutionAlways Execution = "always"
	ExecutionNever  Execution = "never"
	ExecutionChoice Execution = "choice" // not, unless the parameter execute is true
)

// Parameter describes one parameter of an action.
type Parameter struct {
	Name     string `json:"name"`
	Type     string `json:"type"` // as Keys has it
	Sentence string `json:"sentence"`
	Required bool   `json:"required,omitzero"`
	Default  string `json:"default,omitzero"`
}

// Description describes an action, for the API's documents and the command line.
type Description struct {
	Name       ActionName  `json:"name"`
	Sentence   string      `json:"sentence"`
	Execution  Execution   `json:"execution"`
	Parameters []Parameter `json:"parameters"`
	Example    string      `json:"example"`         // a rule, as YAML
	Header     string      `json:"header,omitzero"` // a value of X-Scim-Fault; empty where only rules can play it
}

// Catalogue describes every action.
func Catalogue() []Description {
	list := slices.Clone(catalogue)
	for i := range list {
		list[i].Parameters = slices.Clone(list[i].Parameters)
	}
	return list
}

func describe(name ActionName) *Description {
	i := slices.IndexFunc(catalogue, func(d Description) bool { return d.Name == name })
	if i < 0 {
		return nil
	}
	return &catalogue[i]
}

func (d *Description) takes(parameter string) bool {
	return slices.ContainsFunc(d.Parameters, func(p Parameter) bool { return p.Name == parameter })
}

// actionNames are the names in the order of the catalogue.
func actionNames() []string {
	var names []string
	for _, d := range catalogue {
		names = append(names, string(d.Name))
	}
	return names
}

var (
	waits      = Parameter{Name: "delay", Type: "duration", Sentence: "how long the request waits first"}
	executes   = Parameter{Name: "execute", Type: "boolean", Sentence: "carry the request out and lose its answer", Default: "false"}
	details    = Parameter{Name: "detail", Type: "string", Sentence: "the detail of the SCIM error"}
	retryAfter = Parameter{Name: "retryAfter", Type: "integer", Sentence: "the header Retry-After, in seconds", Default: "1"}
)

var catalogue = []Description{
	{ActionDelay, "The request waits; with late it is carried out at once and its answer waits, so that a client that gives up has written all the same.", ExecutionAlways,
		[]Parameter{{Name: "delay", Type: "duration", Sentence: "how long", Required: true},
			{Name: "late", Type: "boolean", Sentence: "carry the request out first", Default: "false"}},
		"action: delay\ndelay: 2s\nmethods: [PATCH]\n", "delay=200ms"},
	{ActionStatus, "A SCIM error of any status is answered; Retry-After is sent only if it is given.", ExecutionChoice,
		[]Parameter{{Name: "status", Type: "integer", Sentence: "the status, 400 to 599", Required: true},
			{Name: "scimType", Type: "string", Sentence: "the scimType of the SCIM error"}, details,
			{Name: "retryAfter", Type: "integer", Sentence: retryAfter.Sentence}, executes, waits},
		"action: status\nstatus: 500\npath: /Groups/{id}\nnth: 3\n", "status=503; retry-after=3"},
	{ActionThrottle, "429 with Retry-After is answered.", ExecutionNever, []Parameter{retryAfter, details, waits},
		"action: throttle\nretryAfter: 3\nevery: 10\n", "throttle; retry-after=3"},
	{ActionUnavailable, "503 with Retry-After is answered.", ExecutionChoice, []Parameter{retryAfter, details, executes, waits},
		"action: unavailable\nretryAfter: 120\n", "unavailable"},
	{ActionReset, "The connection is reset without an answer; on HTTP/2 the stream is.", ExecutionChoice, []Parameter{executes, waits},
		"action: reset\nmethods: [POST]\nexecute: true\n", "reset; execute=true"},
	{ActionTruncate, "The answer ends before its Content-Length, and the connection with it; where it has no body, there is no answer.", ExecutionAlways,
		[]Parameter{{Name: "bytes", Type: "integer", Sentence: "how much of the body is sent, at most all but one byte", Default: "half"}, waits},
		"action: truncate\nbytes: 20\npath: /Users\n", "truncate"},
	{ActionHTML, "An HTML page is answered, as proxies do.", ExecutionChoice,
		[]Parameter{{Name: "status", Type: "integer", Sentence: "the status, 200 to 599", Default: "502"}, executes, waits},
		"action: html\nstatus: 504\npercent: 10\nseed: 7\n", "html"},
	{ActionContentType, "The answer is right but for its Content-Type.", ExecutionAlways,
		[]Parameter{{Name: "contentType", Type: "string", Sentence: "the Content-Type", Default: defaultContentType}, waits},
		"action: content-type\ncontentType: text/html\n", "content-type=text/html"},
	{ActionTokenDeath, "The token dies in the middle of a sync: the request whose turn it is, and every later one of that token in the tenant whatever its path, " +
		"is answered with 401 invalid_token, until the rule is gone or has played as often as times says.", ExecutionNever,
		[]Parameter{waits}, "action: token-death\nnth: 25\n", "token-death"},
	{ActionConflict, "409 uniqueness is answered to a POST that would create something new; other requests do not fit.", ExecutionChoice,
		[]Parameter{details, executes, waits}, "action: conflict\npath: /Users\ntimes: 1\n", "conflict"},
	{ActionNoContent, "204 without a body is answered instead of 200; other answers stay as they are.", ExecutionAlways,
		[]Parameter{waits}, "action: no-content\nmethods: [PUT, PATCH]\n", "no-content"},
	{ActionDuplicate, "A page after the first begins with the last entry of the page before, and everything moves back by one until the end of the list, " +
		"as if somebody had put an entry in front meanwhile; it plays when both pages were asked for with the same parameters while the rule was in force.", ExecutionAlways,
		nil, "action: duplicate\npath: /Users\n", ""},
	{ActionStale, "A list is answered as it was before a write, for a while: the last answer to the same list, request for request, is repeated until that long after " +
		"the first SCIM write of the tenant that it lacks, whoever wrote; other ways to write are not seen. A list that was not asked for before the write is answered as it is. A stale answer is not carried out, " +
		"the watched requests are.", ExecutionAlways,
		[]Parameter{{Name: "for", Type: "duration", Sentence: "how long after the write, by the server's clock", Required: true}},
		"action: stale\nfor: 5s\npath: /Users\n", ""},
}
