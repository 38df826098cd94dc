/* The scanner without network: keeps a pack fresh, judges by it, and sends what waits. The page asks `decide` and
   shows what it is told; the queue empties by itself. */
import * as rules from "./door-pack.js";
import { open } from "./door-store.js";

const VERSION = "door-3";
const FRESH = 60_000;                 // milliseconds between two questions for what changed
const OLDEST_BASE = 6 * 3600;         // seconds; then a whole pack is fetched
const LARGEST_DELTA = 5_000;          // badges
const CHUNK = 100;                    // scans in one upload
const MOST_COUNTS = 500;             // counts in one upload
const SEND_EVERY = 5_000;

export async function start({ api, onPack, onQueue, onClock, onUnpaired, onRefused, language }) {
  const store = await open().catch(() => null);
  if (!store) return null;
  const away = new Offline(store, { api, onPack, onQueue, onClock, onUnpaired, onRefused, language });
  await away.load();
  away.refresh();
  setInterval(() => away.refresh(), FRESH);
  setInterval(() => { away.send(); away.sendCounts(); }, SEND_EVERY);
  addEventListener("online", () => { away.refresh(); away.send(); away.sendCounts(); });
  return away;
}

// Everything that waits, oldest first, in chunks; each answered by itself. False where no scanner is known here.
export async function upload(store, { api, language }, but = new Set()) {
  for (;;) {
    const waiting = await store.scans(CHUNK, but);
    if (!waiting.length) return true;
    const answer = await fetch(`${api}/scans`, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", "Accept-Language": language },
      body: JSON.stringify({ scans: waiting.map((scan) => ({ ...scan, offline: true })) }),
      signal: AbortSignal.timeout(30_000),
    });
    if (!answer.ok) return answer.status !== 401;
    for (const result of (await answer.json()).results) if (result.stored) await store.removeScan(result.id);
  }
}

// What was counted by hand. Returns the ids of those that the server does not take: they stay, for another pairing.
export async function uploadCounts(store, api, but = new Set()) {
  const counts = (await store.counts()).filter((one) => !but.has(one.id)).slice(0, MOST_COUNTS);
  if (!counts.length || await tellCounts(store, api, counts) !== 422) return [];
  const refused = [];  // one of them keeps no other back
  for (const one of counts) if (await tellCounts(store, api, [one]) === 422) refused.push(one.id);
  return refused;
}

async function tellCounts(store, api, counts) {
  const answer = await fetch(`${api}/counts`, {
    method: "POST",
    credentials: "same-origin",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ counts }),
    signal: AbortSignal.timeout(30_000),
  });
  const told = new Set(counts.map((one) => one.id));
  if (answer.ok) await store.changeCounts((all) => all.filter((one) => !told.has(one.id)));
  return answer.status;
}

class Offline {
  constructor(store, options) {
    Object.assign(this, options);
    this.store = store;
    this.pack = null;
    this.memory = new rules.Memory();
    this.asked = new Set();           // ids whose own request is on its way
    this.sending = false;
    this.sendingCounts = false;
    this.refused = new Set();         // ids of counts that the server does not take; asked again at the next visit
  }

  get now() { return Date.now() / 1000 + this.offset; }

  // The world's time, where this telephone's clock is wrong.
  get worldTime() { return new Date(Date.now() + this.clockError * 1000); }

  async load() {
    this.offset = (await this.store.get("offset")) ?? 0;
    this.clockError = (await this.store.get("clockError")) ?? 0;
    const [base, delta] = [await this.store.get("base"), await this.store.get("delta")];
    if (base) this.use(base, delta);
    this.memory = new rules.Memory(await this.store.inside());
    this.onQueue(await this.store.count());
  }

  use(base, delta) {
    const whole = rules.parse(base);
    this.baseStamp = whole.head.stamp;
    this.baseMade = whole.head.real_now;
    this.pack = delta ? rules.merge(whole, rules.parse(delta)) : whole;
    this.onPack();
  }

  // Seconds since the server last said what is true.
  get age() { return this.pack ? Math.max(0, this.worldTime.getTime() / 1000 - this.pack.head.real_now) : Infinity; }

  async refresh() {
    const whole = !this.pack || this.worldTime.getTime() / 1000 - this.baseMade > OLDEST_BASE;
    const since = whole ? "" : `?since=${encodeURIComponent(this.baseStamp)}`;
    try {
      const before = Date.now();
      const answer = await fetch(`${this.api}/pack${since}`, { credentials: "same-origin", signal: AbortSignal.timeout(20_000) });
      if (answer.status === 401 || answer.status === 403) await this.wipe();
      if (!answer.ok) return;
      const buffer = await answer.arrayBuffer();
      const made = rules.parse(buffer);
      await this.keepClock(made.head, (before + Date.now()) / 2);
      if (made.head.delta && made.head.count > LARGEST_DELTA) { this.baseMade = 0; await this.refresh(); return; }
      if (made.head.delta) {
        await this.store.put("delta", buffer);
      } else {
        await this.store.put("base", buffer);
        await this.store.put("delta", null);
      }
      this.use(await this.store.get("base"), await this.store.get("delta"));
      this.report();
    } catch { /* no network: what is kept stays */ }
  }

  // No scanner any more: what it knows of the doors goes, what it has read stays until it is sent.
  async wipe() {
    this.pack = null;
    this.memory = new rules.Memory();
    await this.store.wipe();
    this.onUnpaired();
  }

  // How this telephone is, for the board of all scanners.
  async report() {
    // Not every browser tells.
    const battery = await navigator.getBattery?.().then((told) => Math.round(told.level * 100)).catch(() => undefined);
    await fetch(`${this.api}/health`, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ pack: this.pack.head.stamp, waiting: await this.store.count(), clock_error: this.clockError, version: VERSION, battery }),
    }).catch(() => {});
  }

  async keepClock(head, at) {
    this.offset = head.now - at / 1000;
    this.clockError = Math.abs(head.real_now - at / 1000) < 2 ? 0 : head.real_now - at / 1000;
    await this.store.put("offset", this.offset);
    await this.store.put("clockError", this.clockError);
    this.onClock(this.clockError);
  }

  // The verdict of the pack, and the scan as it is sent: stored before anybody sees a colour.
  async decide(sent, byHand, supervisor) {
    const now = this.now;
    const found = this.pack ? await rules.find(this.pack, sent.code) : null;
    const verdict = this.pack
      ? rules.judge(this.pack, { gate: sent.gate, found, direction: sent.direction, count: sent.count, now, byHand, supervisor }, this.memory.inside)
      : null;
    const whole = { ...sent, scanned_at: this.worldTime.toISOString() };
    if (verdict) whole.local = { verdict: verdict.verdict, reason: verdict.reason ?? "", pack: this.pack.head.stamp };
    await this.store.addScan(whole);
    this.onQueue(await this.store.count());
    return { whole, verdict, name: found?.name, at: now };
  }

  // Until when a supervisor works here, in seconds of the expo's time: as the server's page says, or as was kept of it.
  async shift(told) {
    const kept = told ?? await this.store.get("shift") ?? 0;
    const until = kept > this.now ? kept : 0;
    if (until !== kept || told !== undefined) await this.store.put("shift", until);
    return until;
  }

  // While its own request is on its way a scan is not sent a second time.
  during(id, asking) {
    this.asked.add(id);
    return asking.finally(() => this.asked.delete(id));
  }

  // What the server's answer moved, in the words of the own list.
  movement(own, answer) {
    const count = own.whole.count ?? 1;
    const moved = { admitted: answer.reason === "just_now" ? 0 : count, left: answer.reason === "not_in" ? 0 : -count };
    return { period: own.verdict?.period ?? "", moved: moved[answer.verdict] ?? 0 };
  }

  // This device let somebody pass, by its own verdict or the server's.
  async passed({ name, at }, verdict, gate) {
    if (!name || !this.pack || !verdict.period) return;
    const zone = this.pack.head.gates.find((each) => each.id === gate)?.zone;
    const row = this.memory.note(name, zone, gate, verdict, at);
    if (row) await this.store.putInside(row);
  }

  async settled(id) {
    await this.store.removeScan(id);
    this.onQueue(await this.store.count());
  }

  async send() {
    if (this.sending) return;
    this.sending = true;
    const known = await upload(this.store, this, this.asked).catch(() => true);  // it waits; the next round tries again
    this.sending = false;
    this.onQueue(await this.store.count());
    if (!known) await this.wipe();
  }

  // Somebody without a badge: kept, and that is the answer. It is sent when there is a network.
  async count(one) {
    await this.store.changeCounts((counts) => [...counts, { ...one, counted_at: this.worldTime.toISOString() }]);
    this.sendCounts();
  }

  async sendCounts() {
    if (this.sendingCounts) return;
    this.sendingCounts = true;
    const refused = await uploadCounts(this.store, this.api, this.refused).catch(() => []);  // the next round tries again
    this.sendingCounts = false;
    for (const id of refused) this.refused.add(id);
    if (refused.length) this.onRefused(this.refused.size);
  }

  // All that waits, for a stick or a mail, if this telephone never finds a network again.
  async asFile() {
    return new Blob([JSON.stringify({ scans: await this.store.scans(), counts: await this.store.counts() })], { type: "application/json" });
  }
}
