package idp

import "slices"

// change runs an edit of the directory and saves what came of it. Nothing is
// sent: that is the next cycle's.
func (p *Provider) change(edit func(s *state) error) error {
	p.mu.Lock()
	err := edit(&p.state)
	p.mu.Unlock()
	if err != nil {
		return err
	}
	return p.save(true)
}

// AddUser puts a person into the directory; an ID is made if there is none.
// Errors are *InputError where the user cannot be taken.
func (p *Provider) AddUser(u User) (User, error) {
	err := p.change(func(s *state) error {
		if u.ID == "" {
			u.ID = p.newID(idUser)
		}
		return s.Directory.addUser(u)
	})
	return u, err
}

// EditUser changes a person.
func (p *Provider) EditUser(username string, edit func(*User)) (User, error) {
	var now User
	err := p.change(func(s *state) error {
		old, err := s.Directory.user(username)
		if err != nil {
			return err
		}
		now = *old
		edit(&now)
		return s.Directory.replaceUser(old, now)
	})
	return now, err
}

// DeleteUser takes a person out of the directory and its groups. The next cycle
// tells the application.
func (p *Provider) DeleteUser(username string) error {
	return p.change(func(s *state) error {
		u, err := s.Directory.user(username)
		if err != nil {
			return err
		}
		for _, g := range s.Directory.Groups {
			g.Members = slices.DeleteFunc(g.Members, func(id string) bool { return id == u.ID })
		}
		gone := *u
		gone.Deleted = true
		if s.Users[u.ID] == nil {
			s.Directory.dropUser(u.ID)
			return nil
		}
		return s.Directory.replaceUser(u, gone)
	})
}

// AddGroup puts a group into the directory. Members are given by username.
func (p *Provider) AddGroup(g Group) (Group, error) {
	err := p.change(func(s *state) error {
		var err error
		g, err = p.addGroup(s, g)
		return err
	})
	return g, err
}

// addGroup needs p.mu.
func (p *Provider) addGroup(s *state, g Group) (Group, error) {
	if err := checkGroupName(s, g.Name); err != nil {
		return g, err
	}
	members, err := s.members(g.Members)
	if err != nil {
		return g, err
	}
	if g.ID == "" {
		g.ID = p.newID(idGroup)
	}
	g.Members = members
	kept := g
	kept.Members = slices.Clone(members)
	s.Directory.Groups = append(s.Directory.Groups, &kept)
	return g, nil
}

// Add puts many people and groups into the directory at once; members are given by
// username. If one of them cannot be taken, those before it stay.
func (p *Provider) Add(users []User, groups []Group) error {
	return p.change(func(s *state) error {
		for _, u := range users {
			if u.ID == "" {
				u.ID = p.newID(idUser)
			}
			if err := s.Directory.addUser(u); err != nil {
				return err
			}
		}
		for _, g := range groups {
			if _, err := p.addGroup(s, g); err != nil {
				return err
			}
		}
		return nil
	})
}

func checkGroupName(s *state, name string) error {
	if name == "" {
		return invalid("name", "of the group is missing")
	}
	if _, err := s.Directory.group(name); err == nil {
		return invalid("name", "%q is taken by another group of the directory", name)
	}
	return nil
}

// members gives the ids of people by their usernames, each once.
func (s *state) members(usernames []string) ([]string, error) {
	ids, seen := make([]string, 0, len(usernames)), map[string]bool{}
	for _, name := range usernames {
		u, err := s.Directory.user(name)
		if err != nil {
			return nil, err
		}
		if !seen[u.ID] {
			seen[u.ID] = true
			ids = append(ids, u.ID)
		}
	}
	return ids, nil
}

// editGroup changes a group found by its name.
func (p *Provider) editGroup(name string, edit func(s *state, g *Group) error) error {
	return p.change(func(s *state) error {
		g, err := s.Directory.group(name)
		if err != nil {
			return err
		}
		return edit(s, g)
	})
}

// RenameGroup gives a group another name.
func (p *Provider) RenameGroup(name, to string) error {
	return p.editGroup(name, func(s *state, g *Group) error {
		if name == to {
			return nil
		}
		if err := checkGroupName(s, to); err != nil {
			return err
		}
		g.Name = to
		return nil
	})
}

// DeleteGroup takes a group out of the directory. The next cycle tells the
// application, if the group is one that it looks after.
func (p *Provider) DeleteGroup(name string) error {
	return p.editGroup(name, func(s *state, g *Group) error {
		if s.Groups[g.ID] == nil || !s.Connection.Groups {
			s.Directory.dropGroup(g.ID)
			delete(s.Groups, g.ID)
			return nil
		}
		g.Deleted = true
		return nil
	})
}

// AddMembers puts people into a group; those who are in it already stay.
func (p *Provider) AddMembers(name string, usernames ...string) error {
	return p.editGroup(name, func(s *state, g *Group) error {
		ids, err := s.members(usernames)
		if err != nil {
			return err
		}
		in := map[string]bool{}
		for _, id := range g.Members {
			in[id] = true
		}
		for _, id := range ids {
			if !in[id] {
				g.Members = append(g.Members, id)
			}
		}
		return nil
	})
}

// RemoveMembers takes people out of a group.
func (p *Provider) RemoveMembers(name string, usernames ...string) error {
	return p.editGroup(name, func(s *state, g *Group) error {
		ids, err := s.members(usernames)
		if err != nil {
			return err
		}
		g.Members = slices.DeleteFunc(g.Members, func(id string) bool { return slices.Contains(ids, id) })
		return nil
	})
}

// Bind gives a group access to the application.
func (p *Provider) Bind(name string) error {
	return p.editGroup(name, func(_ *state, g *Group) error {
		g.Bound = true
		return nil
	})
}

// Unbind takes the access away. What becomes of the group in the application,
// and of its members there, is the profile's.
func (p *Provider) Unbind(name string) error {
	return p.editGroup(name, func(s *state, g *Group) error {
		g.Bound = false
		if !p.profile.keepsUnbound() {
			delete(s.Groups, g.ID)
		}
		return nil
	})
}
