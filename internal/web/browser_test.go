package web_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/testenv"
)

// browser is the one Chromium of the package. Each page has cookies of its own in it.
var browser struct {
	once  sync.Once
	ctx   context.Context
	close func()
}

// plainHost leads to this machine too, but Chromium does not trust it as it does
// loopback: without TLS it sends no Sec-Fetch-Site and gives no clipboard.
const plainHost = "plain.example"

func startBrowser(t *testing.T) context.Context {
	t.Helper()
	path := testenv.Chromium(t)
	browser.once.Do(func() {
		flags := append(chromedp.DefaultExecAllocatorOptions[:len(chromedp.DefaultExecAllocatorOptions):len(chromedp.DefaultExecAllocatorOptions)],
			chromedp.ExecPath(path), chromedp.Headless, chromedp.DisableGPU,
			chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
			chromedp.Flag("disable-sync", true), chromedp.Flag("disable-quic", true),
			chromedp.Flag("host-resolver-rules", "MAP "+plainHost+" 127.0.0.1"))
		if os.Geteuid() == 0 { // Chromium has no sandbox for root
			flags = append(flags, chromedp.NoSandbox)
		}
		allocator, closeAllocator := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), flags...)
		ctx, closeContext := chromedp.NewContext(allocator)
		browser.ctx, browser.close = ctx, func() { closeContext(); closeAllocator() }
		require.NoError(t, chromedp.Do(ctx)) // starts it
	})
	return browser.ctx
}

func stopBrowser() {
	if browser.close != nil {
		browser.close()
	}
}

// patience is how long a page may take for all that a test does with it, on a slow
// machine; it only ever runs out when a test fails.
const patience = 6 * time.Minute

// page is a page in Chromium. Its methods fail the test where they find nothing.
type page struct {
	t    *testing.T
	ctx  context.Context
	site *site
}

// newPage opens an empty page whose cookies are its own.
func newPage(t *testing.T, s *site) *page {
	t.Helper()
	ctx, cancel := chromedp.NewContext(startBrowser(t), chromedp.WithNewBrowserContext())
	limited, cancelLimit := context.WithTimeout(ctx, patience)
	t.Cleanup(func() { cancelLimit(); cancel() })
	p := &page{t: t, ctx: limited, site: s}
	p.listen()
	p.do(chromedp.EmulateViewport(1280, 800))
	return p
}

// listen fails the test in the end where scripts have failed, or the page wanted what
// its policy forbids. An answer that a page left before it came is neither.
func (p *page) listen() {
	p.t.Helper()
	var mu sync.Mutex
	var heard []string
	require.NoError(p.t, chromedp.Listen(p.ctx, func(event any) {
		text := ""
		switch e := event.(type) {
		case *log.EventEntryAdded:
			if strings.Contains(e.Entry.Text, "Content Security Policy") {
				text = e.Entry.Text
			}
		case *runtime.EventExceptionThrown:
			text = e.ExceptionDetails.Text
			if x := e.ExceptionDetails.Exception; x != nil {
				text += " " + x.Description
			}
		}
		if text != "" && !strings.Contains(text, "Failed to fetch") {
			mu.Lock()
			defer mu.Unlock()
			heard = append(heard, text)
		}
	}))
	p.t.Cleanup(func() {
		mu.Lock()
		defer mu.Unlock()
		require.Empty(p.t, heard)
	})
}

// open takes the cookie of one who has signed in, and opens a path such as
// "/admin/tenants/1/tokens".
func open(t *testing.T, s *site, path string) *page {
	t.Helper()
	at, err := url.Parse(s.url + "/admin/")
	require.NoError(t, err)
	p := newPage(t, s)
	for _, c := range signedIn(t, s).http.Jar.Cookies(at) {
		_, err := chromedp.Call(p.ctx, network.SetCookie, network.SetCookieParams{Name: c.Name, Value: c.Value, URL: at.String()})
		require.NoError(t, err)
	}
	p.visit(path)
	return p
}

func (p *page) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	require.NoError(p.t, chromedp.Do(p.ctx, steps...))
}

func (p *page) visit(path string) { p.t.Helper(); p.do(chromedp.Navigate(p.site.url + path)) }

// wait waits until something can be seen.
func (p *page) wait(selector string) {
	p.t.Helper()
	p.do(chromedp.WaitVisible(chromedp.CSS(selector)))
}

func (p *page) click(selector string) {
	p.t.Helper()
	p.do(chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

// fill types a text into a field in the place of what it holds.
func (p *page) fill(selector, text string) {
	p.t.Helper()
	p.wait(selector)
	eval[string](p, fmt.Sprintf("document.querySelector(%q).value = ''", selector))
	if text != "" {
		p.do(chromedp.SendKeys(chromedp.CSS(selector), text))
	}
}

func (p *page) press(keys string) { p.t.Helper(); p.do(chromedp.KeyEvent(keys)) }

func (p *page) text(selector string) string {
	p.t.Helper()
	text, err := chromedp.Run(p.ctx, chromedp.Text(chromedp.CSS(selector)))
	require.NoError(p.t, err)
	return strings.TrimSpace(text)
}

// path is what the address bar shows after the host.
func (p *page) path() string {
	p.t.Helper()
	at, err := chromedp.Run(p.ctx, chromedp.Location())
	require.NoError(p.t, err)
	return strings.TrimPrefix(at, p.site.url)
}

// eval evaluates a script, and waits for the promise that it may give.
func eval[T any](p *page, script string) T {
	p.t.Helper()
	value, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	require.NoError(p.t, err)
	return value
}

// await waits until a script gives true, across navigations too.
func (p *page) await(script string) {
	p.t.Helper()
	require.Eventually(p.t, func() bool {
		value, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](script))
		return err == nil && value
	}, patience, 20*time.Millisecond, script)
}

// looks are the sizes and themes that every page must be good in. axe-core need not
// see twice what another look has too: the dark theme changes colours only, and the
// dark narrow page has the colours of the one and the structure of the other.
var looks = []struct {
	name   string
	width  int64
	height int64
	theme  string
	axe    bool
	rules  []string // of axe-core; all if there are none
}{
	{"1280-light", 1280, 800, "light", true, nil}, {"1280-dark", 1280, 800, "dark", true, []string{"color-contrast"}},
	{"390-light", 390, 844, "light", true, nil}, {"390-dark", 390, 844, "dark", false, nil},
}

// review looks at the page in every size and theme: nothing serious for axe-core, no
// scrolling sideways. Where CINODE_SCIM_TEST_SHOTS names a folder, it leaves
// pictures called after name there.
func (p *page) review(name string) {
	p.t.Helper()
	for _, look := range looks {
		p.do(chromedp.EmulateViewport(look.width, look.height))
		eval[bool](p, fmt.Sprintf("document.querySelector('form.theme [value=%s]').click(), true", look.theme))
		wide := eval[int](p, "document.documentElement.scrollWidth")
		require.LessOrEqual(p.t, wide, int(look.width), "%s scrolls sideways at %s", name, look.name)
		p.shoot(name + "-" + look.name)
		if look.axe {
			p.axe(name+" at "+look.name, look.rules...)
		}
	}
	p.do(chromedp.EmulateViewport(1280, 800))
}

// view is a page to review.
type view struct{ name, path string }

// reviewAll reviews pages in one tab.
func reviewAll(t *testing.T, s *site, views ...view) {
	t.Helper()
	p, c := open(t, s, views[0].path), signedIn(t, s)
	for _, v := range views {
		c.get(v.path).requireSound()
		p.visit(v.path)
		p.review(v.name)
	}
}

func (p *page) shoot(name string) {
	p.t.Helper()
	folder := os.Getenv("CINODE_SCIM_TEST_SHOTS")
	if folder == "" {
		return
	}
	take := chromedp.FullScreenshot(100)
	if eval[bool](p, "document.querySelector('dialog[open]') !== null") { // it belongs to the part that is seen
		take = chromedp.CaptureScreenshot()
	}
	picture, err := chromedp.Run(p.ctx, take)
	require.NoError(p.t, err)
	require.NoError(p.t, os.MkdirAll(folder, 0o750))
	require.NoError(p.t, os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o600))
}

// axeScript is the engine of axe-core, which make test installs.
var axeScript = sync.OnceValues(func() (string, error) {
	script, err := os.ReadFile("axe/node_modules/axe-core/axe.min.js")
	return string(script), err
})

// axe fails on what axe-core calls serious or critical by the rules, or by all of its.
func (p *page) axe(what string, rules ...string) {
	p.t.Helper()
	options := ""
	if rules != nil {
		options = `runOnly: ["` + strings.Join(rules, `", "`) + `"], `
	}
	if !eval[bool](p, "'axe' in window") {
		script, err := axeScript()
		require.NoError(p.t, err, "axe-core is missing: run `make test`, which installs it")
		eval[bool](p, "(() => {"+script+"; return true})()")
	}
	found := eval[string](p, `axe.run({`+options+`resultTypes: ["violations"]}).then(r => JSON.stringify(r.violations
		.filter(v => v.impact === "serious" || v.impact === "critical")
		.map(v => v.id + ": " + v.help + " " + v.nodes.map(n => n.target.join(" ") + " (" + n.failureSummary + ")").slice(0, 4).join("; "))))`)
	var list []string
	require.NoError(p.t, json.Unmarshal([]byte(found), &list))
	require.Empty(p.t, list, what)
}
