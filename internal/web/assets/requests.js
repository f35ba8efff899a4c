// The inspector: rows that come live, the request beside the list, the keyboard.
// Without it the list is pages of links, each request a page of its own.
import {toast, copyText, enhance} from "./app.js";

const most = 10000; // rows that the list keeps
const wide = matchMedia("(min-width: 1100px)");
const split = document.querySelector("[data-inspector]");
const list = document.getElementById("rows");
const pane = document.getElementById("pane");
const stories = document.querySelector("[data-stories]");
const clock = new Intl.DateTimeFormat(undefined, {hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23"});
const day = new Intl.DateTimeFormat(undefined, {day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23"});

// dress makes the times of rows local.
function dress(root) {
	enhance(root);
	clockRows(root);
}

function clockRows(root) {
	const today = new Date().toDateString();
	for (const time of root.querySelectorAll(".rq-time")) {
		const at = new Date(time.dataset.at);
		if (!isNaN(at)) time.textContent = (at.toDateString() === today ? clock : day).format(at);
	}
}

async function page(url, signal) {
	const answer = await fetch(url, {headers: {Accept: "text/html"}, signal});
	if (!answer.ok || answer.redirected) throw new Error("no page");
	return new DOMParser().parseFromString(await answer.text(), "text/html");
}

// Live. Rows that come in one frame are put in together; what comes while paused
// waits and is counted.
const live = document.querySelector("[data-live]");
const liveText = document.querySelector("[data-live-text]");
const pauseButton = document.querySelector("[data-pause]");
const pauseText = document.querySelector("[data-pause-text]");
let waiting = [];
let paused = false;
let away = false;
let planned = false;

function tell() {
	if (!live) return;
	live.classList.toggle("paused", paused);
	live.classList.toggle("away", away && !paused);
	liveText.textContent = paused ? "Paused" : away ? "Connecting…" : "Live";
	pauseText.textContent = !paused ? "Pause" : waiting.length ? `Go on · ${waiting.length} new` : "Go on";
	pauseButton.setAttribute("aria-pressed", paused);
}

// Rows stand in chunks, so that those out of sight are laid out by none but their
// chunk.
const chunkSize = 100;
let count = list ? list.querySelectorAll(".rq-row").length : 0;

function insert() {
	planned = false;
	if (paused || !waiting.length) return;
	const came = document.createElement("template");
	came.innerHTML = waiting.join("");
	const rows = [...came.content.children];
	waiting = [];
	clockRows(came.content);
	let head = list.firstElementChild;
	for (let i = 0; i < rows.length;) { // the oldest first
		const room = head && !head.classList.contains("full") ? chunkSize - head.childElementCount : 0;
		if (room <= 0) {
			head?.classList.add("full");
			head = document.createElement("div");
			head.className = "rq-chunk";
			head.setAttribute("role", "presentation");
			list.prepend(head);
			continue;
		}
		head.prepend(...rows.slice(i, i + room).reverse());
		i += room;
	}
	if (rows.length < 20) for (const row of rows) row.classList.add("rq-new");
	count += rows.length;
	list.hidden = false;
	document.querySelector("[data-empty]").hidden = true;
	trim();
}

function trim() {
	if (count <= most) return;
	for (; count > most; count--) {
		const tail = list.lastElementChild;
		tail.lastElementChild.remove();
		if (!tail.firstElementChild) tail.remove();
	}
	moreFrom(list.lastElementChild.lastElementChild.firstElementChild.dataset.id);
}

// beside is the row after or before another, also in the next chunk.
function beside(row, by) {
	const sibling = by > 0 ? "nextElementSibling" : "previousElementSibling";
	const item = row.parentElement;
	if (item[sibling]) return item[sibling].firstElementChild;
	const chunk = item.parentElement[sibling];
	return chunk && (by > 0 ? chunk.firstElementChild : chunk.lastElementChild)?.firstElementChild;
}

function moreFrom(id) {
	const more = document.querySelector("[data-load-more]");
	if (!more) return;
	const url = new URL(more.href);
	url.searchParams.set("before", id);
	more.href = url;
}

function plan() {
	if (paused) tell();
	else if (!planned) {
		planned = true;
		requestAnimationFrame(insert);
	}
}

let source = null;
let last = "";
function connect(url, take) {
	const from = new URL(url, location.href);
	if (last) from.searchParams.set("after", last);
	source = new EventSource(from);
	source.addEventListener("request", event => {
		last = event.lastEventId;
		take(event.data);
	});
	source.onopen = () => { away = false; tell(); };
	source.onerror = () => { away = true; tell(); };
}

// A page that nobody looks at holds no connection: browsers have only six.
function listen(url, take) {
	connect(url, take);
	document.addEventListener("visibilitychange", () => {
		if (document.hidden) source.close();
		else connect(url, take);
	});
	addEventListener("pagehide", () => source.close());
}

function setPaused(on) {
	paused = on;
	tell();
	if (stories) { if (!on && waiting.length) retell(); } else plan();
}

if (live) {
	live.hidden = pauseButton.hidden = false;
	pauseButton.addEventListener("click", () => setPaused(!paused));
	const from = split || stories;
	listen(from.dataset.events, data => {
		waiting.push(data);
		if (waiting.length > most) waiting.shift();
		if (!stories) plan();
		else if (paused) tell();
		else retell();
	});
}

// Stories are told anew when something came; those that are open stay open.
let telling = null;
function retell() {
	clearTimeout(telling);
	telling = setTimeout(async () => {
		try {
			const next = (await page(location.href)).querySelector("[data-stories]");
			if (!next) return;
			for (const open of stories.querySelectorAll(".rq-story:has(details[open])")) {
				next.querySelector("#" + open.id + " details")?.setAttribute("open", "");
			}
			waiting = [];
			const focused = document.activeElement?.closest(".rq-story")?.id;
			stories.replaceChildren(...document.adoptNode(next).childNodes);
			dress(stories);
			if (focused) document.getElementById(focused)?.querySelector("summary")?.focus();
			tell();
		} catch {
			// The server is away for a moment; the next request tries again.
		}
	}, 300);
}

// The request beside the list.
let asked = null;
async function show(url, enter) {
	asked?.abort();
	asked = new AbortController();
	pane.setAttribute("aria-busy", "true");
	try {
		const detail = (await page(url, asked.signal)).querySelector(".rq-detail");
		if (!detail) throw new Error("no request");
		pane.replaceChildren(document.adoptNode(detail));
		pane.querySelector("[data-close-pane]").hidden = false;
		pane.hidden = false;
		split.classList.add("open");
		pane.scrollTop = 0;
		dress(pane);
		mark(detail.dataset.request);
		keep(detail.dataset.request);
		if (enter) pane.focus({preventScroll: true});
	} catch (problem) {
		if (problem.name !== "AbortError") location.href = url; // that page shows what went wrong
	} finally {
		pane.removeAttribute("aria-busy");
	}
}

function keep(id) {
	const url = new URL(location.href);
	if (id) url.searchParams.set("open", id);
	else url.searchParams.delete("open");
	history.replaceState(null, "", url);
}

function mark(id) {
	list.querySelector("[aria-current]")?.removeAttribute("aria-current");
	list.querySelector(`[data-id="${CSS.escape(id)}"]`)?.setAttribute("aria-current", "true");
}

function close() {
	const row = list.querySelector("[aria-current]");
	split.classList.remove("open");
	pane.hidden = true;
	pane.replaceChildren();
	row?.removeAttribute("aria-current");
	row?.focus({preventScroll: true});
	keep("");
}

document.addEventListener("click", async event => {
	if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
	const copy = event.target.closest("[data-copy-from]");
	if (copy) {
		try {
			const answer = await fetch(copy.dataset.copyFrom);
			if (!answer.ok) throw new Error("no text");
			await copyText(await answer.text());
			copy.classList.add("copied");
			setTimeout(() => copy.classList.remove("copied"), 1500);
			toast("Copied");
		} catch {
			toast("This could not be copied. Save it as a file instead.");
		}
		return;
	}
	if (event.target.closest("[data-close-pane]")) {
		close();
		return;
	}
	const row = event.target.closest("#rows .rq, #pane [data-pane]");
	if (row && wide.matches) {
		event.preventDefault();
		show(row.href, !event.detail); // Enter goes into it: Tab would lead through all the other rows first
		return;
	}
	const more = event.target.closest("[data-load-more]");
	if (more && list) {
		event.preventDefault();
		older(more);
	}
});

async function older(link) {
	link.setAttribute("aria-busy", "true");
	try {
		const next = await page(link.href);
		const rows = next.getElementById("rows");
		count += rows.querySelectorAll(".rq-row").length;
		clockRows(rows);
		const first = rows.querySelector(".rq");
		list.append(...document.adoptNode(rows).children);
		const on = next.querySelector("[data-load-more]");
		if (on) link.href = on.href;
		else {
			link.remove();
			first?.focus();
		}
		link.removeAttribute("aria-busy");
	} catch {
		location.href = link.href;
	}
}

// Empty fields stay out of the address.
document.querySelector(".rq-filters")?.addEventListener("formdata", event => {
	for (const [name, value] of [...event.formData]) if (!value) event.formData.delete(name);
});

// The keyboard.
const help = document.getElementById("rq-help");
const helpButton = document.querySelector("[data-help]");
if (helpButton) {
	helpButton.hidden = false;
	helpButton.addEventListener("click", () => help.showModal());
}

function step(by) {
	if (!list) {
		const link = document.querySelector(by > 0 ? "[data-older]" : "[data-newer]");
		if (link) location.href = link.href;
		return;
	}
	const at = document.activeElement.closest?.("#rows .rq") || list.querySelector("[aria-current]");
	const next = at ? beside(at, by) : list.querySelector(".rq");
	if (!next) return;
	next.focus({preventScroll: true});
	next.scrollIntoView({block: "nearest"});
	if (split.classList.contains("open") && wide.matches) {
		mark(next.dataset.id);
		show(next.href);
	}
}

document.addEventListener("keydown", event => {
	if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
	const typing = event.target.closest("input, textarea, select");
	if (event.key === "Escape") {
		if (typing) typing.blur();
		else if (split?.classList.contains("open")) close();
		else document.querySelector("[data-up]")?.click();
		return;
	}
	if (typing) return;
	const act = {j: () => step(1), k: () => step(-1), p: () => live && setPaused(!paused), "?": () => help?.showModal()}[event.key];
	if (act) {
		event.preventDefault();
		act();
	}
});

dress(document);
tell();
if (split?.dataset.open && wide.matches) show(split.dataset.open);
