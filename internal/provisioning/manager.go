package provisioning

import (
	"path"

	"github.com/cinode-scim/cinode-scim/internal/scim"
)

// manager is the manager in the enterprise extension, nil for none (RFC 7643
// section 4.3).
func manager(attributes scim.Object) scim.Object {
	enterprise, _ := attributes[scim.URNEnterpriseUser].(scim.Object)
	m, _ := enterprise["manager"].(scim.Object)
	return m
}

// showsManager says whether resources are shown with what the server knows of
// their managers.
func (c *Call) showsManager() bool {
	enterprise := c.Type.Extension(scim.URNEnterpriseUser)
	return enterprise != nil && enterprise.Attribute("manager") != nil
}

// namesManager says whether attributes name a manager, who is read with the
// resource.
func (c *Call) namesManager(attributes scim.Object) bool {
	return manager(attributes) != nil && c.showsManager()
}

// tidyManager leaves only the id of a manager: the address is the server's to
// write. One that is named by address alone gets the id from it.
func tidyManager(attributes scim.Object) {
	m := manager(attributes)
	address, ok := m["$ref"].(string)
	if !ok {
		return
	}
	delete(m, "$ref")
	folder, id := path.Split(address)
	if _, err := ParseID(id); err == nil && m["value"] == nil && path.Base(folder) == "Users" {
		m["value"] = id
	}
	if len(m) > 0 {
		return
	}
	enterprise, _ := attributes[scim.URNEnterpriseUser].(scim.Object)
	if delete(enterprise, "manager"); len(enterprise) == 0 {
		delete(attributes, scim.URNEnterpriseUser)
	}
}
