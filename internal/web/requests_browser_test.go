package web_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

func TestRequests_LiveAndKeyboard(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		t.Helper()
		p := open(t, s, requestsPath)
		p.wait(".rq-empty")
		p.await(`document.querySelector("[data-live-text]").textContent === "Live"`)
		eval[bool](p, `window.kept = true`)
		s.traffic(t)
		p.await(`document.querySelectorAll("#rows .rq-row").length === 9`)
		require.True(t, eval[bool](p, `window.kept`), "without a reload")
		require.True(t, eval[bool](p, `document.querySelector("[data-empty]").hidden`))
		require.Contains(t, p.text("#rows .rq-row"), "/Users/77", "the newest is on top")

		p.press("p")
		p.await(`document.querySelector("[data-live-text]").textContent === "Paused"`)
		s.calls(t, call{okta, "one", "GET", "/Groups", "", ""}, call{okta, "one", "GET", "/Groups", "", ""})
		p.await(`document.querySelector("[data-pause-text]").textContent === "Go on · 2 new"`)
		require.Equal(t, 9, eval[int](p, `document.querySelectorAll("#rows .rq-row").length`))
		p.click("[data-pause]")
		p.await(`document.querySelectorAll("#rows .rq-row").length === 11`)

		p.press("j")
		p.press("j")
		p.press("\r")
		p.wait("#pane .rq-detail")
		require.Contains(t, p.path(), "?open=")
		p.press("j")
		p.await(`document.querySelector("#pane h2")?.textContent.includes("/Users/77")`)
		p.press("k")
		p.await(`document.querySelector("#pane h2")?.textContent.includes("/Groups")`)
		p.visit(p.path())
		p.wait("#pane .rq-detail")
		require.Contains(t, p.text("#pane h2"), "/Groups", "a reload keeps it")
		p.press("\x1b")
		p.await(`document.getElementById("pane").hidden && !location.search.includes("open")`)
		p.press("?")
		p.wait("#rq-help[open]")
		p.axe("help")
		p.press("\x1b")
		p.await(`!document.querySelector("#rq-help[open]")`)
	})
}

func TestRequests_LiveRowsAreFiltered(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.traffic(t)
	p := open(t, s, requestsPath)
	p.press("/")
	p.await(`document.activeElement.name === "q"`)
	p.fill(".rq-filters [type=search]", "long@")
	p.press("\r")
	p.await(`location.search === "?q=long%40" && document.querySelectorAll("#rows .rq-row").length === 1`)
	p.await(`document.querySelector("[data-live-text]").textContent === "Live"`)
	s.calls(t, call{okta, "one", "GET", "/Groups", "", ""}, call{okta, "one", "GET", "/Users?filter=userName%20eq%20%22long%40example.com%22", "", ""})
	p.await(`document.querySelectorAll("#rows .rq-row").length === 2`)
	require.NotContains(t, p.text("#rows"), "/Groups", "live rows are filtered too")
}

func TestRequests_FiltersLiveInTheAddress(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.traffic(t)
	p := open(t, s, requestsPath)
	p.click(`.rq-filters summary`)
	p.wait("#client")
	eval[string](p, `document.getElementById("client").value = "Okta"`)
	p.fill("#status", "4xx")
	p.axe("filters")
	p.shoot("requests-filters")
	p.click(".rq-panel button.primary")
	p.await(`location.search === "?client=Okta&status=4xx" && document.querySelectorAll("#rows .rq-row").length === 2`)
	p.click(".rq-chips li:first-child a")
	p.await(`location.search === "?status=4xx"`)
	p.click(`.tabs a[href*="only=unknown"]`)
	p.await(`document.querySelectorAll("#rows .rq-row").length === 1`)
	p.click(`.tabs a[href*="view=stories"]`)
	p.wait(".rq-story")
}

func TestRequests_StoriesGrow(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.freeze(t)
	s.calls(t, call{okta, "one", "GET", "/Groups/76", "", ""})
	p := open(t, s, requestsPath+"?view=stories")
	p.click(".rq-story summary")
	eval[bool](p, `window.kept = true`)
	s.calls(t, call{okta, "one", "GET", "/Groups/77", "", ""})
	p.await(`document.querySelector(".rq-story").innerText.includes("2 requests") && document.querySelector(".rq-story details").open`)
	require.True(t, eval[bool](p, `window.kept`))
}

// TestRequests_TenThousandRowsStaySmooth measures the page, not the machine: what
// is out of sight must not be laid out, however slow everything else is just now.
func TestRequests_TenThousandRowsStaySmooth(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "journal.db")
	s := serve(t, "--database="+file)
	p := open(t, s, requestsPath)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(p.ctx), 6*patience) // it is much to draw, on a machine that may do much else
	t.Cleanup(cancel)
	p.ctx = ctx
	p.do(func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) { // chromedp would mirror each node
		return chromedp.Void{}, target.Call(ctx, "DOM.disable", struct{}{}, nil)
	})
	began := time.Now()
	fill(t, file, 10_000)
	t.Logf("written after %s", time.Since(began))
	const rows = `document.querySelectorAll("#rows .rq-row").length`
	eval[bool](p, `new Promise(done => {
		const look = () => `+rows+` === 10000 ? done(true) : setTimeout(look, 100);
		look();
	})`)
	t.Logf("all rows are there after %s", time.Since(began))
	require.Equal(t, 100, eval[int](p, `document.querySelectorAll("#rows .rq-chunk").length`))
	require.False(t, eval[bool](p, `document.querySelector("#rows .rq-chunk:nth-child(50) .rq").checkVisibility({contentVisibilityAuto: true})`), "nobody sees it")
	t.Logf("scrolling to the middle took %.0f ms", eval[float64](p, `new Promise(done => {
		const began = performance.now();
		scrollTo(0, document.documentElement.scrollHeight / 2);
		requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began)));
	})`))
	require.Positive(t, eval[float64](p, "scrollY"))
	t.Logf("a new row came in %.0f ms", eval[float64](p, `new Promise(done => {
		const began = performance.now();
		new MutationObserver(() => requestAnimationFrame(() => done(performance.now() - began)))
			.observe(document.getElementById("rows"), {childList: true, subtree: true});
		fetch("/scim/v2/Groups", {headers: {Authorization: "Bearer one"}});
	})`))
	require.Equal(t, 10_000, eval[int](p, rows), "the oldest makes room")
}

func TestRequests_LoadMore(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "journal.db")
	s := serve(t, "--database="+file)
	fill(t, file, 1000)
	c := signedIn(t, s)
	d := c.get(requestsPath)
	d.requireSound()
	require.Len(t, d.find("a.rq"), 60)
	next := attribute(d.find("[data-load-more]")[0], "href")
	d = c.get(next)
	require.Len(t, d.find("a.rq"), 60)
	require.NotEqual(t, next, attribute(d.find("[data-load-more]")[0], "href"))
	p := open(t, s, requestsPath)
	p.click("[data-load-more]")
	p.await(`document.querySelectorAll("#rows .rq-row").length === 120 && new Set([...document.querySelectorAll("#rows .rq-row")].map(r => r.id)).size === 120`)
}

func TestRequests_Review(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.traffic(t)
	reviewAll(t, s, view{"requests", requestsPath}, view{"request-refused", requestsPath + "/6"}, view{"request-deviations", requestsPath + "/8"},
		view{"requests-stories", requestsPath + "?view=stories"}, view{"requests-unknown", requestsPath + "?only=unknown"})
	p := open(t, s, requestsPath+"?open=3")
	p.wait("#pane .rq-detail")
	p.review("requests-split")
}

func TestRequests_ReviewEmpty(t *testing.T) {
	t.Parallel()
	reviewAll(t, serve(t), view{"requests-empty", requestsPath})
}
