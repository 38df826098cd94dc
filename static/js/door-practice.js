/* Practice: the scanner's own rules on made-up badges. This page knows no network (its policy forbids any), so whatever
   is pressed here can never be a real scan. */
import * as rules from "./door-pack.js";
import { signal } from "./door-signals.js";

const stage = document.querySelector("[data-practice]");
const main = stage.closest("main");
const line = document.querySelector("[data-line]");
const reasons = JSON.parse(stage.dataset.reasons);
const network = document.querySelector("[data-network]");
const SHOWN_FOR = 4000;

const now = () => Date.now() / 1000;
const day = 24 * 3600;
const opens = [[1, now() - day, now() + day]];
const active = (size, spans) => ({ state: "active", size, opens: spans, tickets: [] });
const BADGES = {
  ticket: { name: "ticket", number: 1, class: active(1, opens) },
  group: { name: "group", number: 2, class: active(5, opens) },
  tomorrow: { name: "tomorrow", number: 3, class: active(1, [[1, now() + day, now() + 2 * day]]) },
  replaced: { name: "replaced", number: 4, class: { state: "replaced" } },
  blocked: { name: "blocked", number: 5, class: { ...active(1, opens), blocked: true } },
  stranger: null,
  newer: { name: "newer", number: 900, class: null },
};
const head = {
  gates: [{ id: "practice", zone: 1, kin: [1] }], high_water: 100, time_zone: "Europe/Stockholm", night_ends: 4, doors_open: 1800, just_now: 10,
};
const memory = new rules.Memory();
let online = true;
let waiting = 0;
let goBack = 0;

function scan(key) {
  const found = BADGES[key];
  const verdict = rules.judge({ head }, { gate: "practice", found, now: now() }, memory.inside);
  if (found) memory.note(found.name, 1, "practice", verdict, now());
  if (!online) waiting += 1;
  show(verdict);
  tell();
}

function show(verdict) {
  const template = document.querySelector(`template[data-verdict="${verdict.verdict}"]`);
  const shown = template.content.firstElementChild.cloneNode(true);
  const why = shown.querySelector(".why");
  const text = (reasons[verdict.reason] ?? "").replace("{time}", verdict.from ? new Date(verdict.from * 1000).toLocaleString(document.documentElement.lang) : "");
  if (text) why.textContent = text; else why.remove();
  stage.querySelector(".verdict")?.remove();
  stage.append(shown);
  main.classList.remove("idle", "in", "ask", "no");
  main.classList.add(template.dataset.kind);
  signal(template.dataset.kind);
  clearTimeout(goBack);
  goBack = setTimeout(() => { shown.remove(); main.classList.remove("in", "ask", "no"); main.classList.add("idle"); }, SHOWN_FOR);
}

function tell() {
  line.classList.toggle("loud", !online);
  line.querySelector("[data-state]").textContent = waiting ? (waiting === 1 ? stage.dataset.sayWaitingOne : stage.dataset.sayWaiting).replace("{count}", waiting) : stage.dataset.saySent;
  network.textContent = online ? stage.dataset.sayOn : stage.dataset.sayOff;
}

for (const button of document.querySelectorAll("[data-badge]")) {
  button.disabled = false;
  button.addEventListener("click", () => scan(button.dataset.badge));
}
network.disabled = false;
network.addEventListener("click", () => {
  online = !online;
  if (online) waiting = 0;
  tell();
});
