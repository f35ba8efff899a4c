package sqlfilter

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"

	"github.com/cinode-scim/cinode-scim/internal/journal"
	"github.com/cinode-scim/cinode-scim/internal/scim"
)

// ExchangeColumns are the columns of a new exchange, as ExchangeRow orders them.
var ExchangeColumns = []string{"tenant_id", "at", "refused", "address", "method", "place", "status", "client", "token", "deviations", "deviating", "doc"}

// ExchangeRow are the values of a new exchange. What is compared in any case is
// folded.
func ExchangeRow(e *journal.Exchange) ([]any, error) {
	doc, err := json.Marshal(newStoredExchange(e))
	if err != nil {
		return nil, fmt.Errorf("write an exchange: %w", err)
	}
	var deviations strings.Builder
	for _, d := range e.Deviations {
		deviations.WriteString(" " + d.ID + " ")
	}
	return []any{
		e.Tenant, e.At.UnixMilli(), e.Refused, text0(e.Address), text0(e.Method), text0(scim.Fold(e.Place)), e.Status,
		text0(scim.Fold(string(e.Client))), text0(scim.Fold(e.Token)), deviations.String(), len(e.Deviations) > 0, string(doc),
	}, nil
}

// text0 is what PostgreSQL takes as text.
func text0(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// CountDeviation adds to a count: tenant, deviation, number, time.
func (d *Dialect) CountDeviation() string {
	return d.number(`INSERT INTO deviation_counts (tenant_id, deviation, n, last_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (tenant_id, deviation) DO UPDATE SET n = deviation_counts.n + excluded.n, last_at = excluded.last_at`)
}

// oldest is the time from which on a tenant's exchanges are kept: by its own clock,
// or by the machine's where there is no tenant. Parameters: now and age.
const oldest = `COALESCE((SELECT CASE t.clock_frozen WHEN 0 THEN CAST($1 AS bigint) + t.clock_offset ELSE t.clock_frozen END
	FROM tenants t WHERE t.id = exchanges.tenant_id), CAST($1 AS bigint)) - CAST($2 AS bigint)`

// Trim is a statement that deletes what is beyond a cap, with its arguments.
type Trim struct {
	SQL  string
	Args []any
}

// Trims delete what is not kept of the tenants, and addresses, in a list.
func (d *Dialect) Trims(list []journal.Exchange, keep journal.Keep) []Trim {
	var out []Trim
	beyond := func(where string, most int, args ...any) {
		offset := d.param + strconv.Itoa(len(args)+1)
		where = d.number("tenant_id = $1 AND " + where)
		out = append(out, Trim{"DELETE FROM exchanges WHERE " + where + " AND id <= (SELECT id FROM exchanges WHERE " + where +
			" ORDER BY id DESC LIMIT 1 OFFSET " + offset + ")", append(args, most)})
	}
	type sender struct {
		tenant  int64
		address string
	}
	good, refused, senders := map[int64]bool{}, map[int64]bool{}, map[sender]bool{}
	for i := range list {
		e := &list[i]
		if !e.Refused {
			good[e.Tenant] = true
			continue
		}
		refused[e.Tenant] = true
		senders[sender{e.Tenant, text0(e.Address)}] = true
	}
	for _, tenant := range sorted(good) {
		beyond("NOT refused", keep.Max, tenant)
	}
	for s := range senders {
		beyond("refused AND address = $2", keep.PerAddress, s.tenant, s.address)
	}
	for _, tenant := range sorted(refused) {
		beyond("refused", keep.MaxRefused, tenant)
	}
	if a := keep.Age; a.Max > 0 {
		out = append(out, Trim{"DELETE FROM exchanges WHERE at < " + d.number(oldest), []any{a.Now.UnixMilli(), a.Max.Milliseconds()}})
	}
	return out
}

func sorted(set map[int64]bool) []int64 {
	list := make([]int64, 0, len(set))
	for id := range set {
		list = append(list, id)
	}
	slices.SortFunc(list, cmp.Compare[int64])
	return list
}

// SelectExchanges is the query of a part of the journal: columns of it.
func (d *Dialect) SelectExchanges(q journal.Query, columns string) (text string, args []any) {
	var where []string
	condition := func(text string, arg any) {
		args = append(args, arg)
		where = append(where, strings.ReplaceAll(text, "?", d.param+strconv.Itoa(len(args))))
	}
	if q.NoTenant {
		q.Tenant = 0
		where = append(where, "exchanges.tenant_id = 0")
	}
	part := d.partOf(q)
	for _, c := range []struct {
		text  string
		value int64
	}{{"exchanges.tenant_id = ?", q.Tenant}, {part.id + " > ?", q.After}, {part.id + " < ?", q.Before}} {
		if c.value != 0 {
			condition(c.text, c.value)
		}
	}
	m := q.Match
	if m.Resource != 0 {
		condition(part.touch, m.Resource)
	}
	for _, c := range []struct{ text, value string }{
		{"method = ?", strings.ToUpper(m.Method)}, {`place LIKE ? ESCAPE '\'`, like(m.Path)},
		{"client = ?", scim.Fold(string(m.Client))}, {"token = ?", scim.Fold(m.Token)},
	} {
		if c.value != "" {
			condition(c.text, c.value)
		}
	}
	if m.Deviation != "" {
		condition(d.contains("deviations", "?"), " "+m.Deviation+" ")
	}
	if plain := plainPart(m.Text); plain != "" {
		condition(d.mayMention("doc", "?"), plain)
	}
	if m.MinStatus != 0 {
		condition("status >= ?", m.MinStatus)
	}
	if m.MaxStatus != 0 {
		condition("status <= ?", m.MaxStatus)
	}
	if m.Failed {
		where = append(where, "(status >= 400 OR status = 0)")
	}
	if m.Deviating {
		where = append(where, deviates)
	}
	if !m.Since.IsZero() {
		condition("at >= ?", m.Since.UnixMilli())
	}
	if a := q.Age; a.Max > 0 {
		args = append(args, a.Now.UnixMilli(), a.Max.Milliseconds())
		now, age := d.param+strconv.Itoa(len(args)-1), d.param+strconv.Itoa(len(args))
		where = append(where, "at >= "+strings.NewReplacer("$1", now, "$2", age).Replace(oldest))
	}
	text = "SELECT " + columns + " FROM " + part.from
	if len(where) > 0 {
		text += " WHERE " + strings.Join(where, " AND ")
	}
	return text, args
}

// deviates is true of what was answered well, with something tolerated.
const deviates = "deviating AND status > 0 AND status < 400"

// TrafficOf is the query of steps: the number of the step from the first, client,
// requests, errors, and those that deviate.
func (d *Dialect) TrafficOf(q journal.TrafficQuery) (text string, args []any) {
	text = `SELECT (at - $2) / $4, client, count(*), count(*) FILTER (WHERE status = 0 OR status >= 400),
			count(*) FILTER (WHERE ` + deviates + `)
		FROM exchanges WHERE tenant_id = $1 AND at >= $2 AND at < $3`
	args = []any{q.Tenant, q.From.UnixMilli(), q.To.UnixMilli(), q.Step.Milliseconds()}
	if a := q.Age; a.Max > 0 {
		// Worked out once: the tenant is the parameter, not each row's.
		text += " AND at >= " + strings.NewReplacer("$1", "$5", "$2", "$6", "exchanges.tenant_id", "$1").Replace(oldest)
		args = append(args, a.Now.UnixMilli(), a.Max.Milliseconds())
	}
	return d.number(text + " GROUP BY 1, 2"), args
}

// ScanTraffic reads a row of TrafficOf.
func ScanTraffic(q journal.TrafficQuery) func(Scan) (journal.Traffic, error) {
	return func(scan Scan) (t journal.Traffic, err error) {
		var step int64
		var client string
		err = scan(&step, &client, &t.Requests, &t.Errors, &t.Deviating)
		t.At, t.Client = FromMillis(q.From.UnixMilli()+step*q.Step.Milliseconds()), journal.ClientOf(client)
		return t, err
	}
}

// ScanDeviations reads how often a deviation was met: tenant, id, number, last.
func ScanDeviations(scan Scan) (d journal.DeviationCount, err error) {
	var last int64
	err = scan(&d.Tenant, &d.ID, &d.N, &last)
	d.Last = FromMillis(last)
	return d, err
}

// PageOfExchanges is SelectExchanges of what ExchangeOf reads, in order, with a
// limit.
func (d *Dialect) PageOfExchanges(q journal.Query) (text string, args []any) {
	text, args = d.SelectExchanges(q, "id, doc")
	order := " ORDER BY " + d.partOf(q).order
	if q.Newest {
		order += " DESC"
	}
	args = append(args, q.Limit)
	return text + order + " LIMIT " + d.param + strconv.Itoa(len(args)), args
}

// exchangePart is where a part of the journal is looked for.
type exchangePart struct {
	from  string
	touch string // the condition that an exchange touched a resource
	id    string // what is compared with ids
	order string
}

func (d *Dialect) partOf(q journal.Query) exchangePart {
	if q.Match.Resource != 0 {
		return d.touched
	}
	return exchangePart{from: "exchanges", id: "id", order: "id"}
}

// like is a pattern with * as SQL has it.
func like(pattern string) string {
	return strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`, "*", "%").Replace(scim.Fold(pattern))
}

// storedExchange is an exchange as JSON keeps it.
type storedExchange struct {
	Tenant     int64               `json:"tenant,omitzero"`
	At         time.Time           `json:"at"`
	Request    string              `json:"request,omitzero"`
	Token      string              `json:"token,omitzero"`
	Persona    string              `json:"persona,omitzero"`
	Address    string              `json:"address,omitzero"`
	Client     journal.Client      `json:"client,omitzero"`
	Method     string              `json:"method"`
	Scheme     string              `json:"scheme,omitzero"`
	Host       string              `json:"host,omitzero"`
	Path       string              `json:"path"`
	Query      string              `json:"query,omitzero"`
	Route      string              `json:"route,omitzero"`
	Place      string              `json:"place,omitzero"`
	Sent       storedMessage       `json:"sent"`
	Status     int                 `json:"status"`
	Answer     storedMessage       `json:"answer"`
	Duration   int64               `json:"durationNs"`
	Changes    []journal.Change    `json:"changes,omitempty"`
	Deviations []journal.Deviation `json:"deviations,omitempty"`
	Refused    bool                `json:"refused,omitzero"`
	Reason     string              `json:"reason,omitzero"`
	Why        string              `json:"why,omitzero"`
	Outlook    string              `json:"outlook,omitzero"`
	Section    string              `json:"section,omitzero"`
	Rule       string              `json:"rule,omitzero"`
	Fault      string              `json:"fault,omitzero"`
}

// storedMessage keeps a body as text, or as base64 where it is none.
type storedMessage struct {
	Headers []journal.Header `json:"headers,omitempty"`
	Text    string           `json:"text,omitzero"`
	Bytes   string           `json:"bytes,omitzero"`
	Size    int64            `json:"size,omitzero"`
}

func newStoredMessage(m journal.Message) storedMessage {
	s := storedMessage{Size: m.Size, Headers: slices.Clone(m.Headers)}
	for i := range s.Headers {
		s.Headers[i].Name, s.Headers[i].Value = valid(s.Headers[i].Name), valid(s.Headers[i].Value)
	}
	if utf8.Valid(m.Body) {
		s.Text = string(m.Body)
	} else {
		s.Bytes = base64.StdEncoding.EncodeToString(m.Body)
	}
	return s
}

func (s storedMessage) message() (journal.Message, error) {
	m := journal.Message{Headers: s.Headers, Size: s.Size}
	if s.Bytes == "" {
		m.Body = []byte(s.Text)
		return m, nil
	}
	var err error
	m.Body, err = base64.StdEncoding.DecodeString(s.Bytes)
	return m, err
}

func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

func newStoredExchange(e *journal.Exchange) storedExchange {
	return storedExchange{
		Tenant: e.Tenant, At: e.At.UTC(), Request: e.Request, Token: e.Token, Persona: e.Persona, Address: e.Address, Client: e.Client,
		Method: valid(e.Method), Scheme: e.Scheme, Host: valid(e.Host), Path: valid(e.Path), Query: valid(e.Query), Route: e.Route, Place: valid(e.Place),
		Sent: newStoredMessage(e.Sent), Status: e.Status, Answer: newStoredMessage(e.Answer), Duration: int64(e.Duration),
		Changes: e.Changes, Deviations: validDetails(e.Deviations), Refused: e.Refused, Reason: valid(e.Reason), Why: e.Why,
		Outlook: e.Outlook, Section: e.Section, Rule: e.Rule, Fault: e.Fault,
	}
}

func validDetails(list []journal.Deviation) []journal.Deviation {
	out := slices.Clone(list)
	for i := range out {
		out[i].Detail = valid(out[i].Detail)
	}
	return out
}

// ExchangeOf is the exchange of a row: its id and doc.
func ExchangeOf(id int64, doc []byte) (journal.Exchange, error) {
	var s storedExchange
	if err := json.Unmarshal(doc, &s); err != nil {
		return journal.Exchange{}, fmt.Errorf("read exchange %d: %w", id, err)
	}
	e := journal.Exchange{
		ID: id, Tenant: s.Tenant, At: s.At.UTC(), Request: s.Request, Token: s.Token, Persona: s.Persona, Address: s.Address, Client: s.Client,
		Method: s.Method, Scheme: s.Scheme, Host: s.Host, Path: s.Path, Query: s.Query, Route: s.Route, Place: s.Place,
		Status: s.Status, Duration: time.Duration(s.Duration), Changes: s.Changes, Deviations: s.Deviations,
		Refused: s.Refused, Reason: s.Reason, Why: s.Why, Outlook: s.Outlook, Section: s.Section, Rule: s.Rule, Fault: s.Fault,
	}
	var err error
	if e.Sent, err = s.Sent.message(); err != nil {
		return e, fmt.Errorf("read exchange %d: %w", id, err)
	}
	if e.Answer, err = s.Answer.message(); err != nil {
		return e, fmt.Errorf("read exchange %d: %w", id, err)
	}
	return e, nil
}
