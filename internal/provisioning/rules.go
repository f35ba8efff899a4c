package provisioning

import (
	"context"
	"strconv"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/scim/filter"
	"github.com/cinode-scim/cinode-scim/internal/scim/patch"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

func (c *Call) ofUsers() bool { return c.Type.Name == "User" }

// whole holds what a POST or PUT says against the rules of the persona.
func (c *Call) whole(attributes scim.Object) error {
	c.dropEmptyExternalID(attributes)
	if !c.ofUsers() {
		return nil
	}
	if err := c.checkEmail(attributes); err != nil || !c.Persona.RequireNames {
		return err
	}
	return cinode.CheckNames(attributes)
}

// replaced holds the next state after a PUT against the rules about the current
// one.
func (c *Call) replaced(next, current scim.Object) error {
	if c.Persona.SetOnce {
		cinode.KeepSetOnce(next, current)
	}
	return c.holdSetOnce(next, current, c.Persona.SetOncePutRefused, func(_ string, err error) error { return err })
}

// patched does so after a PATCH.
func (c *Call) patched(plan *patch.Plan, next, current scim.Object) error {
	if err := c.holdSetOnce(next, current, c.Persona.SetOncePatchRefused, plan.Blame); err != nil {
		return err
	}
	c.dropEmptyExternalID(next)
	if !c.ofUsers() {
		return nil
	}
	if was := current["active"]; c.Persona.KeepActive && next["active"] == nil && was != nil {
		next["active"] = was
	}
	if c.Persona.RequireNames {
		if err := cinode.CheckNamesStay(next, current); err != nil {
			return plan.Blame("name", err)
		}
	}
	if next["userName"] == current["userName"] {
		return nil
	}
	return plan.Blame("userName", c.checkEmail(next))
}

// holdSetOnce keeps userName and externalId once they are set (D): another value
// is refused, with what to blame, or left out.
func (c *Call) holdSetOnce(next, current scim.Object, refused bool, blame func(string, error) error) error {
	if !c.Persona.SetOnce {
		return nil
	}
	for _, name := range cinode.HoldSetOnce(c.Type, next, current) {
		if refused {
			return blame(name, scim.Mutability("%s is read-only once it is set; leave it out", name))
		}
		c.Deviations.Note(scim.DeviationReadOnlyChanged, name)
	}
	return nil
}

func (c *Call) dropEmptyExternalID(attributes scim.Object) {
	if c.Persona.EmptyExternalIDAbsent && attributes["externalId"] == "" {
		delete(attributes, "externalId")
	}
}

// checkEmail reports a userName that is no e-mail address, which Cinode's is.
func (c *Call) checkEmail(attributes scim.Object) error {
	name, _ := attributes["userName"].(string)
	if !c.Persona.EmailUserNames || cinode.IsEmail(name) {
		return nil
	}
	if c.Persona.Strict {
		return scim.InvalidValue("userName must be an e-mail address; this tenant is strict")
	}
	c.Deviations.Note(scim.DeviationUserNameNotEmail, "userName")
	return nil
}

// typed is a user whose addresses all have a type.
func (c *Call) typed(user scim.Object) scim.Object {
	if !c.ofUsers() || !c.Persona.WorkAddress {
		return user
	}
	return cinode.TypeAddresses(user)
}

// followLocality derives what shows the work city.
func (c *Call) followLocality(next, before scim.Object) {
	if c.ofUsers() && c.Persona.WorkAddress {
		cinode.FollowLocality(next, before)
	}
}

// keepGroupID keeps the id that a client gives a new group, which is the server's
// to give, as the group's externalId: it is what links are found by (D).
func (c *Call) keepGroupID(attributes, body scim.Object) {
	if c.ofUsers() || !c.Persona.GroupIDAsExternalID || attributes["externalId"] != nil {
		return
	}
	v, _ := scim.Lookup(body, "id")
	id, _ := v.(string)
	if number, ok := v.(scim.Number); ok {
		id = string(number)
	}
	if id != "" {
		attributes["externalId"] = id
		c.Deviations.Note(scim.DeviationGroupID, "id")
	}
}

// taken is the refusal of a value that another user has. A disconnected one keeps
// its e-mail until an administrator changes it, which the client can't know (D).
func (s *Service) taken(ctx context.Context, c *Call, attribute string, value any) error {
	name, _ := value.(string)
	refusal := scim.Uniqueness("%s %q is taken by another user", attribute, name)
	if attribute != "userName" || !c.Persona.NameDisconnected {
		return refusal
	}
	a := c.Full().Attribute(attribute)
	page, err := s.store.List(ctx, store.ListParams{Tenant: c.Tenant, Start: 1, Count: 1, Of: []store.Selection{{
		Type: c.Full(), Filter: &filter.Bound{
			Kind: filter.NodeCompare, Op: filter.OpEqual, Target: schema.Target{Attribute: a}, Operand: filter.Operand{Text: a.Fold(name), Raw: name},
		},
	}}})
	if err != nil || len(page.Resources) == 0 {
		return refusal // it was taken a moment ago
	}
	owner, err := scim.DecodeObject(page.Resources[0].Text)
	if err != nil || owner["active"] != false {
		return refusal
	}
	return scim.Uniqueness("%s %q is taken by the disconnected user %s (%s); "+
		"an administrator must change that user's e-mail (release-email) before it can be used again",
		attribute, name, strconv.FormatInt(page.Resources[0].ID, 10), owner["userName"])
}
