// The editors of the grid: a line for scores, a list for levels, several lines with a count for comments.
import { shown } from "./reading.js";

function lines(column, text) {
  const box = document.createElement("div");
  box.className = "several";
  const input = document.createElement("textarea");
  const count = document.createElement("span");
  count.className = "count";
  count.setAttribute("aria-hidden", "true");
  const tell = () => {
    const length = input.value.trim().normalize("NFC").length;
    count.textContent = `${length}/${column.limit}`;
    count.classList.toggle("over", length > column.limit);
    input.style.height = "auto";
    input.style.height = `${input.scrollHeight + 2}px`;
  };
  input.value = text;
  input.rows = 3;
  input.addEventListener("input", tell);
  box.append(input, count);
  return { box, input, ready: tell };
}

function line(column, text) {
  const input = document.createElement("input");
  input.value = text;
  input.inputMode = ["score", "measure"].includes(column.kind) ? "decimal" : column.kind === "count" ? "numeric" : "text";
  input.autocomplete = "off";
  return { box: input, input, ready: () => {} };
}

function list(column, text) {
  const input = document.createElement("select");
  input.append(new Option("–", ""));
  column.choices.forEach(([value, label]) => input.append(new Option(`${value} · ${label}`, shown(column, value))));
  if (text && ![...input.options].some((option) => option.value === text)) { input.append(new Option(text, text)); }
  input.value = text;
  return { box: input, input, ready: () => { try { input.showPicker(); } catch { /* it opens by a key */ } } };
}

export function editor(column, text) {
  if (column.choices.length) { return list(column, text); }
  return ["comment", "text"].includes(column.kind) ? lines(column, text) : line(column, text);
}
