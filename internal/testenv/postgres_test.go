package testenv

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// abandonVariable makes this test binary play a program that starts a cluster and dies without Stop.
const abandonVariable = "CINODE_SCIM_TESTENV_ABANDON"

func TestMain(m *testing.M) {
	if os.Getenv(abandonVariable) != "" {
		abandonCluster()
	}
	Main(m)
}

func connect(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close(context.Background())) })
	return conn
}

func queryString(t *testing.T, conn *pgx.Conn, sql string) string {
	t.Helper()
	var value string
	require.NoError(t, conn.QueryRow(t.Context(), sql).Scan(&value))
	return value
}

func TestPostgres_ParallelDatabasesAreIsolated(t *testing.T) {
	t.Parallel()
	for i := range 8 {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			t.Parallel()
			conn := connect(t, Postgres(t))
			_, err := conn.Exec(t.Context(), "CREATE TABLE users (id bigint PRIMARY KEY)")
			require.NoError(t, err, "another test's table is in the way")
			require.Equal(t, "UTF8", queryString(t, conn, "SHOW server_encoding"))
		})
	}
}

func TestPostgres_DatabaseIsDroppedWithItsConnections(t *testing.T) {
	t.Parallel()
	var dsn string
	t.Run("user", func(t *testing.T) {
		dsn = Postgres(t)
		_, err := pgx.Connect(t.Context(), dsn)
		require.NoError(t, err)
	})
	_, err := pgx.Connect(t.Context(), dsn)
	require.ErrorContains(t, err, "does not exist")
}

func TestPostgres_TwoTestsGetTwoDatabases(t *testing.T) {
	t.Parallel()
	one, other := Postgres(t), Postgres(t)
	require.NotEqual(t, one, other)
}

func TestStartPostgres_Durability(t *testing.T) {
	t.Parallel()
	for want, options := range map[string]StartOptions{"on": {Durable: true}, "off": {}} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			cluster, err := StartPostgres(t.Context(), options)
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, cluster.Stop()) })
			require.NoError(t, cluster.CreateDatabase(t.Context(), "bench"))

			conn := connect(t, cluster.DSN("bench"))
			for _, setting := range []string{"fsync", "synchronous_commit", "full_page_writes"} {
				require.Equal(t, want, queryString(t, conn, "SHOW "+setting), setting)
			}
			require.Equal(t, "300", queryString(t, conn, "SHOW max_connections"))
			require.Empty(t, queryString(t, conn, "SHOW listen_addresses"))
		})
	}
}

func TestCluster_StopEndsTheServerAndRemovesItsFolder(t *testing.T) {
	t.Parallel()
	cluster, err := StartPostgres(t.Context(), StartOptions{})
	require.NoError(t, err)
	require.True(t, isAlive(cluster.PID()))
	require.Equal(t, cluster.PID(), postmasterPID(filepath.Join(cluster.folder, dataName)))

	require.NoError(t, cluster.Stop())
	require.False(t, isAlive(cluster.PID()))
	require.NoDirExists(t, cluster.folder)
	require.NoError(t, cluster.Stop(), "a second Stop")
}

func TestStartPostgres_CancelledContextLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := StartPostgres(ctx, StartOptions{})
	require.ErrorIs(t, err, context.Canceled)
}

func TestForeignCluster_IsUsedAndLeftRunning(t *testing.T) {
	t.Parallel()
	own, err := StartPostgres(t.Context(), StartOptions{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, own.Stop()) })

	foreign, err := foreignCluster(own.DSN("postgres"))
	require.NoError(t, err)
	require.NoError(t, foreign.CreateDatabase(t.Context(), "x"))
	require.Equal(t, "x", queryString(t, connect(t, foreign.DSN("x")), "SELECT current_database()"))
	require.NoError(t, foreign.DropDatabase(t.Context(), "x"))
	require.NoError(t, foreign.Stop())
	require.Zero(t, foreign.PID())
	require.True(t, isAlive(own.PID()))
}

func TestForeignCluster_RefusesWhatServeWouldRefuse(t *testing.T) {
	t.Parallel()
	for _, dsn := range []string{"host=localhost user=scim", "mysql://localhost/scim", "postgres://scim:s3cret%zz@localhost/scim"} {
		_, err := foreignCluster(dsn)
		require.ErrorContains(t, err, postgresVariable)
		require.NotContains(t, err.Error(), "s3cret")
	}
}

// abandonCluster prints the cluster's DSN and dies.
func abandonCluster() {
	cluster, err := StartPostgres(context.Background(), StartOptions{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Print(cluster.DSN("postgres"))
	os.Exit(3)
}

func TestStartPostgres_RemovesWhatADeadProgramLeft(t *testing.T) {
	t.Parallel()
	program := exec.CommandContext(t.Context(), os.Args[0])
	program.Env = append(os.Environ(), abandonVariable+"=yes")
	output, err := program.Output()
	require.ErrorContains(t, err, "exit status 3")
	address, err := url.Parse(string(output))
	require.NoError(t, err)
	folder := address.Query().Get("host")
	require.True(t, strings.HasPrefix(folder, filepath.Join(folderParent, folderPrefix)), "folder: %q", folder)

	programs, err := findPostgres(postgresFolders)
	require.NoError(t, err)
	gone := func() bool {
		removeLeftovers(programs) // the server may still be on its way out, and then the folder stays for the next start
		_, err := os.Stat(folder)
		return os.IsNotExist(err)
	}
	require.Eventually(t, gone, patience, 50*time.Millisecond)
}
