package idp

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// longestRetryAfter is the longest wait that a server may ask for within a cycle.
const longestRetryAfter = 10 * time.Minute

// retryAfter is the wait that a server asks for, as a whole number of seconds. It is
// taken as it is: shortening it would only bring the next refusal.
func retryAfter(err error) (time.Duration, bool) {
	var answer *AnswerError
	if !errors.As(err, &answer) {
		return 0, false
	}
	seconds, err := strconv.ParseUint(answer.Exchange.Header.Get("Retry-After"), 10, 32) // a Duration holds as many
	wait := time.Duration(seconds) * time.Second                                         //nolint:gosec // 32 bits
	return wait, err == nil && wait <= longestRetryAfter
}

// backOff is the rule of providers that document none: the answers that
// go-retryablehttp tries again, after waits that double.
func (p *Provider) backOff(ctx context.Context, err error, failures, most int) (time.Duration, bool) {
	var failed *AnswerError
	if !errors.As(err, &failed) || failures > most {
		return 0, false
	}
	response := &http.Response{StatusCode: failed.Exchange.Status, Header: failed.Exchange.Header}
	if failed.Exchange.Err != nil {
		response = nil
	}
	again, _ := retryablehttp.DefaultRetryPolicy(ctx, response, failed.Exchange.Err)
	if !again {
		return 0, false
	}
	if wait, asked := retryAfter(err); asked {
		return wait, true
	}
	return p.shortened(retryablehttp.DefaultBackoff(time.Second, 30*time.Second, failures-1, nil)), true
}
