package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/fault"
)

func (p *pages) faultRoutes(r chi.Router) {
	r.Get("/", p.tenant((*visit).showFaults))
	r.Group(func(r chi.Router) {
		r.Get("/new", p.control((*visit).newFault))
		r.Post("/new", p.control((*visit).createFault))
		r.Post("/preset", p.control((*visit).addPreset))
		r.Get("/remove", p.control((*visit).askToRemoveFault))
		r.Post("/remove", p.control((*visit).removeFault))
		r.Get("/end", p.control((*visit).askToEnd))
		r.Post("/end", p.control((*visit).endAll))
		r.Post("/clock", p.control((*visit).changeClock))
		p.snapshotRoutes(r)
	})
}

// control serves a page of test control, which is there with --test-api only.
func (p *pages) control(handle handler) http.HandlerFunc {
	return p.tenant(func(v *visit) error {
		if v.Admin.Faults == nil {
			return refuse(http.StatusNotFound, "Test control is off: start the server with --test-api to have it.")
		}
		return handle(v)
	})
}

// faultView is a rule in force as the page shows it.
type faultView struct {
	fault.Status
	What, Where, Turn string
	Everybody         bool // it is for every tenant
	Remove            string
	Ask               bool // its end concerns more than this tenant
}

type presetView struct {
	fault.Preset
	Active bool
}

type faultsPage struct {
	frame
	On       bool // there is test control
	Rules    []faultView
	Presets  []presetView
	Add      string // with one click
	New, End string
	Clock    clockFace
	Snapshots
}

func (v *visit) showFaults() error {
	return v.showFaultsWith(http.StatusOK, newForm("freeze", "", "name", ""))
}

func (v *visit) showFaultsWith(status int, f form) error {
	page := faultsPage{
		frame: v.frame("Faults and clock"), On: v.Admin.Faults != nil,
		Add: v.url("faults/preset"), New: v.url("faults/new"), Clock: v.clockFace(f),
	}
	if !page.On {
		return v.showAs(status, "faults", page)
	}
	for _, s := range v.Admin.Faults.List(v.Tenant.ID) {
		page.Rules = append(page.Rules, v.viewFault(s))
	}
	for _, p := range fault.Presets() {
		same := func(r faultView) bool {
			return r.What == describeAction(p.Rule.Action) && r.Where == describeWhere(p.Rule) && r.Turn == describeTurn(p.Rule)
		}
		page.Presets = append(page.Presets, presetView{p, slices.ContainsFunc(page.Rules, same)})
	}
	if len(page.Rules) > 0 || page.Clock.Bent {
		page.End = v.url("faults/end")
	}
	var err error
	if page.Snapshots, err = v.snapshots(f); err != nil {
		return err
	}
	return v.showAs(status, "faults", page)
}

func (v *visit) viewFault(s fault.Status) faultView {
	return faultView{
		Status: s, What: describeAction(s.Action), Where: describeWhere(s.Rule), Turn: describeTurn(s.Rule),
		Everybody: s.Tenant == 0, Remove: v.url("faults/remove", "id", s.ID),
	}
}

// describeAction is what goes wrong, with its parameters, in a few words.
func describeAction(a fault.Action) string {
	var parts []string
	add := func(given bool, format string, value any) {
		if given {
			parts = append(parts, fmt.Sprintf(format, value))
		}
	}
	add(a.Status != 0 && a.Name != fault.ActionStatus, "status %d", a.Status)
	add(a.ScimType != "", "%s", a.ScimType)
	add(a.Delay != 0 && a.Name != fault.ActionDelay, "after %s", a.Delay)
	add(a.Late, "%s", "carried out at once")
	add(a.For != 0, "for %s", a.For)
	add(a.Bytes != nil, "after %d bytes", deref(a.Bytes))
	add(a.ContentType != "", "%s", a.ContentType)
	add(a.RetryAfter != nil, "Retry-After %d", deref(a.RetryAfter))
	add(a.Execute != nil && *a.Execute, "%s", "carried out all the same")
	add(a.Detail != "", "“%s”", a.Detail)
	name := string(a.Name)
	switch a.Name {
	case fault.ActionStatus:
		name += " " + strconv.Itoa(a.Status)
	case fault.ActionDelay:
		name += " " + a.Delay.String()
	}
	if len(parts) == 0 {
		return name
	}
	return name + ", " + strings.Join(parts, ", ")
}

func deref(p *int) int {
	if p == nil {
		return 0
	}
	return *p
}

// describeWhere tells which requests fit a rule.
func describeWhere(r fault.Rule) string {
	text := "every request"
	if len(r.Methods) > 0 {
		text = strings.Join(r.Methods, ", ")
	}
	if r.Path != "" {
		if len(r.Methods) == 0 {
			text = "any method"
		}
		text += " " + r.Path
	}
	if r.Client != "" {
		text += ", from " + r.Client
	}
	if r.Token != "" {
		text += ", with the token " + r.Token
	}
	return text
}

// describeTurn tells when a request that fits meets the rule.
func describeTurn(r fault.Rule) string {
	text := "always"
	switch {
	case r.Nth != 0:
		text = "request number " + strconv.FormatInt(r.Nth, 10)
		if r.Name == fault.ActionTokenDeath {
			text = "from request " + strconv.FormatInt(r.Nth, 10) + " on"
		}
	case r.Every != 0:
		text = "each request number " + strconv.FormatInt(r.Every, 10)
	case r.Percent != 0:
		text = strconv.FormatFloat(r.Percent, 'g', 4, 64) + " in 100, seed " + strconv.FormatUint(r.Seed, 10)
	}
	if r.Times != 0 {
		text += ", " + strconv.FormatInt(r.Times, 10) + " times at most"
	}
	return text
}

func (v *visit) addPreset() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	for _, p := range fault.Presets() {
		if p.Name == f.Value("preset") {
			rule := p.Rule
			rule.Tenant = v.Tenant.ID
			if _, err := v.Admin.Faults.Add(rule); err != nil {
				return describeFull(err)
			}
			return v.done(v.url("faults"), "Added "+p.Name+": "+strings.TrimSuffix(p.Sentence, ".")+".")
		}
	}
	return refuse(http.StatusBadRequest, "There is no preset %q.", f.Value("preset"))
}

// describeFull makes of a set that takes no more what the page can tell.
func describeFull(err error) error {
	if errors.Is(err, fault.ErrFull) {
		return &admin.ConflictError{Detail: err.Error()}
	}
	return err
}

// ofTenant finds a rule that the tenant meets.
func (v *visit) ofTenant(id string) (fault.Status, error) {
	for _, s := range v.Admin.Faults.List(v.Tenant.ID) {
		if s.ID == id {
			return s, nil
		}
	}
	return fault.Status{}, &admin.MissingError{Detail: fmt.Sprintf("there is no fault rule %q any more", id)}
}

func (v *visit) askToRemoveFault() error {
	s, err := v.ofTenant(v.query("id"))
	if err != nil {
		return err
	}
	page := confirmPage{
		Question: "End " + describeAction(s.Action) + "?", Text: "Requests are served as they should be again.",
		Action: v.url("faults/remove"), Fields: []pair{{"id", s.ID}}, Button: "End it", Back: v.url("faults"), Harmless: true,
	}
	if s.Tenant == 0 {
		page.Text, page.Harmless = "This rule is for every tenant, so it ends for all of them.", false
	}
	return v.confirm("End a fault", page)
}

func (v *visit) removeFault() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	s, err := v.ofTenant(f.Values.Get("id"))
	if err != nil {
		return err
	}
	if err := v.Admin.Faults.Remove(s.ID); err != nil && !errors.Is(err, fault.ErrNotFound) {
		return err
	}
	return v.done(v.url("faults"), "Ended "+describeAction(s.Action)+".")
}

// askToEnd asks before everything that bends the tenant ends.
func (v *visit) askToEnd() error {
	rules, shared := v.Admin.Faults.List(v.Tenant.ID), 0
	for _, s := range rules {
		if s.Tenant == 0 {
			shared++
		}
	}
	text := "Requests are served as they should be again"
	if v.clockFace(form{}).Bent {
		text += ", and the clock shows the time of the machine"
	}
	text += ". What the faults have done stays done."
	switch {
	case shared == 1:
		text += " One of the rules is for every tenant, and ends for all of them."
	case shared > 1:
		text += fmt.Sprintf(" %d of the rules are for every tenant, and end for all of them.", shared)
	}
	return v.confirm("End all", confirmPage{
		Question: "End all faults and set the clock right?", Text: text, Action: v.url("faults/end"), Button: "End all", Back: v.url("faults"), Harmless: shared == 0,
	})
}

func (v *visit) endAll() error {
	for _, s := range v.Admin.Faults.List(v.Tenant.ID) {
		if err := v.Admin.Faults.Remove(s.ID); err != nil && !errors.Is(err, fault.ErrNotFound) {
			return err
		}
	}
	if v.clockFace(form{}).Bent {
		if _, err := v.Admin.SetClock(v.r.Context(), v.by(), v.Tenant.ID, admin.ClockChange{Reset: true}); err != nil {
			return err
		}
	}
	return v.done(v.url("faults"), "All faults have ended, and the clock is right.")
}

// clockFace is the clock of the tenant.
type clockFace struct {
	admin.Time
	Form   form
	Action string
	Away   string // how far it is from the machine's, in words
	Bent   bool
}

func (v *visit) clockFace(f form) clockFace {
	now := v.Admin.TimeOf(v.Tenant)
	face := clockFace{Time: now, Form: f, Action: v.url("faults/clock"), Bent: now.Frozen || now.Offset != 0}
	if f.Values != nil && f.Value("set") == "" {
		face.Form.Values.Set("set", now.Now.Format(clockForm))
	}
	if d := now.Offset.Round(time.Second); d != 0 {
		face.Away = longWords(d.Abs()) + " ahead of the machine"
		if d < 0 {
			face.Away = longWords(d.Abs()) + " behind the machine"
		}
	}
	return face
}

// clockForm is how a browser sends a date and a time.
const clockForm = "2006-01-02T15:04:05"

// longWords is a duration in its two largest units.
func longWords(d time.Duration) string {
	units := []struct {
		name string
		long time.Duration
	}{{"day", 24 * time.Hour}, {"hour", time.Hour}, {"minute", time.Minute}, {"second", time.Second}}
	var parts []string
	for _, u := range units {
		if n := d / u.long; n > 0 && len(parts) < 2 {
			d %= u.long
			name := u.name
			if n > 1 {
				name += "s"
			}
			parts = append(parts, strconv.FormatInt(int64(n), 10)+" "+name)
		}
	}
	return strings.Join(parts, " ")
}

func (v *visit) changeClock() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	change, said := v.clockChange(&f)
	if f.Errors != nil {
		return v.showFaultsWith(http.StatusUnprocessableEntity, f)
	}
	t, err := v.Admin.SetClock(v.r.Context(), v.by(), v.Tenant.ID, change)
	if err != nil {
		if f.refused(err, "set", "advance") {
			return v.showFaultsWith(http.StatusUnprocessableEntity, f)
		}
		return err
	}
	return v.done(v.url("faults"), said+" It shows "+exact(v.Admin.TimeOf(t).Now)+".")
}

// clockChange reads what a button of the clock asks for.
func (v *visit) clockChange(f *form) (admin.ClockChange, string) {
	switch f.Value("do") {
	case "freeze":
		return admin.ClockChange{Freeze: new(true)}, "The clock stands still."
	case "run":
		return admin.ClockChange{Freeze: new(false)}, "The clock runs."
	case "reset":
		return admin.ClockChange{Reset: true}, "The clock is that of the machine."
	case "set":
		for _, layout := range []string{clockForm, "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04", time.RFC3339} {
			if t, err := time.Parse(layout, f.Value("set")); err == nil {
				return admin.ClockChange{Set: &t}, "The clock is set."
			}
		}
		f.refuse("set", "Give a date and a time in UTC, such as 2030-01-31T12:00.")
	default:
		amount := f.Value("do")
		if amount == "advance" {
			amount = f.Value("advance")
		}
		if d, ok := parseAdvance(amount); ok {
			return admin.ClockChange{Advance: d}, "The clock has moved by " + amount + "."
		}
		f.refuse("advance", "Give a number and a unit, such as 90m, 36h or 45d; with - in front the clock goes back.")
	}
	return admin.ClockChange{}, ""
}

// parseAdvance reads a duration of Go, or one in days.
func parseAdvance(text string) (time.Duration, bool) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.ParseInt(strings.TrimSpace(days), 10, 32)
		if err != nil || n == 0 || n > 100_000 || n < -100_000 {
			return 0, false
		}
		return time.Duration(n) * 24 * time.Hour, true
	}
	d, err := time.ParseDuration(text)
	return d, err == nil && d != 0
}
