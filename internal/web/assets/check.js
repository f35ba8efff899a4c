// A run of the judge as it goes on: each row as it ends. The page of the report comes
// when the run has ended.

const live = document.getElementById("live");
const rows = document.getElementById("live-rows");
const lost = document.getElementById("live-lost"); // seen while the connection is away
const shown = 12;

// Counts start anew: the stream tells all rows from the first.
const counts = {};
rows.replaceChildren();

const source = new EventSource(live.dataset.events);
source.addEventListener("open", () => { lost.hidden = true; });
source.addEventListener("error", () => { lost.hidden = false; });

let latest = [];
let next = 0; // of the frame in which the page changes
source.addEventListener("row", event => {
	const row = JSON.parse(event.data);
	counts[row.verdict] = (counts[row.verdict] || 0) + 1;
	latest.unshift(row);
	latest.length = Math.min(latest.length, shown);
	if (!next) next = requestAnimationFrame(draw);
});

function draw() {
	next = 0;
	const {done} = latest[0];
	document.getElementById("live-done").textContent = done;
	document.getElementById("live-bar").value = done;
	for (const count of document.querySelectorAll("[data-count]")) count.textContent = counts[count.dataset.count] || 0;
	rows.replaceChildren(...latest.map(line));
}

function line(row) {
	const item = document.getElementById("live-row").content.cloneNode(true);
	const badge = item.querySelector(".badge");
	badge.textContent = row.verdict;
	if (row.kind) badge.classList.add(row.kind);
	const link = item.querySelector("a");
	link.textContent = row.id;
	link.href = row.url;
	item.querySelector(".check-text").textContent = row.why || row.text;
	return item;
}

source.addEventListener("end", () => {
	source.close();
	location.reload();
});
