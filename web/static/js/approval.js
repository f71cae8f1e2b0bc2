// From pupil to pupil without loading the page anew: by a click, by J and K, or by the arrows. On a phone links stay links.
"use strict";

const pane = document.getElementById("pane");
const list = document.querySelector(".pupils");
// Both are seen at once only where there is room for both.
const wide = () => pane.offsetParent !== null && list.offsetParent !== null;

function items() { return [...document.querySelectorAll("#pupils li")]; }
function chosen() { return items().findIndex((item) => item.classList.contains("chosen")); }

function show(item, keeps) {
  const link = item.querySelector("a");
  for (const each of items()) {
    each.classList.toggle("chosen", each === item);
    const other = each.querySelector("a");
    if (each === item) { other.setAttribute("aria-current", "true"); } else { other.removeAttribute("aria-current"); }
  }
  item.scrollIntoView({ block: "nearest" });
  window.htmx.ajax("GET", link.dataset.part, { target: "#pane", swap: "innerHTML" });
  if (keeps) { history.pushState({ record: item.dataset.record }, "", link.href); }
}

function step(by) {
  const all = items();
  const next = all[Math.min(Math.max(chosen() + by, 0), all.length - 1)];
  if (next && !next.classList.contains("chosen")) { show(next, true); }
}

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0 || !wide()) { return; }
  const near = event.target.closest(".pane-head a[data-record]");
  const item = near ? items().find((each) => each.dataset.record === near.dataset.record) : event.target.closest("#pupils a")?.closest("li");
  if (!item) { return; }
  event.preventDefault();
  show(item, true);
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox]), textarea, select, dialog, summary")) { return; }
  const by = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
  if (!by || !wide() || !items().length) { return; }
  event.preventDefault();
  step(by);
});

window.addEventListener("popstate", () => {
  const record = new URLSearchParams(location.search).get("hs");
  const item = items().find((each) => each.dataset.record === record) || items()[0];
  if (item) { show(item, false); }
});
