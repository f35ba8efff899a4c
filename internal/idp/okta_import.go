package idp

import "strings"

// confirmImport is what an administrator does in Okta with the list of an import:
// accounts are matched to people by their userName, who are assigned to the
// application with that. The next cycle finds the account again by its name and takes
// it over; nothing is created. Accounts that are not active are nobody's to use, and
// assigning them would reactivate them: these people are in the directory, no more.
// p.mu is held.
func confirmImport(s *state, r ImportResult) {
	for _, list := range [][]Candidate{r.Imported, r.Skipped} {
		for _, c := range list {
			u := s.Directory.byName[strings.ToLower(c.Username)]
			if u == nil {
				continue
			}
			if c.Active {
				u.Assigned = true
			}
			if u.Imported {
				u.EmployeeID = "" // it was the externalId, which is Okta's own id of somebody
			}
		}
	}
}
