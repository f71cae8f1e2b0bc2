// The comment bank beside the sheet: suggestions for the comment at the cursor, for one pupil or for all chosen ones.
import { button, fill, make } from "./dom.js";

export class Bank {
  constructor(host, facts) {
    Object.assign(this, { host, ...facts });
    this.list = host.querySelector("[data-phrases]");
    this.level = host.querySelector("select");
    this.level.addEventListener("change", () => this.draw());
    host.querySelector("[data-keep]").addEventListener("click", () => this.keep());
    host.querySelector("[data-close]").addEventListener("click", () => this.toggle(false));
  }

  toggle(isOpen = this.host.hidden) {
    this.host.hidden = !isOpen;
    if (isOpen) { this.moved(this.place()); this.level.focus(); } else { this.back(); }
  }

  // The comment that the cursor stands at or nearest to.
  async moved([row, index]) {
    if (this.host.hidden) { return; }
    const { columns } = this.sheet;
    const near = columns[index]?.kind === "comment" ? index : columns.findIndex((column) => column.kind === "comment");
    const isElsewhere = this.index !== near;
    Object.assign(this, { row, index: near });
    if (near < 0) { this.list.replaceChildren(make("li", {}, this.words.noComments)); return; }
    if (isElsewhere) { await this.load(columns[near]); }
    if (!this.isChosen) { this.level.value = this.#levelOf(row); }
    this.draw();
  }

  #levelOf(row) {
    const levels = this.sheet.columns.map((column, index) => (column.kind === "level" ? this.sheet.text(row, index) : ""));
    const last = levels.filter(Boolean).at(-1) || "";
    return [...this.level.options].some((option) => option.value === last) ? last : "";
  }

  async load(column) {
    const item = column.code.split("~")[0];
    const query = new URLSearchParams({ subject: this.slot, grade: this.grade, item, term: this.term });
    const answer = await fetch(`/api/v1/comment-suggestions?${query}`).catch(() => undefined);
    this.phrases = answer?.ok ? await answer.json() : [];
    const levels = [...new Set(this.phrases.map((each) => each.level).filter(Boolean))];
    this.level.replaceChildren(new Option(this.words.anyLevel, ""), ...levels.map((each) => new Option(each, each)));
  }

  draw() {
    const level = this.level.value;
    const fitting = (this.phrases || []).filter((each) => !level || !each.level || each.level === level);
    const items = fitting.slice(0, 40).map((each) => this.#item(each));
    this.list.replaceChildren(...(items.length ? items : [make("li", {}, this.words.noPhrases)]));
  }

  #item(phrase) {
    const own = phrase.phrase_id ? [make("span", { className: "chip quiet" }, this.words.ownPhrase)] : [];
    return make("li", {},
      make("p", {}, phrase.text, " ", ...own),
      make("p", { className: "actions" },
        button(this.words.insert, () => this.insert(phrase.text)),
        button(this.words.applyChosen, () => this.apply(phrase.text))));
  }

  insert(text) {
    const before = this.sheet.text(this.row, this.index).trim();
    this.write([[this.row, this.index, before ? `${before} ${text}` : text]]);
    this.tell(fill(this.words.inserted, { where: this.sheet.label(this.row, this.index) }));
  }

  // Into the comments of all chosen pupils; those who have one keep it, unless the person says otherwise.
  async apply(text) {
    const isOver = this.host.querySelector("[data-over]").checked;
    const rows = this.chosen().filter((row) => this.sheet.isOpen(row) && (isOver || !this.sheet.text(row, this.index).trim()));
    if (!await this.flush()) {
      this.write(rows.map((row) => [row, this.index, text]));
      this.tell(fill(this.words.applied, { count: rows.length }));
      return;
    }
    const [item, point] = this.sheet.columns[this.index].code.split("~");
    const versions = Object.fromEntries(
      rows.map((row) => [this.sheet.pupils[row].record_id, this.sheet.cell(row, this.index).version]));
    if (rows.length) { await this.#copy({ item, point, text, versions, overwrite: true }, rows); }
    this.tell(rows.length ? fill(this.words.applied, { count: rows.length }) : this.words.noneApplied);
  }

  async #copy(body, rows) {
    const answer = await this.post(`/api/v1/class-terms/${this.lop}/cells/${this.slot}/copy`, body);
    // What could not be sent now is typed like anything else: it waits, and says why it could not be saved.
    if (!answer?.ok) { this.write(rows.map((row) => [row, this.index, body.text])); return; }
    await this.reload();
  }

  async keep() {
    const text = this.sheet.text(this.row, this.index).trim();
    if (!text) { this.tell(this.words.nothingToKeep); return; }
    const item = this.sheet.columns[this.index].code.split("~")[0];
    const answer = await this.post("/api/v1/comment-phrases", { subject: this.slot, item, level: this.level.value, text });
    const told = answer?.ok ? this.words.phraseKept : answer ? (await answer.json()).detail : this.words.noConnection;
    if (answer?.ok) { await this.load(this.sheet.columns[this.index]); this.draw(); }
    this.tell(told);
  }
}
