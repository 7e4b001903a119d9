// The palette: a combobox over the pages of the menu and what the search finds (ARIA APG, combobox with a list box).
const dialog = document.getElementById("palette");
const input = dialog.querySelector("input");
const list = document.getElementById("palette-results");
const said = document.getElementById("palette-said");
let timer = 0;
let asking = null;
let before = null;

const options = () => [...list.querySelectorAll('[role="option"]')];
const current = () => list.querySelector('[aria-selected="true"]');

function choose(option) {
  current()?.setAttribute("aria-selected", "false");
  if (option) {
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option.id);
  } else {
    input.removeAttribute("aria-activedescendant");
  }
}

async function look() {
  asking?.abort();
  asking = new AbortController();
  dialog.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(`/search?q=${encodeURIComponent(input.value)}`, {
      headers: { "HX-Request": "true", "HX-Target": "palette-results" },
      signal: asking.signal,
    });
    const away = answer.headers.get("HX-Redirect");
    if (away) window.location.assign(away);
    if (!answer.ok || away) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    list.replaceChildren(...page.body.childNodes);
    said.textContent = list.querySelector("[data-said]")?.textContent || "";
    choose(options()[0]);
    dialog.removeAttribute("aria-busy");
  } catch (error) {
    if (error.name === "AbortError") return;
    said.textContent = document.documentElement.dataset.failed || "";
    dialog.removeAttribute("aria-busy");
  }
}

input.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(look, 150);
});

input.addEventListener("keydown", (event) => {
  const all = options();
  const at = all.indexOf(current());
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && all.length) {
    event.preventDefault();
    choose(all[(at + step + all.length) % all.length]);
  } else if (event.key === "Enter" && current()) {
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) window.open(current().href, "_blank", "noopener");
    else window.location.assign(current().href);
  }
});

dialog.addEventListener("close", () => before?.focus());

export function open() {
  if (dialog.open) return;
  before = document.activeElement;
  dialog.showModal();
  input.select();
  look();
}
