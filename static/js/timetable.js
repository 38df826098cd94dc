/* The timetable editor: what is on the page can be picked up, by mouse or by keyboard, moved, and put down. The server
   says where it cannot be (once, when it is picked up) and what a place would do to people (wherever it rests). Without
   this script every session is a link to a form that does the same. */
(() => {
  "use strict";
  const STEP = 5;
  let editor, grid, words;
  let held = null;             // {items, of, shut, mode, moved, seen}
  let asking = 0;              // the newest question about what a place would do
  const chosen = new Set();    // codes

  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("spoken").textContent = ""; requestAnimationFrame(() => { $("spoken").textContent = text; }); };
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  const from = () => Number(grid.dataset.from), till = () => Number(grid.dataset.till);
  const lines = () => [...grid.querySelectorAll(".line")];
  const line = (room) => lines().find((one) => one.dataset.room === room);
  const clock = (minutes) => {
    const hour = grid.querySelectorAll(".hour")[Math.floor(minutes / 60) - from() / 60];
    const name = hour ? hour.textContent.slice(0, 2) : String(Math.floor(minutes / 60) % 24).padStart(2, "0");
    return `${name}:${String(((minutes % 60) + 60) % 60).padStart(2, "0")}`;
  };
  const roomName = (room) => line(room)?.nextElementSibling.querySelector("b").textContent ?? "";
  const where = (one) => `${roomName(one.room)}, ${fill(words.to, { from: clock(one.at), to: clock(one.at + one.minutes) })}`;
  const title = (element) => element.querySelector("b").textContent;

  /* Placement classes are the sheet's own: no style is written by script. */
  const place = (element, one) => {
    element.className = element.className.replace(/\b(k|at|to)-\S+/g, "").replace(/\s+/g, " ").trim();
    const classes = [`k-${line(one.room).dataset.k}`];
    for (const [name, minutes] of [["at", Math.max(from(), one.at)], ["to", Math.min(till(), one.at + one.minutes)]]) {
      classes.push(`${name}-${Math.floor(minutes / 60)}`);
      if (minutes % 60) classes.push(`${name}-m${minutes % 60}`);
    }
    element.classList.add(...classes);
  };

  const send = async (url, body) => {
    const answer = await fetch(url, body === undefined ? { cache: "no-store" } : {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
    if (!(answer.headers.get("Content-Type") || "").includes("json")) throw new Error(answer.status);
    return { ok: answer.ok, status: answer.status, said: await answer.json() };
  };

  const body = (reason) => ({
    day: editor.dataset.day, reason,
    moves: held.items.map((one) => ({ code: one.code, at: one.now.at, minutes: one.now.minutes, room: one.now.room, version: one.version })),
  });

  /* ---- picking up ---- */
  const pickUp = (element, mode) => {
    const codes = chosen.has(element.dataset.code) && mode !== "size" ? [...chosen] : [element.dataset.code];
    const first = lines()[0];
    if (!first) return;
    held = {
      mode, moved: false, shut: [], seen: null, items: codes.map((code) => {
        const own = document.querySelector(`#editor [data-code="${CSS.escape(code)}"]`);
        const fresh = !own.dataset.room;
        const was = fresh ? null : { at: Number(own.dataset.at), minutes: Number(own.dataset.minutes), room: own.dataset.room };
        const now = was ? { ...was } : { at: Math.max(from(), 9 * 60), minutes: Number(own.dataset.minutes), room: first.dataset.room };
        return { code, own, was, now, version: Number(own.dataset.version), element: fresh ? ghost(own) : own };
      }),
    };
    held.of = held.items.find((one) => one.code === element.dataset.code);
    for (const one of held.items) {
      one.element.classList.add("held");
      if (!one.was) place(one.element, one.now);
      else { const left = one.element.cloneNode(true); left.classList.remove("held"); left.classList.add("was"); left.removeAttribute("data-code"); left.removeAttribute("href"); left.setAttribute("aria-hidden", "true"); one.element.after(left); one.left = left; }
    }
    $("hand").hidden = false;
    $("hand-form").href = held.of.own.href;
    $("hand-out").hidden = held.items.length > 1 || !held.of.was;
    $("hand-reason").hidden = true;
    held.of.element.focus({ preventScroll: true });
    show();
    say(fill(words.held, { what: title(held.of.own), where: where(held.of.now) }));
    if (held.items.length === 1) shade(held.of.code);
  };

  const ghost = (own) => {
    const element = document.createElement("a");
    element.className = `placed ${[...own.parentElement.classList].join(" ")}`;
    element.href = own.href;
    element.dataset.ghost = own.dataset.code;
    const name = document.createElement("b");
    name.textContent = title(own);
    const at = document.createElement("span");
    element.append(name, at);
    grid.append(element);
    return element;
  };

  const shade = async (code) => {
    const mine = held;
    try {
      const { said, ok } = await send(`${editor.dataset.shut.replace("CODE", encodeURIComponent(code))}?day=${editor.dataset.day}`);
      if (held !== mine || !ok) return;
      held.shut = said.shut;
    } catch { return; }
    for (const one of held.shut) {
      const begins = Math.max(from(), Math.floor(one.from / STEP) * STEP), ends = Math.min(till(), Math.ceil(one.to / STEP) * STEP);
      if (ends <= begins || one.why === "") continue;
      for (const row of one.room === null ? lines() : [line(one.room)]) {
        if (!row) continue;
        const element = document.createElement("div");
        element.className = `shut now ${one.level}`;
        const text = document.createElement("span");
        text.textContent = one.why;
        element.append(text);
        place(element, { room: row.dataset.room, at: begins, minutes: ends - begins });
        grid.append(element);
      }
    }
    tellPlace();
  };

  const illegal = () => held.shut.filter((one) => one.level !== "warn" && (one.room === null || one.room === held.of.now.room)
    && one.from < held.of.now.at + held.of.now.minutes && one.to > held.of.now.at).map((one) => one.why);

  /* ---- while it is in the hand ---- */
  const shift = (minutes, rows, longer = 0) => {
    const all = lines().map((one) => one.dataset.room);
    const fits = held.items.every((one) => {
      const row = all.indexOf(one.now.room) + rows;
      return row >= 0 && row < all.length && one.now.at + minutes >= 0 && one.now.minutes + longer >= STEP;
    });
    if (!fits || !(minutes || rows || longer)) return;
    for (const one of held.items) {
      one.now.at += minutes; one.now.minutes += longer; one.now.room = all[all.indexOf(one.now.room) + rows];
      place(one.element, one.now);
    }
    held.moved = true;
    show();
    tellPlace();
  };

  const show = () => {
    const bad = illegal();
    $("hand-where").textContent = `${title(held.of.own)}: ${held.of.was ? `${where(held.of.was)} → ` : ""}${where(held.of.now)}${bad.length ? ` (${[...new Set(bad)].join(", ")})` : ""}`;
    held.of.element.classList.toggle("bad", bad.length > 0);
    const at = held.of.element.querySelector(".when") || held.of.element.querySelector("span");
    if (at) at.textContent = `${clock(held.of.now.at)}–${clock(held.of.now.at + held.of.now.minutes)}`;
  };

  let timer = 0;
  const tellPlace = () => {
    clearTimeout(timer);
    timer = setTimeout(() => foresee(true), 220);
  };

  const foresee = async (aloud) => {
    const mine = held, number = ++asking;
    if (!mine) return null;
    try {
      const { ok, said } = await send(editor.dataset.impact, body(""));
      if (held !== mine || number !== asking) return null;
      if (!ok) { told(said); return null; }
      mine.seen = JSON.stringify(body(""));
      mine.foreseen = said;
      tell(said);
      if (aloud) say([where(mine.of.now), ...new Set(illegal()), said.headline, ...said.clashes.slice(0, 3).map((one) => one.message)].join(". "));
      return said;
    } catch { say(words.lost); return null; }
  };

  const tell = (said) => {
    $("hand-head").textContent = said.headline;
    const more = [...said.clashes.slice(0, 5).map((one) => [`${one.level === "warn" ? words.warn : words.clash}: ${one.message}`, one.level]), ...said.details.map((text) => [text, ""])];
    $("hand-more").replaceChildren(...more.map(([text, level]) => { const item = document.createElement("li"); item.textContent = text; if (level) item.className = level; return item; }));
  };

  /* ---- putting down ---- */
  const putBack = (quiet) => {
    if (!held) return;
    for (const one of held.items) {
      one.left?.remove();
      one.element.classList.remove("held", "bad");
      if (one.was) place(one.element, one.was); else one.element.remove();
    }
    const own = held.of.own;
    let at = held.of.was && own.querySelector(".when");
    if (at) at.textContent = `${clock(held.of.was.at)}–${clock(held.of.was.at + held.of.was.minutes)}`;
    grid.querySelectorAll(".shut.now").forEach((one) => one.remove());
    held = null;
    $("hand").hidden = true;
    own.focus({ preventScroll: true });
    if (!quiet) say(words.back);
  };

  const told = (said) => {
    $("hand-head").textContent = said.message;
    const list = said.clashes || [];
    $("hand-more").replaceChildren(...list.map((one) => { const item = document.createElement("li"); item.textContent = one.message; return item; }));
    if (said.code === "clash" && list.every((one) => one.keepable)) {
      $("hand-reason").hidden = false;
      $("hand-reason").querySelector("input").focus();
    }
    if (said.code === "moved_meanwhile") { held.of.version = said.version; $("hand-drop").textContent = words.anyway; }
    say([said.message, ...list.map((one) => one.message)].join(". "));
  };

  const drop = async (sure) => {
    if (!held) return;
    if (!held.moved && held.of.was) return putBack();
    // People are read about before they are moved: the second press, or nobody to read about.
    const mine = held;
    if (!sure || mine.seen !== JSON.stringify(body(""))) {
      const said = await foresee(false);
      if (!said || held !== mine) return;
      if (said.asks) {
        if (said.clashes.some((one) => one.level === "block") && said.clashes.every((one) => one.level !== "block" || one.keepable)) $("hand-reason").hidden = false;
        say([said.headline, ...said.clashes.map((one) => one.message), words.drop].join(". "));
        $("hand-drop").focus();
        return;
      }
    }
    await save(body($("hand-reason").querySelector("input").value));
  };

  const save = async (wanted) => {
    const mine = held;
    try {
      const { ok, said } = await send(editor.dataset.moves, wanted);
      if (!ok) return told(said);
      const text = wanted.moves[0].room === null ? words.out : fill(words.moved, { where: where(mine.of.now) });
      const codes = mine.items.map((one) => one.code);
      held = null;
      chosen.clear();
      await renew(codes);
      say(text);
    } catch { say(words.lost); $("hand-head").textContent = words.lost; }
  };

  const renew = async (codes) => {
    const address = new URL(location.href);
    address.searchParams.set("moved", codes.join(","));
    const frame = document.querySelector(".timetable-frame"), left = frame.scrollLeft, top = frame.scrollTop;
    const page = new DOMParser().parseFromString(await (await fetch(address, { cache: "no-store" })).text(), "text/html");
    history.replaceState(null, "", address);
    editor.replaceWith(document.importNode(page.getElementById("editor"), true));
    begin();
    document.querySelector(".timetable-frame").scrollTo(left, top);
    document.querySelector(`#editor [data-code="${CSS.escape(codes[0])}"]`)?.focus({ preventScroll: true });
  };

  /* ---- mouse, pen and finger ---- */
  let pressed = null;
  const unit = () => { const box = lines()[0].getBoundingClientRect(); return box.width / ((till() - from()) / STEP); };

  const down = (event) => {
    const element = event.target.closest("#editor [data-code]");
    if (!element || event.button || held) return;
    if (event.ctrlKey || event.metaKey) return;
    const box = element.getBoundingClientRect();
    const edge = element.dataset.room && box.right - event.clientX < 10;
    pressed = { element, x: event.clientX, y: event.clientY, id: event.pointerId, size: edge, touch: event.pointerType === "touch" };
  };

  const move = (event) => {
    if (!pressed || event.pointerId !== pressed.id) return;
    if (!held) {
      if (pressed.touch || Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) < 5) return;   // fingers scroll; the link is theirs
      pickUp(pressed.element, pressed.size ? "size" : "move");
      if (!held) return;
      pressed.grip = held.of.was ? { ...held.of.was } : null;
      editor.setPointerCapture(event.pointerId);
      document.body.classList.add("dragging");
    }
    event.preventDefault();
    if (held.mode === "size") {
      const longer = Math.round((event.clientX - pressed.x) / unit()) * STEP;
      shift(0, 0, pressed.grip.minutes + longer - held.of.now.minutes);
      return;
    }
    const under = document.elementsFromPoint(event.clientX, event.clientY).find((one) => one.classList.contains("line"));
    if (!under) return;
    const box = under.getBoundingClientRect();
    const column = pressed.grip ? pressed.grip.at + Math.round((event.clientX - pressed.x) / unit()) * STEP
      : from() + Math.round((event.clientX - box.left) / unit()) * STEP;
    shift(column - held.of.now.at, Number(under.dataset.k) - Number(line(held.of.now.room).dataset.k));
  };

  const up = (event) => {
    if (!pressed || event.pointerId !== pressed.id) return;
    const dragged = held && document.body.classList.contains("dragging");
    document.body.classList.remove("dragging");
    pressed = null;
    if (dragged) { swallow = true; setTimeout(() => { swallow = false; }, 0); drop(false); }
  };

  let swallow = false;
  const click = (event) => {
    const element = event.target.closest("#editor [data-code], #editor [data-ghost]");
    if (!element) return;
    if (swallow || held) { event.preventDefault(); return; }
    if (event.ctrlKey || event.metaKey) { event.preventDefault(); choose(element); }
  };

  const choose = (element) => {
    if (!element.dataset.room) return;
    const on = !chosen.delete(element.dataset.code);
    if (on) chosen.add(element.dataset.code);
    element.classList.toggle("chosen", on);
    say(fill(words.chosen, { n: chosen.size }));
  };

  /* ---- keyboard ---- */
  const keys = (event) => {
    if (event.target.matches("input, select, textarea")) { if (event.key === "Escape" && held) putBack(); return; }
    const element = event.target.closest("#editor [data-code], #editor [data-ghost]");
    if (!held) {
      if (!element) return;
      if (event.key === " ") { event.preventDefault(); pickUp(element, "keys"); }
      else if (event.key === "x") choose(element);
      return;
    }
    if (event.key === "Escape") { event.preventDefault(); putBack(); return; }
    if (!element) return;
    const far = event.shiftKey ? 30 : STEP;
    const done = {
      ArrowLeft: () => shift(-far, 0), ArrowRight: () => shift(far, 0), ArrowUp: () => shift(0, -1), ArrowDown: () => shift(0, 1),
      "[": () => shift(0, 0, -STEP), "]": () => shift(0, 0, STEP), Enter: () => drop(false), " ": () => drop(false),
    }[event.key];
    if (done) { event.preventDefault(); done(); held?.of.element.scrollIntoView({ block: "nearest", inline: "nearest" }); }
  };

  const begin = () => {
    editor = $("editor");
    grid = editor?.querySelector(".timetable");
    if (!grid) return;
    words = JSON.parse(editor.dataset.words);
    editor.classList.add("scripted");
    editor.addEventListener("pointerdown", down);
    editor.addEventListener("pointermove", move);
    editor.addEventListener("pointerup", up);
    editor.addEventListener("pointercancel", () => { pressed = null; document.body.classList.remove("dragging"); putBack(); });
    editor.addEventListener("click", click);
    editor.addEventListener("keydown", keys);
    editor.addEventListener("dragstart", (event) => event.preventDefault());
    $("hand-drop").addEventListener("click", () => drop(true));
    $("hand-back").addEventListener("click", () => putBack());
    $("hand-out").addEventListener("click", () => save({ ...body(""), moves: held.items.map((one) => ({ code: one.code, room: null, version: one.version })) }));
  };
  begin();
})();
