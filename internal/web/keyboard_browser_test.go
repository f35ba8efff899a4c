package web_test

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

const shift = int64(chromedp.ModifierShift)

// tab presses Tab without letting go of it, which is all that moves the focus and
// half as much to send.
func (p *page) tab(times int, modifiers int64) {
	p.t.Helper()
	key := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeRawKeyDown, Key: "Tab", Code: "Tab", WindowsVirtualKeyCode: 9, Modifiers: modifiers}
	p.do(func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		for range times {
			if _, err := chromedp.Call(ctx, input.DispatchKeyEvent, key); err != nil {
				return chromedp.Void{}, err
			}
		}
		return chromedp.Void{}, nil
	})
}

// tabTo presses Tab until an element has the focus.
func (p *page) tabTo(selector string) {
	p.t.Helper()
	p.await("document.querySelector(`" + selector + "`) !== null")
	for range 150 {
		if p.has(selector) {
			return
		}
		p.tab(1, 0)
	}
	require.Fail(p.t, "Tab does not lead to it", selector)
}

// has tells whether an element has the focus.
func (p *page) has(selector string) bool {
	p.t.Helper()
	return eval[bool](p, "document.activeElement.matches(`"+selector+"`)")
}

// watchFocus lists what Tab should reach, and says by the next key what is wrong with
// the one that has the focus: by then everything has come to rest.
const watchFocus = `(() => {
	const look = e => {
		const style = getComputedStyle(e);
		return style.outlineStyle + style.outlineWidth + style.boxShadow;
	};
	const name = e => e.outerHTML.slice(0, 120);
	const all = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
		.filter(e => !e.disabled && e.tabIndex >= 0 && e.checkVisibility({visibilityProperty: true}) && e.getClientRects().length);
	const left = new Map(all.filter(e => e.type !== "radio" || e.checked).map(e => [e, look(e)]));
	const plain = new Map(left), wrong = new Set();
	const last = [...left.keys()].at(-1);
	document.addEventListener("keydown", () => {
		const e = document.activeElement, box = e.getBoundingClientRect();
		left.delete(e);
		if (!plain.has(e)) return;
		if (look(e) === plain.get(e)) wrong.add("the focus is not seen: " + name(e));
		const top = document.elementFromPoint(box.left + Math.min(box.width / 2, 100), box.top + Math.min(box.height / 2, 20));
		if (!top || !e.contains(top) && !top.contains(e)) wrong.add("covered by " + (top ? name(top) : "the edge") + ": " + name(e));
	}, true);
	window.walk = {
		length: left.size,
		onward: () => left.has(last) && (left.size > 1 || document.activeElement !== last),
		left: () => document.activeElement !== last,
		back: () => last.focus(),
		wrong: () => [...wrong, ...[...left.keys()].map(e => "not reached: " + name(e))].join("\n"),
	};
	return walk.length;
})()`

// walk goes through all controls by Tab, and out at the end: each is reached, is seen
// to have the focus, and is covered by nothing. It may go back, too, by Shift+Tab.
func (p *page) walk(what string, back bool) {
	p.t.Helper()
	p.await(`document.readyState === "complete"`)
	n := eval[int](p, watchFocus)
	p.tab(n, 0)
	for range 12 { // the parts of a date are stops, too
		if !eval[bool](p, "walk.onward()") {
			break
		}
		p.tab(1, 0)
	}
	p.tab(1, 0)
	require.True(p.t, eval[bool](p, "walk.left()"), "%s keeps the focus", what)
	require.Empty(p.t, eval[string](p, "walk.wrong()"), what)
	if !back {
		return
	}
	eval[bool](p, "walk.back(), true")
	p.tab(n, shift)
	require.Empty(p.t, eval[string](p, "walk.wrong()"), "%s, backwards", what)
}

func TestKeyboard_Alone(t *testing.T) {
	t.Parallel()
	s := serveSeeded(t)
	p := newPage(t, s)
	_, err := chromedp.Call(p.ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}) // as if other tests had no tabs
	require.NoError(t, err)
	p.visit("/admin/sign-in")
	p.await(`document.activeElement.id === "key"`)
	p.press(adminKey + "\r")
	p.wait(".sidebar")

	p.visit(tokensPath)
	p.tabTo(".skip")
	p.press("\r")
	p.await(`document.activeElement.id === "main"`)
	p.tabTo(".actions .primary")
	p.press("\r")
	p.tabTo("#name")
	p.press("first\r")
	p.await(`document.activeElement.matches("#name[aria-invalid]")`) // what was refused has the focus
	p.press(kb.End + " too\r")
	p.tabTo(".secret .primary")
	p.press("\r")
	p.tabTo(`[aria-label='Revoke first too']`)
	p.press("\r")
	p.await(`document.activeElement.matches("#dialog [data-close]")`) // not what cannot be undone
	p.press("\x1b")
	p.await(`document.activeElement.matches("[aria-label='Revoke first too']")`)
	p.press("\r")
	p.await(`document.activeElement.matches("#dialog [data-close]")`)
	p.tab(1, shift)
	p.press("\r")
	p.await(`document.getElementById("said").textContent === "Revoked first too."`)

	s.calls(t, call{okta, "one", "GET", "/Groups", "", ""}, call{okta, "one", "GET", "/Users/none", "", ""})
	p.visit(requestsPath)
	p.wait("#rows .rq")
	p.press("j")
	p.press("\r")
	p.await(`document.activeElement.id === "pane"`)
	p.press("\x1b")
	p.await(`document.activeElement.matches("#rows .rq")`)

	c := signedIn(t, s)
	links := c.get(tokensPath).find("a[data-page]")
	for _, link := range links[:len(links)/2] { // the menu of narrow screens has them again
		path := attribute(link, "href")
		p.visit(path)
		p.walk(path, strings.HasSuffix(path, "/users"))
	}

	p.do(chromedp.EmulateViewport(390, 844))
	p.visit(tokensPath)
	p.tabTo(".menu summary")
	p.press("\r")
	p.await(`document.querySelector(".menu").open`)
	p.tab(1, 0)
	p.press("\x1b")
	p.await(`!document.querySelector(".menu").open && document.activeElement.matches(".menu summary")`)
	p.visit(tokensPath)
	p.walk("tokens at 390", true)
}
