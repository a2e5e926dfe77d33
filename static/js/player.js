// The clip's player: frame by frame, in a loop, slower and faster. Live updates leave alone what a hand has set.

import { _ } from "./words.js";

const player = () => document.getElementById("player");
const bar = () => document.getElementById("player-bar");
const frame = () => 1 / (Number(bar()?.dataset.rate) || 24);
const SPEEDS = [0.25, 0.5, 1, 1.5, 2];
let moved = false; // played or sought, even if back to the first frame

function show() {
  const video = player();
  const told = document.getElementById("frame");
  if (!video || !told) return;
  const number = Math.floor(video.currentTime / frame() + 0.01);
  told.textContent = number;
  const at = document.getElementById("at");
  // A player that has not moved stands for the last frame: that is what the next take begins with.
  if (at) at.value = moved ? video.currentTime.toFixed(3) : "last";
}

function step(way) {
  const video = player();
  if (!video) return;
  video.pause();
  // Into the middle of the frame: at its edge a player may show either neighbour.
  const number = Math.floor(video.currentTime / frame() + 0.01) + way;
  video.currentTime = Math.min(Math.max((number + 0.5) * frame(), 0), (video.duration || 0) - frame() / 2);
}

function speed(way) {
  const video = player();
  if (!video) return;
  const place = SPEEDS.indexOf(video.playbackRate) + way;
  video.playbackRate = SPEEDS[way ? Math.min(Math.max(place, 0), SPEEDS.length - 1) : (SPEEDS.indexOf(video.playbackRate) + 1) % SPEEDS.length];
  bar().querySelector("[data-speed] span").textContent = `${video.playbackRate}×`;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("#player-bar button");
  if (!button) return;
  const video = player();
  if (button.dataset.step) step(Number(button.dataset.step));
  else if ("loop" in button.dataset) {
    video.loop = !video.loop;
    button.setAttribute("aria-pressed", video.loop);
  } else if ("speed" in button.dataset) speed(0);
  else if ("faster" in button.dataset) speed(1);
  else if ("slower" in button.dataset) speed(-1);
  else if ("play" in button.dataset) video.paused ? video.play().catch(() => {}) : video.pause();
});

for (const name of ["play", "seeking"]) document.addEventListener(name, ({ target }) => (moved ||= target === player()), { capture: true });
for (const name of ["timeupdate", "seeked", "loadedmetadata"]) document.addEventListener(name, show, { capture: true });
show();

// Copy what a list of settings says, as lines.
document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy-text]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copyText);
  const names = [...source.querySelectorAll("dt")];
  const text = names.map((name) => `${name.textContent}: ${name.nextElementSibling.textContent}`).join("\n");
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copyOldWay(text); // plain http on a home network has no clipboard API
  }
  button.setAttribute("aria-label", _("Copied"));
  setTimeout(() => button.setAttribute("aria-label", _("Copy the settings")), 2000);
});

function copyOldWay(text) {
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

// A note that was taken is gone from the field.
document.addEventListener("htmx:after:request", (event) => {
  if (event.detail.ctx.sourceElement?.id === "note-form" && event.detail.ctx.response?.status < 400) event.detail.ctx.sourceElement.reset();
});
