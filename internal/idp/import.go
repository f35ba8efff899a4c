package idp

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/clock"
)

// importPage is how many users an import reads at a time; JumpCloud's own number is
// not on record.
const importPage = 100

// mailFrom is how many users an import is told of by e-mail.
const mailFrom = 100

// CandidateState says whether an account of the application is in the directory.
type CandidateState string

// The states that JumpCloud's list of users to import shows.
const (
	CandidateNew      CandidateState = "New"
	CandidateImported CandidateState = "Imported"
)

// Candidate is a user of the application in the list of those to import.
type Candidate struct {
	ID       string         `json:"id"` // in the application
	Username string         `json:"username"`
	Name     string         `json:"name"`
	Active   bool           `json:"active"`
	State    CandidateState `json:"state"`

	user User
}

// ImportResult is what became of an import.
type ImportResult struct {
	Imported []Candidate     `json:"imported"`
	Skipped  []Candidate     `json:"skipped"` // were in the directory already
	Failed   []ImportFailure `json:"failed"`
	Warning  string          `json:"warning,omitzero"`
	Mail     string          `json:"mail,omitzero"` // name of the message that tells of it, of a large import
}

// ImportFailure is a user who was not imported.
type ImportFailure struct {
	ID       string `json:"id"`
	Username string `json:"username,omitzero"`
	Error    string `json:"error"`
}

// NewFirst sorts those to the front who are not in the directory yet, and leaves the
// order of the application otherwise.
func NewFirst(list []Candidate) []Candidate {
	sorted := slices.Clone(list)
	slices.SortStableFunc(sorted, func(a, b Candidate) int {
		// "New" is after "Imported" in the alphabet.
		return strings.Compare(string(b.State), string(a.State))
	})
	return sorted
}

// Candidates lists all users of the application, in its order.
func (p *Provider) Candidates(ctx context.Context) ([]Candidate, error) {
	if err := p.take(ctx); err != nil {
		return nil, err
	}
	defer p.release()
	return p.candidates(ctx)
}

func (p *Provider) candidates(ctx context.Context) ([]Candidate, error) {
	if phase := p.Phase(); phase != PhaseActive && phase != PhaseQuarantine {
		return nil, ErrNotActive
	}
	resources, err := p.listAll(ctx, "/Users", importPage, p.importProgress)
	if err != nil {
		p.emit(Event{Action: Import, Object: p.applicationObject()}, err)
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	linked := make(map[string]bool, len(p.state.Users))
	for _, link := range p.state.Users {
		linked[link.Target] = true
	}
	list := make([]Candidate, 0, len(resources))
	seen := map[string]bool{}
	for _, resource := range resources {
		c := candidateOf(resource)
		if c.ID == "" {
			return nil, invalid("application", "lists a user (%q) whose id is no string; it cannot be imported", c.Username)
		}
		if seen[c.ID] {
			continue // a list that moved while it was read has somebody twice
		}
		seen[c.ID] = true
		if linked[c.ID] || p.state.Directory.byName[strings.ToLower(c.Username)] != nil {
			c.State = CandidateImported
		}
		list = append(list, c)
	}
	return list, nil
}

func (p *Provider) importProgress(done, total int) {
	if p.options.OnProgress != nil {
		p.options.OnProgress("import", done, total)
	}
}

// Import takes users of the application into the directory, by their ids there. They
// are active, and bound to nothing: until a bound group has them, JumpCloud sends
// nothing about them. Of a hundred and more a message tells, see Options.OnMail.
func (p *Provider) Import(ctx context.Context, ids []string) (ImportResult, error) {
	if err := p.take(ctx); err != nil {
		return ImportResult{}, err
	}
	defer p.release()
	list, err := p.candidates(ctx)
	if err != nil {
		return ImportResult{}, err
	}
	byID := make(map[string]Candidate, len(list))
	for _, c := range list {
		byID[c.ID] = c
	}
	result, users, err := p.admit(ids, byID)
	if err != nil {
		return ImportResult{}, err
	}
	p.tellImport(result, users)
	if p.options.Kind != JumpCloud {
		return result, nil // the warning and the message are JumpCloud's
	}
	if len(result.Imported) > 0 {
		result.Warning = fmt.Sprintf("%d imported users are members of no bound group; add them to one, or nothing is sent about them", len(result.Imported))
	}
	if len(ids) >= mailFrom {
		result.Mail = p.mailImport(result)
	}
	return result, nil
}

// admit puts those selected into the directory, in one change.
func (p *Provider) admit(ids []string, byID map[string]Candidate) (r ImportResult, users []User, err error) {
	err = p.change(func(s *state) error {
		for _, id := range ids {
			c, known := byID[id]
			switch {
			case !known:
				r.Failed = append(r.Failed, ImportFailure{ID: id, Error: "the application has no such user"})
				continue
			case c.State == CandidateImported:
				r.Skipped = append(r.Skipped, c)
				continue
			}
			c.user.ID = p.newID(idUser)
			if err := s.Directory.addUser(c.user); err != nil {
				r.Failed = append(r.Failed, ImportFailure{ID: id, Username: c.Username, Error: err.Error()})
				continue
			}
			c.State = CandidateImported
			byID[id] = c // an id that is given twice
			r.Imported = append(r.Imported, c)
			users = append(users, c.user)
		}
		if p.options.Kind == Okta {
			confirmImport(s, r)
		}
		return nil
	})
	return r, users, err
}

// tellImport writes an event for each user.
func (p *Provider) tellImport(r ImportResult, users []User) {
	for i, u := range users {
		p.emit(Event{
			Action: Import, Object: Object{Kind: KindUser, ID: u.ID, Name: u.Username, Target: r.Imported[i].ID},
			Changes: changes(nil, p.profile.attributes(u)),
		}, nil)
		p.importProgress(i+1, len(users))
	}
	for _, f := range r.Failed {
		p.emit(Event{Action: Import, Object: Object{Kind: KindUser, Name: f.Username, Target: f.ID}}, &InputError{Field: "user", Message: f.Error})
	}
}

// insist runs something, and again as the profile tries again.
func (p *Provider) insist(ctx context.Context, run func(ctx context.Context) error) error {
	for failures := 1; ; failures++ {
		err := run(ctx)
		if err == nil || ctx.Err() != nil {
			return err
		}
		wait, again := p.profile.retry(ctx, err, failures)
		if !again {
			return err
		}
		if err := clock.Wait(ctx, wait); err != nil {
			return err
		}
	}
}

// page reads one page of a list.
func (p *Provider) page(ctx context.Context, path string) (a *answer, list []map[string]any, err error) {
	err = p.insist(ctx, func(ctx context.Context) error {
		var err error
		if a, err = p.send(ctx, http.MethodGet, path, nil); err == nil {
			list, err = a.resources()
		}
		return err
	})
	return a, list, err
}
