// Package migrations holds the schema migrations of both databases, numbered
// pairs for golang-migrate, embedded into the binary. Running them is left to
// internal/store/migrate.
package migrations

import "embed"

// Postgres has postgres/*.sql.
//
//go:embed postgres/*.sql
var Postgres embed.FS

// SQLite has sqlite/*.sql.
//
//go:embed sqlite/*.sql
var SQLite embed.FS
