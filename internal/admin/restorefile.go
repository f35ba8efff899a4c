package admin

import (
	"errors"
	"hash/maphash"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// seen is what is kept of the records before, to check those that name them.
// Lists of ids are in order.
type seen struct {
	rank                        int
	users, groups, teams, roles []int64
	members                     [2]int64 // the owner and id that came last of a kind of members
	group                       int64    // of the last link

	tokens    map[string]bool // by their names as they are compared
	hashes    map[cinode.Hash]bool
	userNames map[uint64]bool // by a hash
	seed      maphash.Seed
	keys      awaitedKeys // of the groups
	awaited   map[string]bool
}

// inOrder finds what a line has, which must be one thing and of a kind that may
// come now.
func (d *dumpReader) inOrder(l *recordLine) error {
	has := []bool{
		l.Tenant != nil, l.Token != nil, l.User != nil, l.Group != nil,
		l.Members != nil && len(l.Members.Groups) == 0, l.Members != nil && len(l.Members.Groups) > 0,
		l.Team != nil, l.Role != nil, l.TeamMembers != nil, l.RoleMembers != nil, l.Link != nil, l.End != nil,
	}
	rank := slices.Index(has, true)
	if rank < 0 || slices.Contains(has[rank+1:], true) {
		return d.fail("it must have one record")
	}
	switch {
	case d.line == 2 && rank != 0:
		return d.fail("the tenant must come first")
	case d.line > 2 && rank == 0:
		return d.fail("there is a second tenant")
	case rank < d.seen.rank:
		return d.fail("the record is out of order; the kinds are tenant, token, user, group, members, team, role, teamMembers, roleMembers, link, end")
	case rank > d.seen.rank:
		d.seen.rank, d.seen.members = rank, [2]int64{}
	}
	return nil
}

// record checks a line and makes a record of it.
func (d *dumpReader) record(l *recordLine) (r store.Record, err error) {
	switch {
	case l.Tenant != nil:
		r.Tenant, err = d.tenant(l.Tenant)
	case l.Token != nil:
		r.Token, err = d.token(l.Token)
	case l.User != nil:
		r.User, err = d.user(l.User)
	case l.Group != nil:
		r.Group, err = d.group(l.Group)
	case l.Members != nil:
		r.Members, err = d.members(l.Members)
	case l.Team != nil:
		r.Unit, err = d.unit(l.Team, cinode.KindTeam, &d.seen.teams)
	case l.Role != nil:
		r.Unit, err = d.unit(l.Role, cinode.KindRole, &d.seen.roles)
	case l.TeamMembers != nil:
		r.UnitMembers = &store.UnitMembersRecord{Kind: cinode.KindTeam, Unit: l.TeamMembers.Team, Users: l.TeamMembers.Users}
		err = d.unitMembers("Team", d.seen.teams, r.UnitMembers)
	case l.RoleMembers != nil:
		r.UnitMembers = &store.UnitMembersRecord{Kind: cinode.KindRole, Unit: l.RoleMembers.Role, Users: l.RoleMembers.Users}
		err = d.unitMembers("Role", d.seen.roles, r.UnitMembers)
	default:
		r.Link, err = d.link(l.Link)
	}
	return r, err
}

// maxID is half of all numbers, which leaves a server more than it will ever give.
const maxID = 1 << 62

func (d *dumpReader) checkID(what string, id int64) error { return d.bounded(what, id, maxID) }

func (d *dumpReader) bounded(what string, n, most int64) error {
	if n < 1 || n > most {
		return d.fail("%s is %d; it must be a number from 1 to %d", what, n, most)
	}
	return nil
}

// name refuses what no administrator can have given as a name.
func (d *dumpReader) name(name string, required bool) error {
	var c check
	if tidy := c.name("/name", name, required); tidy != name {
		return d.fail("the name %q has blanks around it", name)
	}
	if err := c.err(); err != nil {
		return d.fail("%s", err)
	}
	return nil
}

// text refuses what no database can store.
func (d *dumpReader) text(values ...string) error {
	for _, v := range values {
		if strings.Contains(v, "\x00") {
			return d.fail("%q holds the character U+0000, which cannot be stored", v)
		}
	}
	return nil
}

func (d *dumpReader) tenant(l *tenantLine) (*cinode.Tenant, error) {
	t := &cinode.Tenant{
		ID: l.ID, Name: l.Name, Persona: l.Persona, Strict: l.Strict, SkipUnknownMembers: l.SkipUnknownMembers,
		Switches: l.Switches, Created: time.Time(l.Created),
	}
	for _, m := range l.Mappings {
		t.Mappings = append(t.Mappings, cinode.Mapping(m))
	}
	most := int64(cinode.MaxTenantID)
	if d.renumbered {
		most = maxID
	}
	if err := d.bounded("the id of the tenant", l.ID, most); err != nil {
		return nil, err
	}
	if _, err := t.Behaviour(d.registry); err != nil {
		return nil, d.fail("%s", err)
	}
	return t, d.name(l.Name, false)
}

// token does not ask for the user, who may have been deleted when the dump was
// made.
func (d *dumpReader) token(l *tokenLine) (*store.TokenRecord, error) {
	t := &store.TokenRecord{Hash: cinode.Hash(l.Hash), Token: cinode.Token{
		Name: l.Name, Audience: l.Audience, UserID: l.User, Created: time.Time(l.Created), Expires: time.Time(l.Expires), Revoked: time.Time(l.Revoked),
		LastUsed: cinode.Use{At: time.Time(l.LastUsed), Address: l.LastFrom, Client: l.LastClient},
	}}
	var c check
	c.audience(l.Audience)
	err := d.name(l.Name, true)
	if err != nil {
		return nil, err
	}
	key := cinode.NameKey(t.Name)
	switch t.Scopes, err = cinode.ParseScopes(strings.Join(l.Scopes, ",")); {
	case err != nil:
		return nil, d.fail("%s", err)
	case len(l.Scopes) == 0 || len(l.Scopes) != len(t.Scopes):
		return nil, d.fail("the token needs its scopes, each by itself")
	case c.err() != nil:
		return nil, d.fail("%s", c.err())
	case l.Expires.IsZero():
		return nil, d.fail("the token needs the time when it expires")
	case l.User != 0 && d.checkID("the user", l.User) != nil:
		return nil, d.checkID("the user", l.User)
	case d.seen.tokens[key]:
		return nil, d.fail("there is a second token of the name %q", l.Name)
	case d.seen.hashes[t.Hash]:
		return nil, d.fail("the token %q has the hash of another", l.Name)
	}
	if d.seen.tokens == nil {
		d.seen.tokens, d.seen.hashes = map[string]bool{}, map[cinode.Hash]bool{}
	}
	d.seen.tokens[key], d.seen.hashes[t.Hash] = true, true
	return t, d.text(l.LastFrom, l.LastClient)
}

// newID adds an id to those of its kind.
func (d *dumpReader) newID(list *[]int64, id int64) error {
	if err := d.checkID("the id", id); err != nil {
		return err
	}
	if n := len(*list); n > 0 && id <= (*list)[n-1] {
		return d.fail("the id %d does not follow %d; ids must grow", id, (*list)[n-1])
	}
	for _, other := range [][]int64{d.seen.users, d.seen.groups, d.seen.teams, d.seen.roles} {
		if contains(other, id) {
			return d.fail("the id %d is that of another record", id)
		}
	}
	*list = append(*list, id)
	return nil
}

func contains(list []int64, id int64) bool {
	_, found := slices.BinarySearch(list, id)
	return found
}

func (d *dumpReader) resource(l *resourceLine, t *schema.ResourceType, list *[]int64) (*store.ResourceRecord, error) {
	r := &store.ResourceRecord{
		ID: l.ID, Version: l.Version, Created: time.Time(l.Created), Modified: time.Time(l.LastModified), Text: l.Attributes, Password: l.Password,
	}
	if err := d.newID(list, l.ID); err != nil {
		return nil, err
	}
	switch {
	case d.checkID("the version", l.Version) != nil:
		return nil, d.checkID("the version", l.Version)
	case l.Created.IsZero() || l.LastModified.IsZero():
		return nil, d.fail("created or lastModified is missing")
	case l.Attributes.Kind() != '{':
		return nil, d.fail("attributes must be an object")
	}
	if _, err := r.Attributes(t); err != nil {
		var unknown *schema.UnknownError
		return nil, &DumpError{Line: d.line, Detail: detailOf(err), Unknown: errors.As(err, &unknown)}
	}
	return r, nil
}

// detailOf is the sentence of an error, of SCIM's without its status.
func detailOf(err error) string {
	var refused *scim.Error
	if errors.As(err, &refused) {
		return refused.Detail
	}
	return err.Error()
}

func (d *dumpReader) user(l *resourceLine) (*store.ResourceRecord, error) {
	r, err := d.resource(l, d.types.Users, &d.seen.users)
	if err != nil {
		return nil, err
	}
	attributes, err := r.Attributes(d.types.Users)
	if err != nil {
		return nil, err
	}
	if d.seen.userNames == nil {
		d.seen.userNames, d.seen.seed = map[uint64]bool{}, maphash.MakeSeed()
	}
	name, _ := attributes["userName"].(string)
	switch {
	case name == "":
		return nil, d.fail("userName is missing")
	case attributes["active"] == nil:
		return nil, d.fail("active is missing")
	case l.Password != "" && !passwordHash.MatchString(l.Password):
		return nil, d.fail("password is no hash of this program")
	}
	hash := maphash.String(d.seen.seed, scim.FoldUserName(name))
	if d.seen.userNames[hash] {
		return nil, d.fail("there is a second user of the userName %q", name)
	}
	d.seen.userNames[hash] = true
	return r, nil
}

// passwordHash is the form in which package provisioning hashes passwords, whatever
// the cost.
var passwordHash = regexp.MustCompile(`^\$argon2id\$v=19\$m=[0-9]+,t=[0-9]+,p=[0-9]+\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$`)

func (d *dumpReader) group(l *resourceLine) (*store.ResourceRecord, error) {
	r, err := d.resource(l, d.types.Groups, &d.seen.groups)
	if err != nil {
		return nil, err
	}
	attributes, err := r.Attributes(d.types.Groups)
	if err != nil {
		return nil, err
	}
	name, _ := attributes["displayName"].(string)
	switch {
	case name == "":
		return nil, d.fail("displayName is missing")
	case l.Password != "":
		return nil, d.fail("a group has no password")
	}
	d.seen.keys.add(l.ID, attributes)
	return r, nil
}

func (d *dumpReader) members(l *membersLine) (*store.MembersRecord, error) {
	r := &store.MembersRecord{Group: l.Group, Type: "User", IDs: l.Users}
	known, what := d.seen.users, "user"
	if len(l.Groups) > 0 {
		if len(l.Users) > 0 {
			return nil, d.fail("members must be users or groups, each in lines of their own")
		}
		r.Type, r.IDs, known, what = "Group", l.Groups, d.seen.groups, "group"
	}
	if !contains(d.seen.groups, l.Group) {
		return nil, d.fail("the dump has no group with the id %d", l.Group)
	}
	return r, d.memberIDs(l.Group, r.IDs, known, what)
}

func (d *dumpReader) unitMembers(kind string, known []int64, r *store.UnitMembersRecord) error {
	if !contains(known, r.Unit) {
		return d.fail("the dump has no %s with the id %d", kind, r.Unit)
	}
	return d.memberIDs(r.Unit, r.Users, d.seen.users, "user")
}

// memberIDs checks members of an owner, all of which must be known and in order.
func (d *dumpReader) memberIDs(owner int64, ids, known []int64, what string) error {
	if len(ids) == 0 || len(ids) > store.MaxMembers {
		return d.fail("a line must have 1 to %d members; write more in several lines", store.MaxMembers)
	}
	for _, id := range ids {
		if !contains(known, id) {
			return d.fail("the dump has no %s with the id %d", what, id)
		}
		if next := [2]int64{owner, id}; slices.Compare(next[:], d.seen.members[:]) > 0 {
			d.seen.members = next
			continue
		}
		return d.fail("the member %d is there twice or out of order; owners and members must grow", id)
	}
	return nil
}

func (d *dumpReader) unit(l *unitLine, kind cinode.Kind, list *[]int64) (*cinode.Unit, error) {
	if err := d.newID(list, l.ID); err != nil {
		return nil, err
	}
	check := d.teamName
	if kind == cinode.KindRole {
		check = func(name string) error { return d.name(name, true) }
	}
	return &cinode.Unit{ID: l.ID, Kind: kind, Name: l.Name, Created: time.Time(l.Created)}, check(l.Name)
}

// teamName takes what can be the displayName of a group too, after which a Team is
// named that comes with it.
func (d *dumpReader) teamName(name string) error {
	switch {
	case name == "":
		return d.fail("name is missing")
	case len(scim.Fold(name)) > store.MaxIndexed:
		return d.fail("name is longer than %d bytes", store.MaxIndexed)
	default:
		return d.text(name)
	}
}

func (d *dumpReader) link(l *linkLine) (*store.LinkRecord, error) {
	r := &store.LinkRecord{Group: l.Group, Kind: cinode.KindTeam, Unit: l.Team, AwaitedKey: l.Awaited, Created: time.Time(l.Created)}
	known := d.seen.teams
	if l.Team == 0 {
		r.Kind, r.Unit, known = cinode.KindRole, l.Role, d.seen.roles
	}
	switch {
	case (l.Team == 0) == (l.Role == 0):
		return nil, d.fail("a link must have a team or a role")
	case !contains(d.seen.groups, l.Group):
		return nil, d.fail("the dump has no group with the id %d", l.Group)
	case !contains(known, r.Unit):
		return nil, d.fail("the dump has no %s with the id %d", r.Kind, r.Unit)
	case l.Group <= d.seen.group:
		return nil, d.fail("the link of the group %d is there twice or out of order; groups must grow", l.Group)
	case l.Awaited != "" && !isHexHash(l.Awaited):
		return nil, d.fail("awaited must be 64 hexadecimal digits, in lower case")
	case l.Awaited != "" && !d.seen.keys.fit(l.Group, l.Awaited):
		return nil, d.fail("awaited is not the hash of the displayName and externalId of the group %d", l.Group)
	case d.seen.awaited[l.Awaited]:
		return nil, d.fail("another link awaits the same group")
	}
	d.seen.group = l.Group
	if l.Awaited != "" {
		if d.seen.awaited == nil {
			d.seen.awaited = map[string]bool{}
		}
		d.seen.awaited[l.Awaited] = true
	}
	return r, nil
}
