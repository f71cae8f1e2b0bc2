// Pages in a dialog: a link or form with data-dialog opens its page's frame over this one; its address works by itself.
// Forms inside a frame (data-frame), in a dialog or on a page of their own, are answered in their place. A page with a
// frame names this script; elsewhere hocba.js loads it for the first dialog.
"use strict";

(() => {
  const RETRY_MS = 2500;
  const words = document.body.dataset;
  let dialog = null;
  let opener = null;

  const frameOf = (element) => element.closest("[data-frame]");
  const inDialog = (frame) => frame.parentElement === dialog;

  // The part of a fetched page that belongs into a frame, with the styles it needs.
  async function contentOf(text) {
    const page = new DOMParser().parseFromString(text, "text/html");
    await Promise.all([...page.querySelectorAll('link[rel="stylesheet"]')].map(styled));
    const found = page.querySelector("[data-frame]") || page.querySelector("main");
    return { title: page.title, nodes: [...document.importNode(found, true).childNodes], classes: found.className };
  }

  // Takes a stylesheet that is not here yet; what needs it is not shown bare.
  function styled(link) {
    if (document.querySelector(`link[href="${link.getAttribute("href")}"]`)) { return null; }
    const own = document.importNode(link);
    return new Promise((done) => {
      own.addEventListener("load", done);
      own.addEventListener("error", done);
      document.head.append(own);
    });
  }

  // Shows an answer in its frame; whoever was signed out meanwhile is shown the door.
  async function show(frame, answer) {
    if (new URL(answer.url).pathname === "/dang-nhap") { window.location.assign(answer.url); return; }
    const found = await contentOf(await answer.text());
    frame.replaceChildren(...found.nodes);
    frame.className = found.classes;
    if (inDialog(frame)) {
      if (answer.ok) { frame.dataset.address = answer.url; } // a refusal is shown where it was asked for
      dialog.setAttribute("aria-label", found.title);
    } else if (answer.redirected) {
      window.history.replaceState(null, "", answer.url);
    }
    settle(frame);
  }

  function settle(frame) {
    frame.removeAttribute("aria-busy");
    if (window.htmx) { window.htmx.process(frame); }
    const first = frame.querySelector("[autofocus]") || (inDialog(frame) ? frame.querySelector("h1") : null);
    if (first) { if (first.tagName === "H1") { first.tabIndex = -1; } first.focus(); }
    const atOnce = frame.querySelector("form[data-at-once]");
    if (atOnce) { atOnce.requestSubmit(); }
  }

  const ask = (address, more) => fetch(address, { headers: { Accept: "text/html" }, credentials: "same-origin", ...more });

  async function load(frame, address) {
    frame.setAttribute("aria-busy", "true");
    try { await show(frame, await ask(address)); } catch { lost(frame, address, null); }
  }

  // The request may or may not have arrived: say so, and ask where things stand until somebody answers.
  function lost(frame, address, form) {
    let note = frame.querySelector(".lost");
    if (!note) {
      note = document.createElement("p");
      note.className = "note warning lost";
      note.setAttribute("role", "alert");
      note.append(words.unsure);
      (form || frame).append(note);
    }
    setTimeout(async () => {
      if (!frame.isConnected) { return; }
      try { await show(frame, await ask(address)); } catch { lost(frame, address, form); }
    }, RETRY_MS);
  }

  async function send(frame, form) {
    frame.setAttribute("aria-busy", "true");
    const here = inDialog(frame) ? frame.dataset.address : window.location.href;
    try {
      await show(frame, await ask(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) }));
      if (inDialog(frame)) { frame.dataset.changed = "1"; }
      if (inDialog(frame) && form.hasAttribute("data-decides")) { frame.dataset.decided = "1"; }
    } catch {
      for (const button of form.querySelectorAll("button")) { button.disabled = true; }
      lost(frame, here, form);
    }
  }

  function open(address, from) {
    opener = from;
    dialog = document.createElement("dialog");
    dialog.dataset.hop = "";
    const close = document.createElement("button");
    close.type = "button";
    close.className = "dialog-close";
    close.textContent = "×";
    close.setAttribute("aria-label", words.close);
    close.dataset.close = "";
    const frame = document.createElement("section");
    frame.dataset.frame = "";
    frame.dataset.address = address;
    frame.append(document.createElement("progress")); // until the page arrives
    dialog.append(close, frame);
    dialog.addEventListener("close", closed);
    document.body.append(dialog);
    dialog.showModal();
    window.history.pushState({ dialog: true }, "");
    load(frame, address);
  }

  // A page that says what was to be decided (data-renew) is loaded anew once it is.
  function closed() {
    const changed = dialog.querySelector("[data-changed]");
    const renews = dialog.querySelector("[data-decided]") && document.querySelector("[data-renew]");
    dialog.remove();
    dialog = null;
    const isOn = window.history.state && window.history.state.dialog;
    if (renews && isOn) { window.addEventListener("popstate", () => window.location.reload(), { once: true }); }
    if (isOn) { window.history.back(); }
    if (renews && !isOn) { window.location.reload(); }
    if (changed) { document.body.dispatchEvent(new CustomEvent("live")); }
    if (opener && opener.isConnected) { opener.focus(); }
  }

  // The back button of a phone closes the dialog and leaves nobody's page.
  window.addEventListener("popstate", () => { if (dialog) { dialog.close(); } });

  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) { return; }
    const link = event.target.closest("a[data-dialog], [data-close]");
    if (!link) { return; }
    if (link.hasAttribute("data-close")) {
      if (dialog && dialog.contains(link)) { event.preventDefault(); dialog.close(); }
      return;
    }
    event.preventDefault();
    const frame = frameOf(link);
    if (dialog && frame && inDialog(frame)) { load(frame, link.href); } else { open(link.href, link); }
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.hasAttribute("hx-post")) { return; }
    const frame = frameOf(form);
    if (form.hasAttribute("data-dialog")) {
      event.preventDefault();
      const address = `${form.action}?${new URLSearchParams(new FormData(form))}`;
      open(address, event.submitter || form);
    } else if (frame && form.method === "post") {
      event.preventDefault();
      send(frame, form);
    }
  });

  const page = document.querySelector("[data-frame] form[data-at-once]");
  if (page) { page.requestSubmit(); }
})();
