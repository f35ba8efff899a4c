package admin

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// Dump writes a tenant whole, all but its audit log, and gives how much that was.
// progress may be nil; it is called with what has been written so far. What an
// error leaves in out is refused by Restore; it is store.ErrDamaged where the fault
// is in the data.
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
	out    *bufio.Writer
	counts Counts
	groups awaitedKeys
}

func newDumpWriter(w io.Writer) *dumpWriter {
	return &dumpWriter{out: bufio.NewWriterSize(w, 64<<10)}
}

// line writes a value and ends the line. What stands in the attributes is sorted
// too: their order may be that of the schemas that a server was started with.
func (w *dumpWriter) line(v any) error {
	text, err := json.Marshal(v, json.Deterministic(true), jsontext.ReorderRawObjects(true))
	if err != nil {
		return fmt.Errorf("%w: %w", store.ErrDamaged, err)
	}
	_, err = w.out.Write(append(text, '\n'))
	return err
}

func (w *dumpWriter) record(r store.Record) error {
	line, err := w.lineOf(r)
	if err != nil {
		return fmt.Errorf("%w: %w", store.ErrDamaged, err)
	}
	w.counts.add(r)
	return w.line(line)
}

// lineOf is what a record looks like.
func (w *dumpWriter) lineOf(r store.Record) (line recordLine, err error) {
	switch {
	case r.Tenant != nil:
		line.Tenant = tenantLineOf(r.Tenant)
	case r.Token != nil:
		line.Token = tokenLineOf(r.Token)
	case r.User != nil:
		line.User, _, err = resourceLineOf(r.User, true)
	case r.Group != nil:
		var attributes scim.Object
		line.Group, attributes, err = resourceLineOf(r.Group, false)
		w.groups.add(r.Group.ID, attributes)
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
		line.Link = w.linkLineOf(r.Link)
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

// resourceLineOf gives the line of a resource with its attributes decoded. A user
// whose active was taken away gets the one that it counts as: none is without.
func resourceLineOf(r *store.ResourceRecord, isUser bool) (*resourceLine, scim.Object, error) {
	text, err := withoutSchemas(r.Text)
	var attributes scim.Object
	if err == nil {
		attributes, err = scim.DecodeObject(text)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read the attributes of %d: %w", r.ID, err)
	}
	if isUser && attributes["active"] == nil {
		text = slices.Concat([]byte(`{"active":false,`), text[1:])
	}
	return &resourceLine{
		ID: r.ID, Version: r.Version, Created: moment(r.Created), LastModified: moment(r.Modified), Password: r.Password, Attributes: text,
	}, attributes, nil
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

// linkLineOf leaves out a wait that has ended: the group was changed while its
// tenant had no company.
func (w *dumpWriter) linkLineOf(l *store.LinkRecord) *linkLine {
	line := &linkLine{Group: l.Group, Created: moment(l.Created)}
	if w.groups.fit(l.Group, l.AwaitedKey) {
		line.Awaited = l.AwaitedKey
	}
	if l.Kind == cinode.KindTeam {
		line.Team = l.Unit
	} else {
		line.Role = l.Unit
	}
	return line
}
