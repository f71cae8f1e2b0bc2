// The list beside the sheet: what the person has to choose, what was refused, what is missing, what is doubtful.
import { button, fill, make } from "./dom.js";
import { shown } from "./reading.js";

const MOST = 60;
const FEW = 3;

export class Side {
  constructor(host, sheet, words, go) {
    Object.assign(this, { host, sheet, words, go });
    const later = () => { clearTimeout(this.timer); this.timer = setTimeout(() => this.draw(), 60); };
    sheet.addEventListener("changed", later);
    sheet.addEventListener("taken", later);
    this.draw();
  }

  draw() {
    const focused = this.host.contains(document.activeElement) ? document.activeElement.textContent : "";
    const { words, sheet } = this;
    const parts = [
      this.#section(words.toChoose, sheet.overtaken(), (each) => this.#conflict(each), "trouble"),
      this.#section(words.notSaved, sheet.refused(), (each) => this.#refusal(each), "trouble"),
      this.#section(words.missing, sheet.missing(), (each) => this.#problem(each), "warning"),
      this.#section(words.doubtful, this.#doubts(), (each) => this.#doubt(each), ""),
    ].filter(Boolean);
    if (!parts.length) { parts.push(make("p", { className: "note good" }, words.nothingMissing)); }
    this.host.replaceChildren(...parts);
    if (focused) { [...this.host.querySelectorAll("button")].find((each) => each.textContent === focused)?.focus(); }
  }

  #section(title, found, draw, tone) {
    if (!found.length) { return undefined; }
    const list = make("ul", {}, ...found.slice(0, MOST).map((each) => make("li", {}, ...draw(each))));
    const heading = make("h2", {}, fill(title, { count: found.length }));
    const part = make("section", { className: `todo ${tone}` }, heading, list);
    if (found.length > MOST) { part.append(make("p", {}, fill(this.words.more, { count: found.length - MOST }))); }
    return part;
  }

  #where(row, index) {
    const pupil = this.sheet.pupils[row];
    const words = `${pupil.order_no}. ${pupil.full_name} – ${this.sheet.columns[index].heading}`;
    return button(words, () => this.go(row, index), "link where");
  }

  #conflict({ row, index, cell, mine }) {
    const theirs = shown(this.sheet.columns[index], cell.value) || this.words.nothing;
    const own = mine.text || this.words.nothing;
    const who = cell.theirs.by || this.words.somebody;
    return [
      this.#where(row, index),
      make("p", {}, fill(this.words.overtaken, { who, at: cell.theirs.at, theirs, own })),
      make("p", { className: "actions" },
        button(fill(this.words.takeTheirs, { theirs }), () => this.#settle(row, index, false)),
        button(fill(this.words.keepMine, { own }), () => this.#settle(row, index, true))),
    ];
  }

  #settle(row, index, isMine) { this.sheet.settle(row, index, isMine); this.go(row, index); }

  #refusal({ row, index, mine }) {
    return [
      this.#where(row, index),
      make("p", {}, `“${mine.text}”: ${mine.message}`),
      button(this.words.discard, () => { this.sheet.discard(row, index); this.go(row, index); }),
    ];
  }

  #problem(each) { return [this.#where(this.sheet.rows.get(each.record_id), this.sheet.places.get(each.code))]; }

  // What is said of several pupils in the same words is said once.
  #doubts() {
    const groups = new Map();
    for (const each of this.sheet.doubts()) {
      if (!this.sheet.rows.has(each.record_id) || !this.sheet.places.has(each.code)) { continue; }
      const name = `${each.code} ${each.message}`;
      groups.set(name, [...(groups.get(name) || []), each]);
    }
    return [...groups.values()];
  }

  #doubt(group) {
    const places = group.map((each) => this.#problem(each)[0]);
    if (places.length <= FEW) { return [make("p", {}, group[0].message), ...places]; }
    const which = make("summary", {}, fill(this.words.which, { count: places.length }));
    return [make("p", {}, group[0].message), make("details", {}, which, ...places)];
  }
}
