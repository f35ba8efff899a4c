package adminhttp

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cinode-scim/cinode-scim/internal/admin"
)

// query reads the parameters of an address and collects what is wrong with them.
type query struct {
	values url.Values
	err    *refusal
}

func queryOf(r *http.Request) *query {
	values, err := url.ParseQuery(r.URL.RawQuery)
	q := &query{values: values}
	if err != nil {
		q.err = refuse(http.StatusBadRequest, "the query of the address is not valid: encode values with percent signs")
	}
	return q
}

func (q *query) refuse(parameter, detail string) {
	v := violation{Detail: detail, Parameter: parameter}
	if q.err == nil {
		q.err = invalid(v)
		return
	}
	q.err.detail += "; " + detail
	q.err.errors = append(q.err.errors, v)
}

// failed gives what was wrong as an error.
func (q *query) failed() error {
	if q.err == nil {
		return nil
	}
	return q.err
}

// number is a parameter between two bounds.
func (q *query) number(name string, preset, least, most int64) int64 {
	text := q.values.Get(name)
	if text == "" {
		return preset
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < least || n > most {
		q.refuse(name, fmt.Sprintf("%s must be a number from %d to %d", name, least, most))
		return preset
	}
	return n
}

// maxParameter is the longest text in a parameter, in characters.
const maxParameter = 200

func (q *query) text(name string) string {
	text := q.values.Get(name)
	if utf8.RuneCountInString(text) > maxParameter || !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
		q.refuse(name, fmt.Sprintf("%s must be at most %d characters of text", name, maxParameter))
		return ""
	}
	return text
}

// choice is a parameter that is one of some words, or absent.
func (q *query) choice(name string, words ...string) string {
	text := q.values.Get(name)
	for _, w := range words {
		if text == w {
			return text
		}
	}
	if text != "" {
		q.refuse(name, name+" must be one of "+strings.Join(words, ", "))
	}
	return ""
}

// The sizes of a page.
const (
	presetLimit = 100
	maxLimit    = 1000
)

const maxID = 1<<63 - 1

func (q *query) limit() int { return int(q.number("limit", presetLimit, 1, maxLimit)) }

// slice reads the parameters that every list by id takes.
func (q *query) slice() admin.Slice {
	return admin.Slice{After: q.number("after", 0, 0, maxID), Limit: q.limit(), Name: q.text("name")}
}

// nextID reads what a page by id gave as the next.
func nextID(next string) int64 {
	id, _ := strconv.ParseInt(next, 10, 64) // admin wrote it
	return id
}
