package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/clock"
)

// Names of the measures that are not of requests, and what they must not
// exceed.
const (
	measureStart  = "start"
	measureMemory = "memory"
	measureSize   = "size"

	startLimit  = 150. // ms
	memoryLimit = 40.  // MB
	sizeLimit   = 45.  // MB
)

// starts is how often the cold start is timed.
const starts = 10

// idleTime is how long a server is left alone before its memory is read.
const idleTime = time.Second

// measureStart times a start on an empty in-memory database until the first
// answer to an authenticated request.
func (b *bench) measureStart(ctx context.Context, out *results) error {
	folder, err := os.MkdirTemp(b.folder, "start-")
	if err != nil {
		return err
	}
	var took []time.Duration
	for i := range starts {
		b.progress.step(fmt.Sprintf("cold start %d of %d", i+1, starts))
		one, err := b.coldStart(ctx, folder)
		if err != nil {
			return fmt.Errorf("cold start: %w", err)
		}
		took = append(took, one)
	}
	out.addLimit(measureStart, "cold start to the first answer, :memory:", "ms", startLimit, medianOf(took, milliseconds))
	return nil
}

func (b *bench) coldStart(ctx context.Context, folder string) (took time.Duration, err error) {
	begin := time.Now()
	server, err := startProcess(ctx, "cinode-scim", folder, time.Millisecond, b.binary, serveArgs(":memory:")...)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, server.stop()) }()
	t := &target{name: "cinode-scim", server: server, base: scimBase, authority: authority(server.addr, secret)}
	w, err := newWorker(ctx, t, 0, 1)
	if err != nil {
		return 0, err
	}
	defer w.close()
	if err := w.raw.SetDeadline(time.Now().Add(startPatience)); err != nil {
		return 0, err
	}
	_, err = w.exchange(http.MethodGet, t.pagePath(1), nil, http.StatusOK)
	return time.Since(begin), err
}

// measureIdle reads the memory of our servers before they have had a request.
func (b *bench) measureIdle(ctx context.Context, out *results) error {
	if !b.opts.wants(measureMemory) {
		return nil
	}
	b.progress.step("reading the idle memory")
	if err := clock.Wait(ctx, idleTime); err != nil {
		return err
	}
	for _, t := range b.targets {
		if mb := residentMB(t.server.pid()); t.isSCIM() && mb > 0 {
			out.addLimit(measureMemory, "idle memory, "+t.name, "MB", memoryLimit, mb)
		}
	}
	return nil
}

// measureLoaded reads the memory again after all of the load; it has no limit.
func (b *bench) measureLoaded(out *results) {
	if !b.opts.wants(measureMemory) {
		return
	}
	for _, t := range b.targets {
		if mb := residentMB(t.server.pid()); mb > 0 && t.name != nameStatic {
			out.addLimit(measureMemory, "memory after the load, "+t.name, "MB", 0, mb)
		}
	}
}

func (r *results) addSize(binary string) error {
	info, err := os.Stat(binary)
	if err != nil {
		return err
	}
	r.addLimit(measureSize, "binary", "MB", sizeLimit, megabytes(info.Size()))
	return nil
}
