package patch

import (
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/filter"
)

// MemberChange is an operation on a group's members as a change of a set.
type MemberChange struct {
	Clear  bool     // all members leave first
	Add    []string // ids that come
	Remove []string // ids that go
}

// TakeMembers takes the operations on members out of the plan when each of
// them is a change of a set, so that a group of 100,000 members is not read to
// add one. It is false, and takes nothing, when one of them looks at more than
// ids; the plan is then applied to a resource with all its members.
func (p *Plan) TakeMembers() ([]MemberChange, bool) {
	var changes []MemberChange
	var rest []step
	for _, s := range p.steps {
		if !s.onMembers() {
			rest = append(rest, s)
			continue
		}
		c, ok := s.memberChange()
		if !ok {
			return nil, false
		}
		changes = append(changes, c)
	}
	p.steps = rest
	return changes, true
}

func (s step) onMembers() bool {
	t := s.path.Target
	return t.Container == "" && t.Attribute != nil && t.Attribute.Name == "members"
}

func (s step) memberChange() (MemberChange, bool) {
	if s.path.Target.Sub != nil {
		return MemberChange{}, false
	}
	if s.path.Filter != nil {
		ids, ok := idsOf(s.path.Filter)
		return MemberChange{Remove: ids}, ok && s.op == scim.OpRemove
	}
	ids := make([]string, 0, 1)
	for _, v := range asList(s.value) {
		o, _ := v.(scim.Object)
		id, ok := o["value"].(string)
		if !ok {
			return MemberChange{}, false
		}
		ids = append(ids, id)
	}
	switch {
	case s.op == scim.OpRemove && s.value != nil:
		return MemberChange{Remove: ids}, true
	default:
		return MemberChange{Clear: s.op != scim.OpAdd, Add: ids}, true
	}
}

// idsOf reads `value eq "1" or value eq "2"`.
func idsOf(b *filter.Bound) ([]string, bool) {
	switch {
	case b.Kind == filter.NodeOr:
		left, ok1 := idsOf(b.Left)
		right, ok2 := idsOf(b.Right)
		return append(left, right...), ok1 && ok2
	case b.Kind == filter.NodeCompare && b.Op == filter.OpEqual && b.Leaf().Name == "value":
		return []string{b.Operand.Text}, true
	default:
		return nil, false
	}
}
