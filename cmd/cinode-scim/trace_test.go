package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// traceBases are the two addresses a client may be given.
var traceBases = []struct {
	name       string
	tenantPath bool
}{{"tenant", true}, {"token", false}}

// firstTraceTenant leaves the tenants below it to the server.
const firstTraceTenant = 10

// TestTraces plays what identity providers send against the built program, on both databases, both personas and both
// bases. Each play has a tenant of its own.
func TestTraces(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/traces/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	traces := make([]*trace, len(files))
	var tenants []int
	for i, file := range files {
		traces[i], err = readTrace(file)
		require.NoError(t, err)
		for range traceBases {
			tenants = append(tenants, firstTraceTenant+len(tenants))
		}
	}
	for database, open := range traceDatabases {
		for _, persona := range []string{"cinode", "rfc"} {
			t.Run(database+"/"+persona, func(t *testing.T) {
				t.Parallel()
				server := startTraceServer(t, open(t), persona, tenants)
				for i, tr := range traces {
					for j, base := range traceBases {
						tenant := tenants[i*len(traceBases)+j]
						t.Run(tr.name+"/"+base.name, func(t *testing.T) {
							t.Parallel()
							p := newPlayer(tr, server, persona, tenant, base.tenantPath)
							p.play(t, tr.steps)
							p.checkEnd(t)
						})
					}
				}
			})
		}
	}
}
