/* A seat in one tap, without a new page. Whatever is not simply booked (a clash, no seat left) goes as a form does. */
(() => {
  "use strict";
  const { book, lost } = document.currentScript.dataset;
  // There from the start, so that what is put into it is read aloud.
  const line = document.createElement("div");
  line.className = "told";
  line.setAttribute("role", "status");
  document.body.append(line);
  let timer;
  const clear = () => {
    clearTimeout(timer);
    timer = setTimeout(() => line.matches(":hover, :focus-within") ? clear() : line.replaceChildren(), 10000);
  };
  const say = (...parts) => { line.replaceChildren(...parts); clear(); };
  const link = (text, address) => Object.assign(document.createElement("a"), { href: address, textContent: text });
  const undo = (text, address) => {
    const form = Object.assign(document.createElement("form"), { method: "post", action: address });
    form.append(Object.assign(document.createElement("button"), { className: "button", textContent: text }));
    return form;
  };

  const booked = (form, told) => {
    const row = form.closest(".row");
    const facts = row?.querySelector(".row-facts .state");
    if (facts) facts.outerHTML = told.chip;
    const held = form.contains(document.activeElement);
    form.remove();
    if (held) row?.querySelector(".row-title a")?.focus({ preventScroll: true });
    const both = document.createElement("p");
    both.append(link(told.message, told.agenda), undo(told.undo, told.cancel));
    say(both);
    // The agenda without network knows of it, too.
    navigator.serviceWorker?.controller?.postMessage({ keep: [told.agenda] });
  };

  const asForm = (form, button) => {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name: button.name, value: button.value }));
    form.submit();
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (event.defaultPrevented || !form.matches("form.row-act") || new URL(form.action).pathname !== book) return;
    const button = event.submitter || form.querySelector("button");
    event.preventDefault();
    const sent = new URLSearchParams([...new FormData(form), [button.name, button.value]]);
    let answer;
    try {
      answer = await fetch(form.action, { method: "POST", body: sent, headers: { Accept: "application/json" }, redirect: "manual" });
    } catch {
      // Nobody knows whether it arrived. A page of the browser's own would tell even less.
      say(Object.assign(document.createElement("p"), { textContent: lost }));
      delete form.dataset.sent;
      return;
    }
    if (answer.status === 200) booked(form, await answer.json());
    else asForm(form, button);
  });
})();
