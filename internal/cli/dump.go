package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/config"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// movedView is what --json shows of a tenant that was dumped or restored.
type movedView struct {
	Tenant int64 `json:"tenant"`
	admin.Counts
}

// standard is the name that stands for standard input or output.
const standard = "-"

func (p *Program) dump() *cobra.Command {
	c := &cobra.Command{
		Use: "dump [FILE]", Short: "Write a tenant whole to a file, or to standard output", Args: cobra.MaximumNArgs(1),
		Long: "Write a tenant whole to a file, or to standard output: what it is, users, groups, Teams, Roles, links and tokens,\n" +
			"as they are at one moment, while servers go on. The audit log stays. The same tenant is the same file on every\n" +
			"database. The file holds hashes of passwords and tokens: keep it as you keep the database.",
		Example: "  cinode-scim dump --tenant 1 tenant1.jsonl\n" +
			"  cinode-scim dump --database postgres://user@host/db | gzip > tenant1.jsonl.gz",
	}
	config.Register(c.Flags(), config.Names("dump")...)
	tenant := tenantFlag(c)
	asJSON := jsonFlag(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		path := standard
		if len(args) > 0 {
			path = args[0]
		}
		if path == standard && *asJSON {
			return &config.Error{Message: "--json would be printed into the dump; name a file"}
		}
		return p.withAdmin(c, func(ctx context.Context, _ *config.Config, cases *admin.Service) error {
			counts, err := p.dumpTo(ctx, cases, *tenant, path)
			if err != nil {
				return err
			}
			if *asJSON {
				return p.printJSON(movedView{*tenant, counts})
			}
			fmt.Fprintf(p.Stderr, "dumped tenant %d: %s\n", *tenant, counts)
			return nil
		})
	}
	return c
}

func (p *Program) dumpTo(ctx context.Context, cases *admin.Service, tenant int64, path string) (counts admin.Counts, err error) {
	var out sink
	write := func(w io.Writer) error {
		out.Writer = w
		bar := p.bar("dumping", -1)
		defer bar.end()
		counts, err = cases.Dump(ctx, tenant, &out, func(c admin.Counts) { bar.set(c.Users + c.Groups + c.Members) })
		return err
	}
	if path == standard {
		err = write(p.Stdout)
	} else {
		err = writeWhole(path, 0o600, write)
	}
	var missing *admin.MissingError
	var unwritable *config.Error
	var file *os.PathError
	switch {
	case err == nil:
		return counts, nil
	case errors.As(err, &missing):
		return counts, usage(err, "; tenant list shows those there are")
	case errors.As(err, &unwritable):
		return counts, err
	case out.err != nil, errors.As(err, &file):
		return counts, failed(ExitFailed, "the dump cannot be written: %w", err)
	case ctx.Err() != nil:
		return counts, failed(ExitFailed, "the dump was interrupted")
	case errors.Is(err, store.ErrDamaged):
		return counts, failed(ExitFailed, "tenant %d cannot be dumped: %w", tenant, err)
	default:
		return counts, failed(ExitUnreachable, "tenant %d cannot be read: %w", tenant, err)
	}
}

// sink remembers that it could not be written to.
type sink struct {
	io.Writer
	err error
}

func (s *sink) Write(b []byte) (int, error) {
	n, err := s.Writer.Write(b)
	if err != nil {
		s.err = err
	}
	return n, err
}
