// What htmx does not do: keys, dialogs, messages in the corner.
"use strict";

// Everything that changes something carries the secret of the session.
document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRF-Token"] = document.body.dataset.csrf;
});

// A part of a page that changes by itself leaves alone what a person is at: fields with `data-keep`, and what is folded out.
Object.assign(Idiomorph.defaults.callbacks, {
  beforeNodeMorphed: (before) => !(before instanceof Element && before.hasAttribute("data-keep")),
  beforeAttributeUpdated: (name, element) => !(name === "open" && element.localName === "details"),
});

// A message in the corner, read out by screen readers, gone by itself.
function toast(title, text, tone) {
  const box = document.createElement("div");
  box.className = `toast ${tone || ""}`;
  const head = document.createElement("b");
  head.textContent = title;
  box.append(head, text || "");
  document.getElementById("toasts").append(box);
  setTimeout(() => box.remove(), 8000);
}

// What went wrong comes as problem+json, in the language of the page.
document.addEventListener("htmx:responseError", (event) => {
  const { status, responseText } = event.detail.xhr;
  if (status === 401) {
    location.reload();
    return;
  }
  try {
    const problem = JSON.parse(responseText);
    toast(problem.title, problem.detail, "bad");
  } catch {
    toast(String(status), "", "bad");
  }
});

// Dialogs: a button names the one it opens; Escape closes it, and the focus goes back by itself.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.dialog);
    if (dialog.id === "keys") listKeys(dialog);
    dialog.showModal();
  }
  if (event.target.closest("[data-close]")) event.target.closest("dialog").close();
});

// A field to be copied, or typed anew, is selected as a whole, also when it had the focus before this ran.
const selectWhole = (element) => element?.matches("[data-select]") && element.select();
document.addEventListener("focusin", (event) => selectWhole(event.target));
selectWhole(document.activeElement);

// Keys: an element says with `data-key` which key or keys, one after the other, click it, or focus it when it is a field.
// `data-key-also` names one more. Of several elements with the same key the last one on the page is meant: its own field comes before
// the way to another screen.
const keysOf = ({ dataset }) => [dataset.key, dataset.keyAlso].filter(Boolean);
const keyed = () => [...document.querySelectorAll("[data-key]")].filter((element) => element.checkVisibility());

function listKeys(dialog) {
  const list = dialog.querySelector(".keys");
  list.replaceChildren();
  for (const element of keyed()) {
    const term = document.createElement("dt");
    for (const key of keysOf(element).join(" ").split(" ")) {
      const cap = document.createElement("kbd");
      cap.textContent = { ArrowLeft: "←", ArrowRight: "→" }[key] ?? key;
      term.append(cap, " ");
    }
    const name = document.createElement("dd");
    name.textContent = element.dataset.keyName;
    list.append(term, name);
  }
}

let typed = [];
let typedAt = 0;
document.addEventListener("keydown", (event) => {
  // Boxes to tick take no letters, and Enter belongs to a link or button that has the focus.
  const editing = event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");
  if (editing || event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
  if (["Shift", "Tab"].includes(event.key)) return;
  if (event.key === "Enter" && event.target.closest("a, button, summary")) return;
  if (event.timeStamp - typedAt > 1500) typed = [];
  typedAt = event.timeStamp;
  typed = [...typed, event.key.length === 1 ? event.key.toLowerCase() : event.key].slice(-2);
  const isTyped = (keys) => keys.every((key, i) => typed.at(i - keys.length) === key);
  const wanted = (length) => (element) =>
    keysOf(element).some((keys) => keys.split(" ").length === length && isTyped(keys.split(" ")));
  const found = keyed().findLast(wanted(2)) ?? keyed().findLast(wanted(1));
  if (!found) return;
  event.preventDefault();
  typed = [];
  if (found.matches("input:not([type=radio], [type=checkbox]), textarea, select")) found.focus();
  else found.click();
});
