// Filters take effect when they are chosen; without this script their button does it. And the button that prints.
"use strict";

for (const form of document.querySelectorAll("form[data-auto]")) {
  form.addEventListener("change", () => form.requestSubmit());
  form.querySelector("button[type='submit']").hidden = true;
}
for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => window.print());
}
