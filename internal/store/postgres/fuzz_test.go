package postgres_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/store/migrate"
	"github.com/cinode-scim/cinode-scim/internal/store/postgres"
	"github.com/cinode-scim/cinode-scim/internal/store/storetest"
	"github.com/cinode-scim/cinode-scim/internal/testenv"
)

func FuzzList(f *testing.F) {
	url := testenv.Postgres(f)
	require.NoError(f, migrate.Up(f.Context(), url))
	s, err := postgres.Open(f.Context(), url)
	require.NoError(f, err)
	f.Cleanup(s.Close)
	storetest.Fuzz(f, s)
}
