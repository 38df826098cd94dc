/* The scanner: reads by camera, by a reader that types, or by hand; asks the server; fills the screen with the
   verdict. Without this file the page is a plain form that does the same, one page at a time. */
import { startCamera } from "./door-camera.js";
import { start } from "./door-offline.js";
import { until } from "./door-shift.js";
import { signal, wake } from "./door-signals.js";

const stage = document.querySelector("[data-door]");
const main = stage.closest("main");
const say = stage.dataset;
const form = stage.querySelector("[data-typed]");
const input = form.querySelector("[name=code]");
const frame = stage.querySelector("[data-frame]");
const last = document.querySelector("[data-last]");
const line = document.querySelector("[data-line]");
const state = document.querySelector("[data-state]");
const keys = {
  idle: document.querySelector("[data-keys-idle]"),
  verdict: document.querySelector("[data-keys-verdict]"),
  camera: document.querySelector("[data-camera]"),
  type: document.querySelector("[data-type]"),
  torch: document.querySelector("[data-torch]"),
  next: document.querySelector("[data-next]"),
  save: document.querySelector("[data-save]"),
  letIn: document.querySelector("[data-let-in]"),
  undo: document.querySelector("[data-undo]"),
  standby: document.querySelector("[data-standby]"),
  count: document.querySelector("[data-by-hand]"),
};

const SHOWN_FOR = { in: 1600, ask: 6000, no: 6000 }; // milliseconds
const ALONE_AFTER = 800;                            // milliseconds that the server has before the own list speaks
const UNTIL_DECIDED = new Set(["ask", "conflict", "silent"]);
const LONGEST = 8000;                               // letters; no QR code holds more
const PATIENCE = 5000;                              // for one answer
const TRIES = 3;
const SAME_BADGE = 4000;                            // a badge that stays before the camera is one badge
const PAUSE_BETWEEN_KEYS = 400;                     // readers type faster than this, people slower

let away = null;                                    // what judges without network; null where the browser cannot
let shiftEnds = until(document) ?? 0;               // until then a supervisor works here
let queued = 0;
let refused = 0;                                    // counts by hand that the server does not take
let shown = "";                                     // the id of the scan whose verdict is on the screen
let camera = null;
let goBack = 0;
let busy = false;
const waiting = [];                                 // read while an answer was on its way
let seen = { code: "", at: 0 };

// ---- one scan ----

function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Plain http on another machine has no randomUUID: the same 122 random bits by hand.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

async function scan(code, byHand = "") {
  code = code.trim().slice(0, LONGEST);
  if (!code) return;
  if (busy) { waiting.push([code, byHand]); return; }
  busy = true;
  // The id is made once, here: however often it is sent, it is one scan.
  const sent = { id: newId(), code, gate: say.gate, direction: say.direction, scanned_at: new Date().toISOString(), count: howMany() };
  if (byHand) sent.override = { by: supervises() ? "supervisor" : "steward", reason: byHand };
  tell(say.saySending);
  try {
    // A badge read before the store is open waits for it: it is kept like any other.
    await opened;
    if (away) await judge(sent, byHand !== ""); else await askOnly(sent);
  } finally {
    busy = false;
    if (waiting.length) scan(...waiting.shift());
  }
}

// A group says how many come; the next badge is one again.
function howMany() {
  const people = form.querySelector("[data-people]");
  const count = Math.max(1, Math.min(999, Number(people?.value) || 1));
  if (people) { people.value = 1; people.closest("details").open = false; }
  return count;
}

// Without a store of its own the page can only ask, and says loudly when nobody answers.
async function askOnly(sent) {
  try {
    const answer = await ask(sent, TRIES);
    show(answer.verdict, answer, sent);
    tell(say.sayReady);
  } catch (fault) {
    show("silent", { message: fault.unpaired ? say.sayUnpaired : fault.told || say.saySilent }, sent);
    if (!fault.unpaired) tell(say.saySilent, true);
  }
}

// Stored first, then judged by both: the server's word counts, the own list's where it is silent too long.
async function judge(sent, byHand) {
  let own;
  try {
    own = await away.decide(sent, byHand, supervises());
  } catch {
    // A full or broken store: the server alone keeps this scan, and the screen is silent until it has.
    await askOnly(sent);
    tell(say.sayFull, true);
    return;
  }
  const asking = away.during(sent.id, ask(own.whole, 1));
  const silence = new Promise((resume) => setTimeout(resume, own.verdict ? ALONE_AFTER : PATIENCE, null));
  const first = await Promise.race([asking.catch((fault) => fault), silence]);
  if (first && !(first instanceof Error)) {
    await away.settled(sent.id);
    await away.passed(own, away.movement(own, first), sent.gate);
    show(first.verdict, first, sent);
  } else if (first?.final) {
    show("silent", { message: first.unpaired ? say.sayUnpaired : first.told }, sent);
  } else if (own.verdict) {
    await away.passed(own, own.verdict, sent.gate);
    show(own.verdict.verdict, { message: sentence(own.verdict), reason: own.verdict.reason, attention: own.verdict.noted ? JSON.parse(say.reasons).noted : "", local: true }, sent);
    if (!first) asking.then((answer) => tooLate(own, answer, sent), () => {});
  } else {
    show("silent", { message: say.sayNoList }, sent);
  }
  tellQueue();
}

// The server has answered after the own list: the scan is stored there. Who is still at the door sees its word.
async function tooLate(own, answer, sent) {
  await away.settled(sent.id);
  if (answer.verdict === own.verdict.verdict) return;
  if (shown === sent.id || shown === "") show(answer.verdict, answer, sent);
  else tell(say.sayOther, true);
}

// The own list's sentence, in the page's language.
function sentence(verdict) {
  const reasons = JSON.parse(say.reasons);
  const text = reasons[verdict.reason] ?? "";
  if (verdict.reason === "not_yet") return text.replace("{time}", new Date(verdict.from * 1000).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short", timeZone: say.zone }));
  return text.replace("{title}", verdict.title ?? "");
}

function tellQueue() {
  if (queued) tell((queued === 1 ? say.sayWaitingOne : say.sayWaiting).replace("{count}", queued), true); else tell(say.sayReady);
  keys.save.hidden = !queued && !refused;
}

async function ask(sent, tries) {
  for (let turn = 1; ; turn += 1) {
    try {
      const answer = await fetch(`${say.api}/scans`, {
        method: "POST",
        credentials: "same-origin",
        headers: { "Content-Type": "application/json", "Accept-Language": document.documentElement.lang },
        body: JSON.stringify(sent),
        signal: AbortSignal.timeout(PATIENCE),
      });
      const told = await answer.json();
      if (answer.ok) return told;
      if (answer.status < 500 && answer.status !== 429) {
        throw Object.assign(new Error(told.code), { told: told.detail, unpaired: answer.status === 401, final: true });
      }
      throw new Error(`status ${answer.status}`);
    } catch (fault) {
      if (fault.final || turn >= tries) throw fault;
      tell(say.sayAgain, true);
      await new Promise((resume) => setTimeout(resume, 300 * turn));
    }
  }
}

// ---- the verdict fills the screen ----

function show(name, answer, sent) {
  shown = sent.id;
  const template = document.querySelector(`template[data-verdict="${name}"]`);
  const kind = template.dataset.kind;
  const verdict = template.content.firstElementChild.cloneNode(true);
  const delegate = answer.delegate || {};
  write(verdict, ".name", delegate.name);
  write(verdict, ".category", delegate.ticket || delegate.category);
  write(verdict, ".why", answer.message);
  if (answer.attention) verdict.append(Object.assign(document.createElement("p"), { className: "attention", textContent: answer.attention }));
  if (answer.for_delegate) verdict.append(Object.assign(document.createElement("p"), { className: "local", lang: answer.for_delegate.language, dir: "auto", textContent: answer.for_delegate.message }));
  if (answer.local) verdict.append(Object.assign(document.createElement("p"), { className: "local", textContent: say.sayByList }));
  stage.querySelector(".verdict")?.remove();
  // Put in empty and filled after, so that screen readers speak it.
  stage.append(verdict);
  main.classList.remove("idle", "in", "ask", "no");
  main.classList.add(kind);
  input.blur();  // hidden, it would swallow what a reader types next
  form.hidden = frame.hidden = true;
  keys.idle.hidden = true;
  keys.verdict.hidden = false;
  // A steward decides where the door could only ask; a supervisor, with a reason, where it said no.
  keys.letIn.hidden = "kiosk" in say || !(name === "ask" || (supervises() && name === "refused" && !say.final.split(" ").includes(answer.reason)));
  keys.letIn.onclick = async () => {
    const why = name === "ask" ? "let in by hand" : await askWhy();
    if (why) scan(sent.code, why);
  };
  keys.undo.hidden = !(supervises() && !answer.local && (name === "admitted" || name === "left"));
  keys.undo.onclick = () => takeBack(sent);
  keys.standby.hidden = "kiosk" in say || !(name === "refused" && !answer.local && ["no_seat", "full"].includes(answer.reason));
  keys.standby.onclick = () => drawNumber(sent);
  keys.next.classList.toggle("one", keys.letIn.hidden && keys.undo.hidden && keys.standby.hidden);
  const word = verdict.querySelector(".word").textContent;
  const clock = (away ? new Date(away.now * 1000) : new Date()).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: say.zone });
  // The next guest at a kiosk does not read who came before.
  const who = delegate.name && !("kiosk" in say) ? `${delegate.name}, ` : "";
  last.textContent = `${say.sayLast}: ${who}${word.toLowerCase()}, ${clock}`;
  signal(kind);
  clearTimeout(goBack);
  if ("kiosk" in say || !UNTIL_DECIDED.has(name)) goBack = setTimeout(idle, answer.attention ? SHOWN_FOR.ask : SHOWN_FOR[kind]);
  if (kind === "in") refreshBar();
}

// Why somebody is let in against a rule. The verdict stays until it is said, or taken back.
function askWhy() {
  const dialog = document.querySelector("[data-why]");
  const answer = dialog.querySelector("input");
  clearTimeout(goBack);
  answer.value = dialog.returnValue = "";
  dialog.showModal();
  return new Promise((done) => dialog.addEventListener("close", () => done(dialog.returnValue === "in" ? answer.value.trim() : ""), { once: true }));
}

function post(path, body) {
  return fetch(`${say.api}/${path}`, {
    method: "POST",
    credentials: "same-origin",
    headers: { "Content-Type": "application/json", "Accept-Language": document.documentElement.lang },
    body: JSON.stringify(body),
  }).catch(() => null);
}

async function drawNumber(sent) {
  const answer = await post("standby", { gate: say.gate, code: sent.code });
  const told = await answer?.json().catch(() => null);
  if (answer?.ok) stage.querySelector(".verdict .why").textContent = (told.called ? say.sayCalled : say.sayNumber).replace("{number}", told.number);
  else tell(told?.detail ?? say.sayAgain, true);
  clearTimeout(goBack);
}

async function takeBack(sent) {
  const answer = await post(`scans/${sent.id}/undo`, { id: newId(), reason: "by mistake" });
  idle();
  tell(answer?.ok ? say.sayUndone : (await answer?.json().catch(() => null))?.detail ?? say.sayAgain, !answer?.ok);
  refreshBar();
}

function write(within, where, text) {
  const place = within.querySelector(where);
  if (text) place.textContent = text; else place.remove();
}

function idle() {
  clearTimeout(goBack);
  shown = "";
  stage.querySelector(".verdict")?.remove();
  main.classList.remove("in", "ask", "no");
  main.classList.add("idle");
  keys.idle.hidden = false;
  keys.verdict.hidden = true;
  reading(camera ? "camera" : "type");
}

function reading(how) {
  frame.hidden = how !== "camera";
  form.hidden = how === "camera";
  keys.camera.hidden = how === "camera";
  keys.type.hidden = how !== "camera";
  keys.torch.hidden = how !== "camera" || !camera?.hasTorch;
  input.value = "";
  if (how !== "camera") input.focus({ preventScroll: true });
}

function tell(text, loud = false) {
  state.textContent = text;
  line.classList.toggle("loud", loud);
}

// Without a store the page lives as long as the network: it is as true as the server's last word.
function supervises() { return (away?.now ?? 0) < shiftEnds; }

async function learnShift(page) {
  shiftEnds = (await away?.shift(until(page))) ?? until(page) ?? shiftEnds;
}

async function refreshBar() {
  try {
    const page = await fetch(location.href, { credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE) });
    if (!page.ok) return;
    const fresh = new DOMParser().parseFromString(await page.text(), "text/html");
    await learnShift(fresh);
    const bar = fresh.querySelector("header.gate");
    if (bar) document.querySelector("header.gate").replaceChildren(...bar.childNodes);
  } catch { /* the count waits for the next one */ }
}

// ---- typed, or read by a reader that types ----

form.addEventListener("submit", (event) => {
  event.preventDefault();
  event.stopPropagation();
  wake();
  const code = input.value;
  input.value = "";
  scan(code);
});

let typed = "";
let typedAt = 0;
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest?.("input, dialog")) return;
  const now = performance.now();
  if (now - typedAt > PAUSE_BETWEEN_KEYS) typed = "";
  typedAt = now;
  if (event.key === "Enter") {
    // Not the button that happens to have the focus: a reader ends its code with Enter.
    if (typed.length >= 8) { event.preventDefault(); scan(typed); }
    typed = "";
  } else if (event.key.length === 1) {
    typed += event.key;
    if (typed.length > 1 && event.key === " ") event.preventDefault();
  }
});

// ---- the camera ----

async function openCamera() {
  wake();
  try {
    camera = await startCamera(frame.querySelector(".view"), { reader: say.reader, wasm: say.wasm }, (code) => {
      const now = performance.now();
      const same = code === seen.code && now - seen.at < SAME_BADGE;
      seen = { code, at: now };
      if (!same) scan(code);
    });
    if (!main.classList.contains("idle")) return;
    reading("camera");
  } catch {
    tell(say.sayNoCamera, true);
    keys.camera.hidden = false;
  }
}

keys.camera.addEventListener("click", openCamera);
keys.type.addEventListener("click", () => { camera?.stop(); camera = null; reading("type"); });
keys.torch.addEventListener("click", async () => {
  keys.torch.setAttribute("aria-pressed", String(await camera.toggleTorch()));
});
keys.next.addEventListener("click", () => { seen = { code: "", at: 0 }; idle(); });
document.addEventListener("pointerdown", wake, { once: true });

// ---- people without a badge ----

let counted = 0;
keys.count.hidden = "kiosk" in say;
keys.count.addEventListener("click", async () => {
  const one = { id: newId(), gate: say.gate, people: say.direction === "out" ? -1 : 1, counted_at: new Date().toISOString() };
  const kept = away ? await away.count(one).then(() => true, () => false) : (await post("counts", one))?.ok;
  if (kept) counted += 1;
  tell(kept ? say.sayCounted.replace("{count}", counted) : say.saySilent, !kept);
});

// ---- without network ----

keys.save.addEventListener("click", async () => {
  const link = Object.assign(document.createElement("a"), { download: "scans.json", href: URL.createObjectURL(await away.asFile()) });
  link.click();
  URL.revokeObjectURL(link.href);
});

reading("type");
tell(say.sayReady);
const opened = start({
  api: say.api,
  language: document.documentElement.lang,
  onPack: () => { stage.dataset.pack = "ready"; },
  onQueue: (count) => { queued = count; if (!busy) tellQueue(); },
  onClock: (error) => { if (Math.abs(error) > 60) tell(say.sayClock, true); },
  onRefused: (count) => { refused = count; tellQueue(); tell(say.sayRefused.replace("{count}", count), true); },
  onUnpaired: () => { delete stage.dataset.pack; tell(say.sayUnpaired, true); },
}).then((made) => { away = made; return learnShift(document); }).catch(() => {});
navigator.serviceWorker?.register(say.worker, { scope: say.scope }).catch(() => {});
setInterval(refreshBar, 60000);
// Who allowed the camera before need not ask for it after each reload.
navigator.permissions?.query({ name: "camera" }).then((camera_) => {
  if (camera_.state === "granted") openCamera();
}).catch(() => {});
