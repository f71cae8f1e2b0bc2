// Opens the chosen books one after the other, so that each class shows what came of it; without this script the form
// opens them all in one go.
"use strict";

const opening = document.querySelector("form[data-opening]");

async function openOne(row, term, token) {
  const body = new URLSearchParams({ ki: term });
  const headers = { "HX-Request": "true", "X-CSRF-Token": token };
  const answer = await fetch(`/so/mo/${row.dataset.class}`, { method: "POST", body, headers });
  if (answer.ok) {
    const fresh = document.createElement("tbody");
    fresh.innerHTML = await answer.text();
    row.replaceWith(fresh.querySelector("tr"));
    return true;
  }
  let words = "";
  try { words = (await answer.json()).detail; } catch { words = document.body.dataset.failed; }
  row.querySelector("[data-result]").replaceChildren(words);
  return false;
}

async function openAll(rows, form) {
  const bar = form.querySelector("[data-progress]");
  const [line, now] = [bar.querySelector("progress"), bar.querySelector("[data-now]")];
  const button = form.querySelector("button.main");
  button.disabled = true;
  bar.hidden = false;
  line.max = rows.length;
  let done = 0;
  for (const [index, row] of rows.entries()) {
    now.textContent = `${form.dataset.word} ${row.querySelector("th").textContent} (${index + 1}/${rows.length})`;
    try {
      if (await openOne(row, form.elements.ki.value, form.elements.csrf_token.value)) { done += 1; }
    } catch {
      row.querySelector("[data-result]").replaceChildren(document.body.dataset.failed);
    }
    line.value = index + 1;
  }
  countChosen();
  if (done === rows.length) {
    const query = new URLSearchParams({ nam: form.elements.nam.value, ki: form.elements.ki.value, da_mo: done });
    window.location.assign(`/so/mo?${query}`);
    return;
  }
  now.textContent = `${done}/${rows.length}`;
}

// The button says for how many classes it opens books; with none chosen there is nothing to press.
function countChosen() {
  const button = opening.querySelector("button[data-count]");
  if (!button) { return; }
  const chosen = opening.querySelectorAll("input[name='lop']:checked").length;
  button.textContent = button.dataset.count.replace("#", chosen);
  button.disabled = chosen === 0;
}

if (opening) {
  countChosen();
  opening.addEventListener("change", () => setTimeout(countChosen));
  // Before the handler that keeps a form from being sent twice: this one is not sent at all.
  opening.addEventListener("submit", (event) => {
    const rows = [...opening.querySelectorAll("input[name='lop']:checked")].map((box) => box.closest("tr"));
    if (rows.length === 0) { return; }
    event.preventDefault();
    event.stopPropagation();
    if (!opening.querySelector("button.main").disabled) { openAll(rows, opening); }
  });
}
