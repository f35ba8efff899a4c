package web

import (
	"slices"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/journal"
	"github.com/cinode-scim/cinode-scim/internal/scim/quirk"
)

// deviationView is something that was tolerated, or would be.
type deviationView struct {
	quirk.Kind
	Count string
	Last  time.Time
	URL   string // of the requests that met it
}

// budget is what --max-deviations allows this process.
type budget struct {
	Met, Allowed int64
	Over         bool
}

type deviationsPage struct {
	frame
	Parts   []tab
	Strict  bool
	Total   string
	Met     []deviationView
	Others  []deviationView
	Budget  *budget
	Journal bool // something records what is met
}

func (v *visit) showDeviations() error {
	page := deviationsPage{frame: v.frame("User provisioning").showing(v.parts("provisioning/deviations")), Parts: v.parts("provisioning/deviations"), Strict: v.Tenant.Strict, Journal: v.Admin.Journal != nil}
	var counts []journal.DeviationCount
	if page.Journal {
		var err error
		if counts, err = v.Admin.Journal.Deviations(v.r.Context(), v.Tenant.ID); err != nil {
			return err
		}
		if v.MaxDeviations != nil {
			page.Budget = &budget{Met: v.Admin.Journal.Met(), Allowed: int64(*v.MaxDeviations)}
			page.Budget.Over = page.Budget.Met > page.Budget.Allowed
		}
	}
	slices.SortStableFunc(counts, func(a, b journal.DeviationCount) int { return int(b.N - a.N) })
	var total int64
	met := map[string]bool{}
	for _, c := range counts {
		total += c.N
		met[c.ID] = true
		view := deviationView{Kind: quirk.Describe(c.ID), Count: thousands(c.N), Last: c.Last}
		if v.has("requests") {
			view.URL = v.url("requests", "deviation", c.ID)
		}
		page.Met = append(page.Met, view)
	}
	for _, k := range quirk.Catalogue {
		if !met[k.ID] {
			page.Others = append(page.Others, deviationView{Kind: k})
		}
	}
	page.Total = thousands(total)
	return v.show("deviations", page)
}

func (v *visit) setStrict() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	t, strict := v.Tenant, f.Value("strict") == "on"
	_, err = v.Admin.SetPersona(v.r.Context(), v.by(), t.ID, admin.PersonaInput{
		Name: t.Persona, Strict: strict, SkipUnknownMembers: t.SkipUnknownMembers, Switches: t.Switches,
	})
	if err != nil {
		return err
	}
	done := "Deviations are tolerated and reported from now on."
	if strict {
		done = "Deviations are refused from now on."
	}
	return v.done(v.url("provisioning/deviations"), done)
}
