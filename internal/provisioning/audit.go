package provisioning

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// entry is a line of the audit log about a write to a resource; id 0 is one that is
// being made.
func (c *Call) entry(now time.Time, id int64, done, detail string) store.AuditEntry {
	e := store.AuditEntry{
		By: c.By, Tenant: c.Tenant, At: now, Action: strings.ToLower(c.Type.Name) + "." + done,
		Target: strings.ToLower(strings.TrimPrefix(c.Type.Endpoint, "/")) + "/", Detail: detail,
	}
	if id == 0 {
		return e
	}
	return e.Of(id)
}

// created is the line about a new resource.
func (c *Call) created(now time.Time, attributes scim.Object) store.AuditEntry {
	name, _ := attributes["userName"].(string)
	if !c.ofUsers() {
		name, _ = attributes["displayName"].(string)
	}
	return c.entry(now, 0, "create", `"`+clip(name)+`"`)
}

// changed is the line about a change: the attributes by their names, since the log
// outlives their values, and how many members came and went.
func (c *Call) changed(now time.Time, id int64, before scim.Object, change store.Change) store.AuditEntry {
	done, names := "update", []string(nil)
	if after := change.Attributes; after != nil {
		names = differing(before, after)
		switch {
		case !c.ofUsers() || scim.Equal(before["active"], after["active"]):
		case after["active"] == false:
			done = "disconnect"
		case after["active"] == true:
			done = "reconnect"
		}
	}
	if change.Password != nil {
		names = append(names, "password")
	}
	if in, out := len(change.AddMembers), len(change.RemoveMembers); in+out > 0 {
		names = append(names, fmt.Sprintf("members (+%d, -%d)", in, out))
	}
	return c.entry(now, id, done, clip(strings.Join(names, ", ")))
}

// differing are the names of the attributes that two states have otherwise.
func differing(before, after scim.Object) []string {
	all := maps.Clone(before)
	maps.Copy(all, after)
	maps.DeleteFunc(all, func(name string, _ any) bool { return name == "schemas" || scim.Equal(before[name], after[name]) })
	return slices.Sorted(maps.Keys(all))
}

// clip keeps a line short.
func clip(text string) string {
	const most = 300
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "..."
}

// difference is what a resource was, and what was made of it.
type difference struct {
	before scim.Object
	change store.Change
}

// tell passes on a change that was made.
func (d difference) tell(c *Call, id int64, err error) {
	if err != nil || d.change.IsZero() {
		return
	}
	before, after := d.before, d.change.Attributes
	if after == nil {
		after = before
	}
	if d.change.Password != nil {
		after = maps.Clone(after)
		after["password"] = "changed" // not even its hash is told
	}
	c.tell(id, withMembers(before, d.change.RemoveMembers), withMembers(after, d.change.AddMembers))
}

func (c *Call) tell(id int64, before, after scim.Object) {
	if c.Changed != nil {
		c.Changed(id, before, after)
	}
}

// withMembers adds members to the attributes of a group.
func withMembers(o scim.Object, ids []int64) scim.Object {
	if len(ids) == 0 {
		return o
	}
	list := make([]any, len(ids))
	for i, id := range ids {
		list[i] = scim.Object{"value": strconv.FormatInt(id, 10)}
	}
	with := maps.Clone(o)
	with["members"] = list
	return with
}
