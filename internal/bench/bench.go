package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/cinode-scim/cinode-scim/internal/testenv"
)

// bench is one run: what it has started, and what has to be undone.
type bench struct {
	opts     options
	folder   string // everything it writes, but for the results
	binary   string // ours
	cluster  *testenv.Cluster
	targets  []*target
	progress *progress
	undo     []func() error // in reverse order
}

// secret is the fixed SCIM token of the measured servers.
const secret = "bench-token-that-guards-nothing"

// interval of looking for a server's address, where its start is not timed.
const interval = 20 * time.Millisecond

// measureNames are what -only can select.
func measureNames() []string {
	var names []string
	for _, op := range operations() {
		names = append(names, op.name)
	}
	return append(names, memberAdd.name, journalCost.name, measureOnboarding, measureStart, measureMemory, measureSize)
}

// benchmark does a whole run and prints what came out.
func benchmark(ctx context.Context, opts options) (err error) {
	b := &bench{opts: opts, progress: newProgress(os.Stderr)}
	defer func() {
		b.progress.step("stopping the servers")
		err = errors.Join(err, b.close())
		b.progress.clear()
	}()
	if b.folder, err = os.MkdirTemp("", "cinode-scim-bench-"); err != nil {
		return err
	}
	b.undo = append(b.undo, func() error { return os.RemoveAll(b.folder) })
	if err := b.provideBinary(ctx); err != nil {
		return err
	}
	results, err := b.measure(ctx)
	if err != nil {
		return err
	}
	b.progress.clear()
	results.print(os.Stdout)
	if opts.jsonFile == "" {
		return nil
	}
	return results.save(opts.jsonFile)
}

func (b *bench) close() error {
	var errs []error
	for _, undo := range slices.Backward(b.undo) {
		errs = append(errs, undo())
	}
	return errors.Join(errs...)
}

// provideBinary builds ours as a release is built.
func (b *bench) provideBinary(ctx context.Context) error {
	if b.opts.binary != "" {
		var err error
		b.binary, err = filepath.Abs(b.opts.binary)
		return err
	}
	b.progress.step("building cinode-scim")
	module, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return fmt.Errorf("find the module: %w", err)
	}
	b.binary = filepath.Join(b.folder, "cinode-scim")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", b.binary, "./cmd/cinode-scim")
	build.Dir = filepath.Dir(strings.TrimSpace(string(module)))
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build cinode-scim: %w\n%s", err, output)
	}
	return nil
}

func (b *bench) measure(ctx context.Context) (*results, error) {
	out := newResults(b.opts)
	if b.opts.wants(measureSize) {
		if err := out.addSize(b.binary); err != nil {
			return nil, err
		}
	}
	// Before anything else runs beside it.
	if b.opts.wants(measureStart) {
		if err := b.measureStart(ctx, out); err != nil {
			return nil, err
		}
	}
	if b.opts.wants(measureOnboarding) {
		if err := b.measureOnboarding(ctx, out); err != nil {
			return nil, err
		}
	}
	blocks := b.selected()
	if len(blocks) == 0 && !b.opts.wants(measureMemory) {
		return out, nil
	}
	if err := b.startTargets(ctx); err != nil {
		return nil, err
	}
	if err := b.measureIdle(ctx, out); err != nil {
		return nil, err
	}
	if err := b.seedTargets(ctx); err != nil {
		return nil, err
	}
	for _, pick := range blocks {
		cells := pick()
		if err := b.measureBlock(ctx, cells); err != nil {
			return nil, err
		}
		out.addBlock(cells)
		if cells[0].op.name == journalCost.name {
			if err := b.checkJournal(ctx, cells); err != nil {
				return nil, err
			}
		}
	}
	b.measureLoaded(out)
	return out, nil
}

// selected are the blocks of cells that are measured in turn, each made when
// its time comes. Those that make a store grow come last, since a list of more
// users is slower.
func (b *bench) selected() []func() []*cell {
	var members, same, growing []func() []*cell
	for _, op := range operations() {
		block := func() []*cell { return b.cellsOf(op) }
		switch {
		case !b.opts.wants(op.name):
		case op.grows:
			growing = append(growing, block)
		default:
			same = append(same, block)
		}
	}
	if b.opts.wants(memberAdd.name) {
		for _, conns := range memberConns(b.opts.conns) {
			members = append(members, func() []*cell { return b.memberCells(conns) })
		}
	}
	if b.opts.wants(journalCost.name) {
		members = append(members, b.journalCells)
	}
	return slices.Concat(same, members, growing)
}

// memberConns are the numbers of connections that write to one group.
func memberConns(conns int) []int { return slices.Compact([]int{1, conns}) }

// cellsOf puts the plain answer beside every operation, to tell a weak moment
// of the machine from a weak floor.
func (b *bench) cellsOf(op operation) []*cell {
	var cells []*cell
	for _, t := range b.targets {
		if t.name == namePostgresRFC && !op.documents || strings.HasSuffix(t.name, unrecorded) {
			continue
		}
		measured := op
		if t.name == nameStatic {
			measured = operation{name: op.name, title: op.title, timed: get}
		}
		cells = append(cells, &cell{op: measured, t: t, conns: b.opts.conns})
	}
	return cells
}

func (b *bench) memberCells(conns int) []*cell {
	var cells []*cell
	for _, t := range b.targets {
		if t.name != namePostgres && t.name != nameSQLite {
			continue
		}
		for _, size := range groupSizes(len(t.users)) {
			cells = append(cells, &cell{op: memberAdd, t: t, conns: conns, size: size})
		}
	}
	return cells
}

// measureBlock measures some cells in turn, round by round, each round starting
// with another: a slow minute of the machine then hits all of them alike.
func (b *bench) measureBlock(ctx context.Context, cells []*cell) error {
	for round := range b.opts.rounds {
		for i := range cells {
			c := cells[(round+i)%len(cells)]
			b.progress.step(fmt.Sprintf("round %d of %d: %s on %s", round+1, b.opts.rounds, c.label(), c.t.name))
			if err := c.provide(ctx, b.opts.warmup, b.opts.duration); err != nil {
				return fmt.Errorf("create users to %s on %s: %w", c.op.name, c.t.name, err)
			}
			s, err := c.measure(ctx, b.opts.warmup, b.opts.duration)
			if err != nil {
				return fmt.Errorf("%s on %s: %w\n%s", c.label(), c.t.name, err, c.t.server.logs)
			}
			c.samples = append(c.samples, s)
		}
	}
	return nil
}

// label names a cell's operation with what else tells it from others.
func (c *cell) label() string {
	if c.size == 0 {
		return c.op.title
	}
	return fmt.Sprintf("%s, group of %d, %d connections", c.op.title, c.size, c.conns)
}

// startTargets starts the cluster and every server that is compared.
func (b *bench) startTargets(ctx context.Context) error {
	b.progress.step("starting PostgreSQL")
	var err error
	if b.cluster, err = testenv.StartPostgres(ctx, testenv.StartOptions{Durable: true}); err != nil {
		return err
	}
	b.undo = append(b.undo, b.cluster.Stop)
	self, err := os.Executable()
	if err != nil {
		return err
	}
	servers := []measured{
		{&target{name: nameStatic}, "", self, func(string) []string { return []string{staticCommand} }},
		{&target{name: nameFloor, persona: personaRFC}, "floor", self, func(dsn string) []string {
			return []string{floorCommand, "-dsn", dsn, "-pool", strconv.Itoa(b.opts.poolFloor)}
		}},
		{&target{name: namePostgres, persona: personaCinode, base: scimBase}, "scim", b.binary, serveArgs},
		{&target{name: nameSQLite, persona: personaCinode, base: scimBase}, "", b.binary, func(string) []string { return serveArgs("bench.db") }},
		{&target{name: namePostgresRFC, persona: personaRFC, base: scimBase}, "scim_rfc", b.binary, func(dsn string) []string {
			return append(serveArgs(dsn), "--persona", personaRFC)
		}},
	}
	if b.opts.wants(journalCost.name) {
		servers = append(servers,
			measured{&target{name: namePostgres + unrecorded, persona: personaCinode, base: scimBase}, "scim_unrecorded", b.binary, func(dsn string) []string {
				return append(serveArgs(dsn), "--journal-max", "0")
			}},
			measured{&target{name: nameSQLite + unrecorded, persona: personaCinode, base: scimBase}, "", b.binary, func(string) []string {
				return append(serveArgs("bench.db"), "--journal-max", "0")
			}})
	}
	for _, s := range servers {
		b.progress.step("starting " + s.target.name)
		if err := b.startTarget(ctx, s.target, s.database, s.program, s.args); err != nil {
			return err
		}
	}
	return nil
}

// measured is a server to start.
type measured struct {
	target   *target
	database string // its name on the cluster, if it is there
	program  string
	args     func(dsn string) []string
}

// scimBase is the base whose tenant is the token's.
const scimBase = "/scim/v2"

// serveArgs run our server as shipped: nothing is set that has a default, but
// for what a second server on the machine needs.
func serveArgs(database string) []string {
	return []string{"serve", "--listen", "127.0.0.1:0", "--database", database, "--token", "bench=" + secret, "--admin-key", adminKey}
}

func (b *bench) startTarget(ctx context.Context, t *target, database, program string, args func(dsn string) []string) error {
	var dsn string
	if database != "" {
		if err := b.cluster.CreateDatabase(ctx, database); err != nil {
			return err
		}
		dsn, t.database = b.cluster.DSN(database), b.cluster.PID()
	}
	folder, err := os.MkdirTemp(b.folder, "server-")
	if err != nil {
		return err
	}
	if t.server, err = startProcess(ctx, t.name, folder, interval, program, args(dsn)...); err != nil {
		return err
	}
	b.undo = append(b.undo, t.server.stop)
	t.dsn = dsn
	t.authority = authority(t.server.addr, "")
	if t.isSCIM() {
		t.authority = authority(t.server.addr, secret)
	}
	b.targets = append(b.targets, t)
	return nil
}

func (b *bench) seedTargets(ctx context.Context) error {
	for _, t := range b.targets {
		if t.name == nameStatic {
			continue
		}
		b.progress.step(fmt.Sprintf("creating %d users on %s", b.opts.users, t.name))
		if err := t.seed(ctx, b.opts.users, b.opts.conns); err != nil {
			return err
		}
		if t.isSCIM() && b.opts.wants(memberAdd.name) && t.name != namePostgresRFC && !strings.HasSuffix(t.name, unrecorded) {
			b.progress.step("creating groups on " + t.name)
			if err := t.seedGroups(ctx); err != nil {
				return err
			}
		}
		if t.dsn == "" {
			continue
		}
		if err := settle(ctx, t.dsn); err != nil {
			return fmt.Errorf("vacuum the database of %s: %w", t.name, err)
		}
	}
	return nil
}

// settle brings a database to where autovacuum brings it sooner or later, so
// that it does not happen in the middle of a measurement of one server.
func settle(ctx context.Context, dsn string) (err error) {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	_, err = conn.Exec(ctx, "VACUUM ANALYZE")
	return err
}
