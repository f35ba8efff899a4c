package store

import (
	"fmt"

	"github.com/go-json-experiment/json"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
)

// EncodeBehaviour writes switches and mappings of a tenant as the databases keep
// them: JSON, the same for the same values.
func EncodeBehaviour(t cinode.Tenant) (switches, mappings string, err error) {
	s, err := json.Marshal(t.Switches, json.Deterministic(true))
	if err != nil {
		return "", "", fmt.Errorf("write the switches of tenant %d: %w", t.ID, err)
	}
	m, err := json.Marshal(t.Mappings)
	if err != nil {
		return "", "", fmt.Errorf("write the mappings of tenant %d: %w", t.ID, err)
	}
	return string(s), string(m), nil
}

// DecodeBehaviour sets what EncodeBehaviour wrote; none of either is nil.
func DecodeBehaviour(t *cinode.Tenant, switches, mappings string) error {
	t.Switches, t.Mappings = nil, nil
	if err := json.Unmarshal([]byte(switches), &t.Switches); err != nil {
		return fmt.Errorf("read the switches of tenant %d: %w", t.ID, err)
	}
	if err := json.Unmarshal([]byte(mappings), &t.Mappings); err != nil {
		return fmt.Errorf("read the mappings of tenant %d: %w", t.ID, err)
	}
	if len(t.Switches) == 0 {
		t.Switches = nil
	}
	if len(t.Mappings) == 0 {
		t.Mappings = nil
	}
	return nil
}
