package adminhttp

import (
	"bytes"
	"errors"
	"net/http"
	"strconv"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/fault"
)

type faultsView struct {
	Items []fault.Status `json:"items"`
}

// describeFault makes of an error of a rule, or of an array of them, what the
// client is told.
func describeFault(err error, array bool) error {
	var wrong *fault.Invalid
	switch {
	case errors.As(err, &wrong):
		out := &refusal{status: http.StatusBadRequest, kind: typeInvalid, detail: wrong.Error()}
		for _, v := range wrong.Violations {
			pointer := "#"
			if array {
				pointer += "/" + strconv.Itoa(v.Rule)
			}
			if v.Key != "" {
				pointer += "/" + v.Key
			}
			out.errors = append(out.errors, violation{Detail: v.String(), Pointer: pointer})
		}
		return out
	case errors.Is(err, fault.ErrNotFound):
		return &admin.MissingError{Detail: err.Error()}
	case errors.Is(err, fault.ErrIDTaken):
		return &admin.ConflictError{Detail: err.Error(), Taken: true}
	case errors.Is(err, fault.ErrFull):
		return &admin.ConflictError{Detail: err.Error()}
	default:
		return err
	}
}

func (h *Handler) listFaults(w http.ResponseWriter, r *http.Request) error {
	q := queryOf(r)
	tenant := q.number("tenant", 0, 1, maxID)
	if err := q.failed(); err != nil {
		return err
	}
	return send(w, http.StatusOK, faultsView{h.Admin.Faults.List(tenant)})
}

// createFaults takes one rule, or an array of them.
func (h *Handler) createFaults(w http.ResponseWriter, r *http.Request) error {
	body, err := bodyBytes(w, r)
	if err != nil {
		return err
	}
	rules, array, err := decodeFaults(body)
	if err == nil {
		rules, err = h.Admin.Faults.Add(rules...)
	}
	if err != nil {
		return describeFault(err, array)
	}
	v := faultsView{Items: []fault.Status{}}
	for _, rule := range rules {
		v.Items = append(v.Items, fault.Status{Rule: rule})
	}
	return send(w, http.StatusCreated, v)
}

func decodeFaults(body []byte) (rules []fault.Rule, array bool, err error) {
	if bytes.HasPrefix(bytes.TrimSpace(body), []byte("[")) {
		rules, err = fault.DecodeRules(body)
		return rules, true, err
	}
	rule, err := fault.DecodeRule(body)
	return []fault.Rule{rule}, false, err
}

func (h *Handler) clearFaults(w http.ResponseWriter, r *http.Request) error {
	q := queryOf(r)
	tenant := q.number("tenant", 0, 1, maxID)
	if err := q.failed(); err != nil {
		return err
	}
	h.Admin.Faults.Clear(tenant)
	return sendNothing(w)
}

func (h *Handler) getFault(w http.ResponseWriter, r *http.Request) error {
	s, err := h.Admin.Faults.Get(pathValue(r, "id"))
	if err != nil {
		return describeFault(err, false)
	}
	return send(w, http.StatusOK, s)
}

func (h *Handler) putFault(w http.ResponseWriter, r *http.Request) error {
	body, err := bodyBytes(w, r)
	if err != nil {
		return err
	}
	rule, err := fault.DecodeRule(body)
	if err == nil {
		rule, err = h.Admin.Faults.Replace(pathValue(r, "id"), rule)
	}
	if err != nil {
		return describeFault(err, false)
	}
	return send(w, http.StatusOK, fault.Status{Rule: rule})
}

func (h *Handler) deleteFault(w http.ResponseWriter, r *http.Request) error {
	if err := h.Admin.Faults.Remove(pathValue(r, "id")); err != nil {
		return describeFault(err, false)
	}
	return sendNothing(w)
}

type catalogueView struct {
	Actions []fault.Description `json:"actions"`
	Presets []fault.Preset      `json:"presets"`
}

func (h *Handler) faultCatalogue(w http.ResponseWriter, _ *http.Request) error {
	return send(w, http.StatusOK, catalogueView{fault.Catalogue(), fault.Presets()})
}
