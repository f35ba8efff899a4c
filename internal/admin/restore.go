package admin

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// RestoreInput says what becomes of a dump. Tenant is the number of the new
// tenant, 0 for the one that the dump has.
type RestoreInput struct {
	Tenant        int64
	WithoutTokens bool
}

// Restored is a tenant that was made of a dump.
type Restored struct {
	Tenant int64
	Counts Counts
}

// DumpError says which line of a dump is wrong, and how.
type DumpError struct {
	Line   int
	Detail string
	// Unknown says that an attribute is of a schema that this server has not.
	Unknown bool
}

func (e *DumpError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Detail) }

// Restore makes a tenant of what Dump wrote: all of it, or nothing where a line is
// wrong, which is a DumpError, or where a number or a token's secret is in use,
// which is a ConflictError. progress may be nil; it is called with what has been
// read so far.
func (s *Service) Restore(ctx context.Context, by store.By, in io.Reader, p RestoreInput, progress func(Counts)) (Restored, error) {
	var c check
	if c.tenantID("/tenant", p.Tenant); c.err() != nil {
		return Restored{}, c.err()
	}
	d := &dumpReader{
		in: bufio.NewReaderSize(in, 64<<10), renumbered: p.Tenant != 0, registry: s.Registry, types: s.Registry.Storage(), progress: progress,
	}
	first, err := d.open()
	if err != nil {
		return Restored{}, err
	}
	out := Restored{Tenant: p.Tenant}
	if out.Tenant == 0 {
		out.Tenant = first.Tenant.ID
	}
	detail := fmt.Sprintf("from a dump of tenant %d, name %s", first.Tenant.ID, quote(first.Tenant.Name))
	if p.WithoutTokens {
		detail += ", without tokens"
	}
	err = s.Store.Restore(ctx, out.Tenant, s.Registry, d.records(first, p.WithoutTokens), s.entry(by, out.Tenant, "tenant.restore", "", detail))
	if err != nil && ctx.Err() != nil { // of a copy that is broken off pgx may tell the closed connection alone
		return Restored{}, ctx.Err()
	}
	if err != nil {
		return Restored{}, d.explain(err, out.Tenant)
	}
	s.Forget(out.Tenant)
	if out.Counts = d.counts; p.WithoutTokens {
		out.Counts.Tokens = 0
	}
	return out, nil
}

// dumpReader reads a dump line by line and checks each record against those before
// it. Of those it keeps ids and a hash of each user name.
type dumpReader struct {
	in         *bufio.Reader
	line       int
	renumbered bool             // the tenant gets another number
	registry   *schema.Registry // of the server
	types      *schema.Registry // of everything that may be stored
	progress   func(Counts)

	counts Counts
	seen   seen
	last   store.Record // the latest
}

// The longest lines. A resource may grow beyond the largest request, by many.
const (
	maxHeader = 4 << 10
	maxLine   = 256 << 20
)

func (d *dumpReader) fail(format string, args ...any) error {
	return &DumpError{Line: d.line, Detail: fmt.Sprintf(format, args...)}
}

// open reads the header and the record of the tenant.
func (d *dumpReader) open() (store.Record, error) {
	text, err := d.readLine(maxHeader)
	var h headerLine
	var wrong *DumpError
	switch {
	case errors.As(err, &wrong), errors.Is(err, io.EOF), err == nil && (json.Unmarshal(text, &h) != nil || h.Format != dumpFormat):
		d.line = 1
		return store.Record{}, d.fail("this is no file that the command dump has written")
	case err != nil:
		return store.Record{}, err
	case h.Version != dumpVersion:
		return store.Record{}, d.fail("the dump is of version %d, and this program reads version %d alone", h.Version, dumpVersion)
	}
	if err := d.decode(text, &h); err != nil {
		return store.Record{}, err
	}
	r, _, err := d.next() // the tenant: line 2 may have nothing else
	return r, err
}

// records goes on after the first.
func (d *dumpReader) records(first store.Record, withoutTokens bool) iter.Seq2[store.Record, error] {
	return func(yield func(store.Record, error) bool) {
		for r, end, err := first, false, error(nil); !end; r, end, err = d.next() {
			if err != nil {
				yield(store.Record{}, err)
				return
			}
			if (r.Token == nil || !withoutTokens) && !yield(r, nil) {
				return
			}
			if d.progress != nil {
				d.progress(d.counts)
			}
		}
	}
}

// next reads a record, or finds the end in order.
func (d *dumpReader) next() (r store.Record, end bool, err error) {
	text, err := d.readLine(maxLine)
	if errors.Is(err, io.EOF) {
		return r, false, d.fail("the dump ends without the line that counts its records: it was cut off")
	}
	if err != nil {
		return r, false, err
	}
	var line recordLine
	if err := d.decode(text, &line); err != nil {
		return r, false, err
	}
	if err := d.inOrder(&line); err != nil {
		return r, false, err
	}
	if line.End != nil {
		err := d.close(*line.End)
		return r, err == nil, err
	}
	if r, err = d.record(&line); err != nil {
		return r, false, err
	}
	d.counts.add(r)
	d.last = r
	return r, false, nil
}

// close compares the counts and looks for what follows them.
func (d *dumpReader) close(counts Counts) error {
	if counts != d.counts {
		return d.fail("it counts other records than stand above it; the dump was changed or damaged")
	}
	switch _, err := d.in.ReadByte(); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return fmt.Errorf("read the dump: %w", err)
	default:
		return d.fail("something follows this line, which must be the last")
	}
}

// readLine reads a line without its end, or gives io.EOF where there is none.
func (d *dumpReader) readLine(limit int) ([]byte, error) {
	d.line++
	var text []byte
	for {
		part, err := d.in.ReadSlice('\n')
		text = append(text, part...)
		switch {
		case len(text) > limit:
			return nil, d.fail("the line is longer than %d bytes", limit)
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(text) > 0, err == nil:
			return text, nil
		case errors.Is(err, io.EOF):
			return nil, io.EOF
		default:
			return nil, fmt.Errorf("read the dump: %w", err)
		}
	}
}

// decode reads the JSON of a line.
func (d *dumpReader) decode(text []byte, into any) error {
	err := json.Unmarshal(text, into, json.RejectUnknownMembers(true))
	var syntactic *jsontext.SyntacticError
	var semantic *json.SemanticError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, io.ErrUnexpectedEOF):
		return d.fail("the line ends before its JSON does")
	case errors.As(err, &syntactic):
		return d.fail("it is not valid JSON at byte %d: %s", syntactic.ByteOffset, strings.TrimPrefix(syntactic.Err.Error(), "jsontext: "))
	case errors.Is(err, json.ErrUnknownName) && errors.As(err, &semantic):
		return d.fail("%s is no part of a dump of this version", semantic.JSONPointer)
	case errors.As(err, &semantic) && semantic.Err != nil:
		return d.fail("%s: %s", semantic.JSONPointer, semantic.Err)
	case errors.As(err, &semantic) && semantic.JSONPointer != "":
		return d.fail("%s cannot be a JSON %s", semantic.JSONPointer, semantic.JSONKind)
	default:
		return d.fail("it is not an object of a dump")
	}
}

// explain says of what the store refused which line it was.
func (d *dumpReader) explain(err error, tenant int64) error {
	var unique *store.UniqueError
	var long *store.TooLongError
	switch {
	case errors.Is(err, store.ErrExists):
		return taken("tenant %d exists already", tenant)
	case errors.As(err, &unique) && unique.Attribute == "secret" && d.last.Token != nil:
		return &ConflictError{Detail: fmt.Sprintf("the token %q is also one of another tenant of this database", d.last.Token.Name)}
	case errors.As(err, &long):
		return d.fail("%s", long)
	default:
		return err
	}
}
