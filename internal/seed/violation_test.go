package seed_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/seed"
)

const enterprise = `"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"`

// TestDecode_Violations has a file for each subject, and its violations as they
// are told, without the name of the file.
func TestDecode_Violations(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ text, want string }{
		"empty":        {"", `1:1: the file is empty; it must hold tenants`},
		"comment":      {"# none", `1:1: the file is empty; it must hold tenants`},
		"list":         {"- a", `1:1: a seed file must be keys with values, not a list`},
		"unknown key":  {"tenant: []", `1:1: a seed file has no key "tenant"; did you mean tenants?`},
		"key twice":    {"tenants: []\ntenants: []", `2:1: a seed file has tenants twice; take one out`},
		"complex key":  {"? [a]\n: b", `1:3: a key of a seed file must be a single value, not a list`},
		"no list":      {"tenants: 5", `1:10: tenants must be a list, not a single value`},
		"alias":        {"tenants: [{id: 1, users: &a [], groups: *a}]", `1:41: *a is an alias, which seed files do not have; write out what it stands for`},
		"merge":        {"tenants: [{id: 1, <<: {name: x}}]", `1:19: tenants[0] has no key "<<"; did you mean id?`},
		"tag":          {"tenants: [{id: 1, name: !!binary aGk=}]", `1:25: name has the tag !!binary, which seed files do not have; take the tag out`},
		"foreign tag":  {"tenants: [{id: 1, users: !x []}]", `1:26: users has the tag !x, which seed files do not have; take the tag out`},
		"NUL":          {`tenants: [{id: 1, name: "\0"}]`, `1:25: name holds what is no text: bytes that are not UTF-8, or the character U+0000`},
		"tab":          {"tenants:\n\t- id: 1", `2:1: the file is not valid YAML from here on: found character that cannot start any token`},
		"indentation":  {"tenants:\n  - id: 1\n   name: x", `2:1: the file is not valid YAML from here on: did not find expected '-' indicator`},
		"open bracket": {"tenants: []\n---\n{", `4:1: the file is not valid YAML from here on: did not find expected node content`},

		"tenants": {`tenants:
  - id: 0
  - {}
  - {id: 1, nane: x}
  - {id: 1}
  - {id: 01}
  - 7
  - {id: 3, persona: okta, strict: maybe}
  - {id: 4, switches: {delete-disconects: true, bulk: 3, me: }, mappings: [Employee, {a: b}]}`,
			`2:9: id must be a whole number from 1
3:5: tenants[1] has no id; give the tenant a number from 1
4:13: tenants[2] has no key "nane"; did you mean name?
5:10: tenant 1 is there already, in line 4; give this one another id
6:10: id must be a whole number from 1
7:5: tenants[5] must be keys with values, not a single value
8:22: there is no persona "okta"; use cinode or rfc
8:36: strict must be true or false
9:24: switches has no key "delete-disconects"; did you mean delete-disconnects?
9:55: switches.bulk must be true or false
9:76: there is no attribute mapping "Employee"; there are EmployeeNumber, EmploymentStartDate
9:86: mappings must be a single value, not keys with values`},

		"tenants again": {"tenants: [{id: 1}]\n---\ntenants: [{id: 1, persona: rfc}]",
			`3:28: persona must stand where tenant 1 is first named, in line 1`},

		"tokens": {`tenants:
- id: 1
  tokens:
    - {name: a, secret: s1}
    - {name: A, secret: s1}
    - {secret: "x y"}
    - {name: b, secret: csc_0000000000000000000000000000000000000000000_aaaaaa}
    - {name: c, secret: "${NOPE}", scopes: [users:read, all], expires: soon, audience: x, user: nobody}
    - {name: d, secret: "${no}", scopes: [], user: g}
    - {name: "", expires: 99999d}
  groups: [{ref: g, displayName: G}]`,
			`5:14: tenant 1 has a token named "A" already, in line 4; choose another name
5:25: the token in line 4 has this secret too, which finds one token only; give each its own
6:7: tokens[2] has no name; give the token one that is its own in the tenant
6:16: secret is empty or has a character that a bearer token cannot carry; use letters, digits and -._~+/= only
7:25: secret looks like a token of this server and has a checksum that does not fit; it may be cut off or mistyped
8:25: secret: the variable NOPE is not set; set it, or write ${NOPE:-default}
8:57: there is no scope "all"; use users:read, users:write, groups:read, groups:write
8:72: expires must be a time such as 2027-01-31T12:00:00Z, or a duration such as 30d or 12h, -1d for a token that has ended
8:88: audience must be https://api.cinode.app/scim/v2, or https://api.cinode.app, which does not open SCIM
8:97: user names "nobody", which is no ref, no userName and no id that this file gives in tenant 1
9:25: secret: the variable no is not set; set it, or write ${no:-default}
9:42: scopes is an empty list; leave it out for all scopes
9:52: user names "g", which is a group; name a user
10:7: tokens[6] has no secret; write one, or "${VARIABLE}" to take it from the environment
10:14: name is empty; write one
10:27: expires must be a time such as 2027-01-31T12:00:00Z, or a duration such as 30d or 12h, -1d for a token that has ended`},

		"users": {`tenants:
- id: 1
  persona: rfc
  users:
    - {ref: a, userName: ann, usernam: x}
    - {ref: a, userName: ANN, id: 5, Title: x, title: y}
    - {ref: 12, id: 5, userName: "b c", meta: {}}
    - {title: x}
    - {userName: [a]}
    - {userName: d, name: x, emails: {value: x}, addresses: [{country: Sweden}], active: 2, password: ""}
    - {userName: e, emails: [{value: x, primary: true}, {primary: "yes"}, {value: z, primary: true}, {vaule: 1}]}
    - {userName: "${open", title: "${X:=y}"}`,
			`5:31: there is no attribute "usernam"; did you mean userName?
6:13: the ref "a" is that of a user in line 5 too; refs are unique in a tenant
6:26: userName is that of the user in line 5 too; each user of a tenant needs one of its own
6:48: User has title twice; take one out
7:13: the ref "12" is a number, which would name an id; write a word
7:21: the id 5 is that of a user in line 6 too; ids are unique over users, groups, teams and roles
7:34: userName holds the character U+0020, which RFC 8265 does not allow in user names
7:41: meta is the server's to set; take it out
8:7: userName is missing or empty; every user of this tenant needs it
9:18: userName must be a single value, not a list
10:27: name must be keys with values, not a single value
10:38: emails must be a list, not keys with values
10:72: addresses[0].country must be a country of ISO 3166-1 in two letters, such as SE
10:90: active must be true or false
10:103: password must not be empty
11:29: emails has 2 primary values; at most one is allowed
11:67: emails[1].primary must be true or false
11:103: there is no attribute "emails[3].vaule"; did you mean value?
12:18: userName: a variable is not written as ${NAME} or ${NAME:-default}; a dollar sign itself is $$
12:35: title: a variable is not written as ${NAME} or ${NAME:-default}; a dollar sign itself is $$`},

		"managers": {`tenants:
- id: 1
  persona: rfc
  users:
    - {userName: e, ` + enterprise + `: {manager: {displayName: x}, costCentre: 1}}
    - {userName: f, ` + enterprise + `: {manager: zed}}
    - {userName: g, ` + enterprise + `: {manager: {value: f, $ref: f}}}`,
			`5:94: urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.displayName is the server's to set; take it out
5:111: there is no attribute "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCentre"; did you mean costCenter?
6:7: manager names "zed", which is no ref, no userName and no id that this file gives in tenant 1
7:7: the manager must be named by a ref, a userName or an id alone`},

		"groups, teams and links": {`tenants:
- id: 1
  persona: rfc
  users: [{userName: ann}]
  groups:
    - {ref: g, displayName: A, members: [ann, t, nobody, 77, [x], ~]}
    - {members: ann}
  teams:
    - {ref: t, name: T, members: [g]}
    - {}
  roles: [{ref: r, name: "a\tb"}]
  links:
    - {group: t, team: t}
    - {group: g, team: t, role: r}
    - {group: g, displayName: x, role: r}
    - {displayName: x}
    - {team: t}
    - {displayName: x, objectId: 1, team: t}
    - {displayName: x, objectId: 1, team: t}
    - {group: g, team: r}
    - {group: g, team: t}`,
			`6:47: members names "t", which is a team; name a user or group
6:50: members names "nobody", which is no ref, no userName and no id that this file gives in tenant 1
6:58: members names "77", which is no ref, no userName and no id that this file gives in tenant 1
6:62: members must be a single value, not a list
6:67: members has an empty entry; name a user or group, or take it out
7:7: displayName is missing or empty; every group of this tenant needs it
7:17: members must be a list, not a single value
9:35: members names "g", which is a group; name a user
10:7: teams[1] has no name; give it one
11:26: name holds a control character; take it out
13:15: group names "t", which is a team; name a group
14:33: links[1] has team and role; a group is linked to one of them
15:31: links[2] has group and displayName; leave out displayName, which is for a group that a client will make
16:7: links[3] names no team and no role; write one of them
17:7: links[4] names no group; write group for one of this file, or displayName for one that a client will make
19:21: a group of this displayName and objectId has a link already; a client that makes it can find one only
20:24: team names "r", which is a role; name a team
21:15: the group has a link already, in line 20; a group is linked to one team or role`},

		"persona cinode": {`tenants:
- id: 1
  strict: true
  users:
    - {userName: a@b.c, name: {givenName: a}}
    - {userName: b@b.c, emails: [{value: x}], jobTitle: x}
    - {userName: c@b.c}
    - {userName: d, name: {givenName: a, familyName: b}, ` + enterprise + `: {manager: a}}
  groups: [{displayName: G}]
  teams: [{ref: t, name: t}]
  links: [{displayName: G, team: t}]`,
			`5:7: name.familyName is missing or empty; every user of this tenant needs it
6:25: emails is no attribute that the persona cinode has; take it out, or give the tenant the persona rfc
6:47: there is no attribute "jobTitle"; did you mean title?
7:7: name is missing or empty; every user of this tenant needs it
8:18: userName must be an e-mail address, since the tenant is strict
8:58: urn:ietf:params:scim:schemas:extension:enterprise:2.0:User is no attribute that the persona cinode has; take it out, or give the tenant the persona rfc
11:25: a group of this displayName and objectId has a link already; a client that makes it can find one only`},

		"long": {"tenants: [{id: 1, persona: rfc, groups: [{displayName: " + strings.Repeat("é", 1100) + "}]}]",
			`1:56: displayName is longer than 2048 bytes; shorten it`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := seed.Decode(strings.NewReader(test.text), options(nil))
			var invalid *seed.InvalidError
			require.ErrorAs(t, err, &invalid)
			require.Equal(t, test.want, strings.ReplaceAll(err.Error(), "seed.yaml:", ""))
			require.Equal(t, "seed.yaml", invalid.Violations[0].File)
		})
	}
}

func TestDecode_SecretsAreNotRepeated(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{tokens: [{name: a, secret: "hush hush"}]}`, `{tokens: [{name: a, secret: "hush${"}]}`, `{tokens: [{name: a, secret: "${HUSH} "}]}`,
		`{tokens: [{name: a, secret: hush}, {name: b, secret: "${HUSH}"}]}`, `{users: [{userName: a, password: "hush\u0001"}]}`,
		`{groups: [{displayName: a, members: ["${HUSH}"]}]}`, `{switches: {bulk: "${HUSH}"}}`,
	} {
		text = strings.Replace(text, "{", "{id: 1, persona: rfc, ", 1)
		_, err := seed.Decode(strings.NewReader("tenants: ["+text+"]"), options(variables{"HUSH": "hush"}))
		require.Error(t, err)
		require.NotContains(t, err.Error(), "hush", text)
	}
}

func TestDecode_ManyViolations(t *testing.T) {
	t.Parallel()
	_, err := seed.Decode(strings.NewReader("tenants: ["+strings.Repeat("7,\n", seed.MaxViolations+5)+"]"), options(nil))
	var invalid *seed.InvalidError
	require.ErrorAs(t, err, &invalid)
	require.Len(t, invalid.Violations, seed.MaxViolations)
	require.Equal(t, 5, invalid.More)
	require.True(t, strings.HasSuffix(err.Error(), "\nand 5 more"))
}

// endless repeats a text.
type endless struct{ text string }

func (e endless) Read(p []byte) (int, error) {
	n := 0
	for n+len(e.text) <= len(p) {
		n += copy(p[n:], e.text)
	}
	return n, nil
}

func TestDecode_Bounds(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		in   io.Reader
		want string
	}{
		"bytes":  {endless{"#"}, "longer than 64 MiB; divide it by a line of ---"},
		"values": {io.MultiReader(strings.NewReader("#"), endless{",:"}), "more than 4000000 values; divide it by a line of ---"},
		"nested": {endless{"- "}, "max depth"},
		"flow":   {endless{"["}, "max depth"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := seed.Decode(test.in, options(nil))
			require.ErrorContains(t, err, test.want)
		})
	}
}

// bomb is the billion laughs: each line stands for ten of the one before.
func TestDecode_Bomb(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("a0: &a0 [x]\n")
	for i := range 20 {
		fmt.Fprintf(&b, "a%d: &a%d [%s]\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d,", i), 10), ","))
	}
	fmt.Fprintf(&b, "tenants: *a20\n")
	_, err := seed.Decode(strings.NewReader(b.String()), options(nil))
	require.ErrorContains(t, err, "*a20 is an alias")
}

func TestDecode_BrokenReader(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	_, err := seed.Decode(io.MultiReader(strings.NewReader("tenants:\n"), failing{broken}), options(nil))
	require.ErrorIs(t, err, broken)
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
