package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFaults_InTheBrowser(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		t.Helper()
		p := open(t, s, faultsPath)
		p.click(`.faults-preset[value="token-dies"]`)
		p.wait("#rules tbody tr")
		require.Contains(t, p.text(".banner"), "1 fault is active")
		for range 9 {
			require.Equal(t, http.StatusOK, s.scim(t, "one"))
		}
		require.Equal(t, http.StatusUnauthorized, s.scim(t, "one"))
		p.await(`document.querySelector("#rules tbody .badge").innerText === "1"`) // it refreshes itself
		p.click("#rules .row-actions a")
		p.wait("#dialog[open] form.confirm")
		p.axe("the question")
		p.click("#dialog button.primary")
		p.wait(".faults-none")
		require.Equal(t, http.StatusOK, s.scim(t, "one"))

		p.click(".actions .primary")
		p.click(`.faults-actions a[href$="action=throttle"]`)
		p.fill("#retryAfter", "-1")
		p.click("form.card button.primary")
		p.wait("#retryAfter-error")
		p.fill("#retryAfter", "7")
		p.click(`input[name="methods"][value="GET"]`)
		p.click("form.card button.primary")
		p.wait("#rules tbody tr")
		require.Contains(t, p.text("#rules tbody"), "throttle, Retry-After 7")
		require.Equal(t, http.StatusTooManyRequests, s.scim(t, "one"))

		p.click(`#clock button[value="freeze"]`)
		p.wait(`#clock button[value="run"]`)
		p.click(`#clock button[value="30d"]`)
		p.await(`document.querySelector(".alert.success")?.innerText.includes("moved by 30d")`)
		require.Equal(t, 2, eval[int](p, `document.querySelectorAll(".banner").length`))
		p.click(".banner a")
		p.click(".actions .danger-quiet")
		p.wait("#dialog[open] form.confirm")
		p.click("#dialog form.confirm button")
		p.await(`document.querySelectorAll(".banner").length === 0 && document.querySelector(".alert") !== null`)

		p.fill("#name", "a moment")
		p.click("#snapshot-form button")
		p.wait(`#snapshots a[href*="a+moment"]`)
		p.click("#reset a")
		p.wait("#dialog[open] form.confirm")
		require.Contains(t, p.text("#dialog"), "This cannot be undone")
		p.shoot("faults-reset")
		p.click("#dialog button.danger")
		p.wait(".alert.success")
		require.Contains(t, p.text("#snapshots"), "a moment", "snapshots stay")
	})
}

func TestFaults_Review(t *testing.T) {
	t.Parallel()
	s := serve(t)
	c := signedIn(t, s)
	full := func(t *testing.T) {
		t.Helper()
		for _, name := range []string{"throttled", "lost-answers", "stale-lists"} {
			c.get(faultsPath).submit(".faults-presets", "preset", name)
		}
		c.get(faultsPath+"/new?action=status").submit("form.card", "status", "503", "tenant", "0", "client", "محمد بن عبد الرحمن", "token", strings.Repeat("long-", 30), "detail", strings.Repeat("a long word ", 30))
		for _, name := range []string{"before the import", "محمد بن عبد الرحمن", strings.Repeat("long-", 30)} {
			c.get(faultsPath).submit(snapshotForm, "name", name)
		}
		c.post(faultsPath+"/clock", map[string][]string{"do": {"freeze"}})
		c.post(faultsPath+"/clock", map[string][]string{"do": {"30d"}})
	}
	reviewAll(t, s, view{"faults-empty", faultsPath}, view{"fault-actions", faultsPath + "/new"}, view{"fault-form", faultsPath + "/new?action=status"})
	full(t)
	reviewAll(t, s, view{"faults", faultsPath})
	reviewAll(t, serve(t, "--test-api=false"), view{"faults-off", faultsPath})
}
