package storetest

import (
	"context"

	"github.com/stretchr/testify/require"
)

// contextOf is the context of a test, also of a property test.
func contextOf(t require.TestingT) context.Context {
	return t.(interface{ Context() context.Context }).Context() //nolint:errcheck,forcetypeassert // testing.T and rapid.T have it
}
