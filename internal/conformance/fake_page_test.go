package conformance

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// key is what a resource is sorted by.
func (f *fake) key(o object, by string) string {
	if f.flaw != "knows no URN" {
		for _, urn := range []string{userURN, enterpriseURN} {
			if len(by) > len(urn) && strings.EqualFold(by[:len(urn)], urn) {
				by = by[len(urn)+1:]
				if urn == enterpriseURN {
					o, _ = o[urn].(object)
				}
				break
			}
		}
	}
	var v any = o
	for name := range strings.SplitSeq(by, ".") {
		if values, ok := v.(list); ok {
			v = f.chosen(objects(values))
		}
		inner, _ := v.(object)
		v = nil
		for k := range inner {
			if strings.EqualFold(k, name) {
				v = inner[k]
			}
		}
	}
	if values, ok := v.(list); ok && f.flaw != "sorts by no complex attribute" {
		chosen, _ := f.chosen(objects(values)).(object)
		v = chosen["value"]
	}
	text, _ := v.(string)
	if by == "externalId" || f.flaw == "minds case" {
		return text
	}
	return strings.ToLower(text)
}

func (f *fake) chosen(values []object) any {
	if len(values) == 0 {
		return nil
	}
	if f.flaw == "sorts by the first value" {
		return values[0]
	}
	return values[max(slices.IndexFunc(values, func(o object) bool { return o["primary"] == true }), 0)]
}

func (f *fake) sort(w http.ResponseWriter, found []object, q url.Values) bool {
	by, order := q.Get("sortBy"), q.Get("sortOrder")
	if by != "" && f.flaw == "has no sort and breaks on it" {
		f.refuse(w, 500, "", "broken")
		return false
	}
	if by == "" || f.flaw == "does not sort" || f.flaw == "has no sort" {
		return true
	}
	if wrong := by == "name" || by == "password" || strings.HasPrefix(by, "bogus") || !slices.Contains([]string{"", "ascending", "descending"}, order); wrong {
		if f.flaw != "sorts by anything" {
			f.refuse(w, 400, "invalidValue", "not to be sorted by")
			return false
		}
		return true
	}
	slices.SortStableFunc(found, func(a, b object) int {
		x, y := f.key(a, by), f.key(b, by)
		if missing := (x == "") != (y == ""); missing && f.flaw != "puts the missing first" {
			return cmp.Compare(len(y), len(x))
		}
		return cmp.Compare(x, y)
	})
	if f.flaw == "breaks ties by chance" {
		f.opened++
		if f.opened%2 == 0 {
			slices.Reverse(found)
		}
	}
	if order == "descending" && f.flaw != "knows no descending" {
		slices.Reverse(found)
	}
	return true
}

// page cuts a page out by index or cursor.
func (f *fake) page(w http.ResponseWriter, page object, q url.Values, total int, whose string) (start, end int, ok bool) {
	count, err := strconv.Atoi(cmp.Or(q.Get("count"), "100"))
	index, err2 := strconv.Atoi(cmp.Or(q.Get("startIndex"), "1"))
	if err != nil || err2 != nil {
		f.refuse(w, 400, "invalidValue", "no integer")
		return 0, 0, false
	}
	if count = max(count, 0); f.flaw == "minds no count" {
		count = 3
	}
	start = min(max(index-1, 0), total)
	if f.flaw == "has cursors alone" && !q.Has("cursor") {
		q.Set("cursor", "")
	}
	if !q.Has("cursor") || f.flaw == "knows no cursor" || f.flaw == "lets startIndex win" && q.Has("startIndex") {
		page["startIndex"] = start + 1
		return start, min(start+count, total), true
	}
	if q.Has("startIndex") {
		f.refuse(w, 400, "invalidValue", "cursor and startIndex")
		return 0, 0, false
	}
	if start = 0; q.Get("cursor") != "" {
		var scimType, detail string
		if start, scimType, detail = f.open(q, count, whose); scimType != "" {
			f.refuse(w, 400, scimType, detail)
			return 0, 0, false
		}
	}
	if f.flaw == "breaks under cursors" {
		if f.opened++; f.opened > 150 {
			f.refuse(w, 500, "", "broken")
			return 0, 0, false
		}
	}
	return f.step(page, q, total, min(start, total), count, whose)
}

// step gives the ends of a page and writes its cursors.
func (f *fake) step(page object, q url.Values, total, start, count int, whose string) (from, to int, ok bool) {
	to = min(start+count, total)
	next := to
	if f.flaw == "repeats itself" && start > 0 {
		next--
	}
	if (to < total || f.flaw == "has cursors without end" || f.flaw == "looks not ahead" && to == start+count) && count > 0 {
		page["nextCursor"] = f.cursor(q, next, count, whose)
	}
	if previous := start - count; previous >= 0 && start > 0 || f.flaw == "goes back from the first" {
		page["previousCursor"] = f.cursor(q, max(previous, 0), count, whose)
	}
	return start, to, true
}

// cursor holds a place, the time it was made, the count and a seal over these and the query.
func (f *fake) cursor(q url.Values, place, count int, whose string) string {
	return sealed(fmt.Sprintf("%d.%d.%d", place, time.Now().UnixMilli(), count), f.bound(q, whose)) + map[bool]string{true: "=="}[f.flaw == "pads cursors"]
}

func (f *fake) bound(q url.Values, whose string) string {
	if f.flaw == "binds nothing" {
		return ""
	}
	if f.flaw == "binds no endpoint" {
		whose = ""
	}
	parts := []string{whose}
	for _, name := range []string{"filter", "sortBy", "sortOrder", "attributes"} {
		if f.flaw != "binds no "+name {
			parts = append(parts, q.Get(name))
		}
	}
	return strings.Join(parts, "\n")
}

func sealed(text, bound string) string {
	sum := sha256.Sum256([]byte(text + "\n" + bound))
	return base64.RawURLEncoding.EncodeToString([]byte(text + "." + hex.EncodeToString(sum[:8])))
}

func (f *fake) open(q url.Values, count int, whose string) (place int, scimType, detail string) {
	cursor := strings.TrimSuffix(q.Get("cursor"), "==")
	text, _ := base64.RawURLEncoding.DecodeString(cursor)
	parts := strings.Split(string(text), ".")
	if len(parts) != 4 {
		if f.flaw == "begins anew with garbage" {
			return 0, "", ""
		}
		return 0, "invalidCursor", "no cursor: " + q.Get("cursor")
	}
	plain := strings.Join(parts[:3], ".")
	if sealed(plain, f.bound(q, whose)) != cursor {
		if f.flaw == "tells of others" {
			return 0, "invalidCursor", "a cursor of someone else"
		}
		return 0, "invalidCursor", "no cursor: " + q.Get("cursor")
	}
	place, _ = strconv.Atoi(parts[0])
	made, _ := strconv.ParseInt(parts[1], 10, 64)
	if time.Since(time.UnixMilli(made)) > 5*time.Second {
		return 0, map[bool]string{true: "invalidCursor", false: "expiredCursor"}[f.flaw == "knows no expiry"], "too late"
	}
	if parts[2] != strconv.Itoa(count) && f.flaw != "lets count change" {
		return 0, "invalidCount", "another count"
	}
	return place, "", ""
}
