// Two to four clips on one scrubber. The longest one leads; the others follow it, and wait at their last frame.

import { _ } from "./words.js";

const main = document.getElementById("main");
const sides = [...document.querySelectorAll(".side-clip")];
const videos = sides.map((side) => side.querySelector("video"));
const scrub = document.getElementById("scrub");
const moment = document.getElementById("moment");
const button = document.getElementById("play");
const FRAME = 1 / (Number(main.dataset.rate) || 24);
const LONGEST = Number(main.dataset.longest);
const DRIFT = 0.06; // seconds that a clip may be away from the leader before it is put right
const length = (video) => Number(video.dataset.seconds); // the player itself does not know it yet
const lead = videos.reduce((one, other) => (length(other) > length(one) ? other : one));

function show(seconds) {
  const whole = Math.floor(seconds);
  scrub.value = seconds;
  scrub.setAttribute("aria-valuetext", _("%s seconds").replace("%s", seconds.toFixed(2)));
  moment.textContent = `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}.${String(Math.floor((seconds % 1) * 100)).padStart(2, "0")}`;
}

const reach = (video, seconds) => Math.min(seconds, Math.max((video.duration || LONGEST) - FRAME / 2, 0));

function seek(seconds) {
  const wanted = Math.min(Math.max(seconds, 0), LONGEST);
  for (const video of videos) video.currentTime = reach(video, wanted);
  show(wanted);
}

function play(on) {
  for (const video of videos) on ? video.play().catch(() => {}) : video.pause();
  button.setAttribute("aria-pressed", on);
  button.setAttribute("aria-label", on ? _("Pause") : _("Play"));
}

button.addEventListener("click", () => play(lead.paused));
scrub.addEventListener("input", () => {
  play(false);
  seek(Number(scrub.value));
});
for (const step of document.querySelectorAll("[data-step]"))
  step.addEventListener("click", () => {
    play(false);
    seek(lead.currentTime + Number(step.dataset.step) * FRAME);
  });

function follow() {
  if (!lead.paused) {
    show(lead.currentTime);
    for (const video of videos) {
      const wanted = reach(video, lead.currentTime);
      if (video !== lead && Math.abs(video.currentTime - wanted) > DRIFT) video.currentTime = wanted;
    }
  }
  requestAnimationFrame(follow);
}
requestAnimationFrame(follow);

// Only one: its key again shows all. Sound comes from the one that is alone, or under the pointer.
for (const side of sides)
  side.querySelector("[data-solo]").addEventListener("click", (event) => {
    const alone = event.currentTarget.getAttribute("aria-pressed") !== "true";
    for (const other of sides) {
      const here = other === side;
      other.hidden = alone && !here;
      other.querySelector("[data-solo]").setAttribute("aria-pressed", alone && here);
      other.querySelector("video").muted = !(alone && here);
    }
  });
for (const side of sides) {
  side.addEventListener("pointerenter", () => videos.forEach((video) => (video.muted = !side.contains(video))));
  side.addEventListener("pointerleave", () => videos.forEach((video) => (video.muted = true)));
}

document.getElementById("show-all").addEventListener("change", (event) => {
  document.querySelector(".facts").classList.toggle("all", event.target.checked);
});

document.addEventListener("htmx:after:request", (event) => {
  const kept = event.detail.ctx.sourceElement?.closest?.("[data-keep]");
  if (kept && event.detail.ctx.response?.status < 400) kept.setAttribute("aria-pressed", "true");
});
