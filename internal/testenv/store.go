package testenv

import (
	"context"
	"testing"
)

// Opened is a database migrated and opened by the functions of the store that is tested, and closed after the test.
func Opened[S interface{ Close() }](tb testing.TB, database string, migrate func(context.Context, string) error,
	open func(context.Context, string) (S, error),
) S {
	tb.Helper()
	if err := migrate(tb.Context(), database); err != nil {
		tb.Fatalf("migrate a test database: %v", err)
	}
	s, err := open(tb.Context(), database)
	if err != nil {
		tb.Fatalf("open a test database: %v", err)
	}
	tb.Cleanup(s.Close)
	return s
}

// InMemory is Opened for a database in memory, which is migrated once it is open.
func InMemory[S interface {
	Close()
	Migrate(ctx context.Context) error
}](tb testing.TB, open func(context.Context, string) (S, error)) S {
	tb.Helper()
	s := Opened(tb, ":memory:", func(context.Context, string) error { return nil }, open)
	if err := s.Migrate(tb.Context()); err != nil {
		tb.Fatalf("migrate a test database: %v", err)
	}
	return s
}
