// The places for inputs: what fits where, in which order, and the tags by which a prompt names them.

import { toast } from "./app.js";
import { complain, parsed, refuse, send, waiting } from "./uploads.js";
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
    else homeless(file.name);
  }
}

function homeless(name) {
  toast(_("There is no free place for %s. Choose a model that takes it, or remove a file first.").replace("%s", () => name || "…"));
}

export function drop(place, what) {
  const { role, kind, label, max } = place.dataset;
  if (!fits(role)) return complain(place, place.querySelector(".add").title || _("Remove the other files first."));
  if (isFull(place) && Number(max) > 1) return complain(place, _("%(name)s: %(most)s is the most.").replace("%(name)s", label).replace("%(most)s", max));
  const chip = waiting(what.file);
  homes.set(chip, { role, kind, old: replaced(place), name: what.file?.name });
  coming.add(chip);
  place.querySelector(".add").before(chip);
  arrange();
  return send(chip, role, what).then((request) => finish(chip, request));
}

/** The pid of what a new file replaces in a full place, once it is there; an upload that it overtakes is let go. */
function replaced(place) {
  if (!isFull(place)) return "";
  for (const chip of chips(place)) if (coming.delete(chip)) chip.remove();
  return chips(place)[0]?.dataset.pid ?? "";
}

// ---- on their way: the composer may become another model's meanwhile, with other places

const homes = new WeakMap(); // chip → its role, its kind, what it replaces, its name
const coming = new Set(); // chips of uploads that somebody still waits for
const lifted = new Set(); // chips that the answer being swapped in does not know

export const isUploading = () => coming.size > 0;
const isComposer = (element) => element?.id === "composer";

function finish(chip, request) {
  if (!coming.has(chip) || !(chip.isConnected || settle(chip))) return;
  coming.delete(chip);
  lifted.delete(chip);
  const place = chip.closest(".place");
  const ok = request.status === 201;
  if (ok) chip.replaceWith(taken(chip, place, parsed(request.responseText)));
  else {
    chip.remove();
    refuse(place, request);
  }
  document.dispatchEvent(new CustomEvent("studio:uploaded", { detail: { ok } }));
  changed();
}

function taken(chip, place, made) {
  if (Number(place.dataset.max) === 1) for (const other of chips(place)) if (other !== chip) other.remove();
  made.querySelector("input").name = `slot:${place.dataset.role}`;
  made.dataset.uiNew = ""; // a request that has left knows nothing of it
  homes.set(made, { ...homes.get(chip), role: place.dataset.role, old: "" });
  return made;
}

/** Put a chip back into its place, or into a free one of its kind; without any it is let go. */
function settle(chip) {
  const { role, kind, old, name } = homes.get(chip);
  const own = document.getElementById(`place-${role}`);
  const isFree = own && fits(role) && (!isFull(own) || (old && chips(own).every((other) => other.dataset.pid === old)));
  const place = isFree ? own : freePlace(kind);
  lifted.delete(chip);
  if (place) place.querySelector(".add").before(chip);
  else {
    coming.delete(chip);
    homeless(name);
  }
  return Boolean(place);
}

document.addEventListener("htmx:before:request", ({ detail }) => {
  if (isComposer(detail.ctx.target)) for (const chip of form().querySelectorAll("[data-ui-new]")) delete chip.dataset.uiNew;
});
document.addEventListener("htmx:before:swap", ({ detail }) => {
  if (!detail.tasks.some((task) => isComposer(task.target))) return;
  for (const chip of form().querySelectorAll(".slot:is(.busy, [data-ui-new])")) {
    lifted.add(chip);
    chip.remove();
  }
});
document.addEventListener("htmx:after:swap", () => {
  if (!lifted.size) return;
  for (const chip of lifted) settle(chip);
  changed();
});

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
