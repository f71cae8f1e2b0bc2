// The palette: search over the page; arrows choose, Enter opens, Escape closes. Loaded when it is first asked for.
const opener = document.querySelector("[data-palette]");
let palette = null;

function make() {
  palette = document.createElement("dialog");
  palette.className = "palette-dialog";
  palette.setAttribute("aria-label", opener.querySelector(".word").textContent);
  document.body.append(palette);
  palette.addEventListener("click", (click) => { if (click.target === palette) { palette.close(); } });
  palette.addEventListener("keydown", move);
  palette.addEventListener("close", () => opener.focus());
}

export async function open() {
  if (!palette) { make(); }
  if (palette.open) { return; }
  const answer = await fetch("/tim", { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer || !answer.ok || answer.redirected) { window.location.assign("/tim"); return; }
  palette.innerHTML = await answer.text();
  window.htmx.process(palette);
  if (!palette.open) { palette.showModal(); }
  palette.querySelector("input[type=search]").focus();
}

function move(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const links = [...palette.querySelectorAll(".hits a")];
  if (event.key === "Enter" && event.target.matches("input") && links.length) {
    event.preventDefault();
    links[0].click();
  }
  if (!step || !links.length) { return; }
  event.preventDefault();
  const at = links.indexOf(document.activeElement) + step;
  if (at < 0) { palette.querySelector("input[type=search]").focus(); } else { links[Math.min(at, links.length - 1)].focus(); }
}
