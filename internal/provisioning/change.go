package provisioning

import (
	"context"
	"errors"
	"strconv"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/patch"
	"github.com/cinode-scim/cinode-scim/internal/scim/quirk"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// ErrNoPutOfGroups is the refusal of PUT on groups, which Cinode does not have (D).
var ErrNoPutOfGroups = scim.NotImplemented("Cinode does not support PUT on groups; use PATCH")

// Replace puts a body in place of a resource (RFC 7644 section 3.5.1). What the
// client cannot write stays: read-only attributes, those the persona keeps when
// they are not named, and what the persona does not show.
func (s *Service) Replace(ctx context.Context, c *Call, id int64, body scim.Object, match Preconditions) (store.Resource, error) {
	if c.Type.Name == "Group" && !c.Persona.PutGroups {
		return store.Resource{}, ErrNoPutOfGroups
	}
	attributes, err := s.normalise(c, body)
	if err != nil {
		return store.Resource{}, s.Refuse(ctx, c, id, err)
	}
	ids, given, err := takeMembers(attributes)
	if err != nil {
		return store.Resource{}, s.Refuse(ctx, c, id, err)
	}
	members := memberEdit{}
	if _, named := scim.Lookup(body, "members"); c.Type.Name == "Group" && (given || named || !c.Persona.KeepsOnPut("members")) {
		members = memberEdit{clear: true, want: wanted(ids)}
	}
	return s.update(ctx, c, id, match, members, func(current scim.Object) (scim.Object, bool, error) {
		next := c.keep(attributes, current, body)
		if err := c.replaced(next, current); err != nil {
			return nil, false, err
		}
		return next, true, c.Type.KeepOnReplace(next, current, body)
	})
}

// keep fills a normalised body up with what a PUT leaves alone.
func (c *Call) keep(attributes, current, body scim.Object) scim.Object {
	next := scim.CloneObject(attributes)
	for name, v := range current {
		if name == "schemas" || next[name] != nil {
			continue
		}
		value, named := scim.Lookup(body, name)
		if name == "externalId" && value == "" && c.Persona.EmptyExternalIDAbsent {
			named = false
		}
		if c.Persona.KeepsOnPut(name) && (!named || name == "active") {
			next[name] = v
		}
	}
	return next
}

// Patch applies a PatchOp message to a resource, all of it or nothing (RFC 7644
// section 3.5.2).
func (s *Service) Patch(ctx context.Context, c *Call, id int64, body scim.Object, match Preconditions) (store.Resource, error) {
	plan, err := c.compile(body)
	if err != nil {
		return store.Resource{}, s.Refuse(ctx, c, id, err)
	}
	changes, sets := plan.TakeMembers()
	if !sets {
		return s.patchMembers(ctx, c, id, plan, match)
	}
	members, err := foldMembers(changes)
	if err != nil {
		return store.Resource{}, s.Refuse(ctx, c, id, err)
	}
	return s.update(ctx, c, id, match, members, func(current scim.Object) (scim.Object, bool, error) {
		next, changed, err := plan.Apply(current, strconv.FormatInt(id, 10))
		if err == nil && changed {
			err = c.patched(plan, next, current)
		}
		return next, changed, err
	})
}

// Refuse gives the error of a request whose body is at fault: that of the body,
// or ErrNotFound where there is no such resource, which comes first.
func (s *Service) Refuse(ctx context.Context, c *Call, id int64, err error) error {
	if _, missing := s.store.Get(ctx, store.GetParams{Ref: c.ref(id)}); missing != nil {
		return missing
	}
	return err
}

func (c *Call) compile(body scim.Object) (*patch.Plan, error) {
	ops, err := c.operations(body)
	if err != nil {
		return nil, err
	}
	if len(ops) == 0 {
		if !c.Persona.EmptyOperations {
			return nil, scim.InvalidValue("Operations must hold at least one operation")
		}
		c.Deviations.Note(scim.DeviationEmptyOperations, "Operations")
	}
	if c.Persona.Strict {
		if err := quirk.Strict(c.Full(), ops); err != nil {
			return nil, err
		}
	} else {
		ops = quirk.Operations(c.Full(), ops, c.Deviations)
	}
	if c.ofUsers() && c.Persona.JobTitle {
		ops = quirk.JobTitleOperations(ops, c.Deviations)
	}
	if c.ofUsers() && c.Persona.WorkAddress {
		ops = cinode.WorkPaths(ops)
	}
	for _, op := range ops {
		if err := c.checkMembersIn(op); err != nil {
			return nil, err
		}
	}
	compiler := &patch.Compiler{
		Normalizer: c.normalizer(), Binder: c.pathBinder(), ReplaceCreates: c.Persona.ReplaceCreates,
		IgnoreUnknownPaths: c.Persona.IgnoreUnknownPaths, KeepMembers: !c.Persona.RemoveAllMembers,
	}
	return compiler.Compile(ops)
}

// edit gives the next state of a resource and whether it differs.
type edit func(current scim.Object) (next scim.Object, changed bool, err error)

// update runs an edit and a change of members in one transaction. A new password
// is hashed between two attempts, while nothing is locked.
func (s *Service) update(ctx context.Context, c *Call, id int64, match Preconditions, members memberEdit, apply edit) (store.Resource, error) {
	var attributes scim.Object
	params := store.UpdateParams{
		Ref: c.ref(id), Type: c.Full(), Now: s.now(c), MemberIDs: members.ids(),
		Links: members.clear || c.Links, Manager: c.showsManager(), Company: c.Persona.Company,
	}
	var password *passwordChange
	var told difference
	for {
		params.Change = func(current store.Current) (store.Change, error) {
			if err := match.check(current.Meta.Version); err != nil {
				return store.Change{}, err
			}
			change, err := members.resolve(c, current)
			if err != nil {
				return store.Change{}, err
			}
			before, err := c.edit(current, apply, password, &change)
			if err != nil {
				return store.Change{}, err
			}
			change.Audit = c.changed(params.Now, id, before, change)
			told = difference{before, change}
			attributes = change.Attributes
			return change, nil
		}
		out, err := s.store.Update(ctx, params)
		told.tell(c, id, err)
		var unhashed *unhashedError
		if err == nil && c.namesManager(attributes) {
			return s.again(ctx, c, out)
		}
		if !errors.As(err, &unhashed) {
			return out, s.refuse(ctx, c, err, attributes)
		}
		if password, err = s.workOut(ctx, unhashed.passwordChange, password); err != nil {
			return out, err
		}
	}
}

// edit applies an edit to a resource, adds what came of it to a change, and gives
// what the resource was before.
func (c *Call) edit(current store.Current, apply edit, password *passwordChange, change *store.Change) (before scim.Object, err error) {
	if before, err = scim.DecodeObject(current.Text); err != nil {
		return nil, err
	}
	from, hidden := c.typed(before), c.Type.Attribute("password") == nil
	if current.Password != "" && !hidden {
		from = scim.CloneObject(from)
		from["password"] = passwordStays
	}
	next, changed, err := apply(from)
	if err != nil || !changed {
		return before, err
	}
	if !hidden {
		if change.Password, err = password.take(next, current.Password); err != nil {
			return nil, err
		}
	}
	tidyManager(next)
	next = c.typed(next)
	c.keepHidden(next, c.typed(before))
	c.followLocality(next, before)
	if !scim.Equal(before, next) {
		change.Attributes = next
	}
	return before, nil
}
