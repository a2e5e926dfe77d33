// Small comforts of the pages around the history. Every one of them works without this file, too.

import { _ } from "./words.js";

const each = (selector, act) => document.querySelectorAll(selector).forEach(act);

// Buttons that only serve people without scripts.
each("[data-without-script]", (button) => (button.hidden = true));
each("select[data-submit]", (select) => {
  // Through the button that people without scripts press: it may have a question.
  const button = select.form.querySelector("button[data-without-script]");
  select.addEventListener("change", () => select.form.requestSubmit(button));
});

// Ask before something that others would notice, in the dialog that every page has.
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  const dialog = document.getElementById("confirm");
  if (!button?.dataset.confirm || !dialog || "uiSure" in button.dataset) return;
  event.preventDefault();
  document.getElementById("confirm-text").textContent = button.dataset.confirm;
  dialog.returnValue = "no";
  dialog.addEventListener(
    "close",
    () => {
      if (dialog.returnValue !== "yes") return button.form.reset();
      button.dataset.uiSure = "";
      button.form.requestSubmit(button);
    },
    { once: true },
  );
  dialog.showModal();
});

// A form that is on its way is not sent again: not by a double click, until the page is shown anew.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.getAttribute("method") !== "post") return;
  if ("uiSent" in form.dataset) event.preventDefault();
  form.dataset.uiSent = "";
});
addEventListener("pageshow", () => each("form[data-ui-sent]", (form) => delete form.dataset.uiSent));

// What takes a moment says so.
each("button[data-busy]", (button) =>
  button.form.addEventListener("submit", () => {
    button.textContent = button.dataset.busy;
    button.setAttribute("aria-busy", "true");
  }),
);

// Copy a link. Plain http on a home network has no clipboard API: there the text is selected and copied the old way.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = button.parentElement.querySelector("[data-copy-source]");
  source.select();
  try {
    await navigator.clipboard.writeText(source.value);
  } catch {
    document.execCommand("copy");
  }
  const words = button.querySelector("span");
  words.textContent = _("Copied");
  words.setAttribute("role", "status");
  setTimeout(() => (words.textContent = _("Copy")), 2000);
});

// Show what is typed as a new password.
each("input[data-show]", (input) => {
  const box = document.createElement("div");
  const button = document.createElement("button");
  box.className = "reveal";
  button.type = "button";
  button.className = "btn ghost";
  const show = (shown) => {
    input.type = shown ? "text" : "password";
    button.textContent = shown ? _("Hide") : _("Show");
    button.setAttribute("aria-label", shown ? _("Hide the password") : _("Show the password"));
  };
  input.replaceWith(box);
  box.append(input, button);
  show(false);
  button.addEventListener("click", () => show(input.type === "password"));
  // Password managers save what is submitted as a password.
  input.form.addEventListener("submit", () => show(false));
});

// Drop, paste or pick files: each goes up by itself, with its progress.
function uploads(form) {
  const picker = form.querySelector("input[type=file]");
  const jobs = form.querySelector("[data-drop-jobs]");
  const tiles = document.getElementById("assets");

  const line = (file) => {
    const job = document.createElement("div");
    const name = document.createElement("span");
    const bar = document.createElement("progress");
    job.className = "drop-job";
    name.className = "clip";
    name.textContent = file.name;
    bar.max = 1;
    bar.setAttribute("aria-label", _("Upload of %s").replace("%s", () => file.name));
    job.append(name, bar);
    jobs.append(job);
    return { job, bar };
  };

  const say = (job, words) => {
    job.className = "drop-job bad";
    job.textContent = words;
  };

  const land = (job, html) => {
    const fresh = new DOMParser().parseFromString(html, "text/html").body;
    for (const tile of [...fresh.querySelectorAll(".asset-tile")]) {
      document.getElementById(tile.id)?.remove();
      tiles.prepend(tile);
    }
    document.getElementById("nothing")?.remove();
    job.remove();
  };

  const send = (file) =>
    new Promise((done) => {
      const { job, bar } = line(file);
      const request = new XMLHttpRequest();
      const data = new FormData();
      data.append("project", form.elements.project.value);
      data.append("file", file);
      request.upload.addEventListener("progress", (event) => (bar.value = event.loaded / event.total));
      request.addEventListener("loadend", () => {
        const words = new DOMParser().parseFromString(request.responseText, "text/html").body.textContent.trim();
        if (request.status === 201) land(job, request.responseText);
        else if (request.status === 422 || request.status === 413) say(job, words);
        else if (request.status === 507) say(job, _("The studio’s disk is full. Tell whoever runs this studio to free some space."));
        else say(job, _("%s did not arrive. Look at your connection and try again.").replace("%s", () => file.name));
        done();
      });
      request.open("POST", form.action);
      request.setRequestHeader("X-CSRFToken", form.elements.csrfmiddlewaretoken.value);
      request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
      request.send(data);
    });

  const sendAll = async (files) => {
    jobs.querySelectorAll(".bad").forEach((job) => job.remove());
    for (const file of files) await send(file);
  };

  picker.addEventListener("change", async () => {
    const files = [...picker.files];
    picker.value = "";
    await sendAll(files);
  });
  document.addEventListener("paste", (event) => {
    if (event.clipboardData.files.length) sendAll([...event.clipboardData.files]);
  });
  document.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    form.dataset.uiOver = "";
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) delete form.dataset.uiOver;
  });
  document.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    delete form.dataset.uiOver;
    sendAll([...event.dataTransfer.files]);
  });
}

each("form[data-drop]", uploads);
