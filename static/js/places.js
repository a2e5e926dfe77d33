// The places for inputs: what fits where, in which order, and the tags by which a prompt names them.

import { toast } from "./app.js";
import { complain, send } from "./uploads.js";
import { _ } from "./words.js";

const form = () => document.getElementById("composer");
export const places = () => [...(form()?.querySelectorAll(".place") ?? [])];
const chips = (place) => [...place.querySelectorAll(".slot.full")];
const isFull = (place) => chips(place).length >= Number(place.dataset.max);
const used = () => new Set(places().filter((place) => chips(place).length).map((place) => place.dataset.role));

function fits(role) {
  const wanted = [...used(), role];
  return form().dataset.combinations.split("|").some((mode) => wanted.every((one) => mode.split(" ").includes(one)));
}

/** Show which places are full, and which cannot join what is there. */
export function arrange() {
  for (const place of places()) {
    const add = place.querySelector(".add");
    place.classList.toggle("full", isFull(place));
    add.disabled = !fits(place.dataset.role);
    add.title = add.disabled ? _("Cannot be used together with the files that are there. Remove those first.") : "";
  }
}

const kindOf = (file) => file.type.split("/")[0];

export function freePlace(kind) {
  return places().find((place) => place.dataset.kind === kind && !isFull(place) && fits(place.dataset.role));
}

/** Files into the place they were dropped on, else each into the first free one of its kind. */
export function fill(files, wanted) {
  for (const file of files) {
    const place = wanted ?? freePlace(kindOf(file));
    if (place) drop(place, { file });
    else toast(_("There is no free place for %s. Choose a model that takes it, or remove a file first.").replace("%s", () => file.name || "…"));
  }
}

export function drop(place, what) {
  if (!fits(place.dataset.role)) return complain(place, place.querySelector(".add").title || _("Remove the other files first."));
  if (isFull(place)) {
    const { label, max } = place.dataset;
    if (Number(max) > 1) return complain(place, _("%(name)s: %(most)s is the most.").replace("%(name)s", label).replace("%(most)s", max));
    for (const chip of chips(place)) chip.remove();
  }
  const sent = send(place, what).then(changed);
  arrange();
  return sent;
}

function changed() {
  arrange();
  form()?.dispatchEvent(new Event("change", { bubbles: true }));
}

// ---- removing, naming, moving

function remove(chip) {
  const neighbour = chip.nextElementSibling ?? chip.previousElementSibling;
  chip.remove();
  changed();
  (neighbour?.closest(".slot") ?? document.getElementById("prompt"))?.focus();
}

function nameInPrompt(chip) {
  const place = chip.closest(".place");
  const tag = place.dataset.tag?.replace("{n}", chips(place).indexOf(chip) + 1);
  if (!tag) return;
  const prompt = document.getElementById("prompt");
  const { selectionStart: start, selectionEnd: end, value } = prompt;
  const before = start && !/\s$/.test(value.slice(0, start)) ? " " : "";
  const after = /^\s/.test(value.slice(end)) ? "" : " ";
  prompt.focus();
  prompt.setRangeText(before + tag + after, start, end, "end");
  prompt.dispatchEvent(new Event("input", { bubbles: true }));
}

function move(chip, step) {
  const row = chips(chip.closest(".place"));
  const other = row[row.indexOf(chip) + step];
  if (!other) return;
  if (step > 0) other.after(chip);
  else other.before(chip);
  chip.focus();
  changed();
}

document.addEventListener("click", (event) => {
  const chip = event.target.closest?.(".slot.full");
  if (!chip) return;
  if (event.target.closest("[data-remove]")) {
    event.preventDefault();
    remove(chip);
  } else if (event.target.closest("[data-insert-tag]")) nameInPrompt(chip);
});

document.addEventListener("keydown", (event) => {
  if (!event.target.matches?.(".slot.full")) return;
  const wish = {
    ArrowLeft: () => move(event.target, -1),
    ArrowRight: () => move(event.target, 1),
    Delete: () => remove(event.target),
    Backspace: () => remove(event.target),
    Enter: () => nameInPrompt(event.target),
  }[event.key];
  if (!wish || event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  wish();
});

let dragged = null;
document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.(".slot.full") ?? null;
  if (dragged) dragged.dataset.uiDragged = "";
});
document.addEventListener("dragover", (event) => {
  const over = dragged && event.target.closest?.(".slot.full");
  if (!over || over === dragged || over.parentElement !== dragged.parentElement) return;
  event.preventDefault();
  const { left, width } = over.getBoundingClientRect();
  if (event.clientX < left + width / 2) over.before(dragged);
  else over.after(dragged);
});
document.addEventListener("dragend", () => {
  if (!dragged) return;
  delete dragged.dataset.uiDragged;
  dragged = null;
  changed();
});
