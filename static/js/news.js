// What runs, in the tab's title; what has ended, told by the browser while the tab is hidden, to those who asked for it.

import { toast } from "./app.js";
import { _ } from "./words.js";

const ASKED = "studio-notifications-offered";
const title = document.title;
const tray = document.getElementById("tray");
let mine = new Set(); // codes of the member's own jobs that were on their way

function read() {
  const running = Number(tray.querySelector(".count")?.value) || 0;
  document.title = running ? `(${running}) ${title}` : title;
  for (const one of tray.querySelectorAll(".ended")) if (mine.has(one.value)) tell(one);
  mine = new Set([...tray.querySelectorAll(".mine")].map((one) => one.value));
}

function tell(one) {
  if (!document.hidden || window.Notification?.permission !== "granted") return;
  const note = new Notification(`${one.dataset.word}: ${one.dataset.title}`, { tag: one.value, icon: "/static/icon.svg" });
  note.onclick = () => {
    window.focus();
    location.assign(`/g/${one.value}/`);
  };
}

/** Whether a hidden tab has somebody to tell. */
export const listens = () => window.Notification?.permission === "granted" && mine.size > 0;

// Offered once, after the first clip was asked for; never on a page load.
document.addEventListener("htmx:after:swap", (event) => {
  const { sourceElement, response } = event.detail.ctx;
  if (sourceElement?.id !== "composer" || response?.status !== 201) return;
  if (window.Notification?.permission !== "default" || localStorage.getItem(ASKED)) return;
  localStorage.setItem(ASKED, "1");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn";
  button.textContent = _("Tell me when it is done");
  button.addEventListener("click", () => Notification.requestPermission().finally(() => button.parentElement.remove()));
  toast(_("You can leave this tab.")).append(button);
});

if (tray) {
  new MutationObserver(read).observe(tray, { childList: true, subtree: true });
  read();
}
