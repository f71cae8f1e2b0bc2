// How a typed text becomes a value, as the server reads it: what is wrong is said while the person is still there.

const TYPED = { d: "đ", cd: "cđ" };

function choice(column, text) {
  const folded = text.toLocaleLowerCase("vi").replace("ð", "đ");
  const wanted = TYPED[folded] || folded;
  return column.choices.find(([value, label]) => [value, label].some((each) => each.toLocaleLowerCase("vi") === wanted));
}

function level(column, text, words) {
  const found = choice(column, text);
  if (found) { return { value: found[0] }; }
  const names = column.choices.map(([value, label]) => `${value} (${label})`).join(", ");
  return { message: words.badLevel.replace("{text}", text).replace("{names}", names) };
}

function score(column, text, words) {
  if (text.toUpperCase() === "M") { return column.exempt ? { value: "M" } : { message: words.noExemption }; }
  const found = /^(\d{1,3})(?:[.,](\d)0*)?$/.exec(text);
  const isWhole = !found || !found[2] || found[2] === "0";
  if (!found || (!column.decimals && !isWhole)) {
    return { message: (column.decimals ? words.badMark : words.badScore).replace("{text}", text) };
  }
  if (Number(`${found[1]}.${found[2] || 0}`) > 10) { return { message: words.over10.replace("{text}", text) }; }
  return { value: isWhole ? String(Number(found[1])) : `${Number(found[1])}.${found[2]}` };
}

function count(column, text, words) {
  const isCount = /^\d{1,3}$/.test(text) && Number(text) <= column.high;
  if (!isCount) { return { message: words.badCount.replace("{high}", column.high) }; }
  return { value: Number(text) ? String(Number(text)) : "" };
}

function measure(column, text, words) {
  const found = /^(\d{1,3})(?:[.,](\d))?$/.exec(text);
  const size = found ? Number(`${found[1]}.${found[2] || 0}`) : -1;
  if (size < column.low || size > column.high) {
    return { message: words.badMeasure.replace("{low}", column.low).replace("{high}", column.high) };
  }
  return { value: found[2] && found[2] !== "0" ? `${Number(found[1])},${found[2]}` : String(Number(found[1])) };
}

function flag(_column, text, words) {
  const folded = text.toLocaleLowerCase("vi");
  if (["1", "x", "c", "có", "co"].includes(folded)) { return { value: "1" }; }
  return ["0", "k", "không", "khong"].includes(folded) ? { value: "" } : { message: words.badFlag };
}

function prose(column, text, words) {
  const over = text.length - column.limit;
  return over > 0 ? { message: words.tooLong.replace("{limit}", column.limit).replace("{over}", over) } : { value: text };
}

const READERS = { level, score, count, measure, flag, comment: prose, text: prose };

// `{ value }` as it is stored, or `{ message }` why it cannot be; empty clears a cell.
export function read(column, text, words) {
  const typed = text.replace(/\r\n?/g, "\n").normalize("NFC").trim();
  return typed ? READERS[column.kind](column, typed, words) : { value: "" };
}

// A stored value as people write it.
export function shown(column, value) {
  if (column.kind === "score") { return value.replace(".", ","); }
  return column.kind === "flag" && value ? "x" : value;
}

// The value that one key stands for in a column of levels, if it stands for one.
export function byKey(column, key) {
  if (!column.choices.length) { return undefined; }
  if (column.kind === "flag") { return /^[x1cXC]$/.test(key) ? "1" : undefined; }
  const folded = key.toLocaleLowerCase("vi");
  const wanted = folded === "d" ? "đ" : folded;
  const exact = column.choices.find(([value]) => value.toLocaleLowerCase("vi") === wanted);
  const begins = column.choices.filter(([value]) => value.toLocaleLowerCase("vi").startsWith(wanted));
  return exact ? exact[0] : begins.length === 1 ? begins[0][0] : undefined;
}
