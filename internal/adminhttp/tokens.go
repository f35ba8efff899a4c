package adminhttp

import (
	"net/http"
	"net/url"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/cinode"
)

// tokenView is a token on the wire. Its secret is in createdToken alone.
type tokenView struct {
	Name         string         `json:"name"`
	State        string         `json:"state"`
	ExpiringSoon bool           `json:"expiringSoon"`
	Audience     string         `json:"audience"`
	Scopes       []cinode.Scope `json:"scopes"`
	UserID       string         `json:"userId,omitzero"`
	Created      time.Time      `json:"created"`
	Expires      time.Time      `json:"expires"`
	Revoked      time.Time      `json:"revoked,omitzero"`
	LastUsed     *useView       `json:"lastUsed,omitzero"`
}

type useView struct {
	At      time.Time `json:"at"`
	Address string    `json:"address"`
	Client  string    `json:"client"`
}

func (h *Handler) viewToken(t cinode.Token) tokenView {
	now := h.Clock.Now()
	v := tokenView{
		Name: t.Name, State: t.State(now), ExpiringSoon: admin.ExpiringSoon(t, now), Audience: t.Audience, Scopes: t.Scopes,
		Created: t.Created, Expires: t.Expires, Revoked: t.Revoked,
	}
	if t.UserID != 0 {
		v.UserID = idText(t.UserID)
	}
	if !t.LastUsed.At.IsZero() {
		v.LastUsed = &useView{At: t.LastUsed.At, Address: t.LastUsed.Address, Client: t.LastUsed.Client}
	}
	return v
}

func (h *Handler) listTokens(w http.ResponseWriter, r *http.Request, t cinode.Tenant) error {
	q := queryOf(r)
	after, limit, state := q.text("after"), q.limit(), q.choice("state", "active", "expired", "revoked")
	if err := q.failed(); err != nil {
		return err
	}
	page, err := h.Admin.Tokens(r.Context(), t.ID, after, state, limit)
	if err != nil {
		return err
	}
	return sendList(w, page, h.viewToken)
}

// createdToken is what is shown once: the token with its secret, and the base
// URLs that an IdP is configured with.
type createdToken struct {
	tokenView `json:",inline"`
	Secret    string `json:"secret"`
	BaseURL   string `json:"baseUrl"`
	TenantURL string `json:"tenantUrl"`
}

func (h *Handler) createToken(w http.ResponseWriter, r *http.Request, t cinode.Tenant) error {
	var in struct {
		Name     string    `json:"name"`
		Audience string    `json:"audience"`
		Scopes   []string  `json:"scopes"`
		UserID   givenID   `json:"userId"`
		Expires  time.Time `json:"expires"`
	}
	unread, err := readInput(w, r, &in)
	if err != nil {
		return err
	}
	token, secret, err := h.Admin.CreateToken(r.Context(), h.by(r), admin.TokenInput{
		Tenant: t.ID, Name: in.Name, Audience: in.Audience, Scopes: in.Scopes, UserID: int64(in.UserID), Expires: in.Expires, Unread: unread,
	})
	if err != nil {
		return err
	}
	origin := h.Origin(r)
	return h.sendCreated(w, r, tenantPath(t.ID)+"/tokens/"+url.PathEscape(token.Name), createdToken{
		tokenView: h.viewToken(token), Secret: secret,
		BaseURL: origin + "/scim/v2", TenantURL: origin + "/scim" + tenantPath(t.ID) + "/v2",
	})
}

func (h *Handler) getToken(w http.ResponseWriter, r *http.Request, t cinode.Tenant) error {
	token, err := h.Admin.Token(r.Context(), t.ID, pathValue(r, "name"))
	if err != nil {
		return err
	}
	return send(w, http.StatusOK, h.viewToken(token))
}

func (h *Handler) revokeToken(w http.ResponseWriter, r *http.Request, t cinode.Tenant) error {
	token, err := h.Admin.RevokeToken(r.Context(), h.by(r), t.ID, pathValue(r, "name"))
	if err != nil {
		return err
	}
	return send(w, http.StatusOK, h.viewToken(token))
}
