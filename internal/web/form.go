package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/admin"
)

// maxForm is the most that a form may send, in bytes.
const maxForm = 1 << 20

// form is what was typed, and what is wrong with it. A page shows it again with
// each error at its field.
type form struct {
	Values url.Values
	Errors map[string]string // by field
}

// form reads the form that was sent.
func (v *visit) form() (form, error) {
	if err := v.r.ParseForm(); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return form{}, refuse(http.StatusRequestEntityTooLarge, "What was sent is larger than 1 MiB.")
		}
		return form{}, refuse(http.StatusBadRequest, "What was sent is no form.")
	}
	for _, typed := range v.r.PostForm {
		for i := range typed {
			typed[i] = storable(typed[i])
		}
	}
	return form{Values: v.r.PostForm}, nil
}

// newForm is a form before anything is typed: pairs of fields and values.
func newForm(pairs ...string) form {
	f := form{Values: url.Values{}}
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Values.Add(pairs[i], pairs[i+1])
	}
	return f
}

// Value is what was typed into a field.
func (f form) Value(field string) string { return strings.TrimSpace(f.Values.Get(field)) }

// Has reports whether a choice of a field was made.
func (f form) Has(field, value string) bool { return slices.Contains(f.Values[field], value) }

// Error is what is wrong with a field, empty for nothing.
func (f form) Error(field string) string { return f.Errors[field] }

// refuse notes what is wrong with a field; the first of a field counts.
func (f *form) refuse(field, sentence string) {
	if f.Errors == nil {
		f.Errors = map[string]string{}
	}
	if f.Errors[field] == "" {
		f.Errors[field] = sentence
	}
}

// forget takes a token out of a form that is shown again: a page must not repeat it.
func (f *form) forget(field string) {
	if f.Value(field) != "" {
		f.Values.Del(field)
		f.refuse(field, "Type the token again: it is not kept.")
	}
}

// refused puts what a use case says is wrong at the fields, which are named as the
// admin API names its values. A name that is taken goes to the field taken. It is
// false for any other error, and for one that no field shows.
func (f *form) refused(err error, taken string, fields ...string) bool {
	var conflict *admin.ConflictError
	if errors.As(err, &conflict) && conflict.Taken {
		f.refuse(taken, sentence(conflict.Detail))
		return true
	}
	var invalid *admin.InvalidError
	if !errors.As(err, &invalid) {
		return false
	}
	for _, x := range invalid.Violations {
		field, _, _ := strings.Cut(strings.TrimPrefix(x.Pointer, "/"), "/")
		if field != taken && !slices.Contains(fields, field) {
			return false
		}
		f.refuse(field, sentence(x.Detail))
	}
	return true
}

// sentence makes a whole one of an error.
func sentence(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:] + "."
}
