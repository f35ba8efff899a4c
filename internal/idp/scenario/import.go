package scenario

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/idp"
)

// importUsers imports users of the target into the directory.
type importUsers struct {
	Select []string `yaml:"select"` // all, new, or userNames
}

// What can be selected beside userNames.
const (
	SelectAll = "all"
	SelectNew = "new"
)

func (a *importUsers) about() string { return strings.Join(a.Select, ", ") }

func (a *importUsers) run(ctx context.Context, p *player) error {
	selected := a.Select
	if len(p.options.Select) > 0 {
		selected = p.options.Select
	}
	if len(selected) == 0 {
		selected = []string{SelectNew}
	}
	var ids []string
	err := p.repeat(ctx, 1, func(ctx context.Context) error {
		list, err := p.provider().Candidates(ctx)
		if err != nil {
			return err
		}
		ids, err = pick(list, selected)
		p.note("%s on the target: %d New, %d Imported", plural(len(list), "user", "users"), count(list, idp.CandidateNew), count(list, idp.CandidateImported))
		return err
	})
	if err != nil {
		return err
	}
	var result idp.ImportResult
	err = p.repeat(ctx, 1, func(ctx context.Context) error {
		var err error
		result, err = p.provider().Import(ctx, ids)
		return err
	})
	if err != nil {
		return err
	}
	p.note("%d imported, %d were there already, %d failed", len(result.Imported), len(result.Skipped), len(result.Failed))
	if result.Warning != "" {
		p.note("%s", result.Warning)
	}
	if result.Mail != "" {
		p.note("the result is in an e-mail, %s", result.Mail)
	}
	for _, f := range result.Failed {
		p.fault("%s is not imported: %s", f.Username, f.Error)
	}
	return nil
}

func count(list []idp.Candidate, state idp.CandidateState) int {
	n := 0
	for _, c := range list {
		if c.State == state {
			n++
		}
	}
	return n
}

// pick gives the ids of those selected, the new ones first.
func pick(list []idp.Candidate, selected []string) ([]string, error) {
	var ids []string
	found := map[string]bool{}
	for _, c := range idp.NewFirst(list) {
		named := slices.ContainsFunc(selected, func(name string) bool { return strings.EqualFold(name, c.Username) })
		found[strings.ToLower(c.Username)] = found[strings.ToLower(c.Username)] || named
		if named || selected[0] == SelectAll || selected[0] == SelectNew && c.State == idp.CandidateNew {
			ids = append(ids, c.ID)
		}
	}
	if selected[0] == SelectAll || selected[0] == SelectNew {
		return ids, nil
	}
	for _, name := range selected {
		if !found[strings.ToLower(name)] {
			return nil, fmt.Errorf("the target has no user %s to import", name)
		}
	}
	return ids, nil
}
