package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/go-json-experiment/json"
)

// journalCost compares a server with one that keeps no journal. Then it looks at
// whether the journal has the newest requests, all of them.
var journalCost = operation{name: "journal", title: "get by id, with the journal", timed: get}

// unrecorded is a server without a journal, beside the one that it is compared
// with.
const unrecorded = ", no journal"

// keptShare is the share of the rate that a journal must leave.
const keptShare = 0.9

// kept is how many requests of a tenant the journal keeps: the server's default.
const kept = 10_000

// adminKey is that of the measured servers.
const adminKey = "bench-admin-key-that-guards-nothing"

// journalCells are pairs: a server with its journal, and the same without.
func (b *bench) journalCells() []*cell {
	var cells []*cell
	for _, t := range b.targets {
		for _, other := range b.targets {
			if other.name == t.name+unrecorded {
				cells = append(cells, &cell{op: journalCost, t: t, conns: b.opts.conns}, &cell{op: journalCost, t: other, conns: b.opts.conns})
			}
		}
	}
	return cells
}

// addJournal compares the pairs.
func (r *results) addJournal(cells []*cell) {
	for i := 0; i+1 < len(cells); i += 2 {
		with, without := newRow(cells[i]), newRow(cells[i+1])
		with.Ratio, with.Target = with.Median.Rate/without.Median.Rate, keptShare
		with.judge()
		without.judge()
		r.Rows = append(r.Rows, with, without)
	}
}

// checkJournal sends more requests than are kept, as fast as it can, each with a
// number of its own, and reads them back.
func (b *bench) checkJournal(ctx context.Context, cells []*cell) error {
	for _, c := range cells {
		if strings.HasSuffix(c.t.name, unrecorded) {
			continue
		}
		b.progress.step("reading the journal of " + c.t.name)
		if err := c.fillJournal(ctx); err != nil {
			return err
		}
		if err := c.readJournal(ctx); err != nil {
			return fmt.Errorf("the journal of %s: %w", c.t.name, err)
		}
	}
	return nil
}

// sent is how many requests fill a journal twice.
const sent = 2 * kept

func (c *cell) fillJournal(ctx context.Context) error {
	workers, err := openWorkers(ctx, c.t, c.conns)
	if err != nil {
		return err
	}
	defer closeWorkers(workers)
	var next atomic.Int64
	var running sync.WaitGroup
	errs := make([]error, len(workers))
	for i, w := range workers {
		running.Go(func() {
			for errs[i] == nil && ctx.Err() == nil {
				n := next.Add(1)
				if n > sent {
					return
				}
				path := w.t.userPath(w.t.users[0].id) + "?number=" + strconv.FormatInt(n, 10)
				_, errs[i] = w.exchange(http.MethodGet, path, nil, http.StatusOK)
			}
		})
	}
	running.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

// readJournal checks that the newest are there, each once. Those that ran side by
// side may have been recorded in another order.
func (c *cell) readJournal(ctx context.Context) error {
	seen := map[string]bool{}
	for after := ""; ; {
		page, err := c.journalPage(ctx, after)
		if err != nil {
			return err
		}
		for _, e := range page.Items {
			seen[e.Query] = true
		}
		if after = page.Next; after == "" {
			break
		}
	}
	if len(seen) != kept {
		return fmt.Errorf("it has %d requests, and not the newest %d", len(seen), kept)
	}
	for n := sent - kept + c.conns + 1; n <= sent; n++ {
		if !seen["number="+strconv.Itoa(n)] {
			return fmt.Errorf("request %d of %d is missing", n, sent)
		}
	}
	return nil
}

// journalPage is a part of the journal as the admin API gives it.
type journalPage struct {
	Items []struct {
		Query string `json:"query"`
	} `json:"items"`
	Next string `json:"next"`
}

func (c *cell) journalPage(ctx context.Context, after string) (page journalPage, err error) {
	address := "http://" + c.t.server.addr + "/admin/api/v1/requests?limit=1000"
	if after != "" {
		address += "&after=" + after
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return page, err
	}
	r.Header.Set("Authorization", "Bearer "+adminKey)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return page, err
	}
	defer answer.Body.Close() //nolint:errcheck // it is only read
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		return page, fmt.Errorf("status %d: %.300s: %w", answer.StatusCode, body, err)
	}
	return page, json.Unmarshal(body, &page)
}
