// A card plays its preview while a pointer rests on it or the focus is in it. State lives in data-ui-*, which no live
// update touches.

const PAUSE = 120; // milliseconds a pointer must rest: a pointer that crosses the gallery starts nothing
const calm = matchMedia("(prefers-reduced-motion: reduce)");
let timer;

function play(card) {
  const video = card.querySelector("video");
  if (!video || calm.matches || navigator.connection?.saveData) return;
  video.play().then(() => (card.dataset.uiPlaying = "")).catch(() => {}); // paused again before it began
}

function stop(card) {
  card.querySelector("video")?.pause();
  delete card.dataset.uiPlaying;
}

function entered(event) {
  const card = event.target.closest?.(".card");
  if (!card || card.contains(event.relatedTarget) || event.pointerType === "touch") return;
  clearTimeout(timer);
  timer = setTimeout(() => play(card), PAUSE);
}

function left(event) {
  const card = event.target.closest?.(".card");
  if (!card || card.contains(event.relatedTarget)) return;
  clearTimeout(timer);
  stop(card);
}

document.addEventListener("pointerover", entered);
document.addEventListener("focusin", entered);
document.addEventListener("pointerout", left);
document.addEventListener("focusout", left);
