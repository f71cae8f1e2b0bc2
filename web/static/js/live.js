// Tells the parts of a page to fetch themselves anew: an event "live" on the body whenever something of the school
// changed. One tab of a browser follows the stream and tells the others; HTTP/1.1 allows six connections to a server.
"use strict";

(() => {
  const ALL = { topics: ["board", "entry", "orders", "notices", "people", "roster", "certificates"], class_terms: null };
  const HIDDEN_FOR = 5 * 60_000; // a tab that nobody looks at for so long stops listening
  const LOST_AFTER = 2500; // leaving a page breaks its stream, too, and is no reason for a banner
  const SPREAD = 400; // not every browser of a school asks in the same instant
  const LATER = [5_000, 15_000, 60_000];

  const banner = document.getElementById("offline");
  // Tabs share what they hear only within one sign-in; this mark of it is worth nothing to anybody else.
  const mark = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRF-Token"].slice(0, 16);
  const name = `hocba-live-${mark}`;
  const tabs = new BroadcastChannel(name);
  let source = null; // this tab's own stream, if it is the one that follows
  let waiting = null; // takes this tab out of the line of those that would follow
  let release = null; // lets another tab follow
  let lostTimer = 0, hiddenTimer = 0, againTimer = 0, failures = 0;
  let wasLost = false, paused = false, over = false;

  function tell(detail) {
    setTimeout(() => htmx.trigger(document.body, "live", detail), Math.random() * SPREAD);
  }

  function lost() {
    if (lostTimer || wasLost) { return; }
    lostTimer = setTimeout(() => { lostTimer = 0; wasLost = true; banner.hidden = false; }, LOST_AFTER);
  }

  function found() {
    clearTimeout(lostTimer);
    lostTimer = 0;
    failures = 0;
    if (wasLost) { banner.hidden = true; }
    wasLost = false;
  }

  // What the following tab hears, every tab does.
  const hear = {
    live: tell,
    lost,
    again() { found(); tell(ALL); },
    ended() { over = true; stop(); },
  };
  tabs.addEventListener("message", (event) => hear[event.data.kind](event.data.detail));
  function share(kind, detail) {
    tabs.postMessage({ kind, detail });
    hear[kind](detail);
  }

  // `missed` says that nobody followed for a moment.
  function follow(missed) {
    source = new EventSource("/truc-tiep");
    source.addEventListener("ready", () => {
      // The first page was just made and knows everything; after a break nobody knows what was missed.
      if (missed || failures || wasLost) { share("again"); } else { found(); }
      missed = true;
    });
    source.addEventListener("live", (event) => share("live", JSON.parse(event.data)));
    source.addEventListener("ended", () => share("ended"));
    source.addEventListener("error", () => {
      share("lost");
      if (source && source.readyState === EventSource.CLOSED) { followLater(); }
    });
  }

  // The browser itself asks again after a break, but not after an answer that was a refusal.
  function followLater() {
    againTimer = setTimeout(follow, LATER[Math.min(failures, LATER.length - 1)], true);
    failures += 1;
  }

  function start() {
    if (over || source || waiting) { return; }
    if (!navigator.locks) { follow(false); return; } // plain http: every tab follows by itself
    const asked = performance.now();
    waiting = new AbortController();
    navigator.locks.request(name, { signal: waiting.signal }, () => {
      waiting = null;
      follow(performance.now() - asked > 200);
      return new Promise((resolve) => { release = resolve; });
    }).catch(() => {}); // taken out of the line
  }

  function stop() {
    clearTimeout(againTimer);
    if (waiting) { waiting.abort(); waiting = null; }
    if (source) { source.close(); source = null; }
    if (release) { release(); release = null; }
  }

  document.addEventListener("visibilitychange", () => {
    clearTimeout(hiddenTimer);
    if (document.hidden) {
      hiddenTimer = setTimeout(() => { paused = true; stop(); }, HIDDEN_FOR);
    } else if (paused) {
      paused = false;
      tell(ALL);
      start();
    }
  });
  window.addEventListener("pagehide", stop);
  window.addEventListener("pageshow", (event) => { if (event.persisted) { tell(ALL); start(); } });
  start();
})();
