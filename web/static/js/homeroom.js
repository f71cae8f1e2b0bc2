// The matrix of a class: what is ticked is counted and kept, whole columns and rows stand for their parts, arrows move.
"use strict";

const room = document.getElementById("room");

function ticked() { return room.querySelector("form.parts input:checked") !== null; }

// What somebody has ticked is not replaced under his hand.
room?.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target === room && ticked()) { event.preventDefault(); }
});

// Parts of a ticked column or row are part of it: they need not be said one by one.
function cover(form) {
  const columns = new Set([...form.querySelectorAll("input[name=cot]:checked")].map((each) => each.value));
  const rows = new Set([...form.querySelectorAll("input[name=dong]:checked")].map((each) => each.value));
  for (const each of form.querySelectorAll("input[name=o]")) {
    const [slot, record] = each.value.split(":");
    each.disabled = columns.has(slot) || rows.has(record);
    each.closest(".mark").classList.toggle("covered", each.disabled);
  }
}

function count(form) {
  const parts = [...form.querySelectorAll("input[name=o]")].filter((each) => each.checked || each.disabled);
  const pupils = new Set(parts.map((each) => each.value.split(":")[1]));
  for (const each of form.querySelectorAll("input[name=dong]:checked")) { pupils.add(each.value); }
  const line = form.querySelector(".chosen");
  const some = line.dataset.some.replace("{parts}", parts.length).replace("{pupils}", pupils.size);
  line.textContent = pupils.size ? some : line.dataset.none;
}

// On a phone a pupil of whom nothing is missing takes one line, until somebody asks for the subjects.
const unfolded = new Set();

function fold(table) {
  table.classList.add("folding");
  for (const row of table.querySelectorAll("tr.calm")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "small unfold no-print";
    const show = () => {
      const isOpen = unfolded.has(row.dataset.record);
      row.classList.toggle("open", isOpen);
      button.textContent = isOpen ? table.dataset.fold : table.dataset.unfold;
      button.setAttribute("aria-expanded", String(isOpen));
    };
    button.addEventListener("click", () => {
      if (!unfolded.delete(row.dataset.record)) { unfolded.add(row.dataset.record); }
      show();
    });
    show();
    row.querySelector(".stage").append(button);
  }
}

function refresh() {
  const table = room?.querySelector("table.matrix:not(.folding)");
  if (table) { fold(table); }
  const form = room?.querySelector("form.parts");
  if (!form || !form.querySelector(".chosen")) { return; }
  cover(form);
  count(form);
  rove(form, form.querySelector("input[name=o][tabindex='0']"));
}

// One stop for the Tab key in the whole matrix; arrows go from part to part.
function rove(form, at) {
  const parts = [...form.querySelectorAll("input[name=o]")];
  const current = at && !at.disabled ? at : parts.find((each) => !each.disabled);
  for (const each of parts) { each.tabIndex = each === current ? 0 : -1; }
}

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

function next(cell, [down, right]) {
  let row = cell.parentElement;
  let column = cell.cellIndex;
  for (;;) {
    column += right;
    row = down > 0 ? row.nextElementSibling : down < 0 ? row.previousElementSibling : row;
    const found = row?.cells[column];
    if (!found) { return null; }
    const box = found.querySelector("input[name=o]:not(:disabled)");
    if (box) { return box; }
  }
}

room?.addEventListener("keydown", (event) => {
  const step = STEPS[event.key];
  if (!step || event.target.name !== "o") { return; }
  event.preventDefault();
  const box = next(event.target.closest("td"), step);
  if (box) { rove(box.form, box); box.focus(); }
});
room?.addEventListener("change", refresh);
room?.addEventListener("htmx:afterSwap", refresh);
window.addEventListener("pageshow", refresh);
refresh();
