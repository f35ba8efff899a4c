package sqlite

import (
	"database/sql/driver"
	"errors"
	"sync"

	"modernc.org/sqlite"

	"github.com/cinode-scim/cinode-scim/internal/store/sqlfilter"
)

// register gives the connections of the driver the function that the dialect needs.
var register = sync.OnceValue(func() error {
	return sqlite.RegisterDeterministicScalarFunction("may_mention", 2, func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
		doc, isText := args[0].(string)
		part, also := args[1].(string)
		if !isText || !also {
			return nil, errors.New("may_mention takes two texts")
		}
		return sqlfilter.MayMention(doc, part), nil
	})
})
