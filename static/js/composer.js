// The composer without a page load: drafts, drops, pastes, chips, tags. The form works as a plain POST without any of it.

import { toast } from "./app.js";
import { _ } from "./words.js";
import { arrange, drop, fill, freePlace, isUploading, places } from "./places.js";

const form = () => document.getElementById("composer");
const prompt = () => document.getElementById("prompt");
const key = () => `studio-draft-${form()?.dataset.project}`;

// ---- the draft: text alone, per project, kept until the clip is asked for or the text is emptied

function store(text) {
  try {
    if (text) localStorage.setItem(key(), text);
    else localStorage.removeItem(key());
  } catch {
    // storage is full or forbidden: the text on the page is still there
  }
}

function restoreDraft() {
  if (!prompt() || prompt().value) return;
  try {
    prompt().value = localStorage.getItem(key()) ?? "";
  } catch {
    // as above
  }
}

// ---- what the chips and the counter say

export function refresh() {
  if (!form()) return;
  for (const chip of form().querySelectorAll("[data-chip]")) label(chip);
  for (const box of form().querySelectorAll(".recent :checked")) box.checked = false;
  arrange();
  count();
}

function label(chip) {
  const field = form().elements[chip.dataset.chip];
  const radio = field instanceof RadioNodeList ? [...field].find((one) => one.checked) : null;
  const number = field instanceof HTMLInputElement ? field.value : null;
  const text = radio?.dataset.shown ?? (number ? measured(chip, number) : chip.dataset.label);
  if (text) chip.querySelector(".v").textContent = text;
  const drawing = radio?.parentElement.querySelector("i.box");
  const drawn = chip.querySelector("i.box");
  if (drawing && drawn) drawn.className = drawing.className;
}

const measured = (chip, number) => (chip.dataset.unit ? `${number} ${chip.dataset.unit}` : `${chip.dataset.label} ${number}`);

function count() {
  const most = Number(prompt()?.dataset.most);
  if (!most) return;
  let note = form().querySelector(".count");
  if (!note) {
    note = document.createElement("output");
    note.className = "count";
    prompt().after(note);
  }
  const length = prompt().value.length;
  note.textContent = length > most * 0.8 ? `${length} / ${most}` : "";
  note.toggleAttribute("data-ui-over", length > most);
}

// ---- typing and choosing

document.addEventListener("input", (event) => {
  if (event.target !== prompt()) return;
  store(prompt().value);
  count();
});

document.addEventListener("change", (event) => {
  if (!event.target.closest?.("#composer")) return;
  if (event.target.type === "file") return take(event.target);
  if (event.target.closest(".recent")) return pick(event.target);
  refresh();
  if (event.target.type === "radio" && pressed) event.target.closest("[popover]")?.hidePopover();
});

// A radio that the arrow keys walk over must not close its popover; one that a pointer pressed is chosen.
let pressed = false;
document.addEventListener("pointerdown", () => (pressed = true));
document.addEventListener("keydown", () => (pressed = false), { capture: true });

function take(input) {
  const place = input.closest(".place");
  place.querySelector("[popover]").hidePopover();
  fill([...input.files], place);
  input.value = "";
}

function pick(box) {
  box.closest("[popover]").hidePopover();
  document.getElementById("update").click();
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.closest?.("#composer")) return;
  if (event.metaKey || event.ctrlKey) {
    event.preventDefault();
    form().requestSubmit(document.getElementById("generate"));
  } else if (event.target.matches("input[type=url]")) {
    event.preventDefault();
    addLink(event.target);
  }
});

function addLink(input) {
  const url = input.value.trim();
  if (!url) return;
  const place = input.closest(".place");
  place.querySelector("[popover]").hidePopover();
  input.value = "";
  drop(place, { url });
}

document.addEventListener("click", (event) => {
  const target = event.target;
  if (target.closest("[data-add-link]")) addLink(target.closest(".linked").querySelector("input"));
  if (target.closest(".model")) target.closest("[popover]").hidePopover();
  const example = target.closest("[data-example]");
  if (example) write(example.textContent);
});

function write(text) {
  if (!prompt()) return; // no model, no composer
  prompt().value = text;
  prompt().dispatchEvent(new Event("input", { bubbles: true }));
  prompt().focus();
}

// ---- asking

// Generate, pressed while a file is still on its way up, waits for it; a file that is refused ends the waiting.
let waiting = false;
document.addEventListener("htmx:config:request", (event) => {
  if (event.target.id !== "composer" || !isUploading()) return;
  event.preventDefault();
  waiting = true;
  toast(_("A file is still on its way up. Generating as soon as it is there."));
});
document.addEventListener("studio:uploaded", ({ detail }) => {
  if (!detail.ok) waiting = false;
  if (!waiting || isUploading()) return;
  waiting = false;
  form().requestSubmit(document.getElementById("generate"));
});
// What was asked for was the composer as it stood then.
document.addEventListener("htmx:before:swap", ({ detail }) => {
  if (!waiting || !detail.tasks.some((task) => task.target?.id === "composer")) return;
  waiting = false;
  toast(_("The composer has changed meanwhile, so nothing was generated. Press Generate again."));
});

// The composer of another clip belongs to the same page, with the same layout.
document.addEventListener("htmx:config:request", ({ detail }) => {
  const view = form()?.elements.view;
  if (view && detail.ctx.sourceElement.matches("[data-reuse]")) detail.ctx.request.body.set("view", view.value);
});

document.addEventListener("htmx:after:swap", (event) => {
  refresh();
  const { sourceElement, response } = event.detail.ctx;
  if (sourceElement?.id === "composer" && response?.status === 201) store("");
  if (response?.status === 422) form()?.querySelector(".problems")?.scrollIntoView({ block: "nearest" });
  if (sourceElement?.matches?.("[data-reuse]")) prompt()?.focus();
});

// ---- dropping and pasting

const CLIP = "application/x-studio-clip"; // a card of the gallery: its last frame is meant
const carriesFiles = (event) => event.dataTransfer?.types.includes("Files") || event.dataTransfer?.types.includes(CLIP);

document.addEventListener("dragstart", (event) => {
  const pid = event.target.closest?.(".card.done")?.dataset.pid;
  if (pid) event.dataTransfer.setData(CLIP, pid);
});

document.addEventListener("dragover", (event) => {
  if (!carriesFiles(event) || !form()) return;
  event.preventDefault();
  form().dataset.uiOver = "";
  const over = event.target.closest?.(".place");
  for (const place of places()) place.toggleAttribute("data-ui-over", place === over);
});

const leave = () => {
  delete form()?.dataset.uiOver;
  for (const place of places()) place.removeAttribute("data-ui-over");
};
document.addEventListener("dragleave", (event) => event.relatedTarget || leave());
document.addEventListener("drop", (event) => {
  if (!carriesFiles(event) || !form()) return;
  event.preventDefault();
  leave();
  const place = event.target.closest?.(".place");
  const clip = event.dataTransfer.getData(CLIP);
  if (!clip) return fill([...event.dataTransfer.files], place);
  const free = place ?? freePlace("image");
  if (free) drop(free, { clip });
  else toast(_("There is no free place for a frame. Choose a model that takes images, or remove one first."));
});

document.addEventListener("paste", (event) => {
  const files = [...(event.clipboardData?.files ?? [])];
  if (!files.length || !form()) return;
  // Tables and documents bring a picture of their words along.
  if (event.clipboardData.types.includes("text/plain") && event.target.closest?.("textarea, input")) return;
  event.preventDefault();
  fill(files, event.target.closest?.(".place"));
});

// The address filled the composer once: of a clip without words no draft makes another one, and a reload fills nothing again.
const asked = new URL(location);
if (asked.searchParams.has("from")) prompt()?.focus();
else restoreDraft();
refresh();
for (const name of ["from", "how", "frame", "file"]) asked.searchParams.delete(name);
if (asked.href !== location.href) history.replaceState(history.state, "", asked);
