// Filters take effect when they are chosen; without this script their button does it. Also the button that prints, and
// the tick that ticks all.
"use strict";

for (const form of document.querySelectorAll("form[data-auto]")) {
  form.addEventListener("change", () => form.requestSubmit());
  form.querySelector("button[type='submit']").hidden = true;
}
for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => window.print());
}
for (const all of document.querySelectorAll("[data-all]")) {
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const box of document.querySelectorAll(`input[name='${all.dataset.all}']`)) { box.checked = all.checked; }
  });
}
