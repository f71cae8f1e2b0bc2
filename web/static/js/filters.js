// Filters take effect when they are chosen; without this script their button does it. Also the tick that
// ticks all.
"use strict";

const CHOSEN = "hocba-filter"; // what was chosen last has the focus again on the page that follows
for (const form of document.querySelectorAll("form[data-auto]")) {
  form.addEventListener("change", (event) => {
    sessionStorage.setItem(CHOSEN, `${window.location.pathname} ${event.target.name}`);
    form.requestSubmit();
  });
  form.querySelector("button[type='submit']").hidden = true;
  const [page, name] = (sessionStorage.getItem(CHOSEN) || "").split(" ");
  if (page === window.location.pathname) { form.elements.namedItem(name)?.focus(); }
}
sessionStorage.removeItem(CHOSEN);
for (const all of document.querySelectorAll("[data-all]")) {
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const box of document.querySelectorAll(`input[name='${all.dataset.all}']`)) { box.checked = all.checked; }
  });
}
