package seed

import (
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
)

// tenant is a Tenant while it is read.
type tenant struct {
	Tenant
	persona  cinode.Persona
	document int // that it began in
	refs     map[string]entry
	ids      map[int64]entry
	names    map[string]entry // users by folded userName
	tokens   map[string]place
	linked   map[int]place // groups that have a link, by their index
	awaited  []awaited
	pending  []pending
	last     int64 // the last id that was given
}

// The keys of a tenant that say what it is, and those of its lists.
var (
	tenantKeys = []string{"name", "persona", "strict", "skipUnknownMembers", "switches", "mappings"}
	listKeys   = []string{"tokens", "users", "groups", "teams", "roles", "links"}
)

// tenant reads a tenant, or what a later document adds to one.
func (r *reader) tenant(n *yaml.Node, what string) {
	values, ok := r.fields(n, what, slices.Concat([]string{"id"}, tenantKeys, listKeys)...)
	if !ok {
		return
	}
	if values["id"] == nil {
		r.refuse(at(n), "%s has no id; give the tenant a number from 1", what)
		return
	}
	id := r.id(values["id"], "id")
	i := slices.IndexFunc(r.tenants, func(t *tenant) bool { return t.ID == id && id != 0 })
	switch {
	case i < 0:
		t := &tenant{
			document: r.document, refs: map[string]entry{}, ids: map[int64]entry{}, names: map[string]entry{},
			tokens: map[string]place{}, linked: map[int]place{},
		}
		t.ID, t.at = id, at(n)
		r.tenants = append(r.tenants, t)
		r.nature(t, values)
		r.lists(t, values)
	case r.tenants[i].document == r.document:
		r.refuse(at(values["id"]), "tenant %d is there already, in line %d; give this one another id", id, r.tenants[i].at.line)
	default:
		for _, key := range tenantKeys {
			if values[key] != nil {
				r.refuse(at(values[key]), "%s must stand where tenant %d is first named, in line %d", key, id, r.tenants[i].at.line)
			}
		}
		r.lists(r.tenants[i], values)
	}
}

func (r *reader) lists(t *tenant, values map[string]*yaml.Node) {
	r.users(t, values["users"])
	r.groups(t, values["groups"])
	r.units(t, values["teams"], cinode.KindTeam)
	r.units(t, values["roles"], cinode.KindRole)
	r.tokensOf(t, values["tokens"])
	r.linksOf(t, values["links"])
}

// nature reads what decides how a tenant behaves. Where that is at fault the rest
// of the tenant is held against the persona rfc.
func (r *reader) nature(t *tenant, values map[string]*yaml.Node) {
	t.Name, t.Persona = r.name(values["name"], "name", false), r.Persona
	if n := values["persona"]; n != nil {
		if text, ok := r.text(n, "persona"); ok {
			t.Persona = text
			if _, err := cinode.LookupPersona(text, r.Registry); err != nil {
				r.refuseError(at(n), err)
				t.Persona = cinode.PersonaRFC
			}
		}
	}
	if n := values["strict"]; n != nil {
		t.Strict = r.boolean(n, "strict")
	}
	if n := values["skipUnknownMembers"]; n != nil {
		t.SkipUnknownMembers = r.boolean(n, "skipUnknownMembers")
	}
	if n := values["switches"]; n != nil {
		r.switches(t, n)
	}
	r.mappings(t, values["mappings"])
	var err error
	if t.persona, err = t.Behaviour(r.Registry); err != nil {
		r.refuseError(t.at, err)
		t.persona, _ = cinode.LookupPersona(cinode.PersonaRFC, r.Registry)
	}
}

func (r *reader) switches(t *tenant, n *yaml.Node) {
	known := make([]string, len(cinode.Switches))
	for i, s := range cinode.Switches {
		known[i] = s.Name
	}
	values, _ := r.fields(n, "switches", known...)
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if values[name] != nil {
			if t.Switches == nil {
				t.Switches = map[string]bool{}
			}
			t.Switches[name] = r.boolean(values[name], "switches."+name)
		}
	}
}

// mappings are the attribute mappings that are on, in any case.
func (r *reader) mappings(t *tenant, n *yaml.Node) {
	known := []string{string(cinode.MappingEmployeeNumber), string(cinode.MappingEmploymentStartDate)}
	for _, e := range r.list(n, "mappings") {
		text, ok := r.text(e, "mappings")
		i := slices.IndexFunc(known, func(k string) bool { return strings.EqualFold(k, text) })
		switch {
		case !ok:
		case i < 0:
			r.refuse(at(e), "there is no attribute mapping %q; %s", e.Value, suggest(e.Value, known))
		case !slices.Contains(t.Mappings, cinode.Mapping(known[i])):
			t.Mappings = append(t.Mappings, cinode.Mapping(known[i]))
		}
	}
	slices.Sort(t.Mappings)
}

// maxName is the longest name, in characters.
const maxName = 200

// name reads what is shown in one line, without blanks around it.
func (r *reader) name(n *yaml.Node, what string, required bool) string {
	return strings.TrimSpace(r.line(n, what, required))
}

// line reads the same as it is.
func (r *reader) line(n *yaml.Node, what string, required bool) string {
	if n == nil {
		return ""
	}
	text, ok := r.text(n, what)
	switch {
	case !ok:
	case strings.TrimSpace(text) == "" && required:
		r.refuse(at(n), "%s is empty; write one", what)
	case utf8.RuneCountInString(text) > maxName:
		r.refuse(at(n), "%s is longer than %d characters; shorten it", what, maxName)
	case strings.ContainsFunc(text, unicode.IsControl):
		r.refuse(at(n), "%s holds a control character; take it out", what)
	}
	return text
}
