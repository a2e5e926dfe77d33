// Files go up as soon as they are dropped; the form carries only the ids of what the server took.
// XMLHttpRequest, because fetch tells no progress of an upload.

import { _ } from "./words.js";

const form = () => document.getElementById("composer");

/** Send one file, link or frame, its chip telling how far it is; resolves with the request when it has ended. */
export function send(chip, role, { file, url, clip }) {
  const body = new FormData();
  body.set("project", form().dataset.project);
  body.set("role", role);
  if (file) body.set("file", file, file.name || "pasted.png");
  else if (url) body.set("url", url);
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open("POST", clip ? `/g/${clip}/frame` : form().dataset.upload);
    request.setRequestHeader("X-CSRFToken", form().elements.csrfmiddlewaretoken.value);
    request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
    request.upload.addEventListener("progress", ({ loaded, total }) => (chip.querySelector("progress").value = loaded / total));
    request.addEventListener("loadend", () => {
      const picture = chip.querySelector("img");
      if (picture) URL.revokeObjectURL(picture.src);
      done(request);
    });
    request.send(body);
  });
}

/** The chip of what is on its way. */
export function waiting(file) {
  const chip = document.createElement("div");
  chip.className = "slot full busy";
  chip.setAttribute("aria-busy", "true");
  chip.setAttribute("aria-label", file?.name ? _("Uploading %s").replace("%s", () => file.name) : _("Uploading a link"));
  chip.setAttribute("role", "group");
  if (file?.type.startsWith("image/")) {
    const picture = document.createElement("img");
    picture.src = URL.createObjectURL(file);
    picture.alt = "";
    chip.append(picture);
  }
  const progress = document.createElement("progress");
  progress.max = 1;
  progress.value = 0;
  progress.setAttribute("aria-label", _("Upload"));
  chip.append(progress);
  return chip;
}

export function parsed(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.firstElementChild;
}

/** Say beside a place why a file was not taken. */
export function refuse(place, request) {
  const said = request.status === 422 || request.status === 413 ? parsed(request.responseText) : null;
  const full = request.status === 507 && _("The studio’s disk is full. Tell whoever runs this studio to free some space.");
  complain(place, said?.textContent.trim() || full || _("This did not arrive. Check your connection and drop it again."));
}

/** Say beside a place what is wrong, until something else is done there. */
export function complain(place, text) {
  place.querySelector(".problem")?.remove();
  const note = document.createElement("p");
  note.className = "problem";
  note.setAttribute("role", "alert");
  note.textContent = text;
  place.append(note);
  setTimeout(() => note.remove(), 8000);
}
