// Package provisioning owns the SCIM use cases: Create, Get, List, Replace,
// Patch and Delete. It puts the engine's steps in order, normalise, compile,
// apply, store, and asks the persona where clients, Cinode and the RFC differ.
// Bytes and status lines are scimhttp's, SQL is the store's.
package provisioning

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/clock"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/filter"
	"github.com/cinode-scim/cinode-scim/internal/scim/quirk"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// Service carries out requests. It is safe for concurrent use.
type Service struct {
	store     store.Resources
	clock     clock.Clock
	cursors   *Cursors
	passwords *passwords
}

// New makes a Service.
func New(resources store.Resources, c clock.Clock, cursors *Cursors) *Service {
	return &Service{store: resources, clock: c, cursors: cursors, passwords: newPasswords()}
}

// Call is what every use case must know of the request: who asks for what
// type, as which persona, and where deviations are noted.
type Call struct {
	Tenant     int64
	Persona    cinode.Persona
	Type       *schema.ResourceType // of the persona's registry
	Deviations *scim.Deviations
	// Links says that the answer shows members or groups.
	Links bool
	// By is who asks, for the audit log.
	By store.By
	// Clock is that of the tenant.
	Clock clock.Setting
	// Changed is told what a resource was and has become, nil for what was not or is
	// no more; of members only those that came and went. It may be nil.
	Changed func(id int64, before, after scim.Object)
}

// Full is the type with every attribute that the store may hold.
func (c *Call) Full() *schema.ResourceType { return c.Persona.Full.Type(c.Type.Name) }

// reading asks for a resource as the answer shows it.
func (c *Call) reading(id int64) store.GetParams {
	return store.GetParams{Ref: c.ref(id), Links: c.Links, Manager: c.showsManager()}
}

func (c *Call) ref(id int64) store.Ref { return store.Ref{Tenant: c.Tenant, Type: c.Type.Name, ID: id} }

func (c *Call) normalizer() *schema.Normalizer {
	n := &schema.Normalizer{
		Type: c.Type, Wider: c.Full(), Coerce: quirk.Coerce, Strict: c.Persona.Strict,
		CheckFormats: c.Persona.CheckFormats, Deviations: c.Deviations,
	}
	if c.Persona.Strict {
		n.Coerce = nil
	}
	return n
}

func (c *Call) binder() *filter.Binder {
	return &filter.Binder{
		Type: c.Type, Operators: c.Persona.Filter.Operators(), And: c.Persona.Filter.And, Unquoted: c.Persona.Filter.Unquoted,
		Strict: c.Persona.Strict, Lacks: c.Persona.Filter.Lacks, Deviations: c.Deviations,
	}
}

// pathBinder binds PATCH paths, whose brackets have the whole language on
// every persona.
func (c *Call) pathBinder() *filter.Binder {
	b := c.binder()
	b.Operators = nil
	return b
}

// LinksAttribute is the attribute that shows a type's links.
func LinksAttribute(t *schema.ResourceType) string {
	if t.Name == "Group" {
		return "members"
	}
	return "groups"
}

// ParseID reads an id of a path. Ids are decimal; what is none belongs to
// nobody.
func ParseID(text string) (int64, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 1 || strconv.FormatInt(id, 10) != text {
		return 0, store.ErrNotFound
	}
	return id, nil
}

// Preconditions are the versions that If-Match allows; nil allows any.
type Preconditions struct {
	Versions []int64
	Given    bool
}

func (p Preconditions) check(version int64) error {
	if !p.Given {
		return nil
	}
	for _, v := range p.Versions {
		if v == version {
			return nil
		}
	}
	return scim.PreconditionFailed("the resource has changed: its version is no longer the one that If-Match names")
}

// Create makes a resource of a decoded body (RFC 7644 section 3.3).
func (s *Service) Create(ctx context.Context, c *Call, body scim.Object) (store.Resource, error) {
	attributes, err := s.normaliseNew(c, body)
	if err != nil {
		return store.Resource{}, err
	}
	params, err := s.newResource(ctx, c, attributes)
	if err != nil {
		return store.Resource{}, err
	}
	created, err := s.store.Create(ctx, params)
	if err != nil {
		return created.Resource, s.refuse(ctx, c, err, attributes)
	}
	c.noteSkipped(created.Skipped)
	c.tell(created.ID, nil, withMembers(attributes, params.Members))
	if c.Links && (len(params.Members) > 0 || created.Adopted) || c.namesManager(attributes) {
		return s.again(ctx, c, created.Resource)
	}
	return created.Resource, nil
}

func (s *Service) now(c *Call) time.Time { return c.Clock.Now(s.clock.Now()) }

// again reads a resource that was written, with what the server says of others.
// One that is gone by now is given as it was written.
func (s *Service) again(ctx context.Context, c *Call, written store.Resource) (store.Resource, error) {
	r, err := s.store.Get(ctx, c.reading(written.ID))
	if errors.Is(err, store.ErrNotFound) {
		return written, nil
	}
	return r, err
}

// newResource takes apart what is stored in different places.
func (s *Service) newResource(ctx context.Context, c *Call, attributes scim.Object) (store.CreateParams, error) {
	if c.Type.Attribute("active") != nil && attributes["active"] == nil {
		attributes["active"] = true
	}
	params := store.CreateParams{
		Tenant: c.Tenant, Type: c.Full(), Attributes: attributes, SkipUnknown: c.Persona.SkipUnknownMembers,
		Company: c.Persona.Company, Now: s.now(c),
	}
	params.Audit = c.created(params.Now, attributes)
	var err error
	if params.Members, _, err = takeMembers(attributes); err != nil {
		return params, err
	}
	params.Password, err = s.takePassword(ctx, attributes)
	return params, err
}

// normaliseNew does with the body of a POST what normalise does, and what is of
// new resources alone.
func (s *Service) normaliseNew(c *Call, body scim.Object) (scim.Object, error) {
	attributes, err := s.normalise(c, body)
	if err != nil {
		return nil, err
	}
	c.keepGroupID(attributes, body)
	attributes = c.typed(attributes)
	c.followLocality(attributes, nil)
	return attributes, nil
}

// normalise checks the schemas of a body and brings it into canonical form.
func (s *Service) normalise(c *Call, body scim.Object) (scim.Object, error) {
	if err := c.checkSchemas(body); err != nil {
		return nil, err
	}
	if err := c.checkMembers(body); err != nil {
		return nil, err
	}
	if c.ofUsers() && c.Persona.JobTitle {
		body = quirk.JobTitle(body, c.Deviations)
	}
	attributes, err := c.normalizer().Resource(body)
	if err != nil {
		return nil, err
	}
	tidyManager(attributes)
	if err := c.Type.CheckRequired(attributes); err != nil {
		return nil, err
	}
	return attributes, c.whole(attributes)
}

// checkSchemas holds the schemas of a body against the type's (RFC 7643 section
// 3): the base schema must be there, unknown URNs are noted.
func (c *Call) checkSchemas(body scim.Object) error {
	v, ok := scim.Lookup(body, "schemas")
	list, isList := v.([]any)
	if !ok || v == nil || isList && len(list) == 0 {
		if c.Persona.RequireSchemas {
			return scim.InvalidSyntax("schemas is missing; it must hold %s", c.Type.Schema.ID)
		}
		c.Deviations.Note(scim.DeviationMissingSchemas, "schemas")
		return nil
	}
	if !isList {
		return scim.InvalidSyntax("schemas must be an array of URNs")
	}
	base := false
	for _, e := range list {
		urn, isString := e.(string)
		if !isString {
			return scim.InvalidSyntax("schemas must be an array of URNs")
		}
		tidy := strings.ReplaceAll(urn, " ", "")
		base = base || strings.EqualFold(tidy, c.Type.Schema.ID)
		full := c.Full()
		if tidy == urn && (strings.EqualFold(urn, c.Type.Schema.ID) || full.Extension(urn) != nil) {
			continue
		}
		if c.Persona.Strict {
			return scim.InvalidSyntax("schemas holds %q, which is no schema of %s; this tenant is strict", urn, c.Type.Name)
		}
		c.Deviations.Note(scim.DeviationSchemaURN, urn)
	}
	if !base && c.Persona.RequireSchemas {
		return scim.InvalidSyntax("schemas must hold %s", c.Type.Schema.ID)
	}
	if !base {
		c.Deviations.Note(scim.DeviationMissingSchemas, c.Type.Schema.ID)
	}
	return nil
}

// takeMembers takes the ids of members out of a group. given is false when the
// body had no members, so that a PUT can tell it from an empty list.
func takeMembers(attributes scim.Object) (ids []int64, given bool, err error) {
	v, given := attributes["members"]
	delete(attributes, "members")
	list, _ := v.([]any)
	for _, e := range list {
		o, _ := e.(scim.Object)
		id, err := memberID(o["value"])
		if err != nil {
			return nil, given, err
		}
		ids = append(ids, id)
	}
	return ids, given, nil
}

func memberID(v any) (int64, error) {
	text, ok := v.(string)
	if !ok || text == "" {
		return 0, scim.InvalidValue("members.value is required: the id of a user or group")
	}
	id, err := ParseID(text)
	if err != nil {
		return 0, unknownMembers(text)
	}
	return id, nil
}

func unknownMembers(ids string) error {
	return scim.InvalidValue("members names what does not exist: %s", ids)
}

func (c *Call) noteSkipped(ids []int64) {
	for _, id := range ids {
		c.Deviations.Note(scim.DeviationUnknownMember, strconv.FormatInt(id, 10))
	}
}

// refuse turns the store's refusals into the client's words.
func (s *Service) refuse(ctx context.Context, c *Call, err error, attributes scim.Object) error {
	var taken *store.UniqueError
	if errors.As(err, &taken) {
		return s.taken(ctx, c, taken.Attribute, attributes[taken.Attribute])
	}
	var tooLong *store.TooLongError
	if errors.As(err, &tooLong) {
		return scim.InvalidValue("%s is longer than %d bytes", tooLong.Attribute, tooLong.Limit)
	}
	var unknown *store.UnknownMembersError
	if errors.As(err, &unknown) {
		return unknownMembers(joinIDs(unknown.IDs))
	}
	return err
}

func joinIDs(ids []int64) string {
	const most = 20
	var b strings.Builder
	for i, id := range ids {
		if i == most {
			return fmt.Sprintf("%s and %d more", b.String(), len(ids)-most)
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strconv.FormatInt(id, 10))
	}
	return b.String()
}

// Get reads one resource.
func (s *Service) Get(ctx context.Context, c *Call, id int64) (store.Resource, error) {
	return s.store.Get(ctx, c.reading(id))
}

// Delete removes a resource, or disconnects a user where the persona says so
// (RFC 7644 section 3.6; Cinode's docs-scim).
func (s *Service) Delete(ctx context.Context, c *Call, id int64, match Preconditions) error {
	if c.ofUsers() && c.Persona.DeleteDisconnects {
		return s.disconnect(ctx, c, id, match)
	}
	now := s.now(c)
	err := s.store.Delete(ctx, store.DeleteParams{Ref: c.ref(id), Now: now, Check: match.check, Audit: c.entry(now, id, "delete", "")})
	if err == nil {
		c.tell(id, scim.Object{"id": strconv.FormatInt(id, 10)}, nil)
	}
	return err
}

// disconnect makes a user inactive; one that is inactive already stays as it
// is.
func (s *Service) disconnect(ctx context.Context, c *Call, id int64, match Preconditions) error {
	now := s.now(c)
	var told difference
	_, err := s.store.Update(ctx, store.UpdateParams{Ref: c.ref(id), Type: c.Full(), Now: now,
		Change: func(current store.Current) (store.Change, error) {
			if err := match.check(current.Meta.Version); err != nil {
				return store.Change{}, err
			}
			before, err := scim.DecodeObject(current.Text)
			if err != nil || before["active"] == false {
				return store.Change{}, err
			}
			change := store.Change{Attributes: scim.CloneObject(before)}
			change.Attributes["active"] = false
			change.Audit = c.changed(now, id, before, change)
			told = difference{before, change}
			return change, nil
		}})
	told.tell(c, id, err)
	return err
}
