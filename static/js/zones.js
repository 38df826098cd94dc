/* Offers the time of this machine, where pages can show it: <form data-zones data-home data-chosen>. */
(() => {
  "use strict";
  for (const form of document.querySelectorAll("form[data-zones]")) {
    const mine = Intl.DateTimeFormat().resolvedOptions().timeZone, link = form.querySelector("[data-mine]");
    if (!mine || !mine.includes("/") || mine === form.dataset.chosen || mine === form.dataset.home) continue;
    const address = new URL(location.href);
    address.searchParams.set("tz", mine);
    link.href = address.search;
    link.textContent = link.dataset.label.replace("{city}", mine.split("/").pop().replaceAll("_", " "));
    link.hidden = false;
    form.closest("details").open = true;
  }
})();
