package journal

import (
	"context"
	"time"
)

// Store is where exchanges are kept. Ids grow in the order in which they become
// visible, over all processes of a database.
type Store interface {
	// AppendExchanges stores exchanges, in their order and with the next ids, adds
	// to the counts of deviations, and then deletes what Keep does not allow for the
	// tenants in them.
	AppendExchanges(ctx context.Context, list []Exchange, counts []DeviationCount, keep Keep) error
	// Exchanges reads a part of the journal.
	Exchanges(ctx context.Context, q Query) ([]Exchange, error)
	// CountExchanges counts what a query finds; its Limit is not looked at.
	CountExchanges(ctx context.Context, q Query) (int64, error)
	// Traffic counts what a tenant was sent, in no order.
	Traffic(ctx context.Context, q TrafficQuery) ([]Traffic, error)
	// DeviationCounts are those of a tenant by id, or of all if it is 0.
	DeviationCounts(ctx context.Context, tenant int64) ([]DeviationCount, error)
	// ClearJournal deletes exchanges and counts of a tenant.
	ClearJournal(ctx context.Context, tenant int64) error
}

// Keep says how much of each tenant's journal is kept.
type Keep struct {
	Max        int // exchanges that are not Refused
	PerAddress int // Refused exchanges of one address
	MaxRefused int // Refused exchanges of all addresses
	Age        Age // of all tenants, also of those that have nothing new
}

// Age is how old an exchange may be, by the clock of its tenant. The zero value is
// no limit.
type Age struct {
	Now time.Time // on the machine's clock
	Max time.Duration
}

// DeviationCount is how often something was tolerated, whether the exchanges are
// still kept or not.
type DeviationCount struct {
	Tenant int64
	ID     string // in quirk.Catalogue
	N      int64
	Last   time.Time
}

// Query asks for a part of the journal. The zero value of a field asks for all.
type Query struct {
	Tenant int64
	// NoTenant asks for those of no tenant, such as requests with an unknown token;
	// Tenant is not looked at then.
	NoTenant bool
	After    int64 // only ids above
	Before   int64 // only ids below
	// Newest gives the newest first, else the oldest are.
	Newest bool
	Limit  int
	Age    Age
	Match  Match
}

// Match is what the store can look for in an exchange. Path is that below the SCIM base, in any
// case, with * for any part: "/Users/*".
type Match struct {
	Method    string
	Path      string
	MinStatus int
	MaxStatus int
	Failed    bool // answered 400 and above, or not at all
	Deviating bool // answered well, with something tolerated
	Since     time.Time
	Deviation string // its id
	Client    Client
	Token     string
	// Resource is the id of one that the exchange touched (Exchange.Touched).
	Resource int64
	// Text narrows what is read to exchanges that may mention it (Exchange.Mentions).
	// The store leaves out none that does, and may leave others in.
	Text string
}
