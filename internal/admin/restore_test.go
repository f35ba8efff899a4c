package admin_test

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

const (
	times    = `"created":"2026-01-31T12:00:00.000Z","lastModified":"2026-01-31T12:00:00.000Z"`
	hash     = `"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"`
	awaited  = `"51e8ac588bc43bd8f059557fd6bd8aa1e11ae8ae009cc92dfd1e8dc131c33ed7"` // of a group H with the externalId x
	openness = `"audience":"https://api.cinode.app/scim/v2","expires":"2026-01-31T13:00:00.000Z"`
)

// small is a dump with a line of each kind. Its lines count from 1.
var small = []string{
	`{"format":"cinode-scim dump","version":1}`,
	`{"tenant":{"id":3,"name":"Acme","persona":"cinode","strict":false,"skipUnknownMembers":false,"switches":{"bulk":true},"mappings":["EmployeeNumber"],"created":"2026-01-31T12:00:00.000Z"}}`,
	`{"token":{"name":"first","hash":` + hash + `,"audience":"https://api.cinode.app","scopes":["users:read"],"user":99,"created":"2026-01-31T12:00:00.000Z","expires":"2026-01-31T13:00:00.000Z","revoked":"2026-02-01T12:00:00.001Z","lastUsed":"2026-01-31T12:00:00.999Z","lastFrom":"192.0.2.1","lastClient":"c"}}`,
	`{"user":{"id":4,"version":1,` + times + `,"password":"$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB","attributes":{"active":true,"emails":[{"type":"work","value":"a@example.com"}],"userName":"Ann"}}}`,
	`{"user":{"id":6,"version":9,` + times + `,"attributes":{"active":false,"userName":"bob"}}}`,
	`{"group":{"id":5,"version":1,` + times + `,"attributes":{"displayName":"G"}}}`,
	`{"group":{"id":7,"version":1,` + times + `,"attributes":{"displayName":"H","externalId":"x"}}}`,
	`{"members":{"group":5,"users":[4,6]}}`,
	`{"members":{"group":7,"users":[4]}}`,
	`{"members":{"group":5,"groups":[7]}}`,
	`{"team":{"id":8,"name":"T","created":"2026-01-31T12:00:00.000Z"}}`,
	`{"role":{"id":9,"name":"R","created":"2026-01-31T12:00:00.000Z"}}`,
	`{"teamMembers":{"team":8,"users":[4,6]}}`,
	`{"roleMembers":{"role":9,"users":[4]}}`,
	`{"link":{"group":5,"team":8,"created":"2026-01-31T12:00:00.000Z"}}`,
	`{"link":{"group":7,"role":9,"awaited":` + awaited + `,"created":"2026-01-31T12:00:00.000Z"}}`,
	`{"end":{"tokens":1,"users":2,"groups":2,"members":4,"teams":1,"roles":1,"teamMembers":2,"roleMembers":1,"links":2}}`,
}

func text(lines ...string) string { return strings.Join(lines, "\n") + "\n" }

// with is small with another line in the place of one, counted from 1.
func with(line int, instead ...string) string {
	return text(slices.Replace(slices.Clone(small), line-1, line, instead...)...)
}

func TestRestore_GivesWhatWasDumped(t *testing.T) {
	t.Parallel()
	s := inMemory(t)
	done, err := restore(t, s, text(small...), admin.RestoreInput{})
	require.NoError(t, err)
	require.Equal(t, int64(3), done.Tenant)
	require.Equal(t, "2 users, 2 groups, 4 memberships, 1 Team, 1 Role, 2 links, 1 token", done.Counts.String())
	again, _ := dump(t, s, 3)
	require.Equal(t, text(small...), again)

	_, err = restore(t, s, text(small...), admin.RestoreInput{})
	require.EqualError(t, err, "tenant 3 exists already")
	var conflict *admin.ConflictError
	require.ErrorAs(t, err, &conflict)
	require.True(t, conflict.Taken)
	_, err = restore(t, s, text(small...), admin.RestoreInput{Tenant: 12})
	require.EqualError(t, err, `the token "first" is also one of another tenant of this database`)
	require.ErrorAs(t, err, &conflict)
	require.False(t, conflict.Taken)
	done, err = restore(t, s, text(small...), admin.RestoreInput{Tenant: 12, WithoutTokens: true})
	require.NoError(t, err)
	require.Equal(t, int64(12), done.Tenant)
	require.Zero(t, done.Counts.Tokens)
	tokens, err := s.Tokens(t.Context(), 12, "", 1000)
	require.NoError(t, err)
	require.Empty(t, tokens)
	requireAudited(t, s, 12, `from a dump of tenant 3, name "Acme", without tokens`)
	again, _ = dump(t, s, 3)
	require.Equal(t, text(small...), again, "the other tenant is untouched")
}

func TestRestore_WithoutTheLastLineEnd(t *testing.T) {
	t.Parallel()
	_, err := restore(t, inMemory(t), strings.TrimSuffix(text(small...), "\n"), admin.RestoreInput{})
	require.NoError(t, err)
}

func TestRestore_NamesTheLine(t *testing.T) {
	t.Parallel()
	token := func(name, more string) string {
		return `{"token":{"name":"` + name + `","hash":` + hash + `,"scopes":["users:read"],` + more + `}}`
	}
	user := func(attributes string) string {
		return `{"user":{"id":4,"version":1,` + times + `,"attributes":` + attributes + `}}`
	}
	long := strings.Repeat("x", 2100)
	twice := slices.Clone(small)
	twice[5] = strings.Replace(twice[5], `"G"`, `"H","externalId":"x"`, 1)
	twice[14] = `{"link":{"group":5,"team":8,"awaited":` + awaited + `}}`
	s := inMemory(t)
	for _, c := range []struct{ dump, want string }{
		{"", "line 1: this is no file that the command dump has written"},
		{"\n", "line 1: this is no file that the command dump has written"},
		{"PK\x03\x04", "line 1: this is no file that the command dump has written"},
		{long + long, "line 1: this is no file that the command dump has written"},
		{with(1, `{"format":"cinode-scim dump","version":2}`), "line 1: the dump is of version 2, and this program reads version 1 alone"},
		{with(1, `{"format":"cinode-scim dump","version":1,"x":1}`), "line 1: /x is no part of a dump of this version"},
		{text(small[:1]...), "line 2: the dump ends without the line that counts its records: it was cut off"},
		{with(2), "line 2: the tenant must come first"},
		{text(small[0], small[16]), "line 2: the tenant must come first"},
		{with(3, small[1]), "line 3: there is a second tenant"},
		{with(2, `{"tenant":{"id":0}}`), "line 2: the id of the tenant is 0; it must be a number from 1 to 1000000000000"},
		{with(2, `{"tenant":{"id":3,"persona":"okta"}}`), `line 2: tenant 3: there is no persona "okta"; use cinode or rfc`},
		{with(2, `{"tenant":{"id":3,"persona":"rfc","switches":{"x":true}}}`), `line 2: tenant 3: there is no switch "x"`},
		{with(2, `{"tenant":{"id":3,"persona":"cinode","mappings":["x"]}}`), `line 2: tenant 3: there is no attribute mapping "x"`},
		{with(2, `{"tenant":{"id":3,"persona":"rfc","name":"a\u0000"}}`), "line 2: name holds a control character"},
		{with(11, `{"team":{"id":8,"name":"a\u0000"}}`), `line 11: "a\x00" holds the character U+0000, which cannot be stored`},
		{with(3, `{"token":{"name":"a",`+openness+`,"hash":"00","scopes":["users:read"]}}`), "line 3: /token/hash: a hash has 64 hexadecimal digits, in lower case"},
		{with(3, `{"token":{"name":"a",`+openness+`,"hash":`+hash+`,"scopes":[]}}`), "line 3: the token needs its scopes, each by itself"},
		{with(3, `{"token":{"name":"a",`+openness+`,"hash":`+hash+`,"scopes":["users:read,users:write"]}}`), "line 3: the token needs its scopes, each by itself"},
		{with(3, `{"token":{"name":"a",`+openness+`,"hash":`+hash+`,"scopes":["x"]}}`), `line 3: there is no scope "x"`},
		{with(2, `{"tenant":{"id":1000000000001}}`), "line 2: the id of the tenant is 1000000000001; it must be a number from 1 to 1000000000000"},
		{with(2, `{"tenant":{"id":3,"persona":"rfc","name":" a"}}`), `line 2: the name " a" has blanks around it`},
		{with(2, `{"tenant":{"id":3,"persona":"rfc","name":"a\u0007"}}`), "line 2: name holds a control character"},
		{with(3, token("", openness)), "line 3: name is missing"},
		{with(3, token(strings.Repeat("é", 201), openness)), "line 3: name is longer than 200 characters"},
		{with(3, token(" a", openness)), `line 3: the name " a" has blanks around it`},
		{with(3, token("a", `"audience":"https://api.cinode.app/scim/v2"`)), "line 3: the token needs the time when it expires"},
		{with(3, token("a", `"audience":"x","expires":"2026-01-31T13:00:00.000Z"`)), "line 3: audience must be one of https://api.cinode.app/scim/v2, https://api.cinode.app"},
		{with(3, token("a", `"expires":"2026-01-31T13:00:00.000Z"`)), "line 3: audience must be one of "},
		{with(3, strings.Replace(token("a", openness), `"users:read"`, `"users:read","users:read"`, 1)), "line 3: the token needs its scopes, each by itself"},
		{with(4, user(`{"active":true}`)), "line 4: userName is missing"},
		{with(4, user(`{"active":true,"userName":""}`)), "line 4: userName is missing"},
		{with(4, user(`{"userName":"a"}`)), "line 4: active is missing"},
		{with(4, strings.Replace(small[3], "$argon2id$v=19", "$argon2i$v=19", 1)), "line 4: password is no hash of this program"},
		{with(4, strings.Replace(small[3], "BBB", "", 1)), "line 4: password is no hash of this program"},
		{with(4, strings.Replace(small[3], `"version":1`, `"version":-1`, 1)), "line 4: the version is -1; it must be a number from 1"},
		{with(6, `{"group":{"id":5,"version":1,`+times+`,"attributes":{}}}`), "line 6: displayName is missing"},
		{with(6, `{"group":{"id":5,"version":1,`+times+`,"attributes":{"displayName":""}}}`), "line 6: displayName is missing"},
		{with(6, `{"group":{"id":5,"version":1,`+times+`,"password":"x","attributes":{"displayName":"G"}}}`), "line 6: a group has no password"},
		{with(11, `{"team":{"id":8,"name":""}}`), "line 11: name is missing"},
		{with(11, `{"team":{"id":8,"name":"`+long+`"}}`), "line 11: name is longer than 2048 bytes"},
		{with(12, `{"role":{"id":9,"name":""}}`), "line 12: name is missing"},
		{with(12, `{"role":{"id":9,"name":"R\u0007"}}`), "line 12: name holds a control character"},
		{with(12, `{"role":{"id":9,"name":"R "}}`), `line 12: the name "R " has blanks around it`},
		{with(15, `{"link":{"group":5,"team":8,"awaited":`+awaited+`}}`), "line 15: awaited is not the hash of the displayName and externalId of the group 5"},
		{with(16, `{"link":{"group":7,"role":9,"awaited":`+hash+`}}`), "line 16: awaited is not the hash of the displayName and externalId of the group 7"},
		{with(3, `{"token":{"name":"a",`+openness+`,"hash":`+hash+`,"scopes":["users:read"],"user":-1}}`), "line 3: the user is -1; it must be a number from 1"},
		{with(3, small[2], strings.Replace(small[2], "first", "FIRST", 1)), `line 4: there is a second token of the name "FIRST"`},
		{with(3, small[2], strings.Replace(small[2], "first", "second", 1)), `line 4: the token "second" has the hash of another`},
		{with(4, `{"user":{"id":4,"version":1,"created":"2026-01-31T12:00:00Z"}}`), `line 4: /user/created: "2026-01-31T12:00:00Z" is no time such as 2026-01-31T12:00:00.000Z`},
		{with(4, `{"user":{"id":4,"version":1,"created":"2026-01-31T12:00:00.000Z","attributes":{}}}`), "line 4: created or lastModified is missing"},
		{with(4, `{"user":{"id":4,"version":0,`+times+`,"attributes":{}}}`), "line 4: the version is 0; it must be a number from 1"},
		{with(4, `{"user":{"id":"4"}}`), "line 4: /user/id cannot be a JSON string"},
		{with(4, `{"user":{"id":4611686018427387905}}`), "line 4: the id is 4611686018427387905; it must be a number from 1 to 4611686018427387904"},
		{with(4, `{"user":{"id":99999999999999999999}}`), "line 4: /user/id: "},
		{with(4, `{"user":{"id":4,"version":1,`+times+`}}`), "line 4: attributes must be an object"},
		{with(4, user(`[]`)), "line 4: attributes must be an object"},
		{with(4, user(`{"userName":"a","x":1}`)), `line 4: no schema of this server gives User the attribute "x"`},
		{with(4, user(`{"username":"a"}`)), `line 4: no schema of this server gives User the attribute "username"`},
		{with(4, user(`{"name":{"x":1}}`)), `line 4: no schema of this server gives User the attribute "name.x"`},
		{with(4, user(`{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"x":1}}`)),
			`line 4: no schema of this server gives User the attribute "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:x"`},
		{with(4, user(`{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":"x"}`)), "line 4: urn:ietf:params:scim:schemas:extension:enterprise:2.0:User must be an object"},
		{with(4, user(`{"password":"secret"}`)), "line 4: password is not kept among the attributes"},
		{with(4, user(`{"id":"4"}`)), "line 4: id is not kept among the attributes"},
		{with(4, user(`{"groups":[]}`)), "line 4: groups is not kept among the attributes"},
		{with(4, user(`{"title":5}`)), "line 4: title must be a string"},
		{with(4, user(`{"title":null}`)), "line 4: title must be a string"},
		{with(4, user(`{"emails":{}}`)), "line 4: emails must be an array"},
		{with(4, user(`{"emails":["a"]}`)), "line 4: emails must be an object"},
		{with(4, user(`{"active":"true"}`)), "line 4: active must be true or false"},
		{with(4, user(`{"title":"a\u0000"}`)), "line 4: /title holds the character U+0000, which cannot be stored"},
		{with(4, user(`{"active":true,"userName":"`+long+`"}`)), "line 4: userName is longer than 2048 bytes"},
		{with(7, `{"group":{"id":7,"version":1,`+times+`,"attributes":{"displayName":"`+long+`"}}}`), "line 7: displayName is longer than 2048 bytes"},
		{with(4, user(`{"userName":"a","userName":"b"}`)), "line 4: it is not valid JSON at byte "},
		{with(4, user("{\"title\":\"\xff\"}")), "line 4: it is not valid JSON at byte "},
		{with(4, `{"user":{"id":4`), "line 4: the line ends before its JSON does"},
		{with(4, ``), "line 4: "},
		{with(4, `[]`), "line 4: "},
		{with(4, `null`), "line 4: it must have one record"},
		{with(4, `{}`), "line 4: it must have one record"},
		{with(4, `{"user":null}`), "line 4: it must have one record"},
		{with(4, `{"user":{"id":4},"group":{"id":5}}`), "line 4: it must have one record"},
		{with(4, small[3]+small[4]), "line 4: it is not valid JSON at byte "},
		{with(4, `{"person":{}}`), "line 4: /person is no part of a dump of this version"},
		{with(5, small[3]), "line 5: the id 4 does not follow 4; ids must grow"},
		{with(5, strings.Replace(small[4], "bob", "ANN", 1)), `line 5: there is a second user of the userName "ANN"`},
		{with(7, strings.Replace(small[6], `"id":7`, `"id":6`, 1)), "line 7: the id 6 is that of another record"},
		{with(7, small[4]), "line 7: the record is out of order"},
		{with(8, `{"members":{"group":6,"users":[4]}}`), "line 8: the dump has no group with the id 6"},
		{with(8, `{"members":{"group":5,"users":[5]}}`), "line 8: the dump has no user with the id 5"},
		{with(8, `{"members":{"group":5,"users":[6,4]}}`), "line 8: the member 4 is there twice or out of order"},
		{with(8, `{"members":{"group":5,"users":[4,4]}}`), "line 8: the member 4 is there twice or out of order"},
		{with(8, `{"members":{"group":5,"users":[]}}`), "line 8: a line must have 1 to 1000 members"},
		{with(8, `{"members":{"group":5,"users":[`+strings.Repeat("4,", 1000)+`4]}}`), "line 8: a line must have 1 to 1000 members"},
		{with(8, `{"members":{"group":5,"users":[4],"groups":[7]}}`), "line 8: members must be users or groups, each in lines of their own"},
		{with(9, small[7]), "line 9: the member 4 is there twice or out of order"},
		{with(10, `{"members":{"group":5,"groups":[4]}}`), "line 10: the dump has no group with the id 4"},
		{with(11, strings.Replace(small[10], `"id":8`, `"id":5`, 1)), "line 11: the id 5 is that of another record"},
		{with(13, `{"teamMembers":{"team":9,"users":[4]}}`), "line 13: the dump has no Team with the id 9"},
		{with(14, `{"roleMembers":{"role":9,"users":[7]}}`), "line 14: the dump has no user with the id 7"},
		{with(15, `{"link":{"group":4,"team":8}}`), "line 15: the dump has no group with the id 4"},
		{with(15, `{"link":{"group":5,"team":9}}`), "line 15: the dump has no Team with the id 9"},
		{with(15, `{"link":{"group":5,"role":8}}`), "line 15: the dump has no Role with the id 8"},
		{with(15, `{"link":{"group":5}}`), "line 15: a link must have a team or a role"},
		{with(15, `{"link":{"group":5,"team":8,"role":9}}`), "line 15: a link must have a team or a role"},
		{with(15, `{"link":{"group":5,"team":8,"awaited":"x"}}`), "line 15: awaited must be 64 hexadecimal digits, in lower case"},
		{text(twice...), "line 16: another link awaits the same group"},
		{with(16, small[14]), "line 16: the link of the group 5 is there twice or out of order"},
		{with(17, strings.Replace(small[16], `"users":2`, `"users":3`, 1)), "line 17: it counts other records than stand above it"},
		{with(5), "line 7: the dump has no user with the id 6"},
		{text(append(slices.Clone(small), small[16])...), "line 17: something follows this line, which must be the last"},
		{text(small...) + "\n", "line 17: something follows this line, which must be the last"},
	} {
		_, err := restore(t, s, c.dump, admin.RestoreInput{})
		var wrong *admin.DumpError
		require.ErrorAs(t, err, &wrong, c.want)
		require.ErrorContains(t, err, c.want)
		requireNothing(t, s)
	}
}

func requireNothing(t *testing.T, s store.Store) {
	t.Helper()
	tenants, err := s.Tenants(t.Context(), 0, 1000)
	require.NoError(t, err)
	require.Empty(t, tenants)
	log, err := s.AuditLog(t.Context(), store.AuditParams{Limit: 1})
	require.NoError(t, err)
	require.Empty(t, log)
}

func TestRestore_CutOffAnywhere(t *testing.T) {
	t.Parallel()
	s := inMemory(t)
	whole := text(small...)
	for at := 0; at < len(whole)-1; at += 41 {
		_, err := restore(t, s, whole[:at], admin.RestoreInput{})
		var wrong *admin.DumpError
		require.ErrorAs(t, err, &wrong, whole[:at])
	}
	for n := range len(small) {
		_, err := restore(t, s, strings.Join(small[:n], "\n"), admin.RestoreInput{})
		require.ErrorContains(t, err, "line ", n)
	}
	requireNothing(t, s)
	_, err := restore(t, s, whole, admin.RestoreInput{})
	require.NoError(t, err)
}

func TestRestore_CannotBeRead(t *testing.T) {
	t.Parallel()
	s := inMemory(t)
	whole := text(small...)
	for _, at := range []int{0, 20, 700, len(whole) - 1, len(whole)} {
		in := io.MultiReader(strings.NewReader(whole[:at]), iotest.ErrReader(io.ErrClosedPipe))
		_, err := cases(s, schema.RFC()).Restore(t.Context(), by, in, admin.RestoreInput{}, nil)
		require.ErrorIs(t, err, io.ErrClosedPipe)
	}
	requireNothing(t, s)
}

func TestRestore_Interrupted(t *testing.T) {
	t.Parallel()
	for _, s := range []store.Store{onSQLite(t), onPostgres(t)} {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		_, err := cases(s, schema.RFC()).Restore(ctx, by, strings.NewReader(text(small...)), admin.RestoreInput{}, func(c admin.Counts) {
			if c.Users == 1 {
				cancel()
			}
		})
		require.ErrorIs(t, err, context.Canceled)
		requireNothing(t, s)
	}
}

// What a server gives after the highest ids that are taken can be moved too.
func TestRestore_TheHighestIDs(t *testing.T) {
	t.Parallel()
	whole := strings.NewReplacer(`"id":4,`, `"id":9007199254740994,`, `"id":6,`, `"id":9007199254740996,`, `[4,6]`, `[9007199254740994,9007199254740996]`,
		`[4]`, `[9007199254740994]`, `"version":9,`, `"version":9007199254740999,`).Replace(text(small...))
	for _, s := range []store.Store{onSQLite(t), onPostgres(t)} {
		_, err := restore(t, s, whole, admin.RestoreInput{})
		require.NoError(t, err)
		again, _ := dump(t, s, 3)
		require.Equal(t, whole, again)
		created, err := s.Create(t.Context(), store.CreateParams{
			Tenant: 3, Type: schema.RFC().Storage().Users, Attributes: scim.Object{"userName": "new", "active": true}, Now: expires,
		})
		require.NoError(t, err)
		require.Equal(t, int64(9007199254740997), created.ID)
		more, _ := dump(t, s, 3)
		_, err = restore(t, inMemory(t), more, admin.RestoreInput{})
		require.NoError(t, err)
	}
}
