// The live parts of a simulation's pages. The server tells by an event that there is
// something new; the page is asked for again then, and each part with data-live takes
// its own new content.
import {enhance} from "./app.js";

const root = document.querySelector("[data-play]");
const choices = new Map(); // details that somebody has opened or closed, by id
const shown = new Map(); // what the server sent for a part, by id
let busy = false, again = false, leaving = false, behind = false;

const pause = ms => new Promise(done => setTimeout(done, ms));

async function follow() {
	if (leaving) return;
	if (document.hidden) {
		behind = true;
		return;
	}
	again = true;
	if (busy) return;
	busy = true;
	while (again && !leaving) {
		again = false;
		try {
			await take();
		} catch {
			// The server is away for a moment; the next event tries again.
		}
		await pause(200);
	}
	busy = false;
}

async function take() {
	const answer = await fetch(root.dataset.address, {headers: {Accept: "text/html", "X-Live": "1"}});
	if (!answer.ok || answer.redirected || leaving) return;
	const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
	for (const part of document.querySelectorAll("[data-live][id]")) {
		const next = fresh.getElementById(part.id);
		if (next) replace(part, next);
	}
	if (fresh.querySelector("[data-play]")?.dataset.edits === "true" && root.dataset.edits !== "true") {
		root.dataset.edits = "true"; // the story has ended
		for (const button of root.querySelectorAll(".play-screen button:disabled")) button.disabled = false;
	}
}

function replace(part, next) {
	const html = next.innerHTML;
	if (shown.get(part.id) === html) return;
	if (part.contains(document.activeElement) && document.activeElement.matches("input, select, textarea")) return; // somebody is typing
	shown.set(part.id, html);
	for (const details of next.querySelectorAll("details[id]")) {
		if (choices.has(details.id)) details.open = choices.get(details.id);
	}
	children(part, document.adoptNode(next));
	enhance(part);
}

// children makes the children of old those of next. What is the same stays the same
// node, so that a click in the middle of it and the focus are not lost.
function children(old, next) {
	const named = new Map([...old.children].filter(child => child.id).map(child => [child.id, child]));
	let at = old.firstChild;
	for (const child of [...next.childNodes]) {
		const twin = child.id ? named.get(child.id) : at && !at.id && at.nodeName === child.nodeName ? at : null;
		if (!twin) {
			if (child.id && named.size > 0 && child.nodeName === "LI") child.classList.add("fresh");
			old.insertBefore(child, at);
			continue;
		}
		if (twin === at) at = at.nextSibling;
		else old.insertBefore(twin, at);
		morph(twin, child);
	}
	while (at) {
		const gone = at;
		at = at.nextSibling;
		gone.remove();
	}
}

function morph(old, next) {
	if (old.isEqualNode(next)) return;
	if (old.nodeType !== Node.ELEMENT_NODE) {
		old.data = next.data;
		return;
	}
	for (const {name} of [...old.attributes]) if (!next.hasAttribute(name)) old.removeAttribute(name);
	for (const {name, value} of next.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
	children(old, next);
}

if (root) {
	const source = new EventSource(root.dataset.play);
	source.addEventListener("change", follow);
	document.addEventListener("click", event => {
		const details = event.target.closest("summary")?.closest("details[id]");
		if (details) choices.set(details.id, !details.open);
	});
	document.addEventListener("visibilitychange", () => {
		if (!document.hidden && behind) {
			behind = false;
			follow();
		}
	});
	document.addEventListener("submit", event => {
		if (!event.target.closest("form.theme")) leaving = true;
	});
	addEventListener("pagehide", () => {
		leaving = true;
		source.close();
	});
	addEventListener("pageshow", event => {
		if (event.persisted) location.reload();
	});
}
