/* Pages of a telephone that scans nowhere just now: they keep until when a supervisor works with it. Where it is no
   scanner any more, what it knew of the doors goes; what it has read and not yet sent is sent, which the server takes
   from a revoked scanner too, or waits for the next pairing. */
import { upload, uploadCounts } from "./door-offline.js";
import { until } from "./door-shift.js";
import { open } from "./door-store.js";

const place = document.querySelector("[data-waiting]");
const store = await open().catch(() => null);
const told = until(document);
if (store && told !== undefined) await store.put("shift", told);
if (store && place) {
  if ("wipe" in place.dataset) await store.wipe();
  await upload(store, { api: place.dataset.api, language: document.documentElement.lang }).catch(() => {});
  await uploadCounts(store, place.dataset.api).catch(() => {});
  const count = await store.count() + (await store.counts()).length;
  place.textContent = place.dataset.say.replace("{count}", count);
  place.hidden = !count;
}
