// The viewer: how large the page is shown, and the keys that scroll on to the next one.
"use strict";

// Steps of + and -, percent of the paper; what fits is no step of its own.
const STEPS = [25, 33, 50, 67, 80, 100, 125, 150, 200, 300, 400];
let zoom = "width";

const frame = () => document.querySelector(".reader-frame");
const leaf = () => document.querySelector(".leaf");
const paper = () => Number(leaf().dataset.paper);
const shown = () => (leaf().getBoundingClientRect().width / paper()) * 100;

function show() {
  const { clientWidth, clientHeight } = frame();
  const { width, height } = leaf().viewBox.baseVal;
  const inner = clientWidth - 16;
  const wide = {
    width: inner,
    page: Math.min(inner, ((clientHeight - 16) * width) / height),
    real: paper(),
  }[zoom] ?? (paper() * zoom) / 100;
  leaf().setAttribute("width", wide);
  leaf().setAttribute("height", (wide * height) / width);
  // The finer picture only when it is looked at from close by.
  const dots = Math.max(wide, (wide * height) / width) * devicePixelRatio;
  if (dots > 1400) leaf().querySelector("image").setAttribute("href", leaf().dataset.fine);
  document.querySelector(".zoom-now").textContent = `${Math.round(shown())} %`;
  for (const button of document.querySelectorAll("[data-zoom]")) {
    button.setAttribute("aria-pressed", String(button.dataset.zoom === String(zoom)));
  }
}

function zoomTo(wanted) {
  const now = Math.round(shown());
  if (wanted === "in") zoom = STEPS.find((step) => step > now) ?? STEPS.at(-1);
  else if (wanted === "out") zoom = STEPS.findLast((step) => step < now) ?? STEPS[0];
  else zoom = wanted;
  show();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-zoom]");
  if (button) zoomTo(button.dataset.zoom);
});

// A page that is larger than the screen is scrolled to its end before the next one comes.
function scroll(down) {
  const { scrollTop, clientHeight, scrollHeight } = frame();
  const rest = down ? scrollHeight - clientHeight - scrollTop : scrollTop;
  if (rest > 2) {
    frame().scrollBy({ top: (down ? 1 : -1) * clientHeight * 0.9 });
    return;
  }
  document.querySelector(`[data-key="${down ? "ArrowRight" : "ArrowLeft"}"]`)?.click();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input, textarea, select, button, a") && event.key === " ") return;
  if (event.target.closest("input, textarea, select")) return;
  if (event.key === "PageDown" || event.key === "PageUp" || event.key === " ") {
    event.preventDefault();
    scroll(event.key === "PageDown" || (event.key === " " && !event.shiftKey));
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    frame().scrollBy({ top: event.key === "ArrowDown" ? 60 : -60 });
  } else if (event.key === "=") {
    zoomTo("in");
  }
});

// The page that is shown is marked in the list, and a hit on it comes into sight.
function arrive() {
  show();
  const { page } = document.getElementById("sheet").dataset;
  for (const link of document.querySelectorAll(".reader-pages a")) {
    const current = link.dataset.page === page;
    if (current) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
    if (current) link.scrollIntoView({ block: "nearest" });
  }
  const hit = document.querySelector(".hit");
  if (hit) {
    frame().scrollTop = 0;
    frame().scrollTop = hit.getBoundingClientRect().top - frame().getBoundingClientRect().top - 120;
  }
}

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "sheet") return;
  arrive();
  frame().focus({ preventScroll: true });
});
addEventListener("resize", show);
document.addEventListener("DOMContentLoaded", arrive);
