// Everything works without this; it makes tables quick, dialogs quiet and messages short-lived.
import htmx from "htmx.org/dist/htmx.esm.js";

htmx.config.includeIndicatorStyles = false;
htmx.config.allowEval = false;
htmx.config.allowScriptTags = false;
htmx.config.selfRequestsOnly = true;
htmx.config.historyCacheSize = 0;
htmx.config.refreshOnHistoryMiss = true;
htmx.config.responseHandling = [
  { code: "204", swap: false },
  { code: "[23]..", swap: true },
  { code: "(401|409|422)", swap: true, error: false },
  { code: "...", swap: false, error: true },
];

const words = (name) => document.documentElement.dataset[name] || "";
const csrf = () => document.querySelector('meta[name="csrf-token"]')?.content || "";

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") event.detail.headers["X-CSRF-Token"] = csrf();
});

// Messages.
function toast(text, tone) {
  const region = document.getElementById("toasts");
  if (!region || !text) return;
  const box = document.createElement("div");
  box.className = `alert ${tone === "error" ? "alert-error" : "alert-success"}`;
  box.textContent = text;
  region.append(box);
  if (tone !== "error") setTimeout(() => box.remove(), 6000);
}
document.addEventListener("toast", (event) => toast(event.detail.text || event.detail.value, event.detail.tone));
document.addEventListener("htmx:sendError", () => toast(words("unreachable"), "error"));
document.addEventListener("htmx:responseError", () => toast(words("failed"), "error"));

// Dialogs: a link with hx-target="#modal-content" shows its page in one.
const modal = () => document.getElementById("modal");
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "modal-content" && !modal().open) {
    modal().showModal();
    modal().querySelector("[autofocus], input:not([type=hidden]), textarea, button")?.focus();
  }
});
document.addEventListener("click", (event) => {
  const target = event.target;
  if (!(target instanceof Element)) return;
  if (target.closest("[data-close]") && modal()?.open) {
    event.preventDefault();
    modal().close();
  }
  if (target === modal()) modal().close();
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  const open = document.querySelector("details[data-menu][open]");
  if (event.key === "Escape" && open) {
    open.open = false;
    open.querySelector("summary").focus();
  }
});

// Rows that are chosen: their number, and all at once.
function count(form) {
  const boxes = [...document.querySelectorAll(`input[name="ids"][form="${form}"]`)];
  const chosen = boxes.filter((box) => box.checked).length;
  const bar = document.getElementById(form);
  if (!bar) return;
  bar.querySelector("[data-count]").textContent = chosen;
  for (const button of bar.querySelectorAll("button")) button.disabled = chosen === 0;
  const all = document.querySelector(`[data-all="${form}"]`);
  if (all) {
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  }
}
document.addEventListener("change", (event) => {
  const box = event.target;
  if (!(box instanceof HTMLInputElement)) return;
  if (box.dataset.all) {
    for (const each of document.querySelectorAll(`input[name="ids"][form="${box.dataset.all}"]`)) each.checked = box.checked;
    count(box.dataset.all);
  } else if (box.name === "ids") {
    count(box.getAttribute("form"));
  }
});

// A form is sent once; the server also looks at its key. And it is sent only when somebody is there to take it: behind the page
// of an error that the browser shows, what was typed would be gone.
const isThere = () =>
  fetch("/assets/favicon.svg", { cache: "no-store" }).then((answer) => answer.status < 500, () => false);
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent === "now") {
    form.dataset.sent = "1";
    return;
  }
  event.preventDefault();
  if (form.dataset.sent) return;
  form.dataset.sent = "1";
  const button = event.submitter;
  if (await isThere()) {
    form.dataset.sent = "now";
    form.requestSubmit(button);
    if (form.dataset.sent === "now") delete form.dataset.sent;
  } else {
    delete form.dataset.sent;
    toast(words("unreachable"), "error");
  }
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

function ready(root) {
  for (const box of root.querySelectorAll("[data-all]")) {
    box.hidden = false;
    count(box.dataset.all);
  }
  for (const select of root.querySelectorAll("[data-submit]")) {
    select.addEventListener("change", () => select.form.requestSubmit());
  }
  const plots = root.querySelectorAll("[data-plot]");
  if (plots.length) import("./plot.js").then(({ draw }) => plots.forEach(draw));
}
htmx.onLoad(ready);
// The side bar may be longer than the screen: the page that is shown stands in it.
document.querySelector(".side [aria-current]")?.scrollIntoView({ block: "nearest" });
