package web_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// TestPictures takes the pictures of the README, into the folder that
// CINODE_SCIM_PICTURES names: see make screenshots. Without it they are taken all
// the same and thrown away, so that a page that has gone is noticed.
func TestPictures(t *testing.T) {
	t.Parallel()
	folder := os.Getenv("CINODE_SCIM_PICTURES")
	if folder == "" {
		folder = t.TempDir()
	}
	s := serveSeeded(t, "--public-url=https://scim.example.com")
	s.week(t)
	s.control(t, "/clock?tenant=1", `{"reset":true}`)
	p := open(t, s, playPath)
	p.do(chromedp.EmulateViewport(1280, 800))
	take := func(file, theme string) {
		eval[bool](p, "document.querySelector('form.theme [value="+theme+"]').click(), true")
		p.await("document.documentElement.dataset.theme === '" + theme + "'")
		eval[bool](p, "document.activeElement.blur(), scrollTo(0, 0), true")
		picture, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(folder, file), picture, 0o644))
	}
	p.visit(startPath + "?idp=jumpcloud&since=now")
	take("start.png", "light")
	p.visit(playPath)
	p.click(`form[action$="play/demo"] button`)
	p.wait("#play-story")
	p.click("#hurry")
	p.await(`document.querySelector("#play-story .toolbar .badge").innerText === "all as expected"`)
	p.visit(p.path()) // without what was told once
	p.wait("#play-story")
	take("play.png", "light")
	p.visit(requestsPath)
	p.await(`!!document.querySelector(".rq-row a")`)
	eval[bool](p, `[...document.querySelectorAll(".rq-row a")].find(a => a.innerText.includes("PUT")).click(), true`)
	p.wait(".rq-part table")
	take("inspector.png", "dark")
	p.visit(overviewPath)
	take("overview.png", "light")
}
