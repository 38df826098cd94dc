/* A screen fetches its next page and puts it in its place. When the network is gone, the last picture stays and says how old it is. */
(() => {
  "use strict";
  const screen = document.querySelector("[data-screen]");
  if (!screen) return;
  let made = Date.now();                                   // when the picture was right, by this machine's clock
  let ahead = new Date(screen.dataset.now) - made;         // how far the expo's clock is ahead of this machine's
  const zone = screen.querySelector("[data-clock]").dateTime.slice(-6);

  const shown = (moment) => {
    const [hours, minutes] = zone === "Z" ? [0, 0] : zone.slice(1).split(":").map(Number);
    const shift = (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes) * 60000;
    return new Date(moment + ahead + shift).toISOString().slice(11, 16);
  };

  const tick = () => {
    const clock = screen.querySelector("[data-clock]"), aged = screen.querySelector("[data-aged]");
    if (clock) clock.textContent = shown(Date.now());
    const minutes = Math.floor((Date.now() - made) / 60000);
    if (!aged) return;
    aged.hidden = minutes < 2;
    const text = screen.dataset.age.replace("{t}", shown(made)).replace("{n}", minutes);
    if (!aged.hidden && aged.textContent !== text) aged.textContent = text;
  };

  const renew = async () => {
    try {
      const answer = await fetch(screen.dataset.next, { cache: "no-store", signal: AbortSignal.timeout(10000) });
      if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const next = page.querySelector("[data-screen]");
        if (next) {
          screen.replaceChildren(...document.importNode(next, true).childNodes);
          Object.assign(screen.dataset, next.dataset);
          made = Date.now();
          ahead = new Date(screen.dataset.now) - made;
        }
      }
    } catch { /* the last picture stays */ }
    tick();
    setTimeout(renew, screen.dataset.every * 1000);
  };

  setInterval(tick, 5000);
  setTimeout(renew, screen.dataset.every * 1000);
})();
