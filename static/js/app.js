// What every page has: toasts, the question before a risk, one-letter keys, words for answers that went wrong.

import { _ } from "./words.js";

const STAY = 6000; // milliseconds a toast is shown, not counting the time a pointer or the focus rests on it

export function toast(text) {
  const note = document.createElement("p");
  note.className = "toast";
  note.textContent = text;
  document.getElementById("toasts").append(note);
  return note;
}

function leave(note) {
  let timer = 0;
  const stay = () => clearTimeout(timer);
  const go = (time) => {
    stay();
    timer = setTimeout(() => note.matches(":focus-within") || note.remove(), time);
  };
  for (const name of ["pointerenter", "focusin"]) note.addEventListener(name, stay);
  for (const name of ["pointerleave", "focusout"]) note.addEventListener(name, () => go(STAY / 2));
  go(STAY);
}

// What was pressed in a toast is done.
document.addEventListener("htmx:finally:request", ({ detail }) => {
  if (detail.ctx.response?.status < 400) detail.ctx.sourceElement?.closest?.(".toast")?.remove();
});

new MutationObserver((changes) => {
  for (const change of changes) for (const node of change.addedNodes) if (node.nodeType === 1) leave(node);
}).observe(document.getElementById("toasts"), { childList: true });

// The server does not know what a member sees whose theme is the system's.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-theme-switch]");
  if (!button) return;
  const theme = document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  button.value = document.documentElement.dataset.theme = theme === "dark" ? "light" : "dark";
  for (const choice of document.querySelectorAll(`input[name="theme"][value="${button.value}"]`)) choice.checked = true;
});

// hx-confirm asks in our own dialog.
document.addEventListener("htmx:confirm", (event) => {
  const question = event.detail.ctx.confirm;
  const dialog = document.getElementById("confirm");
  if (!question || !dialog) return;
  event.preventDefault();
  document.getElementById("confirm-text").textContent = question;
  dialog.returnValue = "no";
  dialog.showModal();
  dialog.addEventListener(
    "close",
    () => (dialog.returnValue === "yes" ? event.detail.issueRequest() : event.detail.dropRequest()),
    { once: true },
  );
});

const WRONG = {
  403: _("You may not do this here. Load the page again if you think you may."),
  404: _("This is gone, or not yours any more."),
  507: _("The studio’s disk is full, so this was not saved. Tell whoever runs this studio to free some space."),
};

document.addEventListener("htmx:response:error", (event) => {
  const { status } = event.detail.ctx.response;
  if (event.target.id === "live") return; // it asks again by itself
  if (WRONG[status]) toast(WRONG[status]);
  else if (status >= 500) toast(_("Something broke in the studio. Nothing was lost; try again in a moment."));
});

document.addEventListener("htmx:error", (event) => {
  if (event.detail.ctx && event.target.id !== "live") toast(_("The studio did not answer. Check your connection and try again."));
});

/** Whether the member has switched one-letter keys off (WCAG 2.2, 2.1.4). Keys that type nothing always work. */
export const isOff = (key) => key.length === 1 && key !== " " && document.documentElement.dataset.keys === "off";

// `data-key` names the key that presses a link or button, or focuses a field; never while somebody types.
document.addEventListener("keydown", (event) => {
  if (event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented || isOff(event.key)) return;
  if (event.target.closest("input:not([type=checkbox]):not([type=range]), textarea, select, [contenteditable], dialog, [popover]")) return;
  if (event.key === "Escape" && document.querySelector(":popover-open")) return; // that is what it closes
  if (event.key === " " && event.target.closest("button, a, input, summary")) return; // it presses what has the focus
  const wanted = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === event.key && !one.disabled);
  if (!wanted) return;
  event.preventDefault();
  if (wanted.matches("input, textarea")) wanted.focus();
  else wanted.click();
});

// The poster that was pressed grows into the player of the next page.
document.addEventListener("click", (event) => {
  const poster = event.target.closest?.(".card.done .link")?.parentElement.querySelector("img");
  if (poster) poster.style.viewTransitionName = "clip";
});
addEventListener("pageshow", () => {
  for (const poster of document.querySelectorAll(".card > img")) poster.style.viewTransitionName = "";
});
