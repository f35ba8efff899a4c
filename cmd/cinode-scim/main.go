// Command cinode-scim is a SCIM 2.0 server that behaves as Cinode's SCIM API
// does. This package turns signals, the garbage collector and the exit code;
// everything else is internal/cli's.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/cinode-scim/cinode-scim/internal/cli"
)

// gcPercent lets the heap grow to several times what is in use before it is
// collected. What is in use is a few megabytes, so that collecting at the
// default of twice as much would take a tenth of a busy server's time. GOGC in
// the environment still decides.
const gcPercent = 400

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	program := &cli.Program{Env: os.Environ(), Stdout: os.Stdout, Stderr: os.Stderr}
	code := program.Run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}
