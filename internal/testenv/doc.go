// Package testenv gives tests the real things they need and this process does not own: a PostgreSQL server, a
// browser, and the program as it is built. It owns finding, starting and removing them; what is done with them is the test's business, and installing
// them is that of `make test`.
//
// Postgres hands every test a database of its own in one throw-away cluster per test binary, or in the server that
// CINODE_SCIM_TEST_POSTGRES names. A missing PostgreSQL or browser fails the test and says how to get it; nothing is
// ever skipped. The bench program starts its own cluster with StartPostgres. Program builds the program once per test
// binary, and Serve runs it, for the tests that look at it from outside.
//
// A package that calls Postgres, Program or Serve should tidy up when its tests end:
//
//	func TestMain(m *testing.M) { testenv.Main(m) }
//
// or, where leaked goroutines are looked for as well (the cluster holds one while it runs):
//
//	func TestMain(m *testing.M) { goleak.VerifyTestMain(testenv.M{M: m}) }
//
// Without either the kernel ends the server with the test binary (Linux), and the next run removes its folder.
//
// # Decisions
//
// Databases sort text by ICU's rules where the server knows ICU (PostgreSQL 15), because production databases sort by
// a language's rules too: a query that needs byte order and does not say COLLATE "C" fails here and not there.
// PostgreSQL refuses to run as root and cannot enter a folder below one of root's, so the cluster lives directly under
// /tmp, which also keeps its socket's path short enough, and belongs to the user postgres (or nobody) there.
package testenv
