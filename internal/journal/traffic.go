package journal

import (
	"context"
	"slices"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/scim"
)

// TrafficQuery asks how much came to a tenant from one time until before another,
// in steps.
type TrafficQuery struct {
	Tenant   int64
	From, To time.Time
	Step     time.Duration
	Age      Age
}

// Traffic is what one client sent within a step. Each request counts as an error,
// as deviating, or as neither.
type Traffic struct {
	At        time.Time // when the step begins
	Client    Client
	Requests  int64
	Errors    int64 // refused, failed, or never answered
	Deviating int64 // answered well, with something tolerated
}

// Traffic counts what a tenant was sent, by time and client, with all that this
// process has recorded. They come in no order; steps
// without requests are left out.
func (j *Journal) Traffic(ctx context.Context, q TrafficQuery) ([]Traffic, error) {
	if j.MaxAge > 0 {
		q.Age = Age{j.Clock.Now(), j.MaxAge}
	}
	j.settle(ctx, q.Tenant)
	if err := j.Flush(ctx); err != nil {
		return nil, err
	}
	return j.Store.Traffic(ctx, q)
}

// clients are all that are told apart.
var clients = []Client{ClientJumpCloud, ClientEntra, ClientOkta, ClientOneLogin, ClientGoogle, ClientOurs, ClientUnknown}

// ClientOf is the client of a folded name; one that nobody knows stays as it is.
func ClientOf(folded string) Client {
	if i := slices.IndexFunc(clients, func(c Client) bool { return scim.Fold(string(c)) == folded }); i >= 0 {
		return clients[i]
	}
	return Client(folded)
}
