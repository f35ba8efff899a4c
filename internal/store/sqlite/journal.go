package sqlite

import (
	"context"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/journal"
	"github.com/cinode-scim/cinode-scim/internal/store/sqlfilter"
)

var insertExchange = "INSERT INTO exchanges (id, " + strings.Join(sqlfilter.ExchangeColumns, ", ") + ") VALUES (?" +
	strings.Repeat(", ?", len(sqlfilter.ExchangeColumns)) + ")"

const insertTouched = "INSERT INTO touched_resources (exchange_id, resource_id) SELECT ?1, value FROM json_each(?2)"

// AppendExchanges stores exchanges and deletes what is beyond the caps.
func (s *Store) AppendExchanges(ctx context.Context, list []journal.Exchange, counts []journal.DeviationCount, keep journal.Keep) error {
	rows := make([][]any, len(list))
	for i := range list {
		var err error
		if rows[i], err = sqlfilter.ExchangeRow(&list[i]); err != nil {
			return err
		}
	}
	return s.transact(ctx, func(c *conn) error {
		var last int64
		if err := c.queryRow(ctx, "UPDATE exchange_ids SET last = last + ?1 RETURNING last", []any{len(rows)}, &last); err != nil {
			return err
		}
		first := last - int64(len(rows)) + 1
		for i, row := range rows {
			id := first + int64(i)
			if _, err := c.exec(ctx, insertExchange, append([]any{id}, row...)...); err != nil {
				return err
			}
			if touched := list[i].Touched(); len(touched) > 0 {
				if _, err := c.exec(ctx, insertTouched, id, jsonList(touched)); err != nil {
					return err
				}
			}
		}
		for _, d := range counts {
			if _, err := c.exec(ctx, dialect.CountDeviation(), d.Tenant, d.ID, d.N, d.Last.UnixMilli()); err != nil {
				return err
			}
		}
		for _, t := range dialect.Trims(list, keep) {
			if _, err := c.exec(ctx, t.SQL, t.Args...); err != nil {
				return err
			}
		}
		return nil
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
	text, args := dialect.PageOfExchanges(q)
	return collect(ctx, s, scanExchange, text, args...)
}

// CountExchanges counts a part of the journal.
func (s *Store) CountExchanges(ctx context.Context, q journal.Query) (n int64, err error) {
	text, args := dialect.SelectExchanges(q, "count(*)")
	err = s.with(ctx, s.read, func(c *conn) error { return c.queryRow(ctx, text, args, &n) })
	return n, err
}

// Traffic counts a part of the journal by time and client.
func (s *Store) Traffic(ctx context.Context, q journal.TrafficQuery) ([]journal.Traffic, error) {
	text, args := dialect.TrafficOf(q)
	return collect(ctx, s, sqlfilter.ScanTraffic(q), text, args...)
}

// DeviationCounts reads how often each deviation was met.
func (s *Store) DeviationCounts(ctx context.Context, tenant int64) ([]journal.DeviationCount, error) {
	return collect(ctx, s, sqlfilter.ScanDeviations, "SELECT tenant_id, deviation, n, last_at FROM deviation_counts WHERE tenant_id = ?1 OR ?1 = 0 ORDER BY tenant_id, deviation", tenant)
}

// ClearJournal deletes the journal of a tenant.
func (s *Store) ClearJournal(ctx context.Context, tenant int64) error {
	return s.transact(ctx, func(c *conn) error { return clearJournal(ctx, c, tenant) })
}

func clearJournal(ctx context.Context, c *conn, tenant int64) error {
	for _, table := range []string{"exchanges", "deviation_counts"} {
		if _, err := c.exec(ctx, "DELETE FROM "+table+" WHERE tenant_id = ?1", tenant); err != nil {
			return err
		}
	}
	return nil
}
