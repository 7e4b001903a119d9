// News as they happen. One tab of a browser holds the stream and tells the others; when there can be no stream, each looks now
// and then by itself.
const POLL = 30000;
const CALM = 3000; // between two fetches of one part
const key = `hcc-live-${document.documentElement.dataset.live}`;
const channel = "BroadcastChannel" in window ? new BroadcastChannel(key) : null;
const times = new WeakMap();
const waiting = new Map();
let source = null;
let failures = 0;
let wasOpen = false;
let isOver = false;
let polling = 0;
let again = 0;

const busy = (part) => {
  const target = document.querySelector(part.getAttribute("hx-target") || "") || part;
  const inside = document.activeElement;
  return (
    (target.contains(inside) && inside.matches("input, select, textarea, summary, button, a")) ||
    target.querySelector("details[open], input[name=ids]:checked") !== null
  );
};

function fetchPart(part) {
  waiting.delete(part);
  if (isOver || !part.isConnected) return;
  if (document.hidden || busy(part)) {
    later(part, CALM);
    return;
  }
  times.set(part, Date.now());
  part.dispatchEvent(new CustomEvent("live", { bubbles: false }));
}

function later(part, ms) {
  if (!waiting.has(part)) waiting.set(part, setTimeout(fetchPart, ms, part));
}

function tell(topics) {
  for (const part of document.querySelectorAll("[data-live]")) {
    if (part === document.documentElement) continue;
    if (topics && !part.dataset.live.split(" ").some((one) => topics.includes(one))) continue;
    later(part, Math.max(300, (times.get(part) || 0) + CALM - Date.now()));
  }
}

function over() {
  isOver = true;
  clearInterval(polling);
  clearTimeout(again);
  source?.close();
}

function share(message) {
  channel?.postMessage(message);
  take(message);
}

function take(message) {
  document.documentElement.dataset.stream = message.kind;
  if (message.kind === "news") tell(message.topics);
  if (message.kind === "open") {
    clearInterval(polling);
    polling = 0;
    if (message.missed) tell(null);
  }
  if (message.kind === "away" && !polling && !isOver) polling = setInterval(tell, POLL, null);
  if (message.kind === "end") over();
}
channel?.addEventListener("message", (event) => take(event.data));

function connect() {
  source = new EventSource("/live");
  source.onopen = () => {
    failures = 0;
    share({ kind: "open", missed: wasOpen });
    wasOpen = true;
  };
  source.addEventListener("news", (event) => share({ kind: "news", topics: JSON.parse(event.data) }));
  source.addEventListener("end", () => share({ kind: "end" }));
  source.onerror = () => {
    source.close();
    if (isOver) return;
    failures += 1;
    if (failures > 2) share({ kind: "away" });
    again = setTimeout(connect, Math.min(60000, 500 * 2 ** failures) * (0.5 + Math.random()));
  };
}

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.triggeringEvent?.type === "live") event.detail.headers["HCC-Background"] = "1";
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.xhr?.status !== 401 || !event.detail.requestConfig?.headers["HCC-Background"]) return;
  over();
  // A part that loads itself every few seconds stands still from now on.
  const part = event.detail.elt;
  if (part.getAttribute("hx-trigger")?.startsWith("every")) part.replaceWith(part.cloneNode(true));
});
window.addEventListener("pagehide", () => source?.close());

// Whoever has the lock holds the stream; when that tab is closed, the next one gets it.
if (navigator.locks) navigator.locks.request(key, () => new Promise(connect));
else connect();
