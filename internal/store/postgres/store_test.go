package postgres_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/store/migrate"
	"github.com/cinode-scim/cinode-scim/internal/store/postgres"
	"github.com/cinode-scim/cinode-scim/internal/store/storetest"
	"github.com/cinode-scim/cinode-scim/internal/testenv"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(testenv.M{M: m}) }

func open(t *testing.T) store.Store {
	t.Helper()
	url := testenv.Postgres(t)
	require.NoError(t, migrate.Up(t.Context(), url))
	s, err := postgres.Open(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, open)
}

func TestStore_AgreesWithEvaluator(t *testing.T) {
	t.Parallel()
	storetest.Agree(t, open)
}
