package admin

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// A dump is a text of JSON objects, one a line: a header, the records of a tenant
// in the order of store.Moving, and a count of them, by which a file that was cut
// off is known. Equal tenants are equal dumps, whatever the database.
const (
	dumpFormat  = "cinode-scim dump"
	dumpVersion = 1
)

// headerLine is the first line.
type headerLine struct {
	Format  string `json:"format"`
	Version int    `json:"version"`
}

// recordLine is any other line: the one of these that it has.
type recordLine struct {
	Tenant      *tenantLine      `json:"tenant,omitzero"`
	Token       *tokenLine       `json:"token,omitzero"`
	User        *resourceLine    `json:"user,omitzero"`
	Group       *resourceLine    `json:"group,omitzero"`
	Members     *membersLine     `json:"members,omitzero"`
	Team        *unitLine        `json:"team,omitzero"`
	Role        *unitLine        `json:"role,omitzero"`
	TeamMembers *teamMembersLine `json:"teamMembers,omitzero"`
	RoleMembers *roleMembersLine `json:"roleMembers,omitzero"`
	Link        *linkLine        `json:"link,omitzero"`
	End         *Counts          `json:"end,omitzero"`
}

// Counts say how much a tenant has of each kind.
type Counts struct {
	Tokens      int64 `json:"tokens"`
	Users       int64 `json:"users"`
	Groups      int64 `json:"groups"`
	Members     int64 `json:"members"`
	Teams       int64 `json:"teams"`
	Roles       int64 `json:"roles"`
	TeamMembers int64 `json:"teamMembers"`
	RoleMembers int64 `json:"roleMembers"`
	Links       int64 `json:"links"`
}

func (c *Counts) add(r store.Record) {
	switch {
	case r.Token != nil:
		c.Tokens++
	case r.User != nil:
		c.Users++
	case r.Group != nil:
		c.Groups++
	case r.Members != nil:
		c.Members += int64(len(r.Members.IDs))
	case r.Unit != nil && r.Unit.Kind == cinode.KindTeam:
		c.Teams++
	case r.Unit != nil:
		c.Roles++
	case r.UnitMembers != nil && r.UnitMembers.Kind == cinode.KindTeam:
		c.TeamMembers += int64(len(r.UnitMembers.Users))
	case r.UnitMembers != nil:
		c.RoleMembers += int64(len(r.UnitMembers.Users))
	case r.Link != nil:
		c.Links++
	}
}

// String lists what there is, for people.
func (c Counts) String() string {
	var b strings.Builder
	for _, part := range []struct {
		n         int64
		one, more string
	}{
		{c.Users, "user", "users"}, {c.Groups, "group", "groups"}, {c.Members, "membership", "memberships"}, {c.Teams, "Team", "Teams"},
		{c.Roles, "Role", "Roles"}, {c.Links, "link", "links"}, {c.Tokens, "token", "tokens"},
	} {
		word := part.more
		if part.n == 1 {
			word = part.one
		}
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%d %s", part.n, word)
	}
	return b.String()
}

type tenantLine struct {
	ID                 int64           `json:"id"`
	Name               string          `json:"name"`
	Persona            string          `json:"persona"`
	Strict             bool            `json:"strict"`
	SkipUnknownMembers bool            `json:"skipUnknownMembers"`
	Switches           map[string]bool `json:"switches,omitempty"`
	Mappings           []string        `json:"mappings,omitempty"`
	Created            moment          `json:"created,omitzero"`
}

// tokenLine has the hash of the secret in hexadecimal.
type tokenLine struct {
	Name       string   `json:"name"`
	Hash       hexHash  `json:"hash"`
	Audience   string   `json:"audience"`
	Scopes     []string `json:"scopes"`
	User       int64    `json:"user,omitzero"`
	Created    moment   `json:"created,omitzero"`
	Expires    moment   `json:"expires,omitzero"`
	Revoked    moment   `json:"revoked,omitzero"`
	LastUsed   moment   `json:"lastUsed,omitzero"`
	LastFrom   string   `json:"lastFrom,omitzero"`
	LastClient string   `json:"lastClient,omitzero"`
}

// resourceLine is a user or group. The schemas follow from its attributes.
type resourceLine struct {
	ID           int64          `json:"id"`
	Version      int64          `json:"version"`
	Created      moment         `json:"created,omitzero"`
	LastModified moment         `json:"lastModified,omitzero"`
	Password     string         `json:"password,omitzero"`
	Attributes   jsontext.Value `json:"attributes"`
}

// membersLine has members of one type.
type membersLine struct {
	Group  int64   `json:"group"`
	Users  []int64 `json:"users,omitempty"`
	Groups []int64 `json:"groups,omitempty"`
}

type unitLine struct {
	ID      int64  `json:"id"`
	Name    string `json:"name"`
	Created moment `json:"created,omitzero"`
}

type teamMembersLine struct {
	Team  int64   `json:"team"`
	Users []int64 `json:"users"`
}

type roleMembersLine struct {
	Role  int64   `json:"role"`
	Users []int64 `json:"users"`
}

// linkLine is a link to a Team or to a Role.
type linkLine struct {
	Group   int64  `json:"group"`
	Team    int64  `json:"team,omitzero"`
	Role    int64  `json:"role,omitzero"`
	Awaited string `json:"awaited,omitzero"`
	Created moment `json:"created,omitzero"`
}

// moment is a time as a dump has it, to the millisecond.
type moment time.Time

const momentLayout = "2006-01-02T15:04:05.000Z"

func (m moment) IsZero() bool { return time.Time(m).IsZero() }

func (m moment) MarshalText() ([]byte, error) {
	return time.Time(m).UTC().AppendFormat(nil, momentLayout), nil
}

func (m *moment) UnmarshalText(text []byte) error {
	t, err := time.Parse(momentLayout, string(text))
	if err != nil || len(text) != len(momentLayout) {
		return fmt.Errorf("%q is no time such as 2026-01-31T12:00:00.000Z", text)
	}
	*m = moment(t)
	return nil
}

type hexHash cinode.Hash

func (h hexHash) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, h[:]), nil }

func (h *hexHash) UnmarshalText(text []byte) error {
	if !isHexHash(string(text)) {
		return errors.New("a hash has 64 hexadecimal digits, in lower case")
	}
	_, err := hex.Decode(h[:], text)
	return err
}

func isHexHash(s string) bool {
	return len(s) == 2*len(cinode.Hash{}) && strings.Trim(s, "0123456789abcdef") == ""
}
