package main

import (
	"context"
	"flag"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

// staticCommand is the argument that makes this program the plain answer.
const staticCommand = "static"

// staticSize is the body that the plain answer had when the figures that make a
// run valid were taken.
const staticSize = 600

// serveStatic answers every request with the same bytes: the bound that HTTP
// itself sets on this machine at this moment.
func serveStatic(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet(staticCommand, flag.ContinueOnError)
	addrFile := flags.String("addr-file", "", "file to write the address to")
	if err := flags.Parse(args); err != nil {
		return usageError{err}
	}
	body := []byte(strings.Repeat("x", staticSize))
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, body)
	})
	return serveUntilDone(ctx, handler, *addrFile)
}

// serveUntilDone listens on a free port, writes the address where the benchmark
// waits for it, and serves until it is told to stop or the benchmark is gone,
// which closes standard input.
func serveUntilDone(ctx context.Context, handler http.Handler, addrFile string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	if err := os.WriteFile(addrFile, []byte(listener.Addr().String()), 0o600); err != nil {
		return err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(listener); ctx.Err() == nil {
		return err
	}
	return nil
}
