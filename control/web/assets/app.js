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
  { code: "(401|409|412|422)", swap: true, error: false },
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
document.addEventListener("htmx:sendError", (event) => {
  if (!event.detail.requestConfig?.headers["HCC-Background"]) toast(words("unreachable"), "error");
});
document.addEventListener("htmx:responseError", (event) => {
  if (!event.detail.requestConfig?.headers["HCC-Background"]) toast(words("failed"), "error");
});

// Dialogs: a link with hx-target="#modal-content" shows its page in one.
const modal = () => document.getElementById("modal");
let opener = null;
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.target?.id === "modal-content" && !modal().open) opener = document.activeElement;
});
document.addEventListener(
  "close",
  (event) => {
    if (event.target !== modal()) return;
    // A menu that was left open for its link is shut; its button has the focus then.
    const menu = opener?.closest("details[data-menu]");
    (menu ? menu.querySelector("summary") : opener)?.focus();
    opener = null;
  },
  true,
);
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "modal-content" && !modal().open) {
    modal().showModal();
    modal().querySelector("[autofocus], input:not([type=hidden]), textarea, button:not([data-close])")?.focus();
  }
});

// After rows were swapped: the focus stays on the header or the page that was pressed, and what is shown now is said once.
let pressed = "";
document.addEventListener("htmx:beforeSwap", (event) => {
  const focused = document.activeElement;
  const target = event.detail.target;
  pressed = target.contains(focused) ? focused.dataset.focus || "-" : "";
});
document.addEventListener("htmx:afterSwap", (event) => {
  const target = event.detail.target;
  if (pressed && document.activeElement === document.body) {
    const same = pressed === "-" ? null : target.querySelector(`[data-focus="${CSS.escape(pressed)}"]`);
    const next = same || target.querySelector("h1, h2, [tabindex='0']") || target;
    if (next === target && !target.hasAttribute("tabindex")) target.tabIndex = -1;
    next.focus({ preventScroll: true });
  }
  pressed = "";
  const said = target.querySelector("[data-summary]");
  const region = said && document.getElementById(said.dataset.summary);
  if (region && region.textContent !== said.textContent) region.textContent = said.textContent;
});

// The palette is loaded when it is first wanted.
const palette = () => import("./palette.js").then(({ open }) => open());
document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
    if (!document.getElementById("palette")) return;
    event.preventDefault();
    palette();
  }
});
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("[data-palette]") : null;
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  palette();
});

// The side bar: groups stay as they were left, and so does the place to which it was scrolled.
const side = document.getElementById("side-menu");
if (side) {
  const kept = JSON.parse(localStorage.getItem("hcc-groups") || "{}");
  for (const group of side.querySelectorAll("details[data-group]")) {
    const name = group.dataset.group;
    if (name in kept && !group.querySelector("[aria-current]")) group.open = kept[name];
    group.addEventListener("toggle", () => {
      kept[name] = group.open;
      localStorage.setItem("hcc-groups", JSON.stringify(kept));
    });
  }
  side.scrollTop = Number(sessionStorage.getItem("hcc-side") || 0);
  side.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  window.addEventListener("pagehide", () => sessionStorage.setItem("hcc-side", String(side.scrollTop)));
}
if (document.documentElement.dataset.live && "EventSource" in window) import("./live.js");
document.addEventListener("click", (event) => {
  const target = event.target;
  if (!(target instanceof Element)) return;
  if (target.closest("[data-close]") && modal()?.open) {
    event.preventDefault();
    modal().close();
  }
  if (target instanceof HTMLDialogElement) target.close();
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
  const passkeys = root.querySelectorAll("[data-passkey]");
  if (passkeys.length) import("./passkey.js").then(({ arm }) => passkeys.forEach(arm));
}
htmx.onLoad(ready);
// The side bar may be longer than the screen: the page that is shown stands in it.
document.querySelector(".side [aria-current]")?.scrollIntoView({ block: "nearest" });
