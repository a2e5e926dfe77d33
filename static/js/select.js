// Selecting: the boxes on the cards are real fields of one form; this adds X, Shift and a count.

import { ngettext } from "./words.js";

const form = () => document.getElementById("many");
const boxes = () => [...document.querySelectorAll(".tick input")];
let last = null; // the box that was ticked last: Shift reaches from it

const cardOf = (element) => element?.closest?.(".item");

function count() {
  const ticked = boxes().filter((box) => box.checked);
  const told = document.getElementById("picked");
  if (told) told.textContent = ngettext("%s selected", "%s selected", ticked.length);
  document.documentElement.toggleAttribute("data-ui-selecting", ticked.length > 0);
  const compare = form()?.querySelector("[data-key=c]");
  if (compare) compare.disabled = ticked.length < 2 || ticked.length > 4;
}

function reachTo(box) {
  const all = boxes();
  const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((one, other) => one - other);
  if (from < 0) return;
  for (const between of all.slice(from, to + 1)) between.checked = box.checked;
}

document.addEventListener("click", (event) => {
  if (!event.target.matches?.(".tick input")) return;
  if (event.shiftKey && last) reachTo(event.target);
  last = event.target;
});
document.addEventListener("change", (event) => event.target.matches?.(".tick input") && count());
document.addEventListener("reset", (event) => event.target === form() && setTimeout(count));
document.addEventListener("htmx:after:swap", count);

// While something is selected, a press anywhere on a card selects it, too.
document.addEventListener(
  "click",
  (event) => {
    const card = event.target.matches?.(".item .link, .item .link *") && cardOf(event.target);
    if (!card || event.metaKey || event.ctrlKey) return;
    if (!event.shiftKey && !document.documentElement.hasAttribute("data-ui-selecting")) return;
    const box = card.querySelector(".tick input");
    if (!box) return;
    event.preventDefault();
    box.checked = event.shiftKey && last ? true : !box.checked;
    if (event.shiftKey && last) reachTo(box);
    last = box;
    count();
  },
  { capture: true },
);

/** Tick or untick a card, for the keyboard. */
export function toggle(card) {
  const box = card?.querySelector(".tick input");
  if (!box) return;
  box.checked = !box.checked;
  last = box;
  count();
}

export function clear() {
  if (!boxes().some((box) => box.checked)) return false;
  form().reset();
  for (const box of boxes()) box.checked = false;
  count();
  return true;
}

// What was done with them is done: the boxes are empty again, and the cards come back as they are now.
document.addEventListener("htmx:after:request", (event) => {
  if (event.detail.ctx.sourceElement?.form === form() && event.detail.ctx.response?.status < 400) clear();
});

count();
