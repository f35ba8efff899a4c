package conformance

import (
	"context"
	"encoding/xml"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/report"
	"github.com/cinode-scim/cinode-scim/internal/scimclient"
	"github.com/cinode-scim/cinode-scim/internal/testenv"
)

// knownSample is a sample whose first failure a baseline names.
func knownSample(t *testing.T) *Report {
	t.Helper()
	r := sample()
	b, err := ReadBaseline(strings.NewReader("PUT-002\n"))
	require.NoError(t, err)
	b.Apply(r)
	return r
}

func htmlOf(t *testing.T, r *Report) string {
	t.Helper()
	var page strings.Builder
	require.NoError(t, r.WriteHTML(&page))
	return page.String()
}

func TestReport_WriteHTML_Content(t *testing.T) {
	t.Parallel()
	page := htmlOf(t, knownSample(t))
	for _, part := range []string{
		"<h1>1 check fails and 1 could not be carried out. 1 failure was known and did not count.</h1>",
		`<title id="donut">6 checks: 1 fail, 1 known failure, 1 error, 1 warning, 1 pass, 1 skipped</title>`,
		`aria-label="1 fail (1 known), 1 warning, 1 pass"`, // of PUT
		`id="PUT-002" class="k-known" data-kind="known" data-level="MUST" data-area="PUT"`,
		"A sentence of PUT-002.", "2 exchanges", "Bearer $TOKEN", "curl -i -X PUT", "session=$COOKIE",
		"12345678901234567890.10",            // indented, but not read
		`PUT /Users/1?filter=a&#43;eq`,       // a query that cannot be decoded
		"The answer was longer", "no answer", // what went wrong on the way
		"/Users/&lt;u&gt;", "2026-03-01 12:00:00 UTC", "rfc: every MUST of the RFCs",
	} {
		require.Contains(t, page, part)
	}
	require.Contains(t, page, "{\n  &#34;a&#34;: 1\n}")
	require.NotContains(t, page, "precious")
	require.NotContains(t, page, "\x1b")
}

// TestReport_WriteHTML_Closed is about what a target sends: it stays text, and the page loads nothing.
func TestReport_WriteHTML_Closed(t *testing.T) {
	t.Parallel()
	page := htmlOf(t, sample())
	require.Equal(t, 1, strings.Count(page, "<script"))
	require.Equal(t, 1, strings.Count(page, "<style"))
	require.NotRegexp(t, `<[^>]*\s(on\w+|src|style)\s*=`, page)
	require.NotRegexp(t, `<(link|img|iframe|object|base)\b`, page)
	require.NotRegexp(t, `url\(|@import`, reportCSS)
	for _, address := range regexp.MustCompile(`href="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		require.True(t, strings.HasPrefix(address[1], "#"), address[1])
		require.Contains(t, page, `id="`+address[1][1:]+`"`)
	}
}

func TestReport_WriteHTML_Headline(t *testing.T) {
	t.Parallel()
	for want, results := range map[string][]Result{
		"No check was run.":            nil,
		"Nothing counts as a failure.": {{Verdict: Pass}, {Verdict: Warning}},
		"Nothing counts as a failure. 2 failures were known and did not count.": {{Verdict: Fail, Known: true}, {Verdict: Fail, Known: true}},
		"2 checks fail.":                    {{Verdict: Fail}, {Verdict: Fail}},
		"1 check could not be carried out.": {{Verdict: Error}},
		"1 check fails and 2 could not be carried out. 1 failure was known and did not count.": {{Verdict: Fail}, {Verdict: Error}, {Verdict: Error}, {Verdict: Fail, Known: true}},
	} {
		require.Equal(t, want, (&Report{Results: results}).headline())
	}
	page := htmlOf(t, &Report{Target: "http://x", Profile: "rfc"})
	require.Contains(t, page, "There is nothing to show")
	require.NotContains(t, page, "<form")
}

// TestReport_WriteHTML_Deep sees to it that indenting does not make a page of hundreds of megabytes.
func TestReport_WriteHTML_Deep(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", 20000) + strings.Repeat("]", 20000)
	r := &Report{Results: []Result{{Row: Row{ID: "PUT-001", Area: "PUT"}, Exchanges: []*scimclient.Exchange{{Method: "PUT", Status: 200, Body: deep}}}}}
	require.Less(t, len(htmlOf(t, r)), 100_000)
}

func TestReport_WriteHTML_InBrowser(t *testing.T) {
	t.Parallel()
	page := htmlOf(t, knownSample(t))
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(page))
	}))
	t.Cleanup(site.Close)
	ctx := browse(t)
	see := func(script string) string {
		t.Helper()
		said, err := chromedp.Run(ctx, chromedp.Evaluate[string](script))
		require.NoError(t, err)
		return said
	}
	const shown = `[...document.querySelectorAll("article")].filter(a => a.checkVisibility()).map(a => a.id).join(" ")`
	choose := func(name, value string) string {
		return see(`document.querySelector('[name=` + name + `][value=` + value + `]').click(); ` + shown)
	}
	write := func(text string) string {
		return see(`document.forms.filters.text.value = "` + text + `"; document.forms.filters.dispatchEvent(new Event("input")); ` + shown)
	}

	require.NoError(t, chromedp.Do(ctx, chromedp.Navigate(site.URL)))
	require.Equal(t, "PUT-001 PUT-002 PUT-003 DEL-001 DEL-002 DEL-003", see(shown))
	require.Equal(t, "All 6 rows", see(`document.getElementById("shown").textContent`))
	require.Equal(t, "DEL-003", choose("kind", "fail"))
	require.Equal(t, "PUT-002 DEL-003", choose("kind", "known"))
	require.Equal(t, "2 of 6 rows", see(`document.getElementById("shown").textContent`))
	require.Equal(t, "PUT-002", write("because  SENTENCE"))
	require.Empty(t, choose("level", "MAY"))
	require.Equal(t, "false", see(`String(document.getElementById("nothing").hidden)`))
	require.Equal(t, "#DEL-001", see(`location.hash = "DEL-001"; location.hash`))
	require.Eventually(t, func() bool { return strings.Contains(see(shown), "DEL-001") }, 10*time.Second, 20*time.Millisecond, "a link brings back what is filtered away")
	require.Equal(t, "4", see(`document.getElementById("open").click(); String(document.querySelectorAll(".sent[open]").length)`))
	require.Equal(t, "true", see(`String([...document.querySelectorAll("select, input, button")].every(e => e.labels?.length || e.textContent.trim()))`))
	require.Equal(t, "0", see(`String(document.scripts.length - 1 + document.querySelectorAll("img, b > script").length)`), "no markup of the target's")
}

// browse gives a browser for one test.
func browse(t *testing.T) context.Context {
	t.Helper()
	flags := append(chromedp.DefaultExecAllocatorOptions[:len(chromedp.DefaultExecAllocatorOptions):len(chromedp.DefaultExecAllocatorOptions)],
		chromedp.ExecPath(testenv.Chromium(t)), chromedp.Headless, chromedp.DisableGPU)
	if os.Geteuid() == 0 { // Chromium has no sandbox for root
		flags = append(flags, chromedp.NoSandbox)
	}
	limited, cancelLimit := context.WithTimeout(t.Context(), time.Minute)
	allocator, cancelAllocator := chromedp.NewExecAllocator(limited, flags...)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		cancel()
		cancelAllocator()
		cancelLimit()
	})
	return ctx
}

func TestReport_KnownElsewhere(t *testing.T) {
	t.Parallel()
	r := knownSample(t)
	var text, machine, junit strings.Builder
	require.NoError(t, r.WriteText(&text))
	require.Contains(t, text.String(), "  fail    PUT-002 MUST (7644 §3.5), known\n")
	require.Contains(t, text.String(), "Replace (PUT): 1 fail (1 known), 1 warning, 1 pass")
	require.Equal(t, 1, strings.Count(text.String(), "$ curl -i -X PUT"), "of DEL-003, for a known failure needs no evidence")
	require.NoError(t, r.WriteJSON(&machine))
	require.Equal(t, 1, strings.Count(machine.String(), `"known": true`))
	require.Contains(t, machine.String(), `"known": 1`)
	require.NoError(t, r.WriteJUnit(&junit))
	var suites report.Suites
	require.NoError(t, xml.Unmarshal([]byte(junit.String()), &suites))
	put := suites.Suites[0]
	require.Equal(t, []int{3, 0, 0, 1}, []int{put.Tests, put.Failures, *put.Errors, put.Skipped})
	require.True(t, strings.HasPrefix(put.Cases[1].Skipped.Message, "known: because"))
	require.Nil(t, put.Cases[1].Failure)
}
