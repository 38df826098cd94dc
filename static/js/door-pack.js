/* The door pack on the device: judges a badge when the server is silent, by the rules of expo/checkin/verdicts.py.
   Nothing here touches the page or the network. tests/checkin/cases.json runs through both. */

const NAME = 8, ENTRY = 10;
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const SHAPE = /^[A-Z2-7]{32}$/;
const SEPARATORS = /[\s_.·\-\u2010-\u2015]+/g;
// What a reader that plays an American keyboard types on another one; see expo/badge/code.py.
const SLIPS = [
  ["", ""],
  ["YZ", "ZY"],
  ["AQZW?,É\"'(-È", "QAWZMM234567"],
  ["\"#¤%&/", "234567"],
  ["@#$%^&", "234567"],
  ["018", "OIB"],
  ["018", "OLB"],
];

// ---- reading a pack ----

export function parse(buffer) {
  const bytes = new Uint8Array(buffer);
  const length = new DataView(buffer).getUint32(0);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  let at = 4 + length;
  const entries = bytes.slice(at, at += head.count * ENTRY);
  for (const gate of head.gates) {
    for (const door of gate.doors ?? []) {
      if (door.roster === null) continue;
      door.names = new Set();
      for (const end = at + door.roster * NAME; at < end; at += NAME) door.names.add(hex(bytes.subarray(at, at + NAME)));
    }
  }
  return { head, entries, changed: new Map() };
}

// A delta over what the device has: the newer class of a badge counts.
export function merge(pack, delta) {
  const changed = new Map(pack.changed);
  for (let at = 0; at < delta.entries.length; at += ENTRY) {
    changed.set(hex(delta.entries.subarray(at, at + NAME)), classAt(delta, at));
  }
  return { head: { ...delta.head, classes: pack.head.classes }, entries: pack.entries, changed };
}

function classAt(pack, at) {
  return pack.head.classes[(pack.entries[at + NAME] << 8) | pack.entries[at + NAME + 1]];
}

function classOf(pack, name) {
  const changed = pack.changed.get(hex(name));
  if (changed) return changed;
  let low = 0, high = pack.entries.length / ENTRY - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const order = compare(pack.entries, middle * ENTRY, name);
    if (order === 0) return classAt(pack, middle * ENTRY);
    if (order < 0) low = middle + 1; else high = middle - 1;
  }
  return null;
}

function compare(entries, at, name) {
  for (let index = 0; index < NAME; index += 1) {
    const difference = entries[at + index] - name[index];
    if (difference) return difference;
  }
  return 0;
}

export function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// ---- reading a code ----

// {name, number, class}: the first way of reading it that the pack knows, else the plainest one.
export async function find(pack, text) {
  let plain = null;
  for (const code of readings(text)) {
    const body = decode(code).subarray(0, 12);
    const name = new Uint8Array(await crypto.subtle.digest("SHA-256", body)).subarray(0, NAME);
    const found = { name: hex(name), number: new DataView(body.buffer).getUint32(0), class: classOf(pack, name) };
    if (found.class) return found;
    plain ??= found;
  }
  return plain;
}

function readings(text) {
  if (text.length > 128) return [];
  const typed = text.replace(/\s+/g, "").toUpperCase();
  const found = SLIPS.map(([seen, meant]) => {
    const slipped = Array.from(typed, (sign) => (seen.includes(sign) ? meant[seen.indexOf(sign)] : sign)).join("");
    return slipped.replace(SEPARATORS, "");
  });
  return [...new Set(found)].filter((code) => SHAPE.test(code));
}

function decode(code) {
  const bytes = new Uint8Array(20);
  let held = 0, bits = 0, at = 0;
  for (const letter of code) {
    held = ((held << 5) | LETTERS.indexOf(letter)) & 0xfff;
    bits += 5;
    if (bits >= 8) { bits -= 8; bytes[at] = (held >> bits) & 255; at += 1; }
  }
  return bytes;
}

// ---- the verdict ----

/* `inside(name, zone, period)` tells {count, gate, at} of who this device knows to be in, or null. `now` is the expo's
   time in seconds. Answers {verdict, reason, period, moved, ...}; what is to be remembered is the caller's affair. */
export function judge(pack, { gate: gateId, found, direction = "in", count = 1, now, byHand = false, supervisor = false }, inside) {
  const gate = pack.head.gates.find((each) => each.id === gateId);
  const day = cityDay(pack.head, now);
  if (!gate) return say("refused", "unknown_gate", day);
  if (!found) return say("refused", "unknown_code", day);
  const badge = found.class;
  if (!badge) {
    return found.number > pack.head.high_water ? say("ask", "newer_than_list", day) : say("refused", "unknown_code", day);
  }
  const zone = gate.zone;
  if (direction === "out") return leave(found.name, zone, count, [day, ...periodsOn(gate)], inside) ?? say("left", "not_in", day);
  if (badge.state !== "active") return say("refused", badge.state, day);
  if (count > badge.size) return say("refused", "more_than_badge", day);
  let way = badge.blocked ? say("refused", "blocked", day) : gate.doors ? sessionDoor(pack.head, gate, badge, found.name, now, day) : zoneGate(zone, badge, now, day);
  // A steward decides where the door could only ask; a supervisor, whose name is known, where it said no.
  const period = way.occurrence ? `o${way.occurrence}` : day;
  if (way.verdict === "ask" && byHand) way = say("admitted", "let_in", period);
  if (way.verdict === "refused" && byHand && supervisor) way = say("admitted", "override", period);
  if (way.verdict !== "admitted") return way;
  const there = inside(found.name, zone, way.period);
  if (there && there.count + count > badge.size) {
    const again = there.gate === gateId && badge.size === 1 && Math.abs(now - there.at) <= pack.head.just_now;
    if (again) return say("admitted", "just_now", way.period);
    // Entering a zone leaves the one before: who has since gone in elsewhere comes back.
    if (badge.size === 1 && inside.since?.(found.name, gate.kin ?? [zone], there.at)) return { ...say("admitted", "came_back", way.period), back: true };
    return { ...say("already_in", "already_in", way.period), there };
  }
  return { ...way, moved: count, noted: badge.noted ?? false };
}

function say(verdict, reason, period, more = {}) {
  return { verdict, reason, period, moved: 0, ...more };
}

function zoneGate(zone, badge, now, day) {
  const spans = badge.opens.filter((span) => span[0] === zone);
  if (spans.some((span) => span[1] <= now && now < span[2])) return say("admitted", null, day);
  const coming = spans.filter((span) => span[1] > now);
  if (coming.length) return say("refused", "not_yet", day, { from: Math.min(...coming.map((span) => span[1])) });
  return say("refused", spans.length ? "expired" : "no_ticket", day);
}

function sessionDoor(head, gate, badge, name, now, day) {
  const on = gate.doors
    .filter((door) => door.starts < now + head.doors_open && door.ends > now)
    .sort((one, other) => Math.abs(one.starts - now) - Math.abs(other.starts - now));
  if (!on.length) return say("ask", "nothing_on", day);
  const claims = on.map((door) => claim(door, badge, name));
  const best = Math.max(...claims);
  const door = on[claims.indexOf(best)];
  if (best) return say("admitted", null, `o${door.occurrence}`, { title: door.title });
  // Only the server knows whether seats are left.
  if (door.admission === "ask" || door.admission === "book") return say("ask", door.admission === "ask" ? "ask" : "full", day, { title: door.title, occurrence: door.occurrence });
  const reason = { ticket: "no_ticket", invitation: "not_invited" }[door.admission] ?? "no_seat";
  return say("refused", reason, day, { title: door.title, occurrence: door.occurrence });
}

function claim(door, badge, name) {
  if (door.admission === "open") return 1;
  if (door.admission === "ticket") return badge.tickets.includes(door.conference) ? 2 : 0;
  return door.names?.has(name) ? 3 : 0;
}

function periodsOn(gate) {
  return (gate.doors ?? []).map((door) => `o${door.occurrence}`);
}

function leave(name, zone, count, periods, inside) {
  for (const period of periods) {
    const there = inside(name, zone, period);
    if (there && there.count >= count) return { ...say("left", null, period), moved: -count };
  }
  return null;
}

// The day somebody comes on: it ends when the night does.
export function cityDay(head, now) {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat("en-CA", {
      timeZone: head.time_zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", hourCycle: "h23",
    }).formatToParts(new Date(now * 1000)).map((part) => [part.type, part.value]),
  );
  const day = new Date(Date.UTC(Number(parts.year), Number(parts.month) - 1, Number(parts.day)));
  if (Number(parts.hour) < head.night_ends) day.setUTCDate(day.getUTCDate() - 1);
  return day.toISOString().slice(0, 10);
}

// ---- who this device knows to be in ----

// By badge, zone and period; plain rows, so that they can be kept.
export class Memory {
  constructor(rows = []) {
    this.rows = new Map(rows.map((row) => [row.key, row]));
    this.inside = (name, zone, period) => this.rows.get(`${name} ${zone} ${period}`) ?? null;
    this.inside.since = (name, kin, at) => [...this.rows.values()].some((row) =>
      row.key.startsWith(`${name} `) && row.count > 0 && row.at > at && !kin.includes(Number(row.key.split(" ")[1])));
  }

  // What a verdict changed. Answers the row, to be kept, or null.
  note(name, zone, gate, verdict, now) {
    if (!verdict.moved && !verdict.back) return null;
    const key = `${name} ${zone} ${verdict.period}`;
    const before = this.rows.get(key);
    const count = Math.max(0, (before?.count ?? 0) + verdict.moved);
    const row = verdict.moved > 0 || verdict.back ? { key, count, gate, at: now } : { ...before, key, count };
    this.rows.set(key, row);
    return row;
  }
}
