/* Questions that are not needed (yet) stand back. Without this file all of them stand there, and the server takes
   only the answers that are needed. */
(() => {
  "use strict";
  const asked = [...document.querySelectorAll("[data-question]")];
  if (!asked.length) return;
  for (const one of document.querySelectorAll(".when-needed")) one.hidden = true;

  const form = asked[0].closest("form");
  const answers = (name) => {
    const found = [];
    for (const field of form.elements) {
      if (field.name !== name) continue;
      const ticks = field.type === "checkbox" || field.type === "radio";
      if (field.value && (!ticks || field.checked)) found.push(field.value);
    }
    return found;
  };
  const tickets = form.querySelector("input[name=ticket]");

  const settle = () => {
    const chosen = new Set(answers("ticket"));
    const shown = new Set();
    for (const one of asked) {  // in their order: what one depends on comes before it
      const { question, on, onValues } = one.dataset;
      const mine = (one.dataset.tickets || "").split(" ").filter(Boolean);
      let needed = !tickets || !mine.length || mine.some((ticket) => chosen.has(ticket));
      if (needed && on !== undefined) {
        const said = [...answers(on), ...answers(`${on}-file`)];
        const wanted = (onValues || "").split(" ").filter(Boolean);
        needed = shown.has(on) && said.length > 0 && (!wanted.length || said.some((value) => wanted.includes(value)));
      }
      one.hidden = !needed;
      if (needed) shown.add(question);
    }
  };
  form.addEventListener("input", settle);
  form.addEventListener("change", settle);
  addEventListener("pageshow", settle);  // a form that the browser brings back has its answers only now
  settle();
})();
