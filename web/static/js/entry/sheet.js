// The sheet as this window knows it: what is saved, what was typed and is not saved yet, and how to undo it.
import { read, shown } from "./reading.js";

const MOST_STEPS = 200;

export class Sheet extends EventTarget {
  constructor(data, words) {
    super();
    this.words = words;
    this.undone = [];
    this.steps = [];
    this.order = 0;
    this.take(data);
  }

  // What the server holds now; what was typed here stays.
  take(data) {
    const before = this.cells;
    this.columns = data.columns;
    this.pupils = data.pupils;
    this.problems = data.problems;
    this.toSend = data.to_send;
    this.rows = new Map(this.pupils.map((pupil, row) => [pupil.record_id, row]));
    this.places = new Map(this.columns.map((column, index) => [column.code, index]));
    this.cells = this.pupils.map((pupil) => pupil.cells.map(([value, version]) => ({ value, version })));
    if (before && this.known) { this.#keepTyped(before); }
    this.known = this.pupils.map((pupil) => pupil.record_id).join();
    this.dispatchEvent(new CustomEvent("taken"));
  }

  #keepTyped(before) {
    this.known.split(",").forEach((record, old) => {
      const row = this.rows.get(record);
      if (row === undefined) { return; }
      before[old].forEach((cell, index) => {
        const now = this.cells[row][index];
        if (!now) { return; }
        // An answer to something sent since may have overtaken this reading of the whole sheet.
        if (cell.version > now.version) { Object.assign(now, { value: cell.value, version: cell.version }); }
        if (!cell.mine && cell.version !== now.version) { now.isNew = true; }
        now.mine = cell.mine;
        now.theirs = cell.theirs;
        if (now.mine && !this.pupils[row].is_open) { now.mine.message = this.words.closed; }
      });
    });
  }

  cell(row, index) { return this.cells[row][index]; }

  text(row, index) {
    const { mine, value } = this.cell(row, index);
    return mine ? mine.text : shown(this.columns[index], value);
  }

  isOpen(row) { return this.pupils[row].is_open; }

  // Types texts into cells, as one step that can be undone; says how many cells it could not write.
  write(edits, isStep = true) {
    const step = [];
    let closed = 0;
    for (const [row, index, text] of edits) {
      if (!this.isOpen(row)) { closed += 1; continue; }
      const was = this.text(row, index);
      if (was === text) { continue; }
      step.push([row, index, was, text]);
      this.#type(row, index, text);
    }
    if (isStep && step.length) {
      this.steps = [...this.steps.slice(-MOST_STEPS), step];
      this.undone = [];
    }
    if (step.length) { this.#changed(step.map(([row, index]) => [row, index])); }
    return closed;
  }

  #type(row, index, text) {
    const cell = this.cell(row, index);
    const column = this.columns[index];
    const { value, message = "" } = read(column, text, this.words);
    const seen = cell.mine || { base: cell.value, version: cell.version };
    cell.isNew = false;
    if (!message && value === cell.value && !cell.theirs && !seen.isSent) { cell.mine = undefined; return; }
    this.order += 1;
    const typed = message ? text : shown(column, value);
    // What is on its way stays so until it is answered, though the person types on.
    const { base, version, isSent, sent } = seen;
    cell.mine = { text: typed, value: value ?? text, message, base, version, isSent, sent, order: this.order };
  }

  undo() { this.#step(this.steps, this.undone, 2); }

  redo() { this.#step(this.undone, this.steps, 3); }

  #step(from, to, which) {
    const step = from.pop();
    if (!step) { return; }
    to.push(step);
    this.write(step.map((edit) => [edit[0], edit[1], edit[which]]), false);
  }

  // What was kept on this machine since the page was last open.
  restore(kept) {
    const places = [];
    for (const edit of kept.sort((one, other) => one.order - other.order)) {
      const row = this.rows.get(edit.record);
      const index = this.places.get(edit.code);
      if (row === undefined || index === undefined) { continue; }
      const cell = this.cell(row, index);
      const { message = "" } = read(this.columns[index], edit.text, this.words);
      if (!message && cell.value === edit.value) { continue; }  // it was still sent as the page was closed
      this.order += 1;
      cell.mine = { text: edit.text, value: edit.value, base: edit.base, version: edit.version, message, order: this.order };
      if (!this.isOpen(row)) { cell.mine.message = this.words.closed; }
      places.push([row, index]);
    }
    if (places.length) { this.#changed(places); }
    return places.length;
  }

  // Edits in the order in which they were made: those that wait to be sent, those refused, those overtaken.
  typed() {
    const found = [];
    this.cells.forEach((cells, row) => cells.forEach((cell, index) => {
      if (cell.mine) { found.push({ row, index, cell, mine: cell.mine }); }
    }));
    return found.sort((one, other) => one.mine.order - other.mine.order);
  }

  waiting() { return this.typed().filter(({ cell, mine }) => !mine.message && !cell.theirs); }

  refused() { return this.typed().filter(({ cell, mine }) => mine.message && !cell.theirs); }

  overtaken() { return this.typed().filter(({ cell }) => cell.theirs); }

  // What the server says of edits that were sent.
  answered({ saved, overtaken, refused }) {
    const places = [];
    const each = (answer, act) => {
      const row = this.rows.get(answer.record_id);
      const index = this.places.get(answer.code);
      if (row === undefined || index === undefined) { return; }
      act(this.cell(row, index), answer);
      places.push([row, index]);
    };
    saved.forEach((answer) => each(answer, (cell) => this.#saved(cell, answer)));
    overtaken.forEach((answer) => each(answer, (cell) => this.#overtaken(cell, answer)));
    refused.forEach((answer) => each(answer, (cell) => {
      if (cell.mine) { Object.assign(cell.mine, { message: answer.message, isSent: false }); }
    }));
    this.#changed(places);
  }

  #saved(cell, answer) {
    const isDone = cell.mine && cell.mine.isSent && cell.mine.sent === cell.mine.value;
    Object.assign(cell, { value: answer.value, version: answer.version });
    if (isDone) { cell.mine = undefined; cell.theirs = undefined; return; }
    if (cell.mine && cell.mine.isSent) {
      Object.assign(cell.mine, { base: answer.value, version: answer.version, isSent: false });
    } else if (cell.mine && cell.mine.base === answer.value) { cell.mine.version = answer.version; }
  }

  // Only something beside the cell has changed where it still holds what its writer saw: then it is sent again.
  #overtaken(cell, answer) {
    Object.assign(cell, { value: answer.value, version: answer.version });
    if (!cell.mine) { return; }
    cell.mine.isSent = false;
    const isAsSeen = [cell.mine.base, cell.mine.sent].includes(answer.value);
    if (isAsSeen) { Object.assign(cell.mine, { base: answer.value, version: answer.version }); return; }
    cell.theirs = { by: answer.by, at: answer.at };
  }

  // The person's word on a cell that somebody else was first with.
  settle(row, index, isMine) {
    const cell = this.cell(row, index);
    cell.theirs = undefined;
    if (isMine && cell.mine) {
      Object.assign(cell.mine, { base: cell.value, version: cell.version });
    } else { cell.mine = undefined; }
    this.#changed([[row, index]]);
  }

  discard(row, index) { this.settle(row, index, false); }

  close(records) {
    const places = [];
    for (const record of records) {
      const row = this.rows.get(record);
      if (row === undefined) { continue; }
      this.pupils[row].is_open = false;
      this.cells[row].forEach((cell, index) => {
        if (cell.mine) { Object.assign(cell.mine, { message: this.words.closed, isSent: false }); places.push([row, index]); }
      });
    }
    this.#changed(places);
  }

  label(row, index) { return `${this.pupils[row].full_name} · ${this.columns[index].heading}`; }

  // Required cells that are empty, as this window knows them; what was just typed counts already.
  missing() {
    return this.problems.filter((each) => {
      if (each.message) { return false; }
      const row = this.rows.get(each.record_id);
      const index = this.places.get(each.code);
      return row !== undefined && index !== undefined && this.text(row, index).trim() === "";
    });
  }

  doubts() { return this.problems.filter((each) => each.message); }

  #changed(places) { this.dispatchEvent(new CustomEvent("changed", { detail: places })); }
}
