// What was typed goes to the server in batches, in its order, and waits on this machine while it cannot.

const NAME = "hocba-nhap";
const STORE = "edits";
const PAUSE_MS = 700;
const BATCH = 200;
const PATIENCE_MS = 20000;
const LONGEST_PAUSE_MS = 30000;

function asked(request) {
  return new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
}

function opened() {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: ["sheet", "record", "code"] });
  return asked(request).then((base) => {
    base.onversionchange = () => base.close();  // the owner signs out
    return base;
  });
}

// The edits of one account and sheet, kept in the browser until they are saved.
export class Drawer {
  constructor(sheet) {
    Object.assign(this, { sheet, isSafe: true, done: Promise.resolve(), kept: new Map() });
  }

  async all() {
    try {
      this.base = await opened();
      const edits = await asked(this.base.transaction(STORE).objectStore(STORE).getAll());
      const mine = edits.filter((edit) => edit.sheet === this.sheet);
      mine.forEach((edit) => this.kept.set(`${edit.record} ${edit.code}`, [edit.sheet, edit.record, edit.code]));
      return mine;
    } catch { this.isSafe = false; return []; }
  }

  // Makes the drawer hold just these edits; those of another window of the same sheet are left alone.
  keep(edits) {
    this.done = this.done.then(() => this.#write(edits)).then(() => { this.isSafe = true; }, () => { this.isSafe = false; });
    return this.done;
  }

  async #write(edits) {
    if (!this.base) { this.base = await opened(); }
    const work = this.base.transaction(STORE, "readwrite");
    const finished = new Promise((done, failed) => { work.oncomplete = done; work.onabort = () => failed(work.error); });
    const store = work.objectStore(STORE);
    const wanted = new Map(edits.map((edit) => [`${edit.record} ${edit.code}`, [this.sheet, edit.record, edit.code]]));
    this.kept.forEach((key, name) => { if (!wanted.has(name)) { store.delete(key); } });
    edits.forEach((edit) => store.put({ ...edit, sheet: this.sheet }));
    await finished;
    this.kept = wanted;
  }
}

export class Outbox extends EventTarget {
  constructor(sheet, drawer, url, token) {
    super();
    Object.assign(this, { sheet, drawer, url, token, state: "saved", pause: PAUSE_MS, isSending: false });
    sheet.addEventListener("changed", () => { this.#keep(); this.later(); });
    window.addEventListener("online", () => this.flush());
  }

  get count() { return this.sheet.waiting().length; }

  // Whether something would really be lost if the window closed now.
  get isAtRisk() { return this.sheet.typed().length > 0 && !this.drawer.isSafe; }

  #keep() {
    return this.drawer.keep(this.sheet.typed().map(({ row, index, mine }) => ({
      record: this.sheet.pupils[row].record_id, code: this.sheet.columns[index].code,
      text: mine.text, value: mine.value, base: mine.base, version: mine.version, order: mine.order,
    })));
  }

  later(after = PAUSE_MS) {
    clearTimeout(this.timer);
    if (!this.count) { this.#say(this.isSending ? "sending" : "saved"); return; }
    if (this.state !== "lost") { this.#say("waiting"); }
    this.timer = setTimeout(() => this.flush(), after);
  }

  // Sends what waits; true once nothing of it waits any more.
  async flush(isLast = false) {
    clearTimeout(this.timer);
    if (this.isSending) { await this.running; if (!this.count) { return true; } }
    this.running = this.#send(isLast);
    return this.running;
  }

  async #send(isLast) {
    this.isSending = true;
    try {
      for (let batch = this.sheet.waiting().slice(0, BATCH); batch.length; batch = this.sheet.waiting().slice(0, BATCH)) {
        this.#say("sending");
        const answer = await this.#put(batch, isLast);
        if (!await this.#heard(answer, batch)) { return false; }
      }
      this.pause = PAUSE_MS;
      this.#say("saved");
      return true;
    } catch {
      this.#lost();
      return false;
    } finally { this.isSending = false; }
  }

  #put(batch, isLast) {
    const cells = batch.map(({ row, index, mine }) => {
      Object.assign(mine, { isSent: true, sent: mine.value });
      return {
        record_id: this.sheet.pupils[row].record_id, code: this.sheet.columns[index].code,
        value: mine.value, version: mine.version,
      };
    });
    const headers = { "Content-Type": "application/json", "X-CSRF-Token": this.token };
    const signal = AbortSignal.timeout(PATIENCE_MS);
    return fetch(this.url, { method: "PUT", headers, body: JSON.stringify({ cells }), keepalive: isLast, signal });
  }

  async #heard(answer, batch) {
    if (answer.ok) {
      this.savedAt = new Date();
      this.sheet.answered(await answer.json());
      this.dispatchEvent(new CustomEvent("heard"));
      return true;
    }
    this.#unsent();
    if (answer.status === 409) {
      const { record_ids: closed } = await answer.json();
      this.sheet.close(closed);
      this.dispatchEvent(new CustomEvent("heard"));
      if (batch.some(({ mine }) => mine.message)) { return true; }
    }
    if (answer.status >= 500) { this.#lost(); return false; }
    this.#say(answer.status === 401 ? "stranger" : "refused");
    return false;
  }

  #unsent() { this.sheet.typed().forEach(({ mine }) => { mine.isSent = false; }); }

  #lost() {
    this.#unsent();
    this.#say("lost");
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE_MS);
    this.timer = setTimeout(() => this.flush(), this.pause);
  }

  #say(state) {
    this.state = state;
    this.dispatchEvent(new CustomEvent("state"));
  }
}

// Nothing of a person stays on the machine after signing out.
export function forget() { indexedDB.deleteDatabase(NAME); }
