package scimhttp_test

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// row is a rule of Cinode's documents with the exchanges that show it, as
// testdata/rows/access.txtar explains.
type row struct {
	words string // of the tenant
	steps []txtar.File
}

func readRows(t *testing.T, file string) map[string]row {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	require.NoError(t, err)
	rows := map[string]row{}
	name := ""
	for _, f := range archive.Files {
		if strings.HasPrefix(f.Name, "[") {
			name = f.Name
			require.Regexp(t, `^\[[DJM]( [DJM])*\] `, name)
			require.NotContains(t, rows, name)
			rows[name] = row{words: strings.TrimSpace(string(f.Data))}
			continue
		}
		r := rows[name]
		r.steps = append(r.steps, f)
		rows[name] = r
	}
	return rows
}

// TestCinode has a case for each row of what is documented of Cinode, as far as it
// concerns SCIM.
func TestCinode(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/rows/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for database, open := range stores {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			tenants := 0
			for _, file := range files {
				for name, r := range readRows(t, file) {
					tenants++
					secret := "secret-" + strconv.Itoa(tenants)
					t.Run(name, func(t *testing.T) {
						words := r.words
						if words == "" {
							words = cinode.PersonaCinode
						}
						w := newWire(t, s, words, secret)
						for i, f := range r.steps {
							w.exchange(t, i, f.Name, string(f.Data))
						}
					})
				}
			}
		})
	}
}

// TestCinode_Tokens [J D]: which tokens open the endpoints, whatever host they are
// reached by.
func TestCinode_Tokens(t *testing.T) {
	t.Parallel()
	s := stores["sqlite"](t)
	other := newWire(t, s, cinode.PersonaCinode, "of another tenant")
	w := newWire(t, s, cinode.PersonaCinode, "good")
	for secret, change := range map[string]func(*cinode.Token){
		"the next one":        func(*cinode.Token) {},
		"of another audience": func(token *cinode.Token) { token.Audience = "https://api.cinode.app/v1" },
		"expired":             func(token *cinode.Token) { token.Expires = token.Created.Add(-time.Minute) },
		"revoked":             func(*cinode.Token) {},
	} {
		w.token(t, secret, change)
	}
	require.NoError(t, s.RevokeToken(t.Context(), w.tenant.ID, "revoked", w.clock.Now(), store.AuditEntry{}))
	for secret, want := range map[string]int{
		"good": http.StatusOK, "the next one": http.StatusOK, "of another audience": http.StatusUnauthorized, "expired": http.StatusUnauthorized,
		"revoked": http.StatusUnauthorized, "unknown": http.StatusUnauthorized, "of another tenant": http.StatusForbidden,
	} {
		for _, host := range []string{"api.cinode.com", "api.cinode.app"} {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/scim/tenants/"+strconv.FormatInt(w.tenant.ID, 10)+"/v2/Users", nil)
			r.Host = host
			r.Header.Set("Authorization", "Bearer "+secret)
			recorder := httptest.NewRecorder()
			w.handler.ServeHTTP(recorder, r)
			require.Equal(t, want, recorder.Code, "%s at %s", secret, host)
		}
	}
	require.NotEqual(t, other.tenant.ID, w.tenant.ID)
}
