// What every page shares: copy buttons, local times, questions in a dialog, parts
// that refresh themselves, toasts. Pages work without it; they import from it what
// they need.

// toast says something that matters for a moment; screen readers hear it.
export function toast(text) {
	const box = document.getElementById("toasts");
	const line = document.createElement("p");
	line.textContent = text;
	box.append(line);
	setTimeout(() => line.remove(), 4000);
}

// say tells screen readers, and nobody else, what has changed.
export function say(text) {
	document.getElementById("said").textContent = text;
}

// copyText also works on plain http, where browsers give no clipboard.
export async function copyText(text) {
	if (navigator.clipboard) {
		await navigator.clipboard.writeText(text);
		return;
	}
	const area = document.createElement("textarea");
	area.value = text;
	document.body.append(area);
	area.select();
	const copied = document.execCommand("copy");
	area.remove();
	if (!copied) throw new Error("the browser refused");
}

// enhance prepares a part of the page that is new. Modules call it for what they
// insert.
export function enhance(root) {
	for (const button of root.querySelectorAll("button.copy")) button.hidden = false;
	for (const time of root.querySelectorAll("time")) localTime(time);
}

// marked tells whether somebody has selected text in a part of the page.
export function marked(element) {
	const selection = getSelection();
	return !selection.isCollapsed && selection.containsNode(element, true);
}

const units = [["year", 31536e6], ["month", 2592e6], ["day", 864e5], ["hour", 36e5], ["minute", 6e4]];
const words = new Intl.RelativeTimeFormat("en", {numeric: "always"});
const exact = new Intl.DateTimeFormat(undefined, {dateStyle: "medium", timeStyle: "long"});

function localTime(time) {
	const at = new Date(time.dateTime);
	if (isNaN(at)) return;
	time.title = exact.format(at);
	if (time.dataset.exact !== undefined) return;
	const away = at - Date.now();
	const unit = units.find(([, long]) => Math.floor((Math.abs(away) + long / 100) / long) > 0);
	if (!unit) time.textContent = away > 0 ? "in a moment" : "just now";
	else {
		const [name, long] = unit;
		time.textContent = words.format(Math.sign(away) * Math.floor((Math.abs(away) + long / 100) / long), name);
	}
}

// A click on data-copy copies it, one on data-confirm asks in a dialog what the page
// behind the link asks.
document.addEventListener("click", async event => {
	const copy = event.target.closest("[data-copy]");
	if (copy) {
		try {
			await copyText(copy.dataset.copy);
			copy.classList.add("copied");
			setTimeout(() => copy.classList.remove("copied"), 1500);
			toast("Copied");
		} catch {
			toast("The browser did not let this be copied. Select the text instead.");
		}
		return;
	}
	const link = event.target.closest("a[data-confirm]");
	if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
		event.preventDefault();
		ask(link.href);
	}
});

async function ask(href) {
	const dialog = document.getElementById("dialog");
	try {
		const answer = await fetch(href, {headers: {Accept: "text/html"}});
		const form = answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("form.confirm");
		if (!form) throw new Error("no question");
		form.querySelector("[data-close]")?.addEventListener("click", event => {
			event.preventDefault();
			dialog.close();
		});
		dialog.replaceChildren(document.adoptNode(form));
		dialog.showModal();
		if (form.querySelector("button.danger")) form.querySelector("[data-close]")?.focus(); // Enter pressed twice deletes nothing
	} catch {
		location.href = href; // that page shows what went wrong
	}
}

// An element with data-refresh="5" and an id asks for its page every so many seconds
// and takes its own new content, while the page is looked at.
function refresh(element, shown) {
	setTimeout(async () => {
		try {
			if (!document.hidden && !document.querySelector("dialog[open]") && !element.contains(document.activeElement) && !marked(element)) {
				const answer = await fetch(element.dataset.address || location.href, {headers: {Accept: "text/html"}});
				const next = answer.ok && !answer.redirected &&
					new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(element.id);
				if (next && next.innerHTML !== shown) {
					shown = next.innerHTML;
					element.replaceChildren(...document.adoptNode(next).childNodes);
					enhance(element);
				}
			}
		} catch {
			// The server is away for a moment; the next turn tries again.
		}
		if (element.isConnected) refresh(element, shown);
	}, Number(element.dataset.refresh) * 1000);
}

// The theme changes at once; the server keeps it for the next page.
document.addEventListener("submit", event => {
	const form = event.target.closest("form.theme");
	if (!form || !event.submitter) return;
	event.preventDefault();
	const theme = event.submitter.value;
	if (theme === "system") delete document.documentElement.dataset.theme;
	else document.documentElement.dataset.theme = theme;
	for (const button of form.querySelectorAll("button")) button.setAttribute("aria-pressed", button.value === theme);
	fetch(form.action, {method: "POST", body: new URLSearchParams({theme, next: ""}), redirect: "manual"});
});

// The link that the server prints signs in by a code in the fragment, which leaves
// the address bar before anything else happens.
async function useCode() {
	const code = new URLSearchParams(location.hash.slice(1)).get("code");
	if (!code) return;
	history.replaceState(null, "", location.pathname + location.search);
	const form = document.querySelector("[data-sign-in]");
	const url = form ? form.action : document.querySelector("form.theme").action.replace(/theme$/, "sign-in");
	const answer = await fetch(url + "/code", {method: "POST", body: new URLSearchParams({code})});
	if (!form) return; // signed in already; the code is used up
	if (answer.ok) location.replace(form.dataset.next || url.replace(/\/sign-in$/, ""));
	else document.getElementById("sign-in-error").textContent = await answer.text();
}

// A page whose address must not be sent again says which one to stand at instead.
const stand = document.querySelector("[data-stand-at]");
if (stand) history.replaceState(null, "", stand.dataset.standAt);

// A menu closes by Esc, by a click elsewhere, and when the focus leaves it.
function closeMenus(but) {
	for (const menu of document.querySelectorAll("[data-menu][open]")) if (!menu.contains(but)) menu.open = false;
}
document.addEventListener("click", event => closeMenus(event.target));
document.addEventListener("focusin", event => closeMenus(event.target));
document.addEventListener("keydown", event => {
	const menu = event.key === "Escape" && document.querySelector("[data-menu][open]");
	if (!menu || document.querySelector("dialog[open]")) return;
	event.preventDefault();
	menu.open = false;
	menu.querySelector("summary").focus();
});

document.addEventListener("keydown", event => {
	if (event.key !== "/" || event.target.closest("input, textarea, select, [contenteditable]")) return;
	const search = document.querySelector("[data-search]");
	if (search) {
		event.preventDefault();
		search.focus();
	}
});

// Screen readers tell what changes, not what a page came with.
const told = document.querySelector("main > .alert[role=status]");
if (told) setTimeout(() => say(told.textContent.trim()), 300);

for (const element of document.querySelectorAll("[data-refresh][id]")) refresh(element, element.innerHTML);
enhance(document);
setInterval(() => document.querySelectorAll("time").forEach(localTime), 30000);
useCode();
