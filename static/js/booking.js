/* A seat in one tap, without a new page. Whatever is not simply booked (a clash, no seat left) goes as a form does. */
(() => {
  "use strict";
  const book = document.currentScript.dataset.book;
  let line;
  const say = (text, address) => {
    if (!line) {
      line = document.createElement("p");
      line.className = "told";
      line.setAttribute("role", "status");
      document.body.append(line);
    }
    const link = document.createElement("a");
    link.href = address;
    link.textContent = text;
    line.replaceChildren(link);
    clearTimeout(line.timer);
    line.timer = setTimeout(() => line.replaceChildren(), 8000);
  };
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("form.row-act") || new URL(form.action).pathname !== book) return;
    const button = event.submitter || form.querySelector("button");
    event.preventDefault();
    const sent = new FormData(form);
    sent.set(button.name, button.value);
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(sent), headers: { Accept: "application/json" }, redirect: "manual" });
      if (answer.status !== 200) throw new Error(answer.status);
      const told = await answer.json();
      const facts = form.closest(".row")?.querySelector(".row-facts .state");
      if (facts) facts.outerHTML = told.chip;
      form.remove();
      say(told.message, told.agenda);
    } catch {
      const kept = document.createElement("input");
      kept.type = "hidden";
      kept.name = button.name;
      kept.value = button.value;
      form.append(kept);
      form.submit();
    } finally { delete form.dataset.sent; }
  });
})();
