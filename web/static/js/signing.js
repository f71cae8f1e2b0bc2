// The signing desk: how much is chosen, and choices that outlive a refresh.
"use strict";

(() => {
  const desk = document.getElementById("desk");
  const boxes = (form) => [...form.querySelectorAll('input[name="muc"]')];
  let unchecked = new Set();

  // "Ký 3 lớp, 105 học sinh": a class counts once, by its largest part.
  function count(form) {
    const chosen = boxes(form).filter((box) => box.checked);
    const pupils = new Map();
    for (const box of chosen) {
      pupils.set(box.dataset.class, Math.max(pupils.get(box.dataset.class) || 0, Number(box.dataset.pupils)));
    }
    const button = form.querySelector("[data-words]");
    const total = [...pupils.values()].reduce((sum, each) => sum + each, 0);
    const words = button.dataset.words.replace("{classes}", pupils.size).replace("{pupils}", total);
    button.querySelector("[data-label]").textContent = chosen.length ? words : button.dataset.none;
    button.disabled = !chosen.length;
    const all = form.querySelector("[data-all]");
    if (all) {
      all.checked = chosen.length === boxes(form).length;
      all.indeterminate = chosen.length > 0 && !all.checked;
    }
  }

  function countAll() { desk.querySelectorAll("[data-desk]").forEach(count); }

  desk.addEventListener("change", (event) => {
    const form = event.target.closest("[data-desk]");
    if (!form) { return; }
    if (event.target.matches("[data-all]")) { boxes(form).forEach((box) => { box.checked = event.target.checked; }); }
    count(form);
  });
  desk.addEventListener("htmx:beforeSwap", () => {
    unchecked = new Set([...desk.querySelectorAll('input[name="muc"]:not(:checked)')].map((box) => box.value));
  });
  desk.addEventListener("htmx:afterSwap", () => {
    for (const box of desk.querySelectorAll('input[name="muc"]')) { box.checked = !unchecked.has(box.value); }
    countAll();
  });
  window.addEventListener("pageshow", countAll);
  countAll();
})();
