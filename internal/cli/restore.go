package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/config"
)

func (p *Program) restore() *cobra.Command {
	c := &cobra.Command{
		Use: "restore FILE", Short: "Make a tenant of a file that dump has written; - is standard input", Args: cobra.ExactArgs(1),
		Long: "Make a tenant of a file that dump has written, with all its numbers, versions and times: the whole tenant, or nothing\n" +
			"where a line of the file is wrong. Other tenants are not touched. On SQLite, servers on the same file answer that the\n" +
			"database is busy where they would write meanwhile.",
		Example: "  cinode-scim restore tenant1.jsonl --database postgres://user@host/db\n" +
			"  cinode-scim restore tenant1.jsonl --tenant 7 --without-tokens    # a copy beside the original",
	}
	config.Register(c.Flags(), config.Names("restore")...)
	var in admin.RestoreInput
	c.Flags().Int64Var(&in.Tenant, "tenant", 0, "number of the new tenant; that of the dump if left out")
	c.Flags().BoolVar(&in.WithoutTokens, "without-tokens", false, "leave the tokens out")
	asJSON := jsonFlag(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		if in.Tenant < 0 || in.Tenant > cinode.MaxTenantID || in.Tenant == 0 && c.Flags().Changed("tenant") {
			return &config.Error{Message: fmt.Sprintf("--tenant must be a number from 1 to %d", int64(cinode.MaxTenantID))}
		}
		file, size, err := openDump(args[0], c.InOrStdin())
		if err != nil {
			return &config.Error{Message: fmt.Sprintf("the dump cannot be read: %v", err)}
		}
		defer func() { _ = file.Close() }()
		return p.withNewAdmin(c, func(ctx context.Context, _ *config.Config, cases *admin.Service) error {
			source := &source{Reader: file}
			bar := p.bar("restoring", size)
			done, err := cases.Restore(ctx, by, source, in, func(admin.Counts) { bar.set(source.read) })
			bar.end()
			if err != nil {
				return restoreError(ctx, err, source.err)
			}
			if *asJSON {
				return p.printJSON(movedView{done.Tenant, done.Counts})
			}
			fmt.Fprintf(p.Stderr, "restored tenant %d: %s\n", done.Tenant, done.Counts)
			return nil
		})
	}
	return c
}

// openDump opens a file to read, with its size, -1 for one that is not known.
func openDump(path string, stdin io.Reader) (io.ReadCloser, int64, error) {
	if path == standard {
		return io.NopCloser(stdin), -1, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	info, err := file.Stat()
	switch {
	case err != nil:
		return nil, 0, errors.Join(err, file.Close())
	case info.IsDir():
		_ = file.Close()
		return nil, 0, fmt.Errorf("%s is a folder", path)
	case !info.Mode().IsRegular():
		return file, -1, nil
	}
	return file, info.Size(), nil
}

// source counts what is read, and remembers that something could not be.
type source struct {
	io.Reader
	read int64
	err  error
}

func (s *source) Read(b []byte) (int, error) {
	n, err := s.Reader.Read(b)
	s.read += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// restoreError says what helps, and tells a wrong file from a database that cannot
// be used.
func restoreError(ctx context.Context, err, reading error) error {
	var wrong *admin.DumpError
	var conflict *admin.ConflictError
	switch {
	case errors.As(err, &wrong) && wrong.Unknown:
		return &config.Error{Message: err.Error() + "; name the file that defines it with --schema FILE; nothing was restored"}
	case errors.As(err, &wrong):
		return &config.Error{Message: err.Error() + "; nothing was restored"}
	case errors.As(err, &conflict) && conflict.Taken:
		return usage(err, "; remove it with tenant delete, or give the new one another number with --tenant N")
	case errors.As(err, &conflict):
		return usage(err, "; leave the tokens out with --without-tokens, or delete that tenant")
	case reading != nil:
		return failed(ExitFailed, "the dump cannot be read: %w; nothing was restored", reading)
	case ctx.Err() != nil:
		return failed(ExitFailed, "the command was interrupted; nothing was restored")
	default:
		return failed(ExitUnreachable, "the tenant cannot be written: %w; nothing was restored", err)
	}
}
