package idp

import (
	"context"
	"net/http"
	"strings"
	"time"
)

// profile is what differs from one identity provider to the next.
type profile interface {
	// header is what requests of a method have beside the token. A nil value leaves
	// a header of the client out, an empty User-Agent sends none.
	header(method string) http.Header
	// address is a path as the provider writes it, with what it appends.
	address(path string) string
	// attributes are those of a user that are sent, as texts, for comparing and for
	// the log.
	attributes(u User) []attribute
	// direct is true where users can be assigned without a group.
	direct() bool
	// keepsUnbound is true where a group that is no longer bound is still looked
	// after in the next cycle; elsewhere it is forgotten at once and left as it is.
	keepsUnbound() bool
	// verify is the connection test. It uses send, and leaves nothing behind if the
	// target lets it.
	verify(ctx context.Context) error
	// cycle sends what the directory asks for. Errors of single tasks are in the
	// cycle's report; an error ends it.
	cycle(ctx context.Context, c *cycle) error
	// retry says after how long a task that failed is run again within the same
	// cycle, and whether it is. The first failure has the number 1.
	retry(ctx context.Context, err error, failures int) (time.Duration, bool)
	// troubled is what the administrator is told when the connection test failed.
	troubled() string
	// typeOf is the name that the provider's log has for an event.
	typeOf(e Event) string
	// record is an event as the provider's log has it. The provider is locked.
	record(e Event) any
}

// attribute is one that a profile sends, under the name that its log has for it.
type attribute struct{ name, value string }

func newProfile(p *Provider) (profile, error) {
	switch p.options.Kind {
	case JumpCloud:
		return newJumpCloud(p)
	case Entra:
		return newEntra(p)
	case Okta:
		return newOkta(p)
	}
	names := make([]string, 0, len(Kinds()))
	for _, k := range Kinds() {
		names = append(names, string(k))
	}
	return nil, invalid("identity provider", "%q is not known; take %s", p.options.Kind, strings.Join(names, ", "))
}

// oneOf takes an option that is one of some words, the first by default.
func oneOf(name, value string, words ...string) (string, error) {
	if value == "" {
		return words[0], nil
	}
	for _, w := range words {
		if strings.EqualFold(value, w) {
			return w, nil
		}
	}
	return "", invalid(name, "%q is not known; take %s", value, strings.Join(words, " or "))
}
