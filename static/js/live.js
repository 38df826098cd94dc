/* Parts of a page that renew themselves: what stands in <div data-live="/address" data-every="5"> is replaced by what the
   address gives. Nothing is asked while the page is hidden; what has not changed is answered with 304. */
(() => {
  "use strict";
  for (const region of document.querySelectorAll("[data-live]")) {
    const every = (Number(region.dataset.every) || 5) * 1000;
    let tag = "", failures = 0, timer = 0;

    const show = (text) => {
      const page = new DOMParser().parseFromString(text, "text/html");
      if (region.contains(document.activeElement)) return false;   // somebody is at it
      region.replaceChildren(...document.importNode(page.body, true).childNodes);
      return true;
    };

    const renew = async () => {
      let pause = every;
      try {
        const answer = await fetch(region.dataset.live, {
          headers: tag ? { "If-None-Match": tag } : {}, cache: "no-store", redirect: "error", signal: AbortSignal.timeout(10000),
        });
        if (answer.status === 200) {
          const text = await answer.text();
          if (show(text)) tag = answer.headers.get("ETag") || "";
        } else if (answer.status !== 304) throw new Error(answer.status);
        failures = 0;
      } catch {
        failures += 1;
        pause = Math.min(60000, every * 2 ** failures);
      }
      region.classList.toggle("stale", failures > 2);
      plan(pause);
    };

    // A fifth more or less, so that two hundred pages opened at once do not ask at once.
    const plan = (pause) => {
      clearTimeout(timer);
      if (!document.hidden) timer = setTimeout(renew, pause * (0.8 + Math.random() * 0.4));
    };
    document.addEventListener("visibilitychange", () => plan(document.hidden ? 0 : 300));
    plan(every);
  }
})();
