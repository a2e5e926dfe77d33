// The keyboard among the cards: J and K go from one to the next, and a letter does to it what its button does.

import { isOff } from "./app.js";
import { clear, toggle } from "./select.js";

const links = () => [...document.querySelectorAll(".item .link")].filter((link) => link.offsetParent);
const here = () => document.activeElement?.closest?.(".item");

function go(step) {
  const all = links();
  const card = here();
  const place = card ? all.indexOf(card.querySelector(".link")) + step : seen(all, step);
  const link = all[Math.min(Math.max(place, 0), all.length - 1)];
  link?.focus({ preventScroll: true });
  link?.closest(".item").scrollIntoView({ block: "nearest" });
}

/** Nothing has the focus: begin with the first card in sight. */
function seen(all, step) {
  const first = all.findIndex((link) => link.getBoundingClientRect().bottom > 80);
  return step > 0 ? first : first - 1;
}

const mayJudge = (card) => card?.dataset.pid && card.querySelector('[data-card-key="f"]');

function post(card, verb, values = {}) {
  window.htmx.ajax("POST", `/g/${card.dataset.pid}/${verb}`, { source: card, target: `#${card.id}`, swap: "outerMorph", values });
}

document.addEventListener("keydown", (event) => {
  if (event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented || isOff(event.key)) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog, [popover], video")) return;
  if (event.key === "Escape" && !document.querySelector(":popover-open") && clear()) return event.preventDefault();
  const prompt = (event.key === "n" || event.key === "/") && document.getElementById("prompt");
  if (prompt) {
    prompt.focus();
    return event.preventDefault();
  }
  if (!document.getElementById("many")) return;
  const step = { j: 1, k: -1 }[event.key];
  if (step) go(step);
  else if (event.key === "x" && here()) toggle(here());
  else if (/^[1-5]$/.test(event.key) && mayJudge(here())) post(here(), "rate", { stars: event.key });
  else if (event.key === "p" && mayJudge(here())) post(here(), "pick", { on: 1 });
  else {
    const button = here()?.querySelector(`[data-card-key="${CSS.escape(event.key)}"]`);
    if (!button) return;
    button.click();
  }
  event.preventDefault();
});
