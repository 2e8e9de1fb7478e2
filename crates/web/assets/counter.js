// The counter: files that are dropped on the page or chosen are sent one after the other; what was decided closes its dialog.
"use strict";

document.body.addEventListener("decided", () => {
  const dialog = document.getElementById("paper");
  if (dialog.open) dialog.close();
});

// What was refused has the focus once: `autofocus` would take it back at each live change.
document.querySelector("[data-focus]")?.focus();

const drop = document.getElementById("drop");
const list = drop.querySelector(".sending");
let queue = Promise.resolve();

function send(file) {
  return new Promise((done) => {
    const line = document.createElement("li");
    const name = document.createElement("span");
    name.textContent = file.name;
    const bar = document.createElement("progress");
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", `${drop.dataset.sending} ${file.name}`);
    const told = document.createElement("b");
    line.append(name, bar, told);
    list.prepend(line);
    const request = new XMLHttpRequest();
    request.open("POST", `${drop.dataset.to}?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader("X-CSRF-Token", document.body.dataset.csrf);
    request.setRequestHeader("HX-Request", "true");
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = event.loaded / event.total;
    });
    request.addEventListener("loadend", () => {
      bar.remove();
      if (request.status === 202) {
        told.textContent = drop.dataset.done;
        setTimeout(() => line.remove(), 5000);
      } else {
        let why = drop.dataset.failed;
        try {
          const problem = JSON.parse(request.responseText);
          why = `${problem.title}. ${problem.detail}`;
        } catch {
          // The connection broke: the words of the page say so.
        }
        told.textContent = why;
        line.className = "error";
      }
      done();
    });
    request.send(file);
  });
}

function sendAll(files) {
  for (const file of files) queue = queue.then(() => send(file));
}

drop.addEventListener("submit", (event) => event.preventDefault());
document.getElementById("send").addEventListener("change", (event) => {
  sendAll([...event.target.files]);
  event.target.value = "";
});

// Anywhere on the page: nobody aims while a citizen waits.
const carriesFiles = (event) => event.dataTransfer && [...event.dataTransfer.types].includes("Files");
document.addEventListener("dragover", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  drop.classList.add("over");
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) drop.classList.remove("over");
});
document.addEventListener("drop", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  drop.classList.remove("over");
  sendAll([...event.dataTransfer.files]);
});
