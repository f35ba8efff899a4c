package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/cinode-scim/cinode-scim/internal/journal"
	"github.com/cinode-scim/cinode-scim/internal/store/sqlfilter"
)

// journalLock is the advisory lock that processes write exchanges under, so that
// their ids become visible in order.
const journalLock = 0x63696e6f6a // "cinoj"

// exchangeColumns are those of a new exchange here: what it touched is one of them.
var exchangeColumns = append([]string{"touched"}, sqlfilter.ExchangeColumns...)

// AppendExchanges stores exchanges and deletes what is beyond the caps.
func (s *Store) AppendExchanges(ctx context.Context, list []journal.Exchange, counts []journal.DeviationCount, keep journal.Keep) error {
	rows := make([][]any, len(list))
	for i := range list {
		row, err := sqlfilter.ExchangeRow(&list[i])
		if err != nil {
			return err
		}
		rows[i] = append([]any{list[i].Touched()}, row...)
	}
	return s.write(ctx, func(c *pgx.Conn) error {
		return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", journalLock); err != nil {
				return err
			}
			if _, err := tx.CopyFrom(ctx, pgx.Identifier{"exchanges"}, exchangeColumns, pgx.CopyFromRows(rows)); err != nil {
				return err
			}
			b := &pgx.Batch{}
			for _, d := range counts {
				b.Queue(dialect.CountDeviation(), d.Tenant, d.ID, d.N, d.Last.UnixMilli())
			}
			for _, t := range dialect.Trims(list, keep) {
				b.Queue(t.SQL, t.Args...)
			}
			return tx.SendBatch(ctx, b).Close()
		})
	})
}

func scanExchange(scan sqlfilter.Scan) (journal.Exchange, error) {
	var id int64
	var doc []byte
	if err := scan(&id, &doc); err != nil {
		return journal.Exchange{}, err
	}
	return sqlfilter.ExchangeOf(id, doc)
}

// Exchanges reads a part of the journal.
func (s *Store) Exchanges(ctx context.Context, q journal.Query) ([]journal.Exchange, error) {
	sql, args := dialect.PageOfExchanges(q)
	return collect(ctx, s, scanExchange, sql, args...)
}

// CountExchanges counts a part of the journal.
func (s *Store) CountExchanges(ctx context.Context, q journal.Query) (n int64, err error) {
	sql, args := dialect.SelectExchanges(q, "count(*)")
	err = s.pool.QueryRow(ctx, sql, args...).Scan(&n)
	return n, translate(err)
}

// Traffic counts a part of the journal by time and client.
func (s *Store) Traffic(ctx context.Context, q journal.TrafficQuery) ([]journal.Traffic, error) {
	sql, args := dialect.TrafficOf(q)
	return collect(ctx, s, sqlfilter.ScanTraffic(q), sql, args...)
}

// DeviationCounts reads how often each deviation was met.
func (s *Store) DeviationCounts(ctx context.Context, tenant int64) ([]journal.DeviationCount, error) {
	return collect(ctx, s, sqlfilter.ScanDeviations, "SELECT tenant_id, deviation, n, last_at FROM deviation_counts WHERE tenant_id = $1 OR $1 = 0 ORDER BY tenant_id, deviation", tenant)
}

// ClearJournal deletes the journal of a tenant.
func (s *Store) ClearJournal(ctx context.Context, tenant int64) error {
	return s.write(ctx, func(c *pgx.Conn) error {
		b := &pgx.Batch{}
		b.Queue("DELETE FROM exchanges WHERE tenant_id = $1", tenant)
		b.Queue("DELETE FROM deviation_counts WHERE tenant_id = $1", tenant)
		return run(ctx, c, b)
	})
}
