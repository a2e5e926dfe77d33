// ⌘K, the sheet of keys, and G followed by a letter.

import { isOff } from "./app.js";

const palette = document.getElementById("palette");
const field = document.getElementById("palette-q");
const found = document.getElementById("palette-found");
const keys = document.getElementById("keys");
const GO = { h: "/", l: "/library/", a: "/activity/", y: "/profile" };
const hits = () => [...found.querySelectorAll(".hit")];
let going = -Infinity; // when G was pressed
let asked = null; // the words that were sent last
let shown = null; // the words that the hits are of

export function open() {
  if (!palette || palette.open) return;
  field.value = "";
  palette.showModal();
  window.htmx.trigger(field, "studio:palette");
}

function mark(step) {
  const all = hits();
  const now = all.findIndex((hit) => hit.hasAttribute("data-ui-on"));
  const next = all[(now + step + all.length) % all.length];
  for (const hit of all) hit.toggleAttribute("data-ui-on", hit === next);
  next?.scrollIntoView({ block: "nearest" });
  if (next) field.setAttribute("aria-activedescendant", (next.id ||= `hit-${all.indexOf(next)}`));
}

palette?.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    mark(step);
  } else if (event.key === "Enter" && event.target === field) {
    event.preventDefault();
    if (field.value === shown) (found.querySelector("[data-ui-on]") ?? hits()[0])?.click();
    else field.form.requestSubmit(); // the hits are of other words: the page that searches has its own
  }
});
document.addEventListener("htmx:config:request", (event) => event.target === field && (asked = field.value));
document.addEventListener("htmx:after:swap", (event) => {
  if (event.detail.ctx.sourceElement !== field) return;
  shown = asked;
  mark(1);
});

document.addEventListener("keydown", (event) => {
  if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    return open();
  }
  if (event.metaKey || event.ctrlKey || event.altKey || isOff(event.key)) return;
  if (event.target.closest("input, textarea, select, [contenteditable], dialog, [popover]")) return;
  if (event.key === "?") return keys?.showModal();
  if (event.key === "g") return (going = performance.now());
  const where = performance.now() - going < 1200 && GO[event.key];
  going = -Infinity;
  if (!where) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  location.assign(where);
}, { capture: true });

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-palette-link]");
  if (opener && !event.metaKey && !event.ctrlKey) {
    event.preventDefault(); // without this file it is a link to the page that searches
    open();
  }
  if (event.target.closest("[data-keys-sheet]")) keys?.showModal();
  else if (event.target === palette || event.target === keys) event.target.close(); // its backdrop
});
