/* Pages without network: asks the worker to keep what one needs on site, and tells how old a kept page is. */
(() => {
  "use strict";
  const say = document.currentScript.dataset;
  const root = document.documentElement;

  if (root.dataset.keptAt) {
    const at = new Date(root.dataset.keptAt);
    const today = at.toDateString() === new Date().toDateString();
    const time = at.toLocaleString(root.lang, today ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" });
    const notice = Object.assign(document.createElement("p"), { className: "wrap kept-at", textContent: say.age.replace("{time}", time) });
    notice.setAttribute("role", "status");
    document.querySelector("main").before(notice);
  }

  if (!("serviceWorker" in navigator)) return;
  const begin = async () => {
    await navigator.serviceWorker.register(say.worker, { scope: say.scope });
    const { active } = await navigator.serviceWorker.ready;
    // Once a visit: every page would otherwise ask for three more.
    if (root.dataset.keptAt || sessionStorage.getItem("expo.kept") === say.keep) return;
    active.postMessage({ keep: say.keep.split(" ") });
    sessionStorage.setItem("expo.kept", say.keep);
  };
  addEventListener("load", () => begin().catch(() => {}));

  // Whatever was sent may have changed the agenda: the next page keeps it anew. Who signs out leaves nothing behind for
  // the next one at this browser.
  document.addEventListener("submit", ({ target }) => {
    if (target.method !== "post") return;
    sessionStorage.removeItem("expo.kept");
    if (!target.action.endsWith("/logout")) return;
    navigator.serviceWorker.controller?.postMessage({ forget: true });
  });
})();
