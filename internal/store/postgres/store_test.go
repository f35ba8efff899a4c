package postgres_test

import (
	"testing"

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
	return testenv.Opened(t, testenv.Postgres(t), migrate.Up, postgres.Open)
}

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, open)
}

func TestStore_AgreesWithEvaluator(t *testing.T) {
	t.Parallel()
	storetest.Agree(t, open)
}
