// The door and the account pages: looking at a password, a word about Caps Lock, copying what is shown once.
"use strict";

for (const secret of document.querySelectorAll("[data-secret]")) {
  const input = secret.querySelector("input");
  const button = secret.querySelector("button");
  const caps = secret.parentElement.querySelector(".caps");
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    button.textContent = shown ? secret.dataset.hide : secret.dataset.show;
    button.setAttribute("aria-pressed", String(shown));
    input.focus();
  });
  // A password that is sent is never one that can be read, so that browsers offer to keep it.
  input.form.addEventListener("submit", () => { input.type = "password"; });
  for (const kind of ["keydown", "keyup", "mousedown"]) {
    input.addEventListener(kind, (event) => { caps.hidden = !(event.getModifierState && event.getModifierState("CapsLock")); });
  }
  input.addEventListener("blur", () => { caps.hidden = true; });
}

for (const button of document.querySelectorAll("[data-copy]")) {
  const input = document.getElementById(button.dataset.copy);
  if (!navigator.clipboard) { continue; }
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(input.value ?? input.textContent);
    button.textContent = button.dataset.copied;
  });
}
