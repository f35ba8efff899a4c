package provisioning

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/patch"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// memberEdit is what a request does to a group's members, independent of who
// is in it: everybody leaves first if clear, then each id is in or out.
type memberEdit struct {
	clear   bool
	replace bool // a PATCH replace, which may empty a group by mistake
	want    map[int64]bool
}

func wanted(ids []int64) map[int64]bool {
	want := make(map[int64]bool, len(ids))
	for _, id := range ids {
		want[id] = true
	}
	return want
}

// foldMembers folds operations that follow each other into their result.
func foldMembers(changes []patch.MemberChange) (memberEdit, error) {
	e := memberEdit{want: map[int64]bool{}}
	for _, c := range changes {
		if c.Clear {
			e.clear, e.replace, e.want = true, len(c.Add) > 0, map[int64]bool{}
		}
		for _, text := range c.Add {
			id, err := memberID(text)
			if err != nil {
				return e, err
			}
			e.want[id] = true
		}
		for _, text := range c.Remove {
			if id, err := ParseID(text); err == nil { // nobody else can be a member
				e.want[id] = false
			}
		}
	}
	return e, nil
}

func (e memberEdit) ids() []int64 {
	ids := make([]int64, 0, len(e.want))
	for id := range e.want {
		ids = append(ids, id)
	}
	return ids
}

// checkMembers refuses members that name nobody, as {"value":null} does. Nulls
// are left out of a resource, so that such a list would read as an empty one,
// and a replace with it would empty the group.
func (c *Call) checkMembers(o scim.Object) error {
	members, _ := scim.Lookup(o, "members")
	if c.Type.Name != "Group" || members == nil {
		return nil
	}
	list, ok := members.([]any)
	if !ok {
		list = []any{members}
	}
	for _, e := range list {
		member, isObject := e.(scim.Object)
		if id, _ := scim.Lookup(member, "value"); e == nil || isObject && id == nil {
			_, err := memberID(nil)
			return err
		}
	}
	return nil
}

// checkMembersIn does the same for an operation of a PATCH. A remove of nobody
// removes nobody.
func (c *Call) checkMembersIn(op scim.Operation) error {
	o, _ := op.Value.(scim.Object)
	if op.Path != "" {
		o = scim.Object{op.Path[strings.LastIndexByte(op.Path, ':')+1:]: op.Value}
	}
	if op.Op == scim.OpRemove || c.checkMembers(o) == nil {
		return nil
	}
	return scim.InvalidValue("Operations[%d]: members.value is required: the id of a user or group", op.Index)
}

// resolve holds the edit against the members there are.
func (e memberEdit) resolve(c *Call, current store.Current) (store.Change, error) {
	var change store.Change
	var unknown []int64
	for id, in := range e.want {
		switch member := current.IsMember[id]; {
		case in && member, !in && !member:
		case !in:
			change.RemoveMembers = append(change.RemoveMembers, id)
		case current.Known[id] == "":
			unknown = append(unknown, id)
		default:
			change.AddMembers = append(change.AddMembers, id)
		}
	}
	if len(unknown) > 0 && !c.Persona.SkipUnknownMembers {
		return change, &store.UnknownMembersError{IDs: unknown}
	}
	c.noteSkipped(unknown)
	if !e.clear {
		return change, nil
	}
	for _, l := range current.Links {
		if in, named := e.want[l.ID]; !in && !named {
			change.RemoveMembers = append(change.RemoveMembers, l.ID)
		}
	}
	if e.replace && len(change.RemoveMembers) > 0 {
		c.Deviations.Note(scim.DeviationMembersEmptied, "members")
	}
	return change, nil
}

// patchMembers applies a plan that looks at more of members than their ids: to
// the resource with all of them.
func (s *Service) patchMembers(ctx context.Context, c *Call, id int64, plan *patch.Plan, match Preconditions) (store.Resource, error) {
	before, err := s.store.Get(ctx, store.GetParams{Ref: c.ref(id), Links: true})
	if err != nil {
		return before, err
	}
	// The ids that the plan may bring in must be known before the group is
	// locked; applying it to what is there now finds them.
	trial, err := c.applyWithMembers(plan, before)
	if err != nil {
		return before, err
	}
	ids, _, err := takeMembers(trial)
	if err != nil {
		return before, err
	}
	now := s.now(c)
	var told difference
	out, err := s.store.Update(ctx, store.UpdateParams{
		Ref: c.ref(id), Type: c.Full(), Now: now, MemberIDs: ids, Links: true, Company: c.Persona.Company,
		Change: func(current store.Current) (store.Change, error) {
			if err := match.check(current.Meta.Version); err != nil {
				return store.Change{}, err
			}
			told, err = c.resolveAll(plan, now, current)
			return told.change, err
		},
	})
	told.tell(c, id, err)
	return out, s.refuse(ctx, c, err, nil)
}

func (c *Call) resolveAll(plan *patch.Plan, now time.Time, current store.Current) (difference, error) {
	before, err := scim.DecodeObject(current.Text)
	if err != nil {
		return difference{}, err
	}
	after, err := c.applyWithMembers(plan, current.Resource)
	if err != nil {
		return difference{}, err
	}
	ids, _, err := takeMembers(after)
	if err != nil {
		return difference{}, err
	}
	for _, l := range current.Links {
		current.IsMember[l.ID] = true
	}
	change, err := memberEdit{clear: true, want: wanted(ids)}.resolve(c, current)
	if !scim.Equal(before, after) {
		change.Attributes = after
	}
	change.Audit = c.changed(now, current.ID, before, change)
	return difference{before, change}, err
}

// applyWithMembers applies a plan to a group whose members stand in it.
func (c *Call) applyWithMembers(plan *patch.Plan, r store.Resource) (scim.Object, error) {
	o, err := scim.DecodeObject(r.Text)
	if err != nil {
		return nil, err
	}
	members := make([]any, len(r.Links))
	for i, l := range r.Links {
		members[i] = scim.Object{"value": strconv.FormatInt(l.ID, 10), "type": l.Type, "display": l.Display}
	}
	if len(members) > 0 {
		o["members"] = members
	}
	after, _, err := plan.Apply(o, strconv.FormatInt(r.ID, 10))
	if err != nil {
		return nil, err
	}
	return after, c.patched(plan, after, o)
}
