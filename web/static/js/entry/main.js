// Makes the sheet's form into a grid (on a phone into cards), keeps it up to date and sends what is typed.
import { fill } from "./dom.js";
import { shown } from "./reading.js";
import { Drawer, forget, Outbox } from "./outbox.js";
import { Sheet } from "./sheet.js";
import { Side } from "./side.js";

const root = document.getElementById("entry");
const facts = root.dataset;
const words = JSON.parse(facts.words);
const find = (name) => root.querySelector(`[data-part="${name}"]`);
const host = find("grid");
const phone = window.matchMedia("(max-width: 48rem)");
const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRF-Token"];

const data = await load();
const sheet = new Sheet(data, words);
const drawer = new Drawer(`${facts.owner}/${facts.lop}/${facts.name}`);
const restored = await drawer.all();
const outbox = new Outbox(sheet, drawer, facts.save, token);
let view;
let toldAt = 0;

// Where the grid cannot be shown the form stays.
root.hidden = false;
find("tools").hidden = false;
try { await show(); } catch (error) { root.hidden = true; throw error; }
document.getElementById("entry-form").remove();
const side = new Side(find("side"), sheet, words, (row, index) => view.go(row, index));
let bank;
async function openBank() {
  const { Bank } = await import(/* on demand */ "./bank.js");
  bank ||= new Bank(find("bank"), {
    sheet, words, slot: facts.slot, grade: facts.grade, term: facts.term, lop: facts.lop, tell,
    place: () => view.at, chosen, flush: () => outbox.flush(), post, reload,
    write: (edits) => { view.write(edits); }, back: () => view.focus(),
  });
  bank.toggle();
}

outbox.addEventListener("state", tellState);
outbox.addEventListener("heard", () => reloadSoon(400));
sheet.addEventListener("changed", tellState);
const kept = sheet.restore(restored);
if (kept) { tell(fill(words.restored, { count: kept })); outbox.flush(); } else { drawer.keep([]); }
tellState();
root.dataset.ready = "1";

async function load() {
  const answer = await fetch(facts.url, { headers: { Accept: "application/json" } });
  if (!answer.ok) { throw new Error(`${answer.status}`); }
  return answer.json();
}

async function show() {
  const Kind = phone.matches ? (await import(/* on demand */ "./cards.js")).Cards : (await import("./grid.js")).Grid;
  if (view instanceof Kind) { return; }
  const first = [Math.max(sheet.pupils.findIndex((pupil) => pupil.is_open), 0), 0];
  const at = view?.at || first;
  view?.destroy();
  view = new Kind(host, sheet, facts.title, at);
  await view.ready;
  view.addEventListener("spare", tellSpare);
  tellSpare();
  view.showLacking();
  view.addEventListener("moved", () => { untell(); tellPlace(); bank?.moved(view.at); });
  view.addEventListener("closed", () => tell(words.closed));
  view.addEventListener("unknown", ({ detail: [, index] }) => {
    tell(fill(words.keys, { keys: sheet.columns[index].choices.map(([value, label]) => `${value} (${label})`).join(", ") }));
  });
}
let showing = Promise.resolve();
phone.addEventListener("change", () => { showing = showing.then(show).catch(() => {}); });

// What others change appears by itself; what is being typed is left alone.
let waiting;
let isLeaving = false;
function reloadSoon(after) { clearTimeout(waiting); waiting = setTimeout(reload, after); }
async function reload() {
  if (isLeaving) { return; }
  try { sheet.take(await load()); } catch { return; }
  view.showLacking();
  tellState();
  if (sheet.toSend.join() !== data.to_send.join()) { tell(words.movedOn); }
}
document.body.addEventListener("live", () => reloadSoon(300));
setInterval(() => { if (!document.hidden) { reload(); } }, 60000);

// A hint stands until the person goes on.
function tell(sentence) { find("said").textContent = sentence; toldAt = performance.now(); }
function untell() { if (performance.now() - toldAt > 800) { find("said").textContent = ""; } }

function tellState() {
  const { state, count, savedAt } = outbox;
  const refused = sheet.refused().length;
  const chosen = sheet.overtaken().length;
  const at = savedAt?.toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit" });
  const sentences = {
    saved: at ? fill(words.savedAt, { at }) : words.allSaved,
    waiting: fill(words.waiting, { count }),
    sending: words.sending,
    lost: fill(drawer.isSafe ? words.keptHere : words.notKept, { count }),
    stranger: fill(words.signInAgain, { count }),
    refused: words.cannotSend,
  };
  const more = [refused && fill(words.refusedCount, { count: refused }), chosen && fill(words.chooseCount, { count: chosen })];
  const status = find("status");
  const told = more.filter(Boolean);
  const sentence = [state === "saved" && !at && told.length ? "" : sentences[state], ...told].filter(Boolean).join(" · ");
  if (status.textContent !== sentence) { status.textContent = sentence; }
  status.className = `state ${chosen || refused || ["lost", "stranger", "refused"].includes(state) ? "trouble" : state}`;
  find("again").hidden = state !== "stranger";
  find("undo").disabled = !sheet.steps.length;
  const send = document.querySelector("[data-send]");
  if (send) {
    const left = sheet.missing().length;
    const line = document.querySelector("[data-left]");
    send.classList.toggle("main", left === 0);
    line.textContent = left ? fill(words.left, { count: left }) : line.dataset.after;
  }
}

function tellSpare() {
  const count = view.spare?.length;
  find("spare").hidden = !count;
  if (count) { find("spare-words").textContent = fill(view.hidden.size ? words.showEmpty : words.hideEmpty, { count }); }
}

function tellPlace() {
  const [row, index] = view.at;
  const { mine, theirs } = sheet.cell(row, index);
  find("place").textContent = sheet.label(row, index);
  find("reason").textContent = theirs ? words.overtakenShort : mine?.message || "";
}

function chosen() {
  const { top, bottom } = view.range;
  return Array.from({ length: bottom - top + 1 }, (_, offset) => top + offset);
}

function post(url, body) {
  const headers = { "Content-Type": "application/json", "X-CSRF-Token": token };
  return fetch(url, { method: "POST", headers, body: JSON.stringify(body) }).catch(() => undefined);
}

find("undo").addEventListener("click", () => sheet.undo());
find("fill").addEventListener("click", () => { view.fillDown(); view.focus(); });
find("spare").addEventListener("click", () => { view.toggleSpare(); view.focus(); });
find("show-bank")?.addEventListener("click", () => openBank().catch(() => tell(words.noConnection)));
find("again").addEventListener("click", () => window.open("/dang-nhap", "_blank", "noopener"));

// The story of a cell, and the way back to an earlier value.
const story = document.getElementById("story");
find("history")?.addEventListener("click", async () => {
  const [row, index] = view.at;
  const query = new URLSearchParams({ hs: sheet.pupils[row].record_id, o: sheet.columns[index].code });
  const answer = await fetch(`${facts.history}?${query}`, { headers: { "HX-Request": "true" } }).catch(() => undefined);
  if (!answer?.ok) { tell(words.noConnection); return; }
  story.querySelector("[data-story]").innerHTML = await answer.text();
  story.showModal();
});
story?.addEventListener("submit", (event) => {
  if (event.target.method === "dialog") { return; }
  event.preventDefault();
  event.stopPropagation();
  const [row, index] = view.at;
  const value = event.submitter.dataset.value;
  view.write([[row, index, shown(sheet.columns[index], value)]]);
  story.close();
  view.focus();
});

// Nothing is handed in before all of it is saved.
document.querySelectorAll("form[data-after-saving]").forEach((form) => form.addEventListener("submit", async (event) => {
  view.leave();
  if (!sheet.typed().length) { isLeaving = true; return; }
  event.preventDefault();
  event.stopPropagation();
  await outbox.flush();
  if (!sheet.typed().length) { form.requestSubmit(); } else { tell(words.saveFirst); window.hocba.toast(words.saveFirst, true); }
}));
document.querySelector('form[action="/dang-xuat"]')?.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.dataset.isSure) { return; }
  event.preventDefault();
  event.stopPropagation();
  view.leave();
  await outbox.flush();
  const left = sheet.typed().length;
  if (left && !window.confirm(fill(words.leaving, { count: left }))) { return; }
  form.dataset.isSure = "1";
  forget();
  form.requestSubmit();
});

window.addEventListener("beforeunload", (event) => {
  if (view.open?.isChanged() || outbox.isAtRisk) { view.leave(); event.preventDefault(); }
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) { view.leave(); outbox.flush(true); } else { reload(); }
});
void side;
