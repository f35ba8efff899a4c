package seed

import (
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
	"github.com/cinode-scim/cinode-scim/internal/store/sqlfilter"
)

// attributesOf makes the reader of the attributes of a tenant's users or groups.
func (r *reader) attributesOf(t *tenant, resourceType string) *attributes {
	return &attributes{reader: r, persona: t.persona, Normalizer: schema.Normalizer{
		Type: t.persona.Registry.Type(resourceType), Wider: t.persona.Full.Type(resourceType), Strict: true, CheckFormats: t.persona.CheckFormats,
	}}
}

// split takes the keys of seed files out of those of a resource.
func (r *reader) split(n *yaml.Node, what string, ours ...string) (own map[string]*yaml.Node, rest []member, ok bool) {
	list, ok := r.members(n, what)
	own = map[string]*yaml.Node{}
	for _, m := range list {
		if !slices.Contains(ours, m.name) {
			rest = append(rest, m)
		} else if r.once(own, m, what) && isNull(m.value) {
			own[m.name] = nil
		}
	}
	return own, rest, ok
}

func (r *reader) users(t *tenant, n *yaml.Node) {
	a := r.attributesOf(t, "User")
	for i, e := range r.list(n, "users") {
		what := "users[" + strconv.Itoa(i) + "]"
		own, rest, ok := r.split(e, what, "ref", "id")
		if !ok {
			continue
		}
		user := Resource{Attributes: a.of(e, rest)}
		h := handle{kindUser, len(t.Users)}
		user.ID = r.known(t, own, h)
		r.password(&user, rest)
		if t.persona.WorkAddress {
			user.Attributes = cinode.TypeAddresses(user.Attributes)
			cinode.FollowLocality(user.Attributes, nil)
		}
		if t.persona.EmptyExternalIDAbsent && user.Attributes["externalId"] == "" {
			delete(user.Attributes, "externalId")
		}
		if user.Attributes["active"] == nil && a.Type.Attribute("active") != nil {
			user.Attributes["active"] = true
		}
		t.Users = append(t.Users, user)
		r.unique(t, a.Wider, h, rest)
		r.short(a.Wider, user.Attributes, rest, "userName", "externalId")
		r.manager(t, len(t.Users)-1, e)
	}
}

// valueOf finds the value of an attribute, for its place.
func valueOf(list []member, name string) *yaml.Node {
	for _, m := range list {
		if strings.EqualFold(m.name, name) {
			return m.value
		}
	}
	return nil
}

// password takes the password out of the attributes.
func (r *reader) password(user *Resource, rest []member) {
	plain, ok := user.Attributes["password"].(string)
	delete(user.Attributes, "password")
	if !ok {
		return
	}
	var err error
	if user.Password, err = scim.PreparePassword(plain); err != nil {
		r.refuseError(at(valueOf(rest, "password")), err)
	}
}

// unique refuses a userName that another user of the tenant has.
func (r *reader) unique(t *tenant, full *schema.ResourceType, h handle, rest []member) {
	name, _ := t.Users[h.index].Attributes["userName"].(string)
	if name == "" {
		return
	}
	key := full.Attribute("userName").Fold(name)
	n := valueOf(rest, "userName")
	if t.Strict && t.persona.EmailUserNames && !cinode.IsEmail(name) {
		r.refuse(at(n), "userName must be an e-mail address, since the tenant is strict")
	}
	if first, twice := t.names[key]; twice {
		r.refuse(at(n), "userName is that of the user in line %d too; each user of a tenant needs one of its own", first.at.line)
		return
	}
	t.names[key] = entry{h, at(n)}
}

// short refuses values that are too long for the databases.
func (r *reader) short(full *schema.ResourceType, o scim.Object, rest []member, names ...string) {
	for _, name := range names {
		if text, _ := o[name].(string); len(full.Attribute(name).Fold(text)) > sqlfilter.MaxIndexed {
			r.refuse(at(valueOf(rest, name)), "%s is longer than %d bytes; shorten it", name, sqlfilter.MaxIndexed)
		}
	}
}

// manager makes a reference of whom the enterprise extension names.
func (r *reader) manager(t *tenant, index int, n *yaml.Node) {
	enterprise, _ := t.Users[index].Attributes[scim.URNEnterpriseUser].(scim.Object)
	m, _ := enterprise["manager"].(scim.Object)
	if m == nil {
		return
	}
	text, _ := m["value"].(string)
	if text == "" || len(m) > 1 {
		r.refuse(at(n), "the manager must be named by a ref, a userName or an id alone")
		return
	}
	r.referTo(t, text, text, at(n), "manager", "a user", func(h handle) bool { return h.kind == kindUser },
		func(_ handle, id int64) { m["value"] = strconv.FormatInt(id, 10) })
}

func (r *reader) groups(t *tenant, n *yaml.Node) {
	a := r.attributesOf(t, "Group")
	for i, e := range r.list(n, "groups") {
		what := "groups[" + strconv.Itoa(i) + "]"
		own, rest, ok := r.split(e, what, "ref", "id", "members")
		if !ok {
			continue
		}
		group := Resource{Attributes: a.of(e, rest)}
		index := len(t.Groups)
		group.ID = r.known(t, own, handle{kindGroup, index})
		if t.persona.EmptyExternalIDAbsent && group.Attributes["externalId"] == "" {
			delete(group.Attributes, "externalId")
		}
		r.short(a.Wider, group.Attributes, rest, "displayName", "externalId")
		t.Groups = append(t.Groups, group)
		for _, m := range r.list(own["members"], "members") {
			r.refer(t, m, "members", "a user or group", func(h handle) bool { return h.kind == kindUser || h.kind == kindGroup },
				func(h handle, id int64) {
					list := &t.Groups[index].Users
					if h.kind == kindGroup {
						list = &t.Groups[index].Groups
					}
					*list = append(*list, id)
				})
		}
	}
}

// units reads Teams or Roles.
func (r *reader) units(t *tenant, n *yaml.Node, kind cinode.Kind) {
	list := map[cinode.Kind]string{cinode.KindTeam: "teams", cinode.KindRole: "roles"}[kind]
	for i, e := range r.list(n, list) {
		what := list + "[" + strconv.Itoa(i) + "]"
		values, ok := r.fields(e, what, "ref", "id", "name", "members")
		if !ok {
			continue
		}
		if values["name"] == nil {
			r.refuse(at(e), "%s has no name; give it one", what)
		}
		unit := Unit{Unit: cinode.Unit{Kind: kind, Name: r.name(values["name"], "name", true)}}
		index := len(t.Units)
		unit.ID = r.known(t, values, handle{unitKind(kind), index})
		t.Units = append(t.Units, unit)
		for _, m := range r.list(values["members"], "members") {
			r.refer(t, m, "members", "a user", func(h handle) bool { return h.kind == kindUser },
				func(_ handle, id int64) { t.Units[index].Members = append(t.Units[index].Members, id) })
		}
	}
}
