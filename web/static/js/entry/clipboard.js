// Blocks of cells as spreadsheets copy them: lines and tabs, a text with line ends in quotation marks.

export function asText(rows) {
  return rows.map((row) => row.map(quoted).join("\t")).join("\n");
}

function quoted(text) {
  return /[\t\n"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function asRows(text) {
  const plain = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  const rows = [[]];
  for (let at = 0; at <= plain.length; at += 1) {
    const [cell, end] = plain[at] === '"' ? inQuotes(plain, at) : upTo(plain, at);
    rows.at(-1).push(cell);
    if (plain[end] === "\n") { rows.push([]); }
    at = end;
  }
  return rows;
}

function upTo(text, start) {
  const found = text.slice(start).search(/[\t\n]/);
  const end = found < 0 ? text.length : start + found;
  return [text.slice(start, end), end];
}

// A quotation mark that is never closed is just one of the text.
function inQuotes(text, start) {
  const found = /^"((?:[^"]|"")*)"(?=[\t\n]|$)/.exec(text.slice(start));
  return found ? [found[1].replaceAll('""', '"'), start + found[0].length] : upTo(text, start);
}
