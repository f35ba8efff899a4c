package server

import (
	"context"
	"net/http"

	"github.com/cinode-scim/cinode-scim/internal/store"
)

// Handler answers requests without a listener, with whatever remote address a test gives them.
func (s *Server) Handler() http.Handler { return s.handler }

// Store is the server's database.
func (s *Server) Store() store.Store { return s.store }

// Drain makes the server look as it does between SIGTERM and its end.
func (s *Server) Drain() { s.draining.Store(true) }

// Wrap puts something between the server and its database.
func (s *Server) Wrap(wrap func(Database) Database) (err error) {
	s.store = wrap(s.store)
	s.handler, err = s.routes(context.Background())
	return err
}
