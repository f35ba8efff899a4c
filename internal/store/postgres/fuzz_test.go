package postgres_test

import (
	"testing"

	"github.com/cinode-scim/cinode-scim/internal/store/migrate"
	"github.com/cinode-scim/cinode-scim/internal/store/postgres"
	"github.com/cinode-scim/cinode-scim/internal/store/storetest"
	"github.com/cinode-scim/cinode-scim/internal/testenv"
)

func FuzzList(f *testing.F) {
	s := testenv.Opened(f, testenv.Postgres(f), migrate.Up, postgres.Open)
	storetest.Fuzz(f, s)
}
