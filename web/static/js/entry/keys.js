// The keys of the grid: those of a spreadsheet. Tab leaves the grid at its ends, Escape leaves the editor.
import { byKey } from "./reading.js";

const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const PAGE = 10;

export function onKey(grid, event) {
  const isDone = grid.isEditing ? whileEditing(grid, event) : whileMoving(grid, event);
  if (isDone) { event.preventDefault(); event.stopPropagation(); }
}

function whileEditing(grid, event) {
  const { row, index, input } = grid.open;
  if (event.isComposing) { return false; }
  if (event.key === "Escape") { grid.leave(false); grid.go(row, index); return true; }
  if (event.key === "Tab") { grid.leave(); grid.go(row, index); return tab(grid, event); }
  if (event.key !== "Enter") { return false; }
  if (input.tagName === "TEXTAREA" && (event.altKey || event.shiftKey)) {
    input.setRangeText("\n", input.selectionStart, input.selectionEnd, "end");
    input.dispatchEvent(new Event("input"));
    return true;
  }
  grid.leave();
  grid.go(row + (event.shiftKey ? -1 : 1), index);
  return true;
}

function whileMoving(grid, event) {
  const isCommand = event.ctrlKey || event.metaKey;
  if (event.altKey) { return false; }
  if (event.key in ARROWS) { return arrow(grid, event, isCommand); }
  if (isCommand) { return command(grid, event); }
  return plain(grid, event);
}

function arrow(grid, event, isFar) {
  const [down, right] = ARROWS[event.key];
  const [row, index] = grid.at;
  const far = isFar ? 1000 : 1;
  grid.go(row + down * far, index + right * far, event.shiftKey);
  return true;
}

function command(grid, event) {
  const key = event.key.toLowerCase();
  const last = [grid.sheet.pupils.length - 1, grid.sheet.columns.length - 1];
  const acts = {
    z: () => (event.shiftKey ? grid.sheet.redo() : grid.sheet.undo()),
    y: () => grid.sheet.redo(),
    d: () => grid.fillDown(),
    a: () => { grid.anchor = [0, 0]; grid.go(...last, true); },
    home: () => grid.go(0, 0, event.shiftKey),
    end: () => grid.go(...last, event.shiftKey),
  };
  if (!(key in acts)) { return false; }
  acts[key]();
  return true;
}

function plain(grid, event) {
  const [row, index] = grid.at;
  const acts = {
    Enter: () => grid.go(row + (event.shiftKey ? -1 : 1), index),
    F2: () => grid.edit(),
    Delete: () => grid.clear(),
    Backspace: () => grid.clear(),
    Home: () => grid.go(row, 0, event.shiftKey),
    End: () => grid.go(row, grid.sheet.columns.length - 1, event.shiftKey),
    PageUp: () => grid.go(row - PAGE, index, event.shiftKey),
    PageDown: () => grid.go(row + PAGE, index, event.shiftKey),
  };
  if (event.key === "Tab") { return tab(grid, event); }
  if (event.key in acts) { acts[event.key](); return true; }
  return type(grid, event);
}

function tab(grid, event) {
  const wide = grid.sheet.columns.length;
  const next = grid.at[0] * wide + grid.at[1] + (event.shiftKey ? -1 : 1);
  if (next < 0 || next >= grid.sheet.pupils.length * wide) { return false; }
  grid.go(Math.floor(next / wide), next % wide);
  return true;
}

// A key writes a level at once; the cursor stays, for whoever types Đ as two keys. Other cells open on what is typed.
function type(grid, event) {
  const isText = event.key.length === 1 || event.key === "Process" || event.isComposing;
  if (!isText) { return false; }
  const [row, index] = grid.at;
  const column = grid.sheet.columns[index];
  if (!column.choices.length) { grid.edit(true); return false; }
  if (event.key === " ") { grid.edit(); return true; }
  const value = byKey(column, event.key);
  if (value === undefined) { grid.dispatchEvent(new CustomEvent("unknown", { detail: [row, index] })); return true; }
  grid.write([[row, index, column.kind === "flag" ? "x" : value]]);
  return true;
}
