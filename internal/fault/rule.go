package fault

import (
	"fmt"
	"math"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/cinode-scim/cinode-scim/internal/scim"
)

// Rule plays one action on the requests it fits. What is left out fits all; of
// Nth, Every and Percent one may be given, and without any it is always the
// rule's turn. Requests are counted by tenant.
type Rule struct {
	ID      string   `json:"id,omitzero"`
	Tenant  int64    `json:"tenant,omitzero"` // 0 is all
	Methods []string `json:"methods,omitzero"`
	Path    string   `json:"path,omitzero"` // below the SCIM base: /Users, /Users/{id}, /Users/*, /Users/**
	Client  string   `json:"client,omitzero"`
	Token   string   `json:"token,omitzero"`
	Nth     int64    `json:"nth,omitzero"`
	Every   int64    `json:"every,omitzero"`
	Percent float64  `json:"percent,omitzero"`
	Seed    uint64   `json:"seed,omitzero"`  // the same seed, the same turns, in every tenant
	Times   int64    `json:"times,omitzero"` // how often it plays at most in a tenant
	Action
}

func (r Rule) clone() Rule {
	r.Methods = slices.Clone(r.Methods)
	r.Action = r.Action.clone()
	return r
}

// fits compares a request with what the rule names, without counting.
func (r Rule) fits(path pattern, q Request) bool {
	return (r.Tenant == 0 || r.Tenant == q.Tenant) &&
		(len(r.Methods) == 0 || slices.Contains(r.Methods, q.Method)) &&
		(r.Client == "" || strings.EqualFold(r.Client, q.Client)) &&
		(r.Token == "" || r.Token == q.Token) &&
		path.match(q.Path) && r.Name.fits(q)
}

// Violation is one thing that is wrong with a rule: a sentence without its key,
// such as "must be at least 1".
type Violation struct {
	Line    int    `json:"line,omitzero"` // in a file, from 1; 0 where there is none
	Rule    int    `json:"rule"`          // which one, from 0
	Key     string `json:"key,omitzero"`  // empty where it is the rule as a whole
	Problem string `json:"problem"`
}

func (v Violation) String() string { return strings.TrimSpace(v.Key + " " + v.Problem) }

// Invalid is everything that is wrong with some rules.
type Invalid struct {
	File       string // empty for what came by the API
	Violations []Violation
}

func (e *Invalid) Error() string {
	lines := make([]string, len(e.Violations))
	for i, v := range e.Violations {
		switch lines[i] = v.String(); {
		case e.File != "" && v.Line > 0:
			lines[i] = fmt.Sprintf("%s line %d: %s", e.File, v.Line, v)
		case e.File != "":
			lines[i] = e.File + ": " + v.String()
		}
	}
	return strings.Join(lines, "\n")
}

// Validate checks a rule; the error is an *Invalid with all that is wrong.
func (r Rule) Validate() error {
	if found := r.violations(); len(found) > 0 {
		return &Invalid{Violations: found}
	}
	return nil
}

var (
	idForm  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)
	methods = []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}
)

// maxName bounds the names of clients and tokens, in bytes.
const maxName = 200

func (r Rule) violations() []Violation {
	var c complaints
	c.add(r.ID != "" && !idForm.MatchString(r.ID), "id", "must be up to 64 letters, digits, dots, dashes and underscores")
	c.add(r.Tenant < 0, "tenant", "must be the number of a tenant, or 0 for all")
	for _, m := range r.Methods {
		c.add(!slices.Contains(methods, m), "methods", fmt.Sprintf("cannot hold %q; it takes %s", m, strings.Join(methods, ", ")))
	}
	problem := checkPath(r.Path)
	c.add(problem != "", "path", problem)
	c.add(!isLine(r.Client, maxName), "client", "must be one short line, such as Okta")
	c.add(!isLine(r.Token, maxName), "token", "must be the name of a token, not its secret")
	c.add(r.Nth < 0, "nth", "must be at least 1")
	c.add(r.Every < 0, "every", "must be at least 1")
	c.add(r.Times < 0, "times", "must be at least 1")
	c.add(math.IsNaN(r.Percent) || r.Percent < 0 || r.Percent > 100, "percent", "must be above 0 and at most 100")
	c.add(r.Seed != 0 && r.Percent == 0, "seed", "goes with percent; add percent or take it out")
	if (r.Nth != 0 && r.Every != 0) || (r.Percent != 0 && (r.Nth != 0 || r.Every != 0)) {
		c.add(true, "", "nth, every and percent exclude each other; keep one of them")
	}
	return append(c, r.Action.violations()...)
}

// Bounds of parameters.
const (
	maxDelay      = 100 * time.Second // the server ends a request after two minutes
	maxFor        = 24 * time.Hour
	maxRetryAfter = 24 * 60 * 60
	maxText       = 1000
)

// violations checks the parameters, and that they are the action's.
func (a Action) violations() []Violation {
	var c complaints
	d := describe(a.Name)
	if d == nil {
		if a.Name == "" {
			c.add(true, "action", "is missing; name one of "+strings.Join(actionNames(), ", "))
			return c
		}
		c.add(true, "action", fmt.Sprintf("%q does not exist%s", a.Name, suggest(string(a.Name), actionNames())))
		return c
	}
	for _, k := range keys {
		c.add(a.given(k.Name) && !d.takes(k.Name), k.Name, fmt.Sprintf("is no parameter of %s; take it out", a.Name))
	}
	for _, p := range d.Parameters {
		c.add(p.Required && !a.given(p.Name), p.Name, fmt.Sprintf("is missing; %s needs it: %s", a.Name, p.Sentence))
	}
	return append(c, a.ranges()...)
}

func (a Action) ranges() complaints {
	var c complaints
	c.add(a.Delay < 0 || time.Duration(a.Delay) > maxDelay, "delay", "must be above 0 and at most 1m40s, such as 200ms")
	c.add(a.For < 0 || time.Duration(a.For) > maxFor, "for", "must be above 0 and at most 24h, such as 5s")
	switch {
	case a.Status == 0:
	case a.Name == ActionHTML:
		c.add(a.Status < 200 || a.Status > 599 || bodiless(a.Status), "status", "must be from 200 to 599 and one that has a body, such as 502")
	case a.Name == ActionStatus:
		c.add(a.Status < 400 || a.Status > 599, "status", "must be from 400 to 599, such as 503")
	}
	c.add(a.ScimType != "" && !slices.Contains(scimTypes, a.ScimType), "scimType", "must be one of RFC 7644 table 9, such as uniqueness")
	c.add(!isLine(a.Detail, maxText), "detail", fmt.Sprintf("must be one line of at most %d bytes", maxText))
	c.add(a.RetryAfter != nil && (*a.RetryAfter < 0 || *a.RetryAfter > maxRetryAfter), "retryAfter", "must be from 0 to 86400 seconds")
	c.add(a.Bytes != nil && *a.Bytes < 0, "bytes", "must be at least 0")
	if a.ContentType != "" {
		_, _, err := mime.ParseMediaType(a.ContentType)
		c.add(err != nil || !isLine(a.ContentType, maxName), "contentType", "must be a media type, such as text/plain")
	}
	return c
}

var scimTypes = []scim.ErrorType{
	scim.ErrorTypeInvalidFilter, scim.ErrorTypeUniqueness, scim.ErrorTypeMutability, scim.ErrorTypeInvalidSyntax, scim.ErrorTypeInvalidPath,
	scim.ErrorTypeNoTarget, scim.ErrorTypeInvalidValue, scim.ErrorTypeSensitive, scim.ErrorTypeInvalidCursor, scim.ErrorTypeExpiredCursor,
	scim.ErrorTypeInvalidCount, "tooMany", "invalidVers",
}

// bodiless tells the statuses to which net/http writes no body.
func bodiless(status int) bool {
	return status == http.StatusNoContent || status == http.StatusResetContent || status == http.StatusNotModified
}

// isLine keeps control characters out of headers and logs.
func isLine(text string, limit int) bool {
	return len(text) <= limit && utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl)
}

type complaints []Violation

func (c *complaints) add(wrong bool, key, problem string) {
	if wrong {
		*c = append(*c, Violation{Key: key, Problem: problem})
	}
}
