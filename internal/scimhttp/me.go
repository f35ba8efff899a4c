package scimhttp

import (
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"github.com/cinode-scim/cinode-scim/internal/scim"
)

// me serves the user that the token is bound to as if it stood in the address
// (RFC 7644 section 3.11). Without one there is no /Me.
func (h *Handler) me(w http.ResponseWriter, r *http.Request, x *exchange) error {
	if !x.Persona.Me {
		return notImplemented(w, r, x)
	}
	if x.userID == 0 {
		return scim.NotImplemented("the token is bound to no user, so that there is no Me; make one with `token create --user ID`")
	}
	at := location(x.base, x.Persona.Registry.Users, x.userID)
	w.Header().Set("Location", at)
	users := resources{h: h, name: "User"}
	chi.RouteContext(r.Context()).URLParams.Add("id", strconv.FormatInt(x.userID, 10))
	err := methods{
		http.MethodGet: users.get, http.MethodPut: users.replace, http.MethodPatch: users.patch, http.MethodDelete: users.delete,
		http.MethodPost: notImplemented,
	}.serve(w, r, x)
	if err != nil { // nothing was sent yet
		w.Header().Del("Location")
	}
	return err
}
