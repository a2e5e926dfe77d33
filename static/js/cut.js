// The picks play one after the other in one player; the next one loads while this one plays.

import { isOff } from "./app.js";

const player = document.getElementById("cut");
const reel = [...document.querySelectorAll("#reel a")];
const ahead = document.createElement("video");
ahead.preload = "auto";
ahead.muted = true;

function at() {
  return reel.findIndex((entry) => entry.hasAttribute("aria-current"));
}

function show(place, play) {
  const entry = reel[place];
  if (!entry) return;
  for (const other of reel) other.toggleAttribute("aria-current", other === entry);
  entry.setAttribute("aria-current", "true");
  player.src = entry.dataset.video;
  player.removeAttribute("poster");
  player.setAttribute("aria-label", entry.dataset.name);
  if (play) player.play().catch(() => {});
  if (reel[place + 1]) ahead.src = reel[place + 1].dataset.video;
  entry.scrollIntoView({ block: "nearest", inline: "nearest" });
}

player?.addEventListener("ended", () => show(at() + 1, true));
document.getElementById("reel")?.addEventListener("click", (event) => {
  const entry = event.target.closest("a");
  if (!entry || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  show(reel.indexOf(entry), true);
});
document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, textarea, video") || event.metaKey || event.ctrlKey || event.altKey || isOff(event.key)) return;
  const step = { j: 1, k: -1 }[event.key];
  if (step) show(at() + step, !player.paused);
});
