/* Small comforts; every page works without. */
(() => {
  "use strict";
  const all = (what, where = document) => [...where.querySelectorAll(what)];

  // The chosen day stands in the middle of the strip.
  for (const strip of all(".days")) {
    const day = strip.querySelector("[aria-current]") || strip.querySelector(".today a");
    if (day && strip.scrollWidth > strip.clientWidth) {
      const gap = day.getBoundingClientRect().left - strip.getBoundingClientRect().left;
      strip.scrollLeft += gap - (strip.clientWidth - day.offsetWidth) / 2;
    }
  }

  // A form that came back: its list of problems is read first.
  const problems = document.querySelector("[data-focus]");
  if (problems) problems.focus();

  // Filters act when they are ticked: <form data-auto>. Who did it by keyboard finds the focus there on the new page.
  const ticked = `expo.ticked.${location.pathname}`;
  for (const form of all("form[data-auto]")) {
    form.addEventListener("change", ({ target }) => {
      if (!target.matches("input[type=checkbox], input[type=radio], select")) return;
      const mark = target.matches("select") ? [target.name] : [target.name, target.value];
      try { if (target.matches(":focus-visible")) sessionStorage.setItem(ticked, JSON.stringify(mark)); } catch { /* not kept */ }
      form.requestSubmit();
    });
    try {
      const [name, value] = JSON.parse(sessionStorage.getItem(ticked) || "[]");
      const again = [...form.elements].find((field) => field.name === name && (value === undefined || field.value === value));
      if (name && again) { sessionStorage.removeItem(ticked); again.focus(); }
    } catch { /* not kept */ }
  }
  // What was not asked for stays out of the address of the programme.
  for (const form of all("form.filters")) {
    form.addEventListener("formdata", ({ formData }) => {
      for (const name of new Set(formData.keys())) if (formData.getAll(name).every((value) => value === "")) formData.delete(name);
    });
  }

  // Buttons that only a script can serve are there only with it.
  for (const button of all("[data-print][hidden], [data-copy][hidden]")) button.hidden = false;

  // One press is enough: a second one while the answer is on its way does nothing.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if ((form.method || "get") !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 8000);
  });
  addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => delete form.dataset.sent));

  // What cannot be undone asks once: <form data-confirm="Sentence">.
  document.addEventListener("submit", (event) => {
    const form = event.target, sentence = form.dataset.confirm;
    if (sentence && !confirm(sentence)) { event.preventDefault(); delete form.dataset.sent; }
  });

  // Countdown in minutes, said aloud only near the end: <b data-until="2022-05-31T10:55:00+02:00" data-minutes="%n minutes left" data-over="Time is up">; data-now carries the expo's clock.
  for (const place of all("[data-until]")) {
    const ahead = place.dataset.now ? new Date(place.dataset.now) - Date.now() : 0;
    const until = new Date(place.dataset.until);
    const say = () => {
      const left = Math.ceil((until - Date.now() - ahead) / 60000);
      const text = left > 0 ? place.dataset.minutes.replace("%n", left) : place.dataset.over;
      if (place.textContent !== text) place.textContent = text;
      if (left <= 2) place.setAttribute("role", "status");
      if (left > 0) setTimeout(say, 5000);
    };
    say();
  }

  // Copy an address: <button data-copy="https://…" data-done="Copied">.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy], [data-print], [data-pick-all]");
    if (!button) return;
    if ("print" in button.dataset) { print(); return; }
    if ("pickAll" in button.dataset) {
      const boxes = all(".pick input", button.closest("form, table") || document), on = boxes.some((box) => !box.checked);
      boxes.forEach((box) => { box.checked = on; });
      boxes[0]?.dispatchEvent(new Event("change", { bubbles: true }));
      return;
    }
    try { await navigator.clipboard.writeText(button.dataset.copy); } catch { return; }
    const before = button.textContent;
    button.textContent = button.dataset.done || before;
    setTimeout(() => { button.textContent = before; }, 2000);
  });

  // A menu closes when one looks elsewhere.
  document.addEventListener("click", (event) => all("details.pop[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; }));
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") all("details.pop[open]").forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); }); });
})();
