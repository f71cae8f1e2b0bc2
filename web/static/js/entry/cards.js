// The sheet on a phone: one pupil at a time, with large fields; what is typed goes the same way as from the grid.
import { button, fill, make } from "./dom.js";
import { shown } from "./reading.js";
import { spareColumns } from "./spare.js";

export class Cards extends EventTarget {
  constructor(host, sheet, label, at) {
    super();
    Object.assign(this, { host, sheet, at, fields: [] });
    this.host.setAttribute("role", "group");
    this.host.setAttribute("aria-label", label);
    this.host.classList.add("cards");
    this.ready = Promise.resolve();
    this.#draw();
    sheet.addEventListener("changed", this.changed = ({ detail }) => detail.forEach(([row, index]) => this.paint(row, index)));
    sheet.addEventListener("taken", this.taken = () => this.sheet.columns.forEach((_, index) => this.paint(this.at[0], index)));
  }

  get isEditing() { return this.host.contains(document.activeElement) && document.activeElement.matches("input, textarea"); }

  get range() { return { top: this.at[0], bottom: this.at[0], left: this.at[1], right: this.at[1] }; }

  #draw() {
    const { words, pupils, columns } = this.sheet;
    const [row] = this.at;
    const pupil = pupils[row];
    const picker = make("select", {}, ...pupils.map((each, at) => new Option(`${each.order_no}. ${each.full_name}`, at)));
    picker.value = row;
    picker.setAttribute("aria-label", words.pupil);
    picker.addEventListener("change", () => this.go(Number(picker.value), 0, true));
    const before = button("‹", () => this.go(row - 1, this.at[1], true), "step");
    const after = button("›", () => this.go(row + 1, this.at[1], true), "step");
    before.setAttribute("aria-label", words.before);
    after.setAttribute("aria-label", words.after);
    before.disabled = row === 0;
    after.disabled = row === pupils.length - 1;
    const place = make("p", { className: "place" }, fill(words.pupilOf, { at: row + 1, count: pupils.length }), pupil.standing ? ` · ${pupil.standing}` : "");
    this.fields = columns.map((column, index) => this.#field(column, row, index));
    const next = button(words.after, () => this.go(row + 1, this.at[1], true), "next");
    next.disabled = after.disabled;
    const spareOnes = new Set(spareColumns(this.sheet));
    const spare = make("details", { className: "spare" }, make("summary", {}, words.spare),
      ...this.fields.filter((_, index) => spareOnes.has(index)));
    const shownFields = this.fields.filter((field) => field.parentElement !== spare);
    if (spare.children.length > 1) { shownFields.splice(shownFields.length - 1, 0, spare); }
    this.host.replaceChildren(make("div", { className: "turn" }, before, picker, after), place, ...shownFields, next);
    columns.forEach((_, index) => this.paint(row, index));
  }

  #field(column, row, index) {
    const id = `field-${index}`;
    const why = make("p", { className: "wrong", id: `${id}-why` });
    const field = make("div", { className: `field kind-${column.kind}` });
    if (column.choices.length) {
      field.append(make("span", { className: "name", id: `${id}-name` }, this.#name(column)), this.#choices(column, row, index, id));
    } else {
      const input = this.#input(column, row, index);
      input.id = id;
      input.setAttribute("aria-describedby", why.id);
      field.append(make("label", { htmlFor: id }, this.#name(column)), input);
      if (column.limit) { field.append(make("span", { className: "count" })); }
    }
    field.append(why);
    field.addEventListener("focusin", () => { this.at = [row, index]; this.dispatchEvent(new CustomEvent("moved", { detail: this.at })); });
    return field;
  }

  #name(column) { return column.required ? `${column.heading} *` : column.heading; }

  #input(column, row, index) {
    const isLong = ["comment", "text"].includes(column.kind);
    const input = make(isLong ? "textarea" : "input", { rows: 3, autocomplete: "off" });
    input.inputMode = isLong ? "text" : column.kind === "count" ? "numeric" : "decimal";
    input.enterKeyHint = isLong ? "enter" : "next";
    input.readOnly = !this.sheet.isOpen(row);
    const write = () => this.sheet.write([[row, index, input.value]]);
    input.addEventListener("change", write);
    input.addEventListener("input", () => this.#count(column, input));
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || isLong || event.isComposing) { return; }
      event.preventDefault();
      write();
      this.#nextField(index);
    });
    return input;
  }

  #nextField(index) { this.fields[index + 1]?.querySelector("input, textarea, button")?.focus(); }

  #count(column, input) {
    const count = input.parentElement?.querySelector(".count");
    if (count) { count.textContent = `${input.value.trim().normalize("NFC").length}/${column.limit}`; }
  }

  #choices(column, row, index, id) {
    const group = make("div", { className: "choices" });
    group.setAttribute("role", "group");
    group.setAttribute("aria-labelledby", `${id}-name`);
    column.choices.forEach(([value, label]) => {
      const choice = button(label, () => {
        const wanted = shown(column, value);
        this.sheet.write([[row, index, this.sheet.text(row, index) === wanted ? "" : wanted]]);
      }, "choice");
      choice.dataset.value = shown(column, value);
      choice.disabled = !this.sheet.isOpen(row);
      group.append(choice);
    });
    return group;
  }

  paint(row, index) {
    if (row !== this.at[0]) { return; }
    const field = this.fields[index];
    const { mine, theirs } = this.sheet.cell(row, index);
    const text = this.sheet.text(row, index);
    const input = field.querySelector("input, textarea");
    const isBad = Boolean(mine?.message || theirs);
    if (input) {
      if (document.activeElement !== input) { input.value = text; }
      input.setAttribute("aria-invalid", String(isBad));
      this.#count(this.sheet.columns[index], input);
    }
    field.querySelectorAll(".choice").forEach((each) => each.setAttribute("aria-pressed", String(each.dataset.value === text)));
    field.querySelector(".wrong").textContent = theirs ? this.sheet.words.overtakenShort : mine?.message || "";
  }

  go(row, index, isTurn = false) {
    const to = Math.min(Math.max(row, 0), this.sheet.pupils.length - 1);
    const isOther = to !== this.at[0];
    document.activeElement?.blur?.();
    this.at = [to, index];
    if (isOther) { this.#draw(); }
    if (isTurn) { this.host.querySelector("select").focus({ preventScroll: true }); } else {
      const inside = this.fields[index].closest("details");
      if (inside) { inside.open = true; }
      this.fields[index].querySelector("input, textarea, button")?.focus();
      this.fields[index].scrollIntoView({ block: "center" });
    }
    this.dispatchEvent(new CustomEvent("moved", { detail: this.at }));
  }

  write(edits) { this.sheet.write(edits); }

  showLacking() { /* what is missing stands in the list */ }

  leave() { document.activeElement?.blur?.(); }

  focus() { this.go(...this.at); }

  fillDown() { /* one pupil at a time */ }

  destroy() {
    this.leave();
    this.sheet.removeEventListener("changed", this.changed);
    this.sheet.removeEventListener("taken", this.taken);
    this.host.classList.remove("cards");
    this.host.removeAttribute("role");
    this.host.replaceChildren();
  }
}
