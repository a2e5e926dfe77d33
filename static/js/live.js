// The page's one poller: silent in hidden tabs, never a card twice, never a jump under somebody's eyes.

import { toast } from "./app.js";
import { listens } from "./news.js";
import { _, ngettext } from "./words.js";

const NEAR_TOP = 200; // pixels: nearer than that, new cards of others come in at once
const held = () => [...document.querySelectorAll(".item[data-ui-held]")];
let failures = 0;

const offline = (on) => (document.getElementById("offline").hidden = !on);
const isPoller = (event) => event.target.id === "live";

document.addEventListener("htmx:config:request", (event) => {
  if (isPoller(event) && document.hidden && !listens()) event.preventDefault();
});

function wake() {
  const poller = document.getElementById("live");
  if (poller && !document.hidden) window.htmx.trigger(poller, "wake");
}
document.addEventListener("visibilitychange", wake);
addEventListener("online", wake);
addEventListener("offline", () => offline(true));

// A fresh card may have come by two ways, with the answer to Generate and with a poll: the second one only updates it.
document.addEventListener("htmx:before:swap", (event) => {
  const { ctx, tasks } = event.detail;
  const fresh = tasks.filter((task) => task.swapSpec.style === "afterbegin");
  for (const task of fresh) {
    for (const card of task.fragment.querySelectorAll(".item")) {
      const there = document.getElementById(card.id);
      if (there) tasks.push(partial("outerMorph", there, [card], ctx));
      else if (ctx.sourceElement.id === "live" && scrollY > NEAR_TOP) card.dataset.uiHeld = "";
    }
    for (const batch of task.fragment.querySelectorAll(".batch")) join(batch, tasks, ctx);
  }
});

// A batch comes with each of its cards: what is left of one whose cards are there is nothing, and no second one is made.
function join(batch, tasks, ctx) {
  const cards = batch.querySelectorAll(".item");
  const gallery = document.getElementById(batch.id)?.querySelector(".gallery");
  if (cards.length && !gallery) return;
  batch.remove();
  if (cards.length) tasks.push(partial("afterbegin", gallery, cards, ctx));
}

function partial(style, target, cards, ctx) {
  const fragment = document.createDocumentFragment();
  fragment.append(...cards);
  return { type: "partial", fragment, target, swapSpec: { style }, sourceElement: ctx.sourceElement };
}

// What somebody asked for has changed rows; the poller hears of it, and of what others did, by itself.
document.addEventListener("htmx:finally:request", (event) => {
  if (event.detail.ctx.request.method === "POST" && !event.detail.ctx.sourceElement?.closest?.("#estimate")) wake();
});

document.addEventListener("htmx:after:swap", (event) => {
  showHeld();
  if (event.detail.ctx.sourceElement?.id === "composer" && event.detail.ctx.response?.status === 201) {
    release();
    scrollTo({ top: 0 });
  }
});

function showHeld() {
  const button = document.getElementById("held");
  if (!button) return;
  const count = held().length;
  button.hidden = !count;
  button.querySelector("span").textContent = ngettext("%s new", "%s new", count);
}

function release() {
  for (const card of held()) delete card.dataset.uiHeld;
  showHeld();
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("#held")) return;
  release();
  scrollTo({ top: 0, behavior: "smooth" });
});
addEventListener("scroll", () => scrollY < NEAR_TOP / 2 && held().length && release(), { passive: true });

const failed = () => ++failures >= 2 && offline(true);
document.addEventListener("htmx:error", (event) => isPoller(event) && failed());
document.addEventListener("htmx:before:response", (event) => {
  if (!isPoller(event)) return;
  const { raw } = event.detail.ctx.response;
  if (raw.status >= 500) return failed(); // a proxy answers for a studio that does not
  failures = 0;
  offline(false);
  if (!raw.redirected) return;
  event.preventDefault(); // the login page, which is no answer to a poll
  event.target.remove();
  toast(_("You were logged out. Load the page again to go on."));
});
