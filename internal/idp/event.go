package idp

import (
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Action is what an identity provider did, in words that are the same for all.
type Action string

// The actions that logs and reports tell of.
const (
	Activate   Action = "activate"
	Update     Action = "update"
	Reauth     Action = "reauth"
	Remove     Action = "remove" // of the integration
	Create     Action = "create"
	Adopt      Action = "adopt" // a resource of the application that was there before
	Deactivate Action = "deactivate"
	Reactivate Action = "reactivate"
	Delete     Action = "delete"
	Lookup     Action = "lookup"
	Rename     Action = "rename"
	AddMember  Action = "add member"
	DropMember Action = "remove member"
	Import     Action = "import"
	Quarantine Action = "quarantine"
)

// The kinds of objects that actions are about.
const (
	KindUser        = "user"
	KindGroup       = "group"
	KindApplication = "application"
)

// Object is what an event is about.
type Object struct {
	Kind   string `json:"kind"`
	ID     string `json:"id"`   // in the directory
	Name   string `json:"name"` // username, name of the group, or display label
	Target string `json:"target,omitzero"`
}

// Change is how an attribute differed from what was sent before.
type Change struct {
	Field string `json:"field"`
	From  string `json:"from"`
	To    string `json:"to"`
}

// Event is one attempt to do something, as the provider's log keeps it.
type Event struct {
	ID      string    `json:"id"`
	Time    time.Time `json:"time"`
	Type    string    `json:"type"` // the provider's own name, as user_create_provision
	Action  Action    `json:"action"`
	Success bool      `json:"success"`
	Object  Object    `json:"object"`
	Member  Object    `json:"member,omitzero"` // whose membership it is about
	Changes []Change  `json:"changes,omitzero"`
	Error   string    `json:"error,omitzero"`
	Status  int       `json:"status,omitzero"` // of the refusal
	Attempt int       `json:"attempt,omitzero"`

	// Record is the event as the provider's own log writes it.
	Record jsontext.Value `json:"record,omitzero"`
}

// maxEvents is how many events a provider keeps to show; Options.OnEvent sees all.
const maxEvents = 2000

// emit completes an event with its id, time, type and record, and hands it out.
// Failures are told by err.
func (p *Provider) emit(e Event, err error) {
	p.mu.Lock()
	e.ID, e.Time = p.newID(idEvent), p.options.Clock.Now()
	e.Success = err == nil
	if err != nil {
		e.Error, e.Status = err.Error(), StatusOf(err)
	}
	e.Type = p.profile.typeOf(e)
	record, failure := json.Marshal(p.profile.record(e), json.Deterministic(true))
	if failure == nil {
		e.Record = record
	}
	p.events = append(p.events, e)
	if len(p.events) > maxEvents+maxEvents/2 {
		p.events = append([]Event(nil), p.events[len(p.events)-maxEvents:]...)
	}
	p.mu.Unlock()
	if p.options.OnEvent != nil {
		p.options.OnEvent(e)
	}
}

// Events gives the newest events, oldest first.
func (p *Provider) Events() []Event {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Event(nil), p.events[max(0, len(p.events)-maxEvents):]...)
}
