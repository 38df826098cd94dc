/* Favourites. Strangers keep theirs in this browser: their pages are the same for all, so this marks what is kept.
   Whoever is signed in keeps them with us, by forms that work without; this only spares them the new page. */
(() => {
  "use strict";
  const told = document.currentScript.dataset, signedIn = "merge" in told;
  const shelf = `expo.favourites.${told.expo}`, MOST = 300;
  const all = (what, where = document) => [...where.querySelectorAll(what)];

  const kept = () => {
    try {
      const list = JSON.parse(localStorage.getItem(shelf) || "[]");
      return Array.isArray(list) ? list.filter((code) => typeof code === "string" && /^[^,]{1,60}$/.test(code)).slice(0, MOST) : [];
    } catch { return []; }
  };
  const keep = (codes) => {
    const list = [...new Set(codes)].sort();
    if (list.length > MOST) { say(told.full); return false; }
    try { localStorage.setItem(shelf, JSON.stringify(list)); } catch { say(told.full); return false; }
    show();
    return true;
  };

  // One quiet line at the foot of the screen, read out by screen readers.
  let line;
  const say = (text, address) => {
    if (!line) {
      line = document.createElement("p");
      line.className = "told";
      line.setAttribute("role", "status");
      document.body.append(line);
    }
    clearTimeout(line.timer);
    const words = document.createElement(address ? "a" : "span");
    words.textContent = text;
    if (address) words.href = address;
    line.replaceChildren(words);
    line.timer = setTimeout(() => line.replaceChildren(), 6000);
  };

  // A heart at each row, for strangers; the codes stand in the addresses of the rows.
  const heart = (code, of) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "keep";
    button.dataset.code = code;
    button.innerHTML = '<svg class="icon" aria-hidden="true"><use></use></svg><span></span>';
    button.querySelector("use").setAttribute("href", told.icon);
    button.lastChild.textContent = told.word;
    if (of) {
      button.lastChild.className = "vh";
      button.lastChild.textContent += `: ${of}`;
    }
    return button;
  };
  const dress = (where) => {
    if (signedIn) return;
    for (const row of all(".row:not(.private)", where)) {
      const title = row.querySelector(".row-title a");
      if (row.querySelector(".keep") || !title || !title.pathname.startsWith(told.sessions)) continue;
      const code = decodeURIComponent(title.pathname.slice(told.sessions.length));
      if (row.classList.contains("ended") && !row.closest(".noted")) continue;
      const starts = row.querySelector(".starts");
      const button = heart(code, title.textContent + (starts ? `, ${starts.textContent.trim()}` : ""));
      row.insertBefore(button, row.querySelector(".row-note"));
    }
    for (const place of all("[data-keep]:empty:not(script)", where)) place.append(heart(place.dataset.keep));
    for (const button of all("[data-keep-these]", where)) button.hidden = false;
  };
  const count = (number) => all("[data-kept]").forEach((place) => { place.textContent = number; place.hidden = !number; });
  const show = () => {
    if (signedIn) return;
    const list = new Set(kept());
    for (const button of all("button.keep[data-code]")) button.setAttribute("aria-pressed", list.has(button.dataset.code));
    count(list.size);
  };

  // The page of favourites: made by the server for the codes that are kept here.
  const place = document.querySelector("#kept-list");
  const fetched = async () => {
    const address = signedIn ? told.list : `${told.list}?codes=${kept().map(encodeURIComponent).join(",")}`;
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(answer.status);
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  };
  const wake = (where) => all("[data-copy][hidden]", where).forEach((button) => { button.hidden = false; });
  const fill = async () => {
    if (!place || signedIn) return;
    const none = place.querySelector("[data-none]");
    if (!kept().length) { if (none) none.hidden = false; return; }
    try {
      const page = await fetched();
      place.replaceChildren(...page.querySelector("#kept-list").childNodes);
      if (place.querySelector("[data-none]")) place.querySelector("[data-none]").hidden = false;
      wake(place); dress(place); show();
    } catch { say(told.gone); }
  };
  // What is handed on is the list as it is: rows that were taken away stay, so that one can think again.
  const handOn = async () => {
    const old = place && place.querySelector("#handed-on");
    if (!old) return;
    try {
      const fresh = (await fetched()).querySelector("#handed-on");
      old.hidden = !fresh;
      if (fresh) { old.replaceWith(fresh); wake(fresh); }
    } catch { say(told.gone); }
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button.keep[data-code], [data-keep-these]");
    if (!button) return;
    const list = kept();
    if (button.dataset.keepThese) {
      if (keep([...list, ...button.dataset.keepThese.split(",")])) location.assign(told.list);
      return;
    }
    const code = button.dataset.code, had = list.includes(code);
    if (!keep(had ? list.filter((each) => each !== code) : [...list, code])) return;
    if (!had && !place) say(told.kept, told.list);
    handOn();
  });

  // Signed in: the form goes without a new page, and as a form where that fails.
  document.addEventListener("submit", async (event) => {
    const form = event.target, button = form.querySelector("button.keep");
    if (!button || !form.matches(".keep-form")) return;
    event.preventDefault();
    const wanted = button.value === "1", said = new FormData(form);
    said.set("keep", button.value);
    said.set("quiet", "1");
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(said), redirect: "manual" });
      if (answer.status !== 204) { form.submit(); return; }
      for (const other of all(".keep-form")) {
        if (other.elements.occurrence.value !== said.get("occurrence")) continue;
        const twin = other.querySelector("button.keep");
        twin.setAttribute("aria-pressed", wanted);
        twin.value = wanted ? "0" : "1";
      }
      if (wanted && !place) say(told.kept, told.list);
      handOn();
    } catch { say(told.gone); } finally { delete form.dataset.sent; }
  });

  // After signing in, what this browser kept goes to the account, once; what cannot be sent stays until it can.
  const merge = async () => {
    const list = kept();
    if (!signedIn || !list.length) return;
    try {
      const answer = await fetch(told.merge, { method: "POST", body: new URLSearchParams({ codes: list.join(","), quiet: "1" }), redirect: "manual" });
      if (answer.status !== 204) return;
      localStorage.removeItem(shelf);
      if (document.querySelector("#kept-list, .agenda-page")) { location.reload(); return; }
      for (const form of all(".keep-form")) {
        if (!list.includes(form.elements.occurrence.value)) continue;
        form.querySelector("button.keep").setAttribute("aria-pressed", "true");
        form.querySelector("button.keep").value = "0";
      }
      say(told.merged, told.list);
    } catch { /* no network: next time */ }
  };

  dress(document);
  show();
  fill();
  merge();
  addEventListener("online", merge);
  addEventListener("storage", (event) => { if (event.key === shelf) show(); });
  addEventListener("pageshow", (event) => { if (event.persisted) show(); });
})();
