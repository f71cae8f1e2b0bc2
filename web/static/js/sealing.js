// The list follows what happens at the school, but not under the hands of somebody who is choosing classes.
"use strict";

document.addEventListener("htmx:beforeRequest", (event) => {
  const boxes = [...document.querySelectorAll("#seals input[type=checkbox]")];
  if (event.target.id === "seals" && boxes.some((box) => box.checked !== box.defaultChecked)) { event.preventDefault(); }
});
