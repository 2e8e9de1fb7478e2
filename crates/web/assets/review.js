// One decision after the other: paging through the file, what is needed next is fetched early, keys while a field has the focus.
"use strict";

const fetched = new Set();
function preload(paths) {
  for (const path of paths) {
    if (path && !fetched.has(path)) {
      fetched.add(path);
      new Image().src = path;
    }
  }
}

// What waits for its turn: pictures of the next decision, and the neighbours of the page that is shown.
function prepare() {
  const one = document.querySelector("[data-preload]");
  if (!one) return;
  preload(one.dataset.preload.split(" "));
  const viewer = one.querySelector("[data-viewer]");
  if (viewer) neighbours(viewer, Number(viewer.dataset.page));
}

const picture = (viewer, page) => `${viewer.dataset.viewer}${page}?side=1200`;

function neighbours(viewer, page) {
  const around = [page + 1, page - 1].filter((other) => other >= 1 && other <= Number(viewer.dataset.pages));
  preload(around.map((other) => picture(viewer, other)));
}

function turn(viewer, by) {
  const page = Number(viewer.dataset.page) + by;
  const before = viewer.querySelector("img.before");
  if (page < (before ? 2 : 1) || page > Number(viewer.dataset.pages)) return;
  viewer.dataset.page = page;
  for (const [image, shown] of [[before, page - 1], [viewer.querySelector("img.now"), page]]) {
    if (!image) continue;
    image.src = picture(viewer, shown);
    image.alt = `${viewer.dataset.word} ${shown}`;
  }
  for (const number of document.querySelectorAll(".viewer-page")) number.textContent = page;
  const shown = document.querySelector("input.page-shown");
  if (shown) shown.value = page;
  neighbours(viewer, page);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-turn]");
  if (button) turn(button.closest("[data-viewer]"), Number(button.dataset.turn));
});

// A code that is typed takes the place of what was chosen.
document.addEventListener("input", (event) => {
  if (event.target.id !== "typed") return;
  for (const chosen of document.querySelectorAll("#decision [name=dossier]:checked")) chosen.checked = false;
});

document.addEventListener("keydown", (event) => {
  const field = event.target.closest("input[type=text], textarea");
  if (document.querySelector("dialog[open]")) return;
  // In a field: Escape leaves it, so that the keys of the screen work; Enter is as good in one of several lines.
  if (field && event.key === "Escape") {
    field.blur();
    return;
  }
  if (event.ctrlKey) {
    const found = document.querySelector(`[data-ctrl="${event.key.length === 1 ? event.key.toLowerCase() : event.key}"]`);
    // What was typed is undone by the browser first.
    const untouched = !field || field.value === field.defaultValue;
    if (found && (event.key === "Enter" || untouched)) {
      event.preventDefault();
      found.click();
    }
    return;
  }
  if (event.key === "Enter" && field?.matches("[data-enter]") && !event.shiftKey) {
    event.preventDefault();
    field.form.requestSubmit(field.form.querySelector("button.primary"));
  }
});

// A new decision: its value is selected, or its title has the focus, so that screen readers begin there.
function arrive() {
  prepare();
  const value = document.getElementById("value");
  if (value) {
    value.focus();
    value.select();
  } else {
    document.querySelector(".review .item-title")?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }
}
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "review" || event.detail.target.id === "fields") arrive();
});
document.addEventListener("DOMContentLoaded", arrive);
