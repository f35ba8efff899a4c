package server_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/testenv"
)

// browse gives a browser for one test.
func browse(t *testing.T) context.Context {
	t.Helper()
	flags := append(chromedp.DefaultExecAllocatorOptions[:len(chromedp.DefaultExecAllocatorOptions):len(chromedp.DefaultExecAllocatorOptions)],
		chromedp.ExecPath(testenv.Chromium(t)), chromedp.Headless, chromedp.DisableGPU,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("disable-quic", true))
	if os.Geteuid() == 0 { // Chromium has no sandbox for root
		flags = append(flags, chromedp.NoSandbox)
	}
	limited, cancelLimit := context.WithTimeout(t.Context(), 40*time.Second)
	allocator, cancelAllocator := chromedp.NewExecAllocator(limited, flags...)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		cancel()
		cancelAllocator()
		cancelLimit()
	})
	return ctx
}

// page serves an empty page, on an origin of its own.
func page(t *testing.T) string {
	t.Helper()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<!doctype html><title>An IdP's page</title>")
	}))
	t.Cleanup(site.Close)
	return site.URL
}

// fetch has the page call the server with a token, without its scheme to be told of the deviation.
func fetch(ctx context.Context, t *testing.T, url string) string {
	t.Helper()
	script := fmt.Sprintf(`fetch(%q, {headers: {Authorization: "one"}}).then(
		async a => [a.status, a.headers.get("ETag"), a.headers.get("X-Scim-Deviations"), (await a.json()).userName].join(" "),
		error => "refused: " + error.name)`, url)
	said, err := chromedp.Run(ctx, chromedp.Evaluate[string](script, chromedp.EvalAwaitPromise))
	require.NoError(t, err)
	return said
}

func TestBrowser_PageOfAnotherOrigin(t *testing.T) {
	t.Parallel()
	ctx, allowed, other := browse(t), page(t), page(t)
	open, closed := run(t, tokens, "--cors-origin="+allowed), run(t, tokens)
	for _, s := range []*running{open, closed} {
		a := s.call(t, "/scim/v2/Users", bearer("one"), with(http.MethodPost, userBody))
		require.Equal(t, http.StatusCreated, a.status, a.body)
	}
	id := func(s *running) string { return s.url + "/scim/v2/Users/1" }
	require.Equal(t, http.StatusOK, open.call(t, "/scim/v2/Users/1", bearer("one")).status)

	require.NoError(t, chromedp.Do(ctx, chromedp.Navigate(allowed)))
	require.Equal(t, `200 W/"1" raw-token-without-bearer slow@example.com`, fetch(ctx, t, id(open)))
	require.Equal(t, "refused: TypeError", fetch(ctx, t, id(closed)), "no origin is allowed there")

	require.NoError(t, chromedp.Do(ctx, chromedp.Navigate(other)))
	require.Equal(t, "refused: TypeError", fetch(ctx, t, id(open)), "this origin is not")
}
