// Package journal owns what is recorded of requests: exchanges, what is masked in
// them, which client seems to have sent them and what it will do next, how they
// are kept and for how long, and the questions that a test asks of them. Which
// requests are recorded, and what they changed, is told by the HTTP side; where
// they are stored is the store's.
package journal

import (
	"strings"
	"time"
)

// Exchange is one recorded request with its answer. Its secrets are masked before
// it leaves the memory of the process that recorded it.
type Exchange struct {
	ID      int64 // the store's, growing; 0 before it is stored
	Tenant  int64 // 0 where the request named none that is known
	At      time.Time
	Request string // the id that the log has of the request
	Token   string // the token's name, empty where none was known
	Persona string // that of the tenant, empty where access was refused
	Address string // where it came from
	Client  Client // who seems to have sent it

	Method string
	Scheme string // "http" or "https"
	Host   string
	Path   string // as it was sent, percent-encoded
	Query  string // as it was sent, without the question mark
	Route  string // the pattern that matched below the base, such as "/Users/{id}"; empty for none
	Place  string // what Path has below the base, decoded: "/Users/26"; empty where there is no base
	Sent   Message
	Status int // 0 where the connection ended without an answer
	Answer Message

	Duration   time.Duration
	Changes    []Change
	Deviations []Deviation
	// Refused says that access control turned the request away. Such exchanges are
	// capped by address, so that a flood of them evicts nothing else.
	Refused bool
	// Reason says in plain language why, or what else was wrong, which the answer may
	// not tell; Why is the Refusal, or the scimType of the answer.
	Reason string
	Why    string
	// Outlook says what this client will do next, if that is known.
	Outlook string
	Section string // of the RFC that decides about the request, such as "RFC 7644 section 3.5.2"
	Rule    string // of Cinode that decided, with its letter; empty for none
	Fault   string // the id of the fault that was played; empty for none

	later []func() []Change
}

// Later adds a difference that is worked out when the exchange is written, if it
// is.
func (e *Exchange) Later(difference func() []Change) { e.later = append(e.later, difference) }

// Message is one direction of an exchange.
type Message struct {
	Headers []Header
	// Body is what came, masked, at most as much as is kept. Size is how much there
	// was in bytes, with what is masked counted as it is masked: a body that was
	// kept whole is not cut because a password in it was longer than its mask.
	Body []byte
	Size int64
}

// Cut reports whether less is kept of the body than there was.
func (m Message) Cut() bool { return int64(len(m.Body)) < m.Size }

// Header is one header field.
type Header struct {
	Name, Value string
}

// Change is the difference that a request made to one attribute of a resource.
// Before and After are JSON, empty for none.
type Change struct {
	Resource string // "Users/26"
	Path     string // "name.givenName", "members"; empty for the resource as a whole
	Before   string
	After    string
}

// Deviation is something that was tolerated: its id in quirk.Catalogue, and where.
type Deviation struct {
	ID     string
	Detail string
}

// has reports whether the message has a header.
func (m Message) has(name string) bool {
	for _, h := range m.Headers {
		if strings.EqualFold(h.Name, name) {
			return true
		}
	}
	return false
}
