package testenv

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

// process is a running postmaster.
type process struct {
	pid  int
	done chan struct{} // closed when it has ended
	err  error         // what Wait said; read after done
}

func initdb(ctx context.Context, programs, folder string, who *account, options StartOptions) error {
	args := []string{
		"--pgdata=" + filepath.Join(folder, dataName), "--username=postgres", "--auth=trust", "--encoding=UTF8",
		"--no-instructions", "--locale=C",
	}
	if !options.Durable {
		args = append(args, "--no-sync")
	}
	if knowsICU(ctx, programs) {
		args = append(args, "--locale-provider=icu", "--icu-locale=en-US")
	}
	cmd := serverCommand(ctx, programs, "initdb", folder, who, args...)
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, output)
	}
	return nil
}

var majorVersion = regexp.MustCompile(`\) (\d+)`)

// knowsICU reports whether initdb takes ICU as the provider of a cluster's locale, which came with PostgreSQL 15.
func knowsICU(ctx context.Context, programs string) bool {
	output, err := exec.CommandContext(ctx, filepath.Join(programs, "initdb"), "--version").Output()
	match := majorVersion.FindSubmatch(output)
	if err != nil || match == nil {
		return false
	}
	major, err := strconv.Atoi(string(match[1]))
	return err == nil && major >= 15
}

// serverCommand prepares one of the server's programs to run in the cluster's folder, as an account that may. It gets
// a process group of its own, so that Ctrl-C reaches this process first and the server ends by Stop.
func serverCommand(ctx context.Context, programs, name, folder string, who *account, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(programs, name), args...)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if who != nil {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: who.uid, Gid: who.gid}
	}
	return cmd
}

func startServer(programs, folder string, who *account, options StartOptions) (*process, error) {
	settings := []string{
		"listen_addresses=", "unix_socket_directories=" + folder, "unix_socket_permissions=0777",
		"max_connections=300", "timezone=UTC", "logging_collector=off",
	}
	if !options.Durable {
		settings = append(settings, "fsync=off", "synchronous_commit=off", "full_page_writes=off")
	}
	args := []string{"-D", filepath.Join(folder, dataName)}
	for _, setting := range settings {
		args = append(args, "-c", setting)
	}
	log, err := os.Create(filepath.Join(folder, logName))
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }() // the server has its own handle

	// The server outlives every context: only Stop and the end of this process end it.
	cmd := serverCommand(context.Background(), programs, "postgres", folder, who, args...)
	cmd.Stdout, cmd.Stderr = log, log
	endWithParent(cmd.SysProcAttr)
	p := &process{done: make(chan struct{})}
	started := make(chan error)
	go p.supervise(cmd, started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start postgres: %w", err)
	}
	return p, nil
}

// supervise starts the server and waits for its end on one thread: the kernel takes the end of the thread that
// started a child for the end of its parent (see endWithParent), so the thread must live as long as the server.
func (p *process) supervise(cmd *exec.Cmd, started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := cmd.Start(); err != nil {
		started <- err
		return
	}
	p.pid = cmd.Process.Pid
	started <- nil
	p.err = cmd.Wait()
	close(p.done)
}

// stop asks for a fast shutdown, which ends open connections, and insists when that takes too long.
func (p *process) stop() error {
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT, syscall.SIGKILL} {
		select {
		case <-p.done:
			return nil
		default:
		}
		if err := syscall.Kill(p.pid, signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("stop postgres: %w", err)
		}
		select {
		case <-p.done:
			return nil
		case <-time.After(patience / 3):
		}
	}
	return fmt.Errorf("postgres (process %d) does not end", p.pid)
}
