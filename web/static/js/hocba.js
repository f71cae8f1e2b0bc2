// What every page needs beyond htmx: lost connections, refusals as messages, menus that close, double clicks.
"use strict";

const offline = document.getElementById("offline");
const toasts = document.getElementById("toasts");

function lost() { offline.hidden = false; }
function found() { offline.hidden = true; }

// Shows a sentence for a while; a refusal stays until it is dismissed.
function toast(words, isTrouble) {
  const note = document.createElement("div");
  note.className = isTrouble ? "toast trouble" : "toast";
  note.append(words);
  const close = document.createElement("button");
  close.type = "button";
  close.textContent = "×";
  close.setAttribute("aria-label", document.body.dataset.close);
  close.addEventListener("click", () => note.remove());
  note.append(close);
  toasts.append(note);
  if (!isTrouble) { setTimeout(() => note.remove(), 6000); }
}
window.hocba = { toast };

document.addEventListener("htmx:sendError", lost);
document.addEventListener("htmx:timeout", lost);
document.addEventListener("htmx:afterOnLoad", found);
document.addEventListener("htmx:responseError", (event) => {
  const answer = event.detail.xhr;
  if (answer.status >= 500 && answer.status !== 503) { lost(); }
  if (event.detail.requestConfig.verb === "get") { lost(); return; }
  let words = "";
  try { words = JSON.parse(answer.responseText).detail; } catch { words = document.body.dataset.failed; }
  toast(words, true);
});

// A form that was sent is not sent again by a second click; coming back with the back button frees it.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) { event.preventDefault(); return; }
  if (form.method === "post" && !form.hasAttribute("hx-post")) {
    form.dataset.sent = "1";
    form.setAttribute("aria-busy", "true");
  }
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  }
});

// Menus close with Escape and by a click elsewhere.
function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except) { menu.open = false; }
  }
}
document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") { return; }
  const menu = document.querySelector("details.menu[open]");
  if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
});

// Without this script a button that prints would do nothing, so it is hidden until now.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// On a phone the rooms wait behind their button.
const roomsMenu = document.querySelector(".rooms-menu");
for (const menu of document.querySelectorAll("details[data-fold]")) {
  if (window.matchMedia("(max-width: 48rem)").matches) { menu.open = false; }
}
if (roomsMenu && window.matchMedia("(max-width: 62rem)").matches) { roomsMenu.open = false; }

// What was typed and not sent yet waits on this machine for its owner, and goes when the owner goes.
document.addEventListener("submit", (event) => {
  if (event.target.getAttribute("action") === "/dang-xuat") { indexedDB.deleteDatabase("hocba-nhap"); }
});

// What few people need is loaded when it is first asked for: the palette, and dialogs, which listen by themselves then.
const search = document.querySelector("[data-palette]");
async function openPalette(event) {
  event.preventDefault();
  try { (await import(/* on demand */ "./palette.js")).open(); } catch { window.location.assign(search.href); }
}
if (search) {
  search.addEventListener("click", openPalette);
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && !event.altKey) { openPalette(event); }
  });
}

let dialogs = ""; // or "loading", "ready"
function loadDialogs() {
  dialogs ||= "loading";
  return import(/* on demand */ "./dialogs.js").then(() => { dialogs = "ready"; });
}
let isOpening = false; // a double click opens one dialog
function openDialog(event, again, without) {
  event.preventDefault();
  if (isOpening) { return; }
  isOpening = true;
  loadDialogs().then(again, without).finally(() => { isOpening = false; });
}
document.addEventListener("click", (event) => {
  const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.defaultPrevented;
  const link = isPlain && dialogs !== "ready" && event.target.closest("a[data-dialog]");
  if (link) { openDialog(event, () => link.click(), () => window.location.assign(link.href)); }
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (dialogs === "ready" || event.defaultPrevented || !form.hasAttribute("data-dialog")) { return; }
  const { submitter } = event;
  openDialog(event, () => form.requestSubmit(submitter), () => form.submit());
});
// Whoever points at a button that opens one does not wait for it.
for (const kind of ["pointerover", "focusin"]) {
  document.addEventListener(kind, (event) => {
    if (!dialogs && event.target.closest("a[data-dialog], form[data-dialog]")) { loadDialogs().catch(() => { dialogs = ""; }); }
  });
}
