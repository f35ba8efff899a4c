package testenv

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// built is the program that the tests of this test binary call, made by the first of them.
var built struct {
	sync.Mutex
	path string
	err  error // a failed build is not tried again by every test
}

// Program returns the path of the program as `make build` makes it. It is called cinode-scim, and its folder holds
// nothing else.
func Program(tb testing.TB) string {
	tb.Helper()
	built.Lock()
	defer built.Unlock()
	if built.path == "" && built.err == nil {
		built.path, built.err = build(context.WithoutCancel(tb.Context()))
	}
	if built.err != nil {
		tb.Fatal(built.err)
	}
	return built.path
}

func build(ctx context.Context) (string, error) {
	folder, err := os.MkdirTemp("", "cinode-scim-test-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(folder, "cinode-scim")
	command := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", path, "github.com/cinode-scim/cinode-scim/cmd/cinode-scim")
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := command.CombinedOutput(); err != nil {
		_ = os.RemoveAll(folder)
		return "", fmt.Errorf("build the program: %w\n%s", err, output)
	}
	return path, nil
}

func removeProgram() error {
	built.Lock()
	defer built.Unlock()
	path := built.path
	built.path, built.err = "", nil
	if path == "" {
		return nil
	}
	return os.RemoveAll(filepath.Dir(path))
}

// Server is a process of the program that serves.
type Server struct {
	URL      string // such as "http://127.0.0.1:41234"
	Greeting string // what it printed until it was ready
}

// Serve runs the program's command serve on a free port of this machine, in a folder of its own, until it is ready.
// SIGTERM ends it after the test, and it must leave with code 0.
func Serve(tb testing.TB, flags ...string) *Server {
	tb.Helper()
	log := &bytes.Buffer{}
	process := exec.CommandContext(context.WithoutCancel(tb.Context()), Program(tb),
		append([]string{"serve", "--listen=127.0.0.1:0", "--log-level=warn"}, flags...)...)
	process.Dir, process.Stderr = tb.TempDir(), log
	stdout, err := process.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := process.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		_ = process.Process.Signal(syscall.SIGTERM) // if it has ended already, Wait says why
		_, _ = io.Copy(io.Discard, stdout)          // to its end: Wait closes it
		if err := process.Wait(); err != nil {
			tb.Errorf("the server: %v\n%s", err, log)
		}
	})
	s := &Server{}
	for lines := bufio.NewScanner(stdout); s.URL == "" && lines.Scan(); {
		if url, ok := strings.CutPrefix(lines.Text(), "ready: "); ok {
			s.URL = url
		} else {
			s.Greeting += lines.Text() + "\n"
		}
	}
	if s.URL == "" {
		tb.Fatal("the server does not get ready")
	}
	return s
}
