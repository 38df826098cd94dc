/* The scanner: reads by camera, by a reader that types, or by hand; asks the server; fills the screen with the
   verdict. Without this file the page is a plain form that does the same, one page at a time. */
import { startCamera } from "./door-camera.js";
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
  letIn: document.querySelector("[data-let-in]"),
};

const SHOWN_FOR = { in: 1600, ask: 6000, no: 6000 }; // milliseconds
const UNTIL_DECIDED = new Set(["ask", "conflict", "silent"]);
const PATIENCE = 5000;                              // for one answer
const TRIES = 3;
const SAME_BADGE = 4000;                            // a badge that stays before the camera is one badge
const PAUSE_BETWEEN_KEYS = 400;                     // readers type faster than this, people slower

let camera = null;
let goBack = 0;
let busy = false;
let waiting = null;                                 // read while an answer was on its way
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

async function scan(code, byHand = false) {
  code = code.trim();
  if (!code) return;
  if (busy) { waiting = code; return; }
  busy = true;
  // The id is made once, here: however often it is sent, it is one scan.
  const sent = { id: newId(), code, gate: say.gate, direction: say.direction, scanned_at: new Date().toISOString() };
  if (byHand) sent.override = { by: "steward", reason: "let in by hand" };
  tell(say.saySending);
  try {
    const answer = await ask(sent);
    show(answer.verdict, answer, code);
    tell(say.sayReady);
  } catch (fault) {
    if (fault.unpaired) { show("silent", { message: say.sayUnpaired }, code); return; }
    show("silent", { message: fault.told || say.saySilent }, code);
    tell(say.saySilent, true);
  } finally {
    busy = false;
    const next = waiting;
    waiting = null;
    if (next) scan(next);
  }
}

async function ask(sent) {
  for (let tries = 1; ; tries += 1) {
    try {
      const answer = await fetch(say.api, {
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
      if (fault.final || tries === TRIES) throw fault;
      tell(say.sayAgain, true);
      await new Promise((resume) => setTimeout(resume, 300 * tries));
    }
  }
}

// ---- the verdict fills the screen ----

function show(name, answer, code) {
  const template = document.querySelector(`template[data-verdict="${name}"]`);
  const kind = template.dataset.kind;
  const verdict = template.content.firstElementChild.cloneNode(true);
  const delegate = answer.delegate || {};
  write(verdict, ".name", delegate.name);
  write(verdict, ".category", delegate.ticket || delegate.category);
  write(verdict, ".why", answer.message);
  stage.querySelector(".verdict")?.remove();
  // Put in empty and filled after, so that screen readers speak it.
  stage.append(verdict);
  main.classList.remove("idle", "in", "ask", "no");
  main.classList.add(kind);
  input.blur();  // hidden, it would swallow what a reader types next
  form.hidden = frame.hidden = true;
  keys.idle.hidden = true;
  keys.verdict.hidden = false;
  keys.letIn.hidden = name !== "ask";
  keys.letIn.onclick = () => { scan(code, true); };
  keys.next.classList.toggle("one", keys.letIn.hidden);
  const word = verdict.querySelector(".word").textContent;
  const clock = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  last.textContent = `${say.sayLast}: ${delegate.name ? delegate.name + ", " : ""}${word.toLowerCase()}, ${clock}`;
  signal(kind);
  clearTimeout(goBack);
  if (!UNTIL_DECIDED.has(name)) goBack = setTimeout(idle, SHOWN_FOR[kind]);
  if (kind === "in") refreshBar();
}

function write(within, where, text) {
  const place = within.querySelector(where);
  if (text) place.textContent = text; else place.remove();
}

function idle() {
  clearTimeout(goBack);
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

async function refreshBar() {
  try {
    const page = await fetch(location.href, { credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE) });
    if (!page.ok) return;
    const bar = new DOMParser().parseFromString(await page.text(), "text/html").querySelector("header.gate");
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
  if (event.ctrlKey || event.altKey || event.metaKey || event.target === input) return;
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

reading("type");
tell(say.sayReady);
setInterval(refreshBar, 60000);
// Who allowed the camera before need not ask for it after each reload.
navigator.permissions?.query({ name: "camera" }).then((camera_) => {
  if (camera_.state === "granted") openCamera();
}).catch(() => {});
