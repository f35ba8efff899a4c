// Command bench measures the server against a floor, in one run on one
// machine: a minimal net/http and pgx server that does no SCIM at all, on the
// same PostgreSQL. It starts everything it compares (a PostgreSQL cluster of
// its own with PostgreSQL's default durability, the floor, a plain net/http
// answer, and our binary as shipped on PostgreSQL and on a SQLite file),
// measures them in turn, and removes all of it at the end.
//
// What counts is the ratio to the floor beside it: absolute figures differ from
// machine to machine and from minute to minute. The targets stand in the table
// of operations (operation.go), in start.go and in results.go. A target that is
// missed is printed, and is no failure of the program: it exits 1 only when it
// could not measure, 2 on wrong usage. A run is called invalid where a floor,
// scaled by the plain answer beside it, is far from the reference.
//
// The load comes from this process, with GOMAXPROCS=1, so that the servers get
// most of a small machine.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"time"
)

func main() {
	os.Exit(run(os.Args[1:]))
}

// run is main with an exit code, so that deferred clean-up happens.
func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := dispatch(ctx, args)
	var usage usageError
	switch {
	case err == nil || errors.Is(err, flag.ErrHelp):
		return 0
	case errors.As(err, &usage):
		fmt.Fprintln(os.Stderr, "bench:", err)
		return 2
	case ctx.Err() != nil:
		fmt.Fprintln(os.Stderr, "bench: interrupted; everything it started is stopped and removed")
		return 1
	default:
		fmt.Fprintln(os.Stderr, "bench:", err)
		return 1
	}
}

// dispatch tells the benchmark from the two servers that it runs as processes
// of their own, by starting itself again, so that they share neither a garbage
// collector nor GOMAXPROCS with the load.
func dispatch(ctx context.Context, args []string) error {
	if len(args) > 0 {
		switch args[0] {
		case floorCommand:
			return serveFloor(ctx, args[1:])
		case staticCommand:
			return serveStatic(ctx, args[1:])
		}
	}
	opts, err := parseOptions(args)
	if err != nil {
		return err
	}
	runtime.GOMAXPROCS(1)
	return benchmark(ctx, opts)
}

// options are the flags of the benchmark.
type options struct {
	rounds    int
	duration  time.Duration
	warmup    time.Duration
	users     int
	conns     int
	only      []string
	jsonFile  string
	poolFloor int
	binary    string
}

// usageError marks what the caller can mend by other flags.
type usageError struct{ error }

func parseOptions(args []string) (options, error) {
	var opts options
	var only string
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.IntVar(&opts.rounds, "rounds", 3, "measurements of each operation and server; the median is printed")
	flags.DurationVar(&opts.duration, "duration", 3*time.Second, "length of one measurement")
	flags.DurationVar(&opts.warmup, "warmup", time.Second, "load before each measurement that is not counted")
	flags.IntVar(&opts.users, "users", 10_000, "users in each store")
	flags.IntVar(&opts.conns, "conns", 16, "keep-alive connections")
	flags.StringVar(&only, "only", "", "operations to measure, separated by commas, by the start of their names: "+strings.Join(measureNames(), ", "))
	flags.StringVar(&opts.jsonFile, "json", "", "file to write the results to as JSON")
	flags.IntVar(&opts.poolFloor, "pool-floor", 8, "database connections of the floor")
	flags.StringVar(&opts.binary, "binary", "", "cinode-scim binary to measure instead of building one")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return opts, err
		}
		return opts, usageError{err}
	}
	if only != "" {
		opts.only = strings.Split(only, ",")
	}
	return opts, opts.validate(flags.Args())
}

// validate refuses values that would measure something else than they say.
func (o options) validate(rest []string) error {
	for _, check := range []struct {
		bad     bool
		message string
	}{
		{len(rest) > 0, "takes flags only, see -help"},
		{o.rounds < 1, "-rounds must be at least 1"},
		{o.duration <= 0, "-duration must be positive"},
		{o.warmup < 0, "-warmup must not be negative"},
		{o.conns < 1, "-conns must be at least 1"},
		{o.users < 2*pageSize || o.users < 2*o.conns, "-users must be at least 200 and twice -conns, so that the middle page is full and no two connections write the same user"},
		{o.poolFloor < 1, "-pool-floor must be at least 1"},
	} {
		if check.bad {
			return usageError{errors.New(check.message)}
		}
	}
	for _, name := range o.only {
		if !anyHasPrefix(measureNames(), name) {
			return usageError{fmt.Errorf("-only %s names no operation; there are %s", name, strings.Join(measureNames(), ", "))}
		}
	}
	return nil
}

// wants reports whether -only selects a measure; none given selects all.
func (o options) wants(measure string) bool {
	if len(o.only) == 0 {
		return true
	}
	for _, name := range o.only {
		if strings.HasPrefix(measure, name) {
			return true
		}
	}
	return false
}

func anyHasPrefix(names []string, prefix string) bool {
	for _, name := range names {
		if prefix != "" && strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}
