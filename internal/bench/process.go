package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// startPatience and stopPatience are how long a server may take to listen and
// to drain.
const (
	startPatience = 60 * time.Second
	stopPatience  = 15 * time.Second
)

// process is a measured server that this program started.
type process struct {
	name string
	addr string
	cmd  *exec.Cmd
	feed *os.File      // its standard input: closed, the floor and the plain answer end
	done chan struct{} // closed when it has ended
	logs *tail
}

// startProcess runs a program in a folder, with --addr-file added to its
// arguments, and returns once it has written its address there. It polls every
// poll, which bounds how exactly a start can be timed.
func startProcess(ctx context.Context, name, folder string, poll time.Duration, program string, args ...string) (*process, error) {
	addrFile := filepath.Join(folder, "addr")
	if err := os.Remove(addrFile); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	input, feed, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer func() { _ = input.Close() }() // the program has its own handle
	p := &process{name: name, feed: feed, done: make(chan struct{}), logs: &tail{}}
	// The end of ctx would kill it without a chance to clean up.
	p.cmd = exec.CommandContext(context.WithoutCancel(ctx), program, append(args, "--addr-file", addrFile)...)
	p.cmd.Dir, p.cmd.Env = folder, shippedEnvironment()
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = input, p.logs, p.logs
	// Ctrl-C on the terminal must reach this program alone, which then stops the rest in order.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.cmd.Start(); err != nil {
		return nil, errors.Join(err, feed.Close())
	}
	go func() {
		_ = p.cmd.Wait() // how it ended is told by its log
		close(p.done)
	}()
	if p.addr, err = p.waitAddress(ctx, addrFile, poll); err != nil {
		return nil, errors.Join(err, p.stop())
	}
	return p, nil
}

// shippedEnvironment is this program's environment without what would configure
// the server: it is measured with its defaults.
func shippedEnvironment() []string {
	var kept []string
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, "CINODE_SCIM_") {
			kept = append(kept, entry)
		}
	}
	return kept
}

func (p *process) waitAddress(ctx context.Context, file string, poll time.Duration) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for {
		content, err := os.ReadFile(file)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", err
		}
		addr := strings.TrimPrefix(strings.TrimSpace(string(content)), "http://")
		if _, _, err := net.SplitHostPort(addr); err == nil {
			return addr, nil
		}
		select {
		case <-tick.C:
		case <-p.done:
			return "", fmt.Errorf("%s ended while starting:\n%s", p.name, p.logs)
		case <-ctx.Done():
			return "", fmt.Errorf("%s did not start: %w\n%s", p.name, ctx.Err(), p.logs)
		}
	}
}

// stop asks the process to end, and insists when it takes too long.
func (p *process) stop() error {
	_ = p.feed.Close()
	for _, signal := range []os.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		if err := p.cmd.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return fmt.Errorf("stop %s: %w", p.name, err)
		}
		select {
		case <-p.done:
			return nil
		case <-time.After(stopPatience):
		}
	}
	return fmt.Errorf("%s (process %d) does not end", p.name, p.cmd.Process.Pid)
}

func (p *process) pid() int { return p.cmd.Process.Pid }

// tail keeps the last of what a process printed, for the error that needs it.
type tail struct {
	mu   sync.Mutex
	kept []byte
}

// tailSize is how much a tail keeps.
const tailSize = 4 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, p...)
	if excess := len(t.kept) - tailSize; excess > 0 {
		t.kept = append(t.kept[:0], t.kept[excess:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(bytes.TrimSpace(t.kept))
}
