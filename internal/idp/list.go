package idp

import (
	"context"
	"fmt"
)

// maxListed and maxPages end the reading of a list that never does, and maxStale that of
// one whose pages bring nobody new. One such page may come of a list that moved while it
// was read.
const (
	maxListed = 1_000_000
	maxPages  = 100_000
	maxStale  = 3
)

// listAll reads every resource of a type, count at a time, the way imports do: the
// next page begins after what the one before has held. A page that failed is read again
// as the profile tries again.
func (p *Provider) listAll(ctx context.Context, path string, count int, progress func(done, total int)) ([]map[string]any, error) {
	var all []map[string]any
	seen := map[string]bool{}
	for start, page, stale := 1, 1, 0; ; page++ {
		a, list, err := p.page(ctx, fmt.Sprintf("%s?startIndex=%d&count=%d", path, start, count))
		if err != nil {
			return nil, err
		}
		if fresh := note(seen, list); fresh || len(list) == 0 {
			stale = 0
		} else if stale++; stale == maxStale {
			return nil, &AnswerError{Exchange: a.Exchange, Reason: "the pages of the list repeat; it does not follow startIndex"}
		}
		all = append(all, list...)
		start += len(list)
		total, _ := a.body["totalResults"].(float64) // resources has seen that it is a number
		if progress != nil {
			progress(len(all), int(total))
		}
		switch {
		case len(list) == 0 || float64(start) > total:
			return all, nil
		case len(all) > maxListed:
			return nil, &AnswerError{Exchange: a.Exchange, Reason: fmt.Sprintf("the list does not end: it has more than %d resources", maxListed)}
		case page == maxPages:
			return nil, &AnswerError{Exchange: a.Exchange, Reason: fmt.Sprintf("the list does not end: it has more than %d pages", maxPages)}
		}
	}
}

// note remembers the ids of a page, and says whether one of them is new.
func note(seen map[string]bool, list []map[string]any) (fresh bool) {
	for _, resource := range list {
		id := fmt.Sprint(resource["id"])
		fresh = fresh || !seen[id]
		seen[id] = true
	}
	return fresh
}
