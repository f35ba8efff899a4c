package idp

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

// The waits themselves, which take hours: idp-profiles.md 3.1.
func TestOkta_Waits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name       string
		status     int
		retryAfter string
		failures   int
		wait       time.Duration // 0 where it is not tried again
	}{
		{"as it is told", 429, "3", 1, 3 * time.Second},
		{"doubled", 429, "3", 4, 24 * time.Second},
		{"told nothing", 429, "", 1, 5 * time.Minute},
		{"told nothing again", 429, "", 3, 20 * time.Minute},
		{"a date", 429, "Fri, 31 Dec 2100 23:59:59 GMT", 1, 5 * time.Minute},
		{"a fraction", 429, "1.5", 1, 5 * time.Minute},
		{"the ninth failure", 429, "1", 9, 256 * time.Second},
		{"the tenth", 429, "1", 10, 0},
		{"another refusal", 503, "3", 1, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, err := New(Options{Kind: Okta})
			require.NoError(t, err)
			exchange := &scimclient.Exchange{Status: c.status, Header: http.Header{}}
			if c.retryAfter != "" {
				exchange.Header.Set("Retry-After", c.retryAfter)
			}
			wait, again := p.profile.retry(t.Context(), &AnswerError{Exchange: exchange}, c.failures)
			require.Equal(t, c.wait > 0, again)
			require.Equal(t, c.wait, wait)
		})
	}
}
