package admin

import (
	"hash/maphash"

	"github.com/cinode-scim/cinode-scim/internal/scim"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// awaitedKeys remembers by which key a link made beforehand would find each group
// of a dump, as a hash: there may be many groups.
type awaitedKeys struct {
	seed maphash.Seed
	of   map[int64]uint64
}

// add remembers a group.
func (k *awaitedKeys) add(id int64, attributes scim.Object) {
	if k.of == nil {
		k.seed, k.of = maphash.MakeSeed(), map[int64]uint64{}
	}
	displayName, _ := attributes["displayName"].(string)
	externalID, _ := attributes["externalId"].(string)
	k.of[id] = maphash.String(k.seed, store.AwaitedKey(displayName, externalID))
}

// fit reports whether a key is that of a group.
func (k *awaitedKeys) fit(id int64, key string) bool {
	sum, known := k.of[id]
	return known && sum == maphash.String(k.seed, key)
}
