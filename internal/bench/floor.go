package main

import (
	"context"
	"flag"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/go-json-experiment/json"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// floorCommand is the argument that makes this program the floor.
const floorCommand = "floor"

// floorSchema has the keys of our own table of users: one by tenant and id, a
// unique one by tenant and folded user name, one by tenant and external id.
// Byte order is the cheapest to compare by.
const floorSchema = `
CREATE TABLE users (
	tenant_id   bigint NOT NULL,
	id          bigint NOT NULL,
	user_name   text   COLLATE "C" NOT NULL,
	external_id text   COLLATE "C",
	doc         jsonb  NOT NULL,
	PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX uq_users_user_name ON users (tenant_id, lower(user_name));
CREATE INDEX ix_users_external_id ON users (tenant_id, external_id);`

// The statements of the floor; pgx prepares each one once per connection.
const (
	floorGet          = `SELECT doc FROM users WHERE tenant_id = $1 AND id = $2`
	floorByUserName   = `SELECT doc FROM users WHERE tenant_id = $1 AND lower(user_name) = lower($2)`
	floorByExternalID = `SELECT doc FROM users WHERE tenant_id = $1 AND external_id = $2`
	floorCount        = `SELECT count(*) FROM users WHERE tenant_id = $1`
	floorPage         = `SELECT doc FROM users WHERE tenant_id = $1 ORDER BY id LIMIT $2 OFFSET $3`
	floorInsert       = `INSERT INTO users (tenant_id, id, user_name, external_id, doc) VALUES ($1, $2, $3, $4, $5)`
	floorReplace      = `UPDATE users SET user_name = $3, external_id = $4, doc = $5 WHERE tenant_id = $1 AND id = $2`
	floorPatch        = `UPDATE users SET doc = jsonb_set(doc, '{active}', $3) WHERE tenant_id = $1 AND id = $2 RETURNING doc`
	floorDelete       = `DELETE FROM users WHERE tenant_id = $1 AND id = $2`
)

// floorTenant is the one tenant that the floor has.
const floorTenant = 1

// floor is the least that a server of users over PostgreSQL can do: it returns
// and stores the JSON it is given, with no SCIM and no token. It is what the
// ratios are against, so nothing in it may be slower than it has to be, and
// nothing smarter than the obvious.
type floor struct {
	pool   *pgxpool.Pool
	lastID atomic.Int64
}

func serveFloor(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet(floorCommand, flag.ContinueOnError)
	dsn := flags.String("dsn", "", "connection string of the floor's own, empty database")
	poolSize := flags.Int("pool", 8, "database connections")
	addrFile := flags.String("addr-file", "", "file to write the address to")
	if err := flags.Parse(args); err != nil {
		return usageError{err}
	}
	f, err := newFloor(ctx, *dsn, *poolSize)
	if err != nil {
		return err
	}
	defer f.pool.Close()
	return serveUntilDone(ctx, f.routes(), *addrFile)
}

// newFloor opens a floor on an empty database.
func newFloor(ctx context.Context, dsn string, poolSize int) (*floor, error) {
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, err
	}
	config.MaxConns, config.MinConns = int32(poolSize), int32(poolSize)
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	if _, err := pool.Exec(ctx, floorSchema); err != nil {
		pool.Close()
		return nil, err
	}
	return &floor{pool: pool}, nil
}

func (f *floor) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /users/{id}", f.get)
	mux.HandleFunc("GET /users", f.list)
	mux.HandleFunc("POST /users", f.create)
	mux.HandleFunc("PUT /users/{id}", f.replace)
	mux.HandleFunc("PATCH /users/{id}", f.patch)
	mux.HandleFunc("DELETE /users/{id}", f.remove)
	return mux
}

func (f *floor) get(w http.ResponseWriter, r *http.Request) {
	id, ok := pathID(w, r)
	if !ok {
		return
	}
	var doc []byte
	if err := f.pool.QueryRow(r.Context(), floorGet, floorTenant, id).Scan(&doc); err != nil {
		fail(w, err)
		return
	}
	answer(w, http.StatusOK, doc)
}

// list answers a look-up by userName or externalId, or a page with its total.
func (f *floor) list(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	var docs [][]byte
	var total int
	var err error
	switch {
	case query.Has("userName"):
		docs, err = f.docs(r.Context(), floorByUserName, floorTenant, query.Get("userName"))
		total = len(docs)
	case query.Has("externalId"):
		docs, err = f.docs(r.Context(), floorByExternalID, floorTenant, query.Get("externalId"))
		total = len(docs)
	default:
		docs, total, err = f.page(r.Context(), query.Get("startIndex"), query.Get("count"))
	}
	if err != nil {
		fail(w, err)
		return
	}
	body := make([]byte, 0, 64+len(docs)*(bodySize+128))
	body = append(body, `{"totalResults":`...)
	body = strconv.AppendInt(body, int64(total), 10)
	body = append(body, `,"Resources":[`...)
	for i, doc := range docs {
		if i > 0 {
			body = append(body, ',')
		}
		body = append(body, doc...)
	}
	answer(w, http.StatusOK, append(body, "]}"...))
}

// page counts and offsets naively, as most servers do.
func (f *floor) page(ctx context.Context, startIndex, count string) ([][]byte, int, error) {
	start, err := strconv.Atoi(startIndex)
	if err != nil {
		return nil, 0, err
	}
	limit, err := strconv.Atoi(count)
	if err != nil {
		return nil, 0, err
	}
	var total int
	if err := f.pool.QueryRow(ctx, floorCount, floorTenant).Scan(&total); err != nil {
		return nil, 0, err
	}
	docs, err := f.docs(ctx, floorPage, floorTenant, limit, start-1)
	return docs, total, err
}

func (f *floor) docs(ctx context.Context, sql string, args ...any) ([][]byte, error) {
	rows, err := f.pool.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[[]byte])
}

// create gives ids from a counter of the process: the floor is alone on its
// table, and asking the database would cost it something.
func (f *floor) create(w http.ResponseWriter, r *http.Request) {
	id := f.lastID.Add(1)
	f.store(w, r, id, floorInsert, http.StatusCreated)
}

func (f *floor) replace(w http.ResponseWriter, r *http.Request) {
	if id, ok := pathID(w, r); ok {
		f.store(w, r, id, floorReplace, http.StatusOK)
	}
}

// store writes the body as the document of an id, with the id put in front.
func (f *floor) store(w http.ResponseWriter, r *http.Request, id int64, sql string, status int) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		fail(w, err)
		return
	}
	var keys struct {
		UserName   string `json:"userName"`
		ExternalID string `json:"externalId"`
	}
	if err := json.Unmarshal(body, &keys); err != nil {
		fail(w, err)
		return
	}
	doc := make([]byte, 0, len(body)+32)
	doc = append(doc, `{"id":"`...)
	doc = strconv.AppendInt(doc, id, 10)
	doc = append(doc, `",`...)
	doc = append(doc, strings.TrimPrefix(string(body), "{")...)
	if _, err := f.pool.Exec(r.Context(), sql, floorTenant, id, keys.UserName, keys.ExternalID, doc); err != nil {
		fail(w, err)
		return
	}
	answer(w, status, doc)
}

// patch takes the new value of active as its whole body.
func (f *floor) patch(w http.ResponseWriter, r *http.Request) {
	id, ok := pathID(w, r)
	if !ok {
		return
	}
	active, err := io.ReadAll(r.Body)
	if err != nil {
		fail(w, err)
		return
	}
	var doc []byte
	if err := f.pool.QueryRow(r.Context(), floorPatch, floorTenant, id, active).Scan(&doc); err != nil {
		fail(w, err)
		return
	}
	answer(w, http.StatusOK, doc)
}

func (f *floor) remove(w http.ResponseWriter, r *http.Request) {
	id, ok := pathID(w, r)
	if !ok {
		return
	}
	if _, err := f.pool.Exec(r.Context(), floorDelete, floorTenant, id); err != nil {
		fail(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func pathID(w http.ResponseWriter, r *http.Request) (int64, bool) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		http.NotFound(w, r)
		return 0, false
	}
	return id, true
}

func answer(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that left needs no answer
}

// fail answers 500 for everything: the load counts any status it did not expect
// as a wrong answer and prints the first.
func fail(w http.ResponseWriter, err error) {
	http.Error(w, err.Error(), http.StatusInternalServerError)
}
