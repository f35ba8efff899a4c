package cli

import (
	"fmt"

	"github.com/gofrs/flock"

	"github.com/cinode-scim/cinode-scim/internal/config"
	"github.com/cinode-scim/cinode-scim/internal/idp"
)

// lockState keeps other processes from a state file until unlock is called, or until this
// process ends in any way. The lock is on a file beside it, which stays: the state file
// itself is a new one with each write.
func lockState(path string) (unlock func(), err error) {
	if path == "" {
		return func() {}, nil
	}
	lock := flock.New(path+".lock", flock.SetPermissions(0o600))
	locked, err := lock.TryLock()
	if err != nil {
		return nil, &config.Error{Message: (&idp.StateError{Path: path, Err: err}).Error()}
	}
	if !locked {
		return nil, &config.Error{Message: fmt.Sprintf("the state file %s is in use by another process; wait until that ends, or name another file", path)}
	}
	return func() { _ = lock.Unlock() }, nil // the end of the process unlocks too
}
