// The sheet as a grid that is used like a spreadsheet. Tabulator lays it out and opens its editors; the cursor, the
// range and the clipboard are ours, so that each cell can be focused and read out as one.
import {
  EditModule, FormatModule, FrozenColumnsModule, ResizeTableModule, Tabulator,
} from "/packages/tabulator-tables/dist/js/tabulator_esm.min.mjs";
import { asRows, asText } from "./clipboard.js";
import { make } from "./dom.js";
import { editor } from "./editors.js";
import { onKey } from "./keys.js";
import { spareColumns } from "./spare.js";

Tabulator.registerModule([EditModule, FormatModule, FrozenColumnsModule, ResizeTableModule]);

const WIDTHS = { level: 72, score: 66, count: 84, measure: 84, flag: 84, text: 170, comment: 208 };
const NAME_WIDTH = 196;
const LEAST = 320; // a grid lower than this shows too few pupils: then the page scrolls
const BELOW = 56; // the line about keys, and what stands between

export class Grid extends EventTarget {
  constructor(host, sheet, label, at) {
    super();
    this.spare = spareColumns(sheet);
    this.hidden = new Set(this.spare);
    Object.assign(this, { host, sheet, at, anchor: at, elements: [], parts: [], names: [] });
    this.table = new Tabulator(host, {
      data: sheet.pupils.map((pupil, row) => ({ id: row, name: pupil.full_name })),
      columns: [this.#names(), ...sheet.columns.map((column, index) => this.#column(column, index))],
      layout: "fitColumns",
      renderVertical: "basic",
      editTriggerEvent: "dblclick",
    });
    this.ready = new Promise((done) => { this.table.on("tableBuilt", () => { this.#built(label); done(); }); });
    sheet.addEventListener("changed", this.changed = ({ detail }) => { this.#reveal(); detail.forEach(([row, index]) => this.paint(row, index)); });
    sheet.addEventListener("taken", this.taken = () => { this.#reveal(); this.#repaint(); });
  }

  #names() {
    return { title: this.sheet.words.pupil, field: "name", frozen: true, width: NAME_WIDTH, formatter: (cell) => this.#name(cell) };
  }

  #name(cell) {
    const row = cell.getRow().getData().id;
    this.names[row] = cell.getElement();
    this.names[row].setAttribute("role", "rowheader");
    return this.#who(row);
  }

  #who(row) {
    const pupil = this.sheet.pupils[row];
    const note = pupil.standing ? [make("small", {}, pupil.standing)] : [];
    return make("div", { className: "who" }, make("span", { className: "no" }, String(pupil.order_no)), make("span", {}, pupil.full_name, ...note));
  }

  #column(column, index) {
    const isWide = column.kind === "comment";
    return {
      title: column.heading, field: `c${index}`, visible: !this.hidden.has(index), cssClass: `kind-${column.kind}`, variableHeight: true,
      minWidth: WIDTHS[column.kind], width: isWide ? undefined : WIDTHS[column.kind], widthGrow: isWide ? 1 : 0,
      formatter: (cell) => this.#cell(cell, index),
      editor: (cell, rendered, _success, cancel) => this.#edit(cell, index, rendered, cancel),
      editable: (cell) => this.sheet.isOpen(cell.getRow().getData().id),
      titleFormatter: () => this.#title(column),
    };
  }

  #title(column) {
    const star = column.required ? [" ", make("abbr", { title: this.sheet.words.required }, "*")] : [];
    return make("span", { title: column.label }, column.heading, ...star);
  }

  #cell(cell, index) {
    const row = cell.getRow().getData().id;
    const element = cell.getElement();
    this.elements[row] ||= [];
    this.elements[row][index] = element;
    this.parts[row] ||= [];
    this.parts[row][index] = cell;
    element.tabIndex = this.at[0] === row && this.at[1] === index ? 0 : -1;
    this.#mark(row, index);
    return this.#content(row, index);
  }

  #content(row, index) {
    const text = make("span", { className: "value" }, this.sheet.text(row, index));
    const told = this.told(row, index);
    return told ? make("div", {}, text, make("small", { className: "why" }, told)) : text;
  }

  // What is wrong with a cell, in place.
  told(row, index) {
    const { mine, theirs } = this.sheet.cell(row, index);
    return theirs ? this.sheet.words.overtakenShort : mine ? mine.message : "";
  }

  #mark(row, index) {
    const element = this.elements[row][index];
    const { mine, theirs, isNew } = this.sheet.cell(row, index);
    const isOpen = this.sheet.isOpen(row);
    element.classList.toggle("waits", Boolean(mine && !mine.message && !theirs));
    element.classList.toggle("bad", Boolean(mine && mine.message && !theirs));
    element.classList.toggle("theirs", Boolean(theirs));
    element.classList.toggle("new", Boolean(isNew));
    element.classList.toggle("closed", !isOpen);
    element.classList.toggle("lacks", this.lacking?.has(`${row} ${index}`) && !this.sheet.text(row, index));
    element.setAttribute("aria-readonly", String(!isOpen));
    element.setAttribute("aria-invalid", String(Boolean(mine?.message || theirs)));
  }

  paint(row, index) {
    const element = this.elements[row]?.[index];
    if (!element) { return; }
    this.#mark(row, index);
    if (!element.classList.contains("tabulator-editing")) { element.replaceChildren(this.#content(row, index)); }
    this.#range();
  }

  #repaint() {
    if (this.sheet.pupils.length !== this.elements.length) { location.reload(); return; }
    this.names.forEach((element, row) => element.replaceChildren(this.#who(row)));
    this.sheet.columns.forEach((_, index) => this.sheet.pupils.forEach((__, row) => this.paint(row, index)));
  }

  showLacking() {
    this.lacking = new Set(this.sheet.missing().map((each) => `${this.sheet.rows.get(each.record_id)} ${this.sheet.places.get(each.code)}`));
    this.elements.forEach((cells, row) => cells.forEach((_, index) => this.#mark(row, index)));
  }

  #built(label) {
    const holder = this.host.querySelector(".tabulator-tableholder");
    holder.removeAttribute("tabindex");
    this.host.setAttribute("aria-label", label);
    this.host.setAttribute("aria-multiselectable", "true");
    this.host.querySelectorAll("[aria-sort]").forEach((each) => each.removeAttribute("aria-sort"));
    this.host.addEventListener("keydown", (event) => onKey(this, event));
    this.host.addEventListener("pointerdown", (event) => this.#press(event));
    this.host.addEventListener("pointerover", (event) => this.#drag(event));
    this.host.addEventListener("copy", (event) => this.#copy(event));
    this.host.addEventListener("cut", (event) => { this.#copy(event); if (!this.isEditing) { this.clear(); } });
    this.host.addEventListener("paste", (event) => this.#paste(event));
    this.host.addEventListener("focusin", (event) => this.#focused(event));
    document.addEventListener("pointerup", () => { this.isDragging = false; this.#filled(); });
    this.handle = make("div", { className: "handle" });
    this.handle.setAttribute("aria-hidden", "true");
    this.#range();
    this.#fit();
    window.addEventListener("resize", this.resized = () => this.#fit());
    this.#bringUp(holder);
  }

  // Head, grid and the button below stand on one screen where the screen is high enough.
  #fit() {
    const above = this.host.getBoundingClientRect().top + window.scrollY;
    const below = document.getElementById("after-grid").offsetHeight + BELOW;
    const room = window.innerHeight - above - below;
    this.host.style.maxHeight = room >= LEAST ? `${room}px` : "";
  }

  // Where the first pupils are closed, the one at the cursor is in sight at once; the page itself stays where it is.
  #bringUp(holder) {
    const row = this.elements[this.at[0]]?.[this.at[1]]?.closest(".tabulator-row");
    if (row && this.at[0] > 0) { holder.scrollTop = row.offsetTop - holder.clientHeight / 3; }
  }

  // Shows the spare columns or puts them away.
  toggleSpare() {
    const isHidden = this.hidden.size > 0;
    this.hidden = new Set(isHidden ? [] : this.spare);
    this.spare.forEach((index) => this.table.getColumn(`c${index}`)[isHidden ? "show" : "hide"]());
    if (this.hidden.has(this.at[1])) { this.go(...this.at); }
    this.dispatchEvent(new CustomEvent("spare"));
  }

  // A column that is written in, here or elsewhere, is not spare any more.
  #reveal() {
    if (![...this.hidden].some((index) => this.sheet.pupils.some((_, row) => this.sheet.text(row, index)))) { return; }
    this.toggleSpare();
  }

  // The column itself or, where it is put away, the next one in the direction of the cursor.
  #visible(index) {
    const all = this.sheet.columns.map((_, each) => each).filter((each) => !this.hidden.has(each));
    const isBack = index < this.at[1];
    return (isBack ? all.findLast((each) => each <= index) : all.find((each) => each >= index)) ?? (isBack ? all[0] : all.at(-1));
  }

  get isEditing() { return Boolean(this.open); }

  place(element) {
    const cell = element.closest?.(".tabulator-cell[tabulator-field^='c']");
    if (!cell) { return undefined; }
    const row = this.elements.findIndex((cells) => cells.includes(cell));
    return row < 0 ? undefined : [row, this.elements[row].indexOf(cell)];
  }

  // Moves the cursor; with `extends` the range grows from where it began.
  go(row, index, isRange = false) {
    const last = [this.sheet.pupils.length - 1, this.sheet.columns.length - 1];
    this.at = [Math.min(Math.max(row, 0), last[0]), this.#visible(Math.min(Math.max(index, 0), last[1]))];
    if (!isRange) { this.anchor = this.at; }
    this.#range();
    const element = this.elements[this.at[0]][this.at[1]];
    element.focus({ preventScroll: true });
    element.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.dispatchEvent(new CustomEvent("moved", { detail: this.at }));
  }

  get range() {
    const rows = [this.anchor[0], this.at[0]].sort((one, other) => one - other);
    const columns = [this.anchor[1], this.at[1]].sort((one, other) => one - other);
    return { top: rows[0], bottom: rows[1], left: columns[0], right: columns[1] };
  }

  #range() {
    if (!this.handle) { return; }
    const { top, bottom, left, right } = this.range;
    this.elements.forEach((cells, row) => cells.forEach((element, index) => {
      const isPicked = row >= top && row <= bottom && index >= left && index <= right;
      element.classList.toggle("picked", isPicked);
      element.classList.toggle("current", row === this.at[0] && index === this.at[1]);
      element.setAttribute("aria-selected", String(isPicked));
      element.tabIndex = row === this.at[0] && index === this.at[1] ? 0 : -1;
    }));
    if (!this.isEditing && this.sheet.isOpen(bottom)) { this.elements[bottom][right].append(this.handle); }
  }

  #focused(event) {
    const place = this.place(event.target);
    const isCell = place && event.target === this.elements[place[0]][place[1]];
    if (isCell && (place[0] !== this.at[0] || place[1] !== this.at[1])) { this.go(...place); }
    this.dispatchEvent(new CustomEvent("moved", { detail: this.at }));
  }

  #press(event) {
    if (event.button || (this.isEditing && this.open.box.contains(event.target))) { return; }
    if (event.target === this.handle) { this.filling = this.range; event.preventDefault(); return; }
    const place = this.place(event.target);
    if (!place) { return; }
    const isAgain = event.pointerType === "touch" && place[0] === this.at[0] && place[1] === this.at[1];
    this.leave();
    event.preventDefault();
    this.isDragging = event.pointerType !== "touch";
    this.go(...place, event.shiftKey);
    if (isAgain) { this.edit(); }
  }

  #drag(event) {
    const place = (this.isDragging || this.filling) && this.place(event.target);
    if (!place) { return; }
    if (this.isDragging) { this.go(...place, true); return; }
    this.anchor = [this.filling.top, this.filling.left];
    this.at = [Math.max(place[0], this.filling.bottom), this.filling.right];
    this.#range();
  }

  #filled() {
    if (!this.filling) { return; }
    const { bottom } = this.filling;
    this.filling = undefined;
    if (this.range.bottom > bottom) { this.fillDown(bottom - this.range.top + 1); }
  }

  // Repeats the first rows of the range in those below; of a single row, what stands above it.
  fillDown(count = 1) {
    const { top, bottom, left, right } = this.range;
    const from = top === bottom ? Math.max(top - 1, 0) : top;
    const begins = top === bottom ? top : top + count;
    const edits = [];
    for (let row = begins; row <= bottom; row += 1) {
      for (let index = left; index <= right; index += 1) {
        edits.push([row, index, this.sheet.text(from + ((row - begins) % count), index)]);
      }
    }
    this.write(edits);
  }

  clear() {
    const { top, bottom, left, right } = this.range;
    const edits = [];
    for (let row = top; row <= bottom; row += 1) {
      for (let index = left; index <= right; index += 1) { edits.push([row, index, ""]); }
    }
    this.write(edits);
  }

  write(edits) {
    const closed = this.sheet.write(edits);
    if (closed) { this.dispatchEvent(new CustomEvent("closed", { detail: closed })); }
  }

  #copy(event) {
    if (this.isEditing) { return; }
    const { top, bottom, left, right } = this.range;
    const rows = [];
    for (let row = top; row <= bottom; row += 1) {
      rows.push(Array.from({ length: right - left + 1 }, (_, offset) => this.sheet.text(row, left + offset)));
    }
    event.clipboardData.setData("text/plain", asText(rows));
    event.preventDefault();
  }

  #paste(event) {
    if (this.isEditing) { return; }
    event.preventDefault();
    const rows = asRows(event.clipboardData.getData("text/plain"));
    const { top, left, bottom, right } = this.range;
    const isOne = rows.length === 1 && rows[0].length === 1;
    const high = isOne ? bottom - top + 1 : rows.length;
    const wide = isOne ? right - left + 1 : Math.max(...rows.map((row) => row.length));
    const edits = [];
    for (let row = 0; row < high && top + row < this.sheet.pupils.length; row += 1) {
      const texts = isOne ? Array(wide).fill(rows[0][0]) : rows[row];
      texts.forEach((text, offset) => {
        if (left + offset < this.sheet.columns.length) { edits.push([top + row, left + offset, text.trim()]); }
      });
    }
    this.write(edits);
    this.anchor = [top, left];
    this.go(Math.min(top + high, this.sheet.pupils.length) - 1, left + wide - 1, true);
  }

  // Opens the editor on what the cell holds, or on an empty one into which the pressed key goes.
  edit(isFresh = false) {
    const [row, index] = this.at;
    if (!this.sheet.isOpen(row)) { this.dispatchEvent(new CustomEvent("closed", { detail: 1 })); return false; }
    this.isFresh = isFresh;
    this.parts[row][index].edit(true);
    return true;
  }

  #edit(cell, index, rendered, cancel) {
    const row = cell.getRow().getData().id;
    const column = this.sheet.columns[index];
    const { box, input, ready } = editor(column, this.isFresh ? "" : this.sheet.text(row, index));
    this.isFresh = false;
    input.setAttribute("aria-label", this.sheet.label(row, index));
    const close = (isKept) => {
      if (!this.open) { return; }
      this.open = undefined;
      const text = input.value;
      cancel();
      if (isKept) { this.sheet.write([[row, index, text]]); }
      this.paint(row, index);
    };
    this.open = { box, input, close, row, index, isChanged: () => input.value !== this.sheet.text(row, index) };
    input.addEventListener("blur", () => close(true));
    if (input.tagName === "SELECT") { input.addEventListener("change", () => { close(true); this.go(row, index); }); }
    rendered(() => { input.focus({ preventScroll: true }); input.select?.(); if (this.open) { ready(); } });
    return box;
  }

  // Leaves the editor; what was typed is kept unless it is thrown away.
  leave(isKept = true) { this.open?.close(isKept); }

  focus() { this.go(...this.at); }

  destroy() {
    this.leave();
    this.sheet.removeEventListener("changed", this.changed);
    this.sheet.removeEventListener("taken", this.taken);
    window.removeEventListener("resize", this.resized);
    this.host.style.maxHeight = "";
    this.table.destroy();
  }
}
