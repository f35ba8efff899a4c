package testenv

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// A folder is called <prefix><pid of its owner>-<random>, directly under /tmp: see the package comment.
const (
	folderParent = "/tmp"
	folderPrefix = "cinode-scim-pg-"
	dataName     = "data"
	logName      = "postgres.log"
)

// account is whom the server runs as when this process is root.
type account struct{ uid, gid uint32 }

// serverAccount is nil unless this process is root, because PostgreSQL runs as anybody else.
func serverAccount() (*account, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(found.Uid, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("uid of %s: %w", name, err)
		}
		gid, err := strconv.ParseUint(found.Gid, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("gid of %s: %w", name, err)
		}
		return &account{uid: uint32(uid), gid: uint32(gid)}, nil
	}
	return nil, errors.New("PostgreSQL refuses to run as root, and there is neither a user postgres nor a user nobody: " +
		"add one, or run the tests as another user")
}

func makeFolder(who *account) (string, error) {
	folder, err := os.MkdirTemp(folderParent, folderPrefix+strconv.Itoa(os.Getpid())+"-")
	if err != nil {
		return "", fmt.Errorf("folder of the cluster: %w", err)
	}
	if who != nil {
		if err := os.Chown(folder, int(who.uid), int(who.gid)); err != nil {
			return "", errors.Join(err, os.Remove(folder))
		}
	}
	return folder, nil
}

// removeLeftovers removes the folders of processes that died without Stop. What it cannot remove it leaves: the folder
// may be another user's, and a new cluster does not need the room.
func removeLeftovers(programs string) {
	folders, err := filepath.Glob(filepath.Join(folderParent, folderPrefix+"*"))
	if err != nil {
		return // the pattern is a constant and well-formed
	}
	for _, folder := range folders {
		owner, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(folder), folderPrefix), "-")
		pid, err := strconv.Atoi(owner)
		if err != nil || isAlive(pid) {
			continue
		}
		if stopOrphan(programs, folder) {
			_ = os.RemoveAll(folder)
		}
	}
}

// stopOrphan ends a server that outlived its owner, as it may where the kernel does not end it (macOS), and reports
// whether the folder is free.
func stopOrphan(programs, folder string) bool {
	data := filepath.Join(folder, dataName)
	pid := postmasterPID(data)
	if pid == 0 || !isAlive(pid) {
		return true
	}
	info, err := os.Stat(folder)
	if err != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	stop := exec.CommandContext(ctx, filepath.Join(programs, "pg_ctl"), "stop", "--pgdata="+data, "--mode=immediate")
	stop.Dir = folder
	if owner, ok := info.Sys().(*syscall.Stat_t); ok && os.Geteuid() == 0 {
		stop.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: owner.Uid, Gid: owner.Gid}}
	}
	return stop.Run() == nil
}

// postmasterPID reads the first line of the file that a running server keeps in its data folder; 0 if there is none.
func postmasterPID(data string) int {
	content, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(content), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil {
		return 0
	}
	return pid
}

// isAlive asks with signal 0, which is checked and not sent; a process of another user answers EPERM.
func isAlive(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}
