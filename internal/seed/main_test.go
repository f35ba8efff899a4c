package seed_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/cinode-scim/cinode-scim/internal/testenv"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(testenv.M{M: m}) }
