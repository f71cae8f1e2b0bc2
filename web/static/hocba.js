// Says when the live parts of a page no longer reach the server, and takes it back when they do.
const offline = document.getElementById("offline");
const lost = () => { offline.hidden = false; };
const found = () => { offline.hidden = true; };
document.addEventListener("htmx:sendError", lost);
document.addEventListener("htmx:timeout", lost);
document.addEventListener("htmx:responseError", lost);
document.addEventListener("htmx:afterOnLoad", found);
