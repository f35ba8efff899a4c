// A page whose main part has data-news="URL" hears there that requests came, asks for
// itself again, and takes the new content of its elements with data-live and an id.
import {enhance, marked, say} from "./app.js";

const root = document.querySelector("[data-news]");
const pause = Number(root.dataset.pause) || 400;
let waiting = false, wanted = false;

// At most one question at a time, none while nobody looks or somebody marks text.
function wish() {
	wanted = true;
	if (waiting) return;
	waiting = true;
	setTimeout(async () => {
		if (!document.hidden && !busy()) {
			wanted = false;
			await renew().catch(() => { wanted = true; }); // the server is away for a moment
		}
		waiting = false;
		if (wanted && !document.hidden) wish();
	}, pause);
}

function busy() {
	return document.querySelector("dialog[open]") || [...document.querySelectorAll("[data-live]")].some(marked);
}

const shown = new WeakMap();

async function renew() {
	const answer = await fetch(location.href, {headers: {Accept: "text/html"}});
	if (!answer.ok || answer.redirected) throw new Error("no page");
	const page = new DOMParser().parseFromString(await answer.text(), "text/html");
	for (const old of document.querySelectorAll("[data-live][id]")) {
		const next = page.getElementById(old.id);
		if (!next || next.innerHTML === shown.get(old)) continue;
		shown.set(old, next.innerHTML);
		const before = spoken(old);
		const back = keep(old);
		old.className = next.className;
		old.replaceChildren(...document.adoptNode(next).childNodes);
		back();
		enhance(old);
		if (spoken(old) !== before) say(spoken(old));
	}
}

const spoken = element => element.querySelector("[data-say]")?.textContent;

// keep gives what puts back where the reader was: what is open, how far it is
// scrolled, and what has the focus.
function keep(element) {
	const open = [...element.querySelectorAll("details[open][id]")].map(d => d.id);
	const scrolled = [...element.querySelectorAll("[tabindex][id]")].map(e => [e.id, e.scrollTop]);
	const focus = element.contains(document.activeElement) && document.activeElement;
	return () => {
		for (const id of open) document.getElementById(id)?.setAttribute("open", "");
		for (const [id, top] of scrolled) if (document.getElementById(id)) document.getElementById(id).scrollTop = top;
		if (!focus) return;
		const like = [...element.querySelectorAll("a, summary, [tabindex]")].filter(e => e.tagName === focus.tagName && e.id === focus.id && e.href === focus.href);
		(like.find(e => e.textContent === focus.textContent) || like[0])?.focus({preventScroll: true}); // a time says something else a minute later
	};
}

const source = new EventSource(root.dataset.news);
source.addEventListener("news", wish);
document.addEventListener("visibilitychange", () => { if (wanted) wish(); });
