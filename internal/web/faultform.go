package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/cinode-scim/cinode-scim/internal/fault"
)

// faultField is a field of the form, made from a key of rules or a parameter.
type faultField struct {
	Name, Label, Hint string
	Type              string // of the input; "checkbox" for yes or no
	Optional          bool
}

// faultAction is a thing that can go wrong, to choose from.
type faultAction struct {
	fault.Description
	URL string
}

type faultPage struct {
	frame
	Form       form
	Action     *fault.Description // nil while none is chosen
	Actions    []faultAction
	Parameters []faultField
	Fit        []faultField // which requests
	Turn       []faultField // whose turn
	Tenants    []choice
	Methods    []choice
	Back       string
	Choose     string // another action
}

// newFault asks what goes wrong first, and then for what that takes.
func (v *visit) newFault() error {
	if v.query("action") == "" {
		page := faultPage{frame: v.frame("Add a fault"), Back: v.url("faults")}
		for _, d := range fault.Catalogue() {
			page.Actions = append(page.Actions, faultAction{d, v.url("faults/new", "action", string(d.Name))})
		}
		return v.show("fault-new", page)
	}
	f := newForm("action", v.query("action"), "tenant", strconv.FormatInt(v.Tenant.ID, 10))
	return v.askForFault(http.StatusOK, f)
}

func (v *visit) askForFault(status int, f form) error {
	d, err := describedAction(f.Value("action"))
	if err != nil {
		return err
	}
	page := faultPage{
		frame: v.frame("Add a fault: " + string(d.Name)), Form: f, Action: d, Back: v.url("faults"), Choose: v.url("faults/new"),
		Tenants: []choice{{strconv.FormatInt(v.Tenant.ID, 10), "This tenant", ""}, {"0", "Every tenant", "of this server"}},
	}
	for _, p := range d.Parameters {
		page.Parameters = append(page.Parameters, parameterField(p))
	}
	for _, k := range fault.Keys() {
		switch {
		case slices.Contains(fitKeys, k.Name):
			page.Fit = append(page.Fit, faultField{Name: k.Name, Label: label(k.Name), Hint: hintOf(k.Sentence, ""), Optional: true})
		case slices.Contains(turnKeys, k.Name):
			page.Turn = append(page.Turn, faultField{Name: k.Name, Label: label(k.Name), Hint: hintOf(k.Sentence, ""), Optional: true})
		}
	}
	for _, m := range []string{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"} {
		page.Methods = append(page.Methods, choice{Value: m, Label: m})
	}
	return v.showAs(status, "fault-new", page)
}

// The keys of a rule that choose requests, and those that say whose turn it is.
var (
	fitKeys  = []string{"path", "client", "token"}
	turnKeys = []string{"nth", "every", "percent", "seed", "times"}
)

func describedAction(name string) (*fault.Description, error) {
	for _, d := range fault.Catalogue() {
		if string(d.Name) == name {
			return &d, nil
		}
	}
	return nil, refuse(http.StatusNotFound, "There is no fault %q.", name)
}

func parameterField(p fault.Parameter) faultField {
	f := faultField{Name: p.Name, Label: label(p.Name), Hint: hintOf(p.Sentence, p.Default), Optional: !p.Required}
	switch p.Type {
	case "boolean":
		f.Type = "checkbox"
	case "duration":
		f.Hint += " Such as 200ms or 5s."
	}
	return f
}

func hintOf(sentence, preset string) string {
	s := sentence
	if preset != "" && preset != "false" {
		s += "; " + preset + " if left out"
	}
	return strings.ToUpper(s[:1]) + s[1:] + "."
}

// label makes words of the name of a key: "Retry after" of retryAfter.
func label(key string) string {
	var b strings.Builder
	for i, c := range key {
		switch {
		case i == 0:
			b.WriteString(strings.ToUpper(string(c)))
		case c >= 'A' && c <= 'Z':
			b.WriteString(" " + strings.ToLower(string(c)))
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

func (v *visit) createFault() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	d, err := describedAction(f.Value("action"))
	if err != nil {
		return err
	}
	rule, err := fault.DecodeRule(v.ruleOf(f, d))
	if err == nil {
		_, err = v.Admin.Faults.Add(rule)
	}
	var wrong *fault.Invalid
	if errors.As(err, &wrong) {
		for _, x := range wrong.Violations {
			field := x.Key
			if !f.shows(d, field) {
				field = "nth" // it is of nth, every and percent together
			}
			f.refuse(field, sentence(x.Problem))
		}
		return v.askForFault(http.StatusUnprocessableEntity, f)
	}
	if err != nil {
		return describeFull(err)
	}
	return v.done(v.url("faults"), "Added "+describeAction(rule.Action)+".")
}

// shows reports whether the form has a field for a key.
func (f form) shows(d *fault.Description, key string) bool {
	return key == "methods" || key == "tenant" || slices.Contains(fitKeys, key) || slices.Contains(turnKeys, key) ||
		slices.ContainsFunc(d.Parameters, func(p fault.Parameter) bool { return p.Name == key })
}

// ruleOf writes what was typed as a rule in JSON, as the admin API takes it: what is
// no number stays a string there, and is refused at its field.
func (v *visit) ruleOf(f form, d *fault.Description) []byte {
	rule := map[string]any{"action": string(d.Name), "tenant": v.Tenant.ID}
	if f.Value("tenant") == "0" {
		delete(rule, "tenant")
	}
	if methods := f.Values["methods"]; len(methods) > 0 {
		rule["methods"] = methods
	}
	for _, k := range fault.Keys() {
		text := f.Value(k.Name)
		if text == "" || k.Name == "tenant" || !f.shows(d, k.Name) || k.Name == "methods" {
			continue
		}
		rule[k.Name] = text
		if number := jsontext.Value(text); (k.Type == "integer" || k.Type == "number") && number.Kind() == '0' && number.IsValid() {
			rule[k.Name] = number
		}
		if k.Type == "boolean" {
			rule[k.Name] = text == "true"
		}
	}
	// The one error is bad UTF-8, which is written as U+FFFD.
	body, _ := json.Marshal(rule, jsontext.AllowInvalidUTF8(true))
	return body
}
