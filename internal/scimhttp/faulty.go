package scimhttp

import (
	"net/http"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/fault"
	"github.com/cinode-scim/cinode-scim/internal/scim"
)

// faultHeader asks for a fault on the one request that carries it.
const faultHeader = "X-Scim-Fault"

// play carries a request out, with what is to go wrong with it. Only requests with
// a good token can be broken.
func (h *Handler) play(w http.ResponseWriter, r *http.Request, x *exchange, handle handlerFunc) error {
	if h.Faults == nil {
		return handle(w, r, x)
	}
	play, err := h.faultOf(r, x)
	if err != nil {
		return err
	}
	if play == nil {
		return handle(w, r, x)
	}
	defer func() { x.record.Fault = strings.Join(play.Played(), ", ") }()
	play.Serve(w, r, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := handle(w, r, x); err != nil {
			h.writeError(w, r, x, err)
		}
	}))
	return nil
}

// faultOf finds what is to go wrong: nil for nothing.
func (h *Handler) faultOf(r *http.Request, x *exchange) (*fault.Play, error) {
	q := fault.Request{Tenant: x.Tenant, Method: r.Method, Path: place(r.URL.Path), Token: x.token}
	if header := r.Header.Get(faultHeader); header != "" {
		action, err := fault.ParseHeader(header)
		if err != nil {
			return nil, scim.InvalidValue("%s", err)
		}
		play, err := h.Faults.Single(action, q)
		if err != nil {
			return nil, scim.InvalidValue("%s: %s", faultHeader, err)
		}
		return play, nil
	}
	if !h.Faults.Any(x.Tenant) {
		return nil, nil //nolint:nilnil // no fault and no error: go on
	}
	if h.Journal != nil {
		x.record.Tenant, x.record.Token, x.record.Sent.Headers = x.Tenant, x.token, headers(r.Header)
		q.Client = string(h.Journal.Client(x.record))
	}
	play, _ := h.Faults.Match(q)
	return play, nil
}
