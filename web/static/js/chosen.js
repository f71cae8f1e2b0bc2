// Says how many are ticked, in words that the page brings: "Đóng dấu 3 lớp, 96 học sinh". Without this script the words
// of the server stand. A tick with data-all ticks all; its label, if it has words of its own (data-of-all), is shown with it.
"use strict";

(() => {
  const boxesOf = (area) => [...document.querySelectorAll(`input[type=checkbox][name="${area.dataset.chosen}"]:not(:disabled)`)];

  function count(area) {
    const boxes = boxesOf(area), chosen = boxes.filter((box) => box.checked);
    const pupils = chosen.reduce((sum, box) => sum + Number(box.dataset.pupils || 0), 0);
    for (const words of area.querySelectorAll("[data-count]")) {
      const label = words.querySelector("[data-label]") || words;
      label.textContent = chosen.length ? words.dataset.count.replace("{count}", chosen.length).replace("{pupils}", pupils) : words.dataset.none;
      words.hidden = false;
      if (words.matches("button")) { words.disabled = !chosen.length; }
    }
    const all = area.querySelector("[data-all]");
    if (all) {
      all.hidden = !boxes.length;
      const words = all.closest("label[data-of-all]");
      if (words) { words.hidden = all.hidden; }
      all.checked = boxes.length > 0 && chosen.length === boxes.length;
      all.indeterminate = chosen.length > 0 && !all.checked;
    }
  }

  function countAll() { document.querySelectorAll("[data-chosen]").forEach(count); }

  document.addEventListener("change", (event) => {
    const area = event.target.closest("[data-chosen]");
    if (event.target.matches("[data-all]") && area) { boxesOf(area).forEach((box) => { box.checked = event.target.checked; }); }
    countAll();
  });
  document.addEventListener("htmx:afterSwap", countAll);
  window.addEventListener("pageshow", countAll);
  countAll();
})();
