//go:build race

package storetest

import "flag"

// The race detector slows SQLite, which is machine-made Go, more than tenfold:
// random tests make fewer rounds under it.
func init() { //nolint:gochecknoinits // before rapid reads its flag
	_ = flag.Set("rapid.checks", "20") // there unless rapid is gone
}
