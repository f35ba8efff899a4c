package scimtest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/go-json-experiment/json"
)

// problem is an error of the admin API.
type problem struct {
	Status int    `json:"status"`
	Detail string `json:"detail"`
	method string
	path   string
}

func (p *problem) Error() string { return fmt.Sprintf("%s %s: %s", p.method, p.path, p.Detail) }

// notMet reports an answer that says that what was asked about is not so.
func notMet(err error) bool {
	var p *problem
	return errors.As(err, &p) && p.Status == http.StatusUnprocessableEntity
}

// call asks the admin API; in and out are JSON, or nil. An answer of 422 is read into
// out as well, because it says how far things are.
func (s *Server) call(method, path string, in, out any) error {
	var body io.Reader = http.NoBody
	if in != nil {
		data, err := json.Marshal(in)
		if err != nil {
			return fmt.Errorf("it cannot be written as JSON: %w", err)
		}
		body = bytes.NewReader(data)
	}
	request, err := http.NewRequestWithContext(s.ctx, method, s.AdminURL+path, body)
	if err != nil {
		return err
	}
	if in != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	answer, err := s.admin.Do(request)
	if err != nil {
		return err
	}
	data, err := io.ReadAll(answer.Body)
	if err = errors.Join(err, answer.Body.Close()); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	var refused error
	if answer.StatusCode >= http.StatusBadRequest {
		p := &problem{Status: answer.StatusCode, Detail: answer.Status, method: method, path: path}
		_ = json.Unmarshal(data, p) // what is no problem document is told by its status
		refused = p
		if answer.StatusCode != http.StatusUnprocessableEntity {
			return refused
		}
	}
	if out != nil {
		if err := json.Unmarshal(data, out); err != nil {
			return fmt.Errorf("%s %s: the answer cannot be read: %w", method, path, err)
		}
	}
	return refused
}

// must is call for what a test cannot go on without.
func (s *Server) must(method, path string, in, out any) {
	s.tb.Helper()
	if err := s.call(method, path, in, out); err != nil {
		s.tb.Fatalf("scimtest: %v", err)
	}
}

// ofTenant is a query that names the tenant.
func (s *Server) ofTenant() string { return "?tenant=" + strconv.FormatInt(s.TenantID, 10) }

// all reads a list of the admin API to its end.
func all[T any](s *Server, path string, query url.Values) ([]T, error) {
	var items []T
	for {
		var page struct {
			Items []T    `json:"items"`
			Next  string `json:"next"`
		}
		if err := s.call(http.MethodGet, path+"?"+query.Encode(), nil, &page); err != nil {
			return nil, err
		}
		items = append(items, page.Items...)
		if page.Next == "" {
			return items, nil
		}
		query.Set("after", page.Next)
	}
}
