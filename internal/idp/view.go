package idp

// UserState is what a provider knows of a user in the application.
type UserState string

// The states of users.
const (
	StateNone        UserState = "not provisioned"
	StatePending     UserState = "pending" // the next cycle has something to send
	StateProvisioned UserState = "provisioned"
	StateDeactivated UserState = "deactivated"
)

// UserView is a user as a page shows it.
type UserView struct {
	User
	Target string    `json:"target,omitzero"`
	State  UserState `json:"state"`
	Groups []string  `json:"groups"` // names
	// Unmanaged is true of somebody imported whom no bound group holds: JumpCloud
	// sends no updates for them.
	Unmanaged bool `json:"unmanaged,omitzero"`
}

// GroupView is a group as a page shows it; its members are usernames.
type GroupView struct {
	Group
	Target  string `json:"target,omitzero"`
	Pending bool   `json:"pending,omitzero"`
}

// View is the provider at one moment.
type View struct {
	Kind        Kind        `json:"kind"`
	Phase       Phase       `json:"phase"`
	Application Application `json:"application"`
	Connection  Connection  `json:"connection"`
	Users       []UserView  `json:"users"`
	Groups      []GroupView `json:"groups"`
	Pending     int         `json:"pending"` // users and groups that the next cycle has something for
	Requests    int64       `json:"requests"`
	Cycles      int         `json:"cycles"`
}

// View gives the provider as it is now; the token is not in it.
func (p *Provider) View() View {
	plans := map[string]groupPlan{}
	for _, g := range p.planGroups() {
		plans[g.group.ID] = g
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	v := View{
		Kind: p.options.Kind, Phase: p.state.Phase, Application: p.state.Application,
		Connection: p.state.Connection, Requests: p.requests.Load(), Cycles: p.state.Cycles,
	}
	v.Connection.Token = ""
	scope := p.state.Directory.scope(p.profile.direct())
	groups := map[string][]string{}
	for _, g := range p.state.Directory.Groups {
		v.addGroup(p.state, *g, plans[g.ID], groups)
	}
	for _, u := range p.state.Directory.Users {
		if plan, due := p.planUser(*u, scope[u.ID]); !u.Deleted {
			v.addUser(plan, due, groups[u.ID])
		} else if due {
			v.Pending++
		}
	}
	return v
}

func (v *View) addGroup(s state, g Group, plan groupPlan, of map[string][]string) {
	due := s.Connection.Groups && (plan.due() && (len(plan.group.Members) > 0 || plan.link != nil))
	if due {
		v.Pending++
	}
	if g.Deleted {
		return
	}
	view := GroupView{Group: g, Pending: due}
	view.Members = make([]string, 0, len(g.Members))
	for _, id := range g.Members {
		if u := s.Directory.byID[id]; u != nil {
			view.Members = append(view.Members, u.Username)
			of[id] = append(of[id], g.Name)
		}
	}
	if plan.link != nil {
		view.Target = plan.link.Target
	}
	v.Groups = append(v.Groups, view)
}

func (v *View) addUser(plan userPlan, due bool, groups []string) {
	view := UserView{User: plan.user, Groups: groups, State: StateNone, Unmanaged: plan.user.Imported && !plan.inScope}
	if plan.link != nil {
		view.Target, view.State = plan.link.Target, StateDeactivated
		if plan.link.Active {
			view.State = StateProvisioned
		}
	}
	if due {
		view.State = StatePending
		v.Pending++
	}
	v.Users = append(v.Users, view)
}
