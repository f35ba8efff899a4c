// Command cinode-scim is a SCIM 2.0 server that behaves as Cinode's SCIM API
// does. This package turns signals and the exit code; everything else is
// internal/cli's.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/cinode-scim/cinode-scim/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	program := &cli.Program{Env: os.Environ(), Stdout: os.Stdout, Stderr: os.Stderr}
	code := program.Run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}
