package simulation

import (
	"context"
	"slices"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/idp"
)

// Imports is what a simulation knows of users of the application that can be imported.
type Imports struct {
	Listed time.Time // zero if the list was not read
	List   []idp.Candidate
	Result *idp.ImportResult // of the last import
}

// Imports gives the list as it was read last.
func (s *Simulation) Imports() Imports {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.imports
	known.List = slices.Clone(known.List)
	return known
}

// ReadCandidates reads the list of users from the application, and keeps it for Imports.
func (s *Simulation) ReadCandidates(ctx context.Context) error {
	list, err := s.Provider().Candidates(ctx)
	if err != nil {
		return err
	}
	s.touch(func() {
		s.imports = Imports{Listed: s.registry.options.Clock.Now().UTC(), List: list}
		s.progress = Progress{}
	})
	return nil
}

// Import imports users of the application by their ids there, and marks them in the list.
func (s *Simulation) Import(ctx context.Context, ids []string) (idp.ImportResult, error) {
	result, err := s.Provider().Import(ctx, ids)
	if err != nil {
		return result, err
	}
	imported := map[string]bool{}
	for _, c := range result.Imported {
		imported[c.ID] = true
	}
	s.touch(func() {
		s.imports.List = slices.Clone(s.imports.List) // readers may have the old one
		for i := range s.imports.List {
			if imported[s.imports.List[i].ID] {
				s.imports.List[i].State = idp.CandidateImported
			}
		}
		s.imports.Result, s.progress = &result, Progress{}
	})
	s.Edited()
	return result, nil
}
