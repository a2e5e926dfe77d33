// Seconds that pass between two answers of the server: the row says how long it was, the page counts on from there.

import { _ } from "./words.js";

const seen = new WeakMap(); // element → the server's figure and when it came

function elapsed(element) {
  const said = element.dataset.elapsed;
  let start = seen.get(element);
  if (start?.said !== said) {
    start = { said, at: performance.now() };
    seen.set(element, start);
  }
  return Number(said) + (performance.now() - start.at) / 1000;
}

export function clock(seconds) {
  const whole = Math.floor(seconds);
  const two = (number) => String(number).padStart(2, "0");
  const minutes = Math.floor(whole / 60) % 60;
  return whole < 3600 ? `${minutes}:${two(whole % 60)}` : `${Math.floor(whole / 3600)}:${two(minutes)}:${two(whole % 60)}`;
}

function left(seconds, expected, measured) {
  if (seconds > expected * 1.5) return ` · ${_("taking longer than usual")}`;
  const rest = expected - seconds;
  return measured && rest > 3 ? ` · ${_("~%s s left").replace("%s", rest < 20 ? Math.round(rest) : Math.round(rest / 5) * 5)}` : "";
}

function tick() {
  if (document.hidden) return;
  for (const element of document.querySelectorAll("[data-elapsed]")) {
    const seconds = elapsed(element);
    const expected = Number(element.dataset.expected) || 0;
    if (element.localName === "progress") element.value = Math.min((95 * seconds) / expected, 95);
    else element.textContent = clock(seconds) + (expected ? left(seconds, expected, "measured" in element.dataset) : "");
  }
}

setInterval(tick, 1000);
tick();
