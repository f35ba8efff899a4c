package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/cinode-scim/cinode-scim/internal/config"
)

// writeWhole writes a file whole or not at all. What is no file, such as a pipe, is
// written to as it is.
func writeWhole(path string, mode os.FileMode, write func(io.Writer) error) error {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		device, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return wrongPath(err)
		}
		return errors.Join(write(device), device.Close())
	}
	temporary, err := os.CreateTemp(filepath.Dir(path), ".cinode-scim-*")
	if err != nil {
		return wrongPath(err)
	}
	if err = write(temporary); err == nil {
		err = errors.Join(temporary.Chmod(mode), temporary.Sync())
	}
	if err = errors.Join(err, temporary.Close()); err == nil {
		err = wrongPath(os.Rename(temporary.Name(), path))
	}
	if err != nil {
		_ = os.Remove(temporary.Name())
	}
	return err
}

// wrongPath makes a usage error of a path that nothing can be written to.
func wrongPath(err error) error {
	if err == nil {
		return nil
	}
	return &config.Error{Message: fmt.Sprintf("it cannot be written: %v", err)}
}

// bar is a progress bar that goes away at its end; none where nobody looks.
type bar struct{ *progressbar.ProgressBar }

// bar makes a bar; a total of -1 is one that is not known.
func (p *Program) bar(what string, total int64) bar {
	if !isTerminal(p.Stderr) {
		return bar{}
	}
	return bar{progressbar.NewOptions64(total, progressbar.OptionSetWriter(p.Stderr), progressbar.OptionSetDescription(what),
		progressbar.OptionShowCount(), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100*time.Millisecond))}
}

func (b bar) set(n int64) {
	if b.ProgressBar != nil {
		_ = b.Set64(n) // a bar that cannot be drawn is no reason to stop
	}
}

func (b bar) end() {
	if b.ProgressBar != nil {
		_ = b.Finish()
	}
}
