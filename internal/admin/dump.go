package admin

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// Dump writes a tenant whole, all but its audit log, and gives how much that was.
// progress may be nil; it is called with what has been written so far. What an
// error leaves in out is refused by Restore.
func (s *Service) Dump(ctx context.Context, tenant int64, out io.Writer, progress func(Counts)) (Counts, error) {
	w := newDumpWriter(out)
	if err := w.line(headerLine{Format: dumpFormat, Version: dumpVersion}); err != nil {
		return Counts{}, err
	}
	err := s.Store.Dump(ctx, tenant, func(r store.Record) error {
		if err := w.record(r); err != nil {
			return err
		}
		if progress != nil {
			progress(w.counts)
		}
		return nil
	})
	if errors.Is(err, store.ErrNotFound) {
		return Counts{}, missing("there is no tenant %d", tenant)
	}
	if err == nil {
		err = w.line(recordLine{End: &w.counts})
	}
	if err == nil {
		err = w.out.Flush()
	}
	return w.counts, err
}

// dumpWriter writes a dump line by line.
type dumpWriter struct {
	out     *bufio.Writer
	encoder *jsontext.Encoder
	counts  Counts
}

func newDumpWriter(w io.Writer) *dumpWriter {
	out := bufio.NewWriterSize(w, 64<<10)
	// What stands in the attributes is sorted too: their order may be that of the
	// schemas that a server was started with.
	return &dumpWriter{out: out, encoder: jsontext.NewEncoder(out, json.Deterministic(true), jsontext.ReorderRawObjects(true))}
}

// line writes a value and ends the line.
func (w *dumpWriter) line(v any) error { return json.MarshalEncode(w.encoder, v) }

func (w *dumpWriter) record(r store.Record) error {
	line, err := lineOf(r)
	if err != nil {
		return err
	}
	w.counts.add(r)
	return w.line(line)
}

// lineOf is what a record looks like.
func lineOf(r store.Record) (line recordLine, err error) {
	switch {
	case r.Tenant != nil:
		line.Tenant = tenantLineOf(r.Tenant)
	case r.Token != nil:
		line.Token = tokenLineOf(r.Token)
	case r.User != nil:
		line.User, err = resourceLineOf(r.User)
	case r.Group != nil:
		line.Group, err = resourceLineOf(r.Group)
	case r.Members != nil && r.Members.Type == "User":
		line.Members = &membersLine{Group: r.Members.Group, Users: r.Members.IDs}
	case r.Members != nil:
		line.Members = &membersLine{Group: r.Members.Group, Groups: r.Members.IDs}
	case r.Unit != nil && r.Unit.Kind == cinode.KindTeam:
		line.Team = unitLineOf(r.Unit)
	case r.Unit != nil:
		line.Role = unitLineOf(r.Unit)
	case r.UnitMembers != nil && r.UnitMembers.Kind == cinode.KindTeam:
		line.TeamMembers = &teamMembersLine{Team: r.UnitMembers.Unit, Users: r.UnitMembers.Users}
	case r.UnitMembers != nil:
		line.RoleMembers = &roleMembersLine{Role: r.UnitMembers.Unit, Users: r.UnitMembers.Users}
	case r.Link != nil:
		line.Link = linkLineOf(r.Link)
	}
	return line, err
}

func tenantLineOf(t *cinode.Tenant) *tenantLine {
	line := &tenantLine{
		ID: t.ID, Name: t.Name, Persona: t.Persona, Strict: t.Strict, SkipUnknownMembers: t.SkipUnknownMembers,
		Switches: t.Switches, Created: moment(t.Created),
	}
	for _, m := range t.Mappings {
		line.Mappings = append(line.Mappings, string(m))
	}
	return line
}

func tokenLineOf(t *store.TokenRecord) *tokenLine {
	line := &tokenLine{
		Name: t.Name, Hash: hexHash(t.Hash), Audience: t.Audience, User: t.UserID, Created: moment(t.Created), Expires: moment(t.Expires),
		Revoked: moment(t.Revoked), LastUsed: moment(t.LastUsed.At), LastFrom: t.LastUsed.Address, LastClient: t.LastUsed.Client,
	}
	for _, s := range t.Scopes {
		line.Scopes = append(line.Scopes, string(s))
	}
	return line
}

func resourceLineOf(r *store.ResourceRecord) (*resourceLine, error) {
	attributes, err := withoutSchemas(r.Text)
	if err != nil {
		return nil, fmt.Errorf("read the attributes of %d: %w", r.ID, err)
	}
	return &resourceLine{
		ID: r.ID, Version: r.Version, Created: moment(r.Created), LastModified: moment(r.Modified), Password: r.Password, Attributes: attributes,
	}, nil
}

// withoutSchemas takes away the first member of a stored text.
func withoutSchemas(text []byte) (jsontext.Value, error) {
	const first = `{"schemas":`
	if !bytes.HasPrefix(text, []byte(first)) {
		return nil, errors.New("they do not begin with schemas")
	}
	decoder := jsontext.NewDecoder(bytes.NewBuffer(text[len(first):]))
	if err := decoder.SkipValue(); err != nil {
		return nil, err
	}
	rest := bytes.TrimPrefix(text[len(first)+int(decoder.InputOffset()):], []byte(","))
	return append(jsontext.Value{'{'}, rest...), nil
}

func unitLineOf(u *cinode.Unit) *unitLine {
	return &unitLine{ID: u.ID, Name: u.Name, Created: moment(u.Created)}
}

func linkLineOf(l *store.LinkRecord) *linkLine {
	line := &linkLine{Group: l.Group, Awaited: l.AwaitedKey, Created: moment(l.Created)}
	if l.Kind == cinode.KindTeam {
		line.Team = l.Unit
	} else {
		line.Role = l.Unit
	}
	return line
}
