/* Keeps the scanner's pages and what they load, so that it opens without network. Never the API, never a verdict. */

const KEPT = "door-1";
const PATIENCE = 3000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith("door-") && name !== KEPT) await caches.delete(name);
  await self.clients.claim();
})()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin || url.pathname.startsWith("/api/")) return;
  if (url.pathname.startsWith("/static/") && url.searchParams.has("v")) event.respondWith(fromStore(request));
  else if (url.pathname.startsWith("/static/") || url.pathname.startsWith(new URL(self.registration.scope).pathname)) event.respondWith(fromNetwork(request));
});

// A version in the address: what is kept is right for ever.
async function fromStore(request) {
  const kept = await caches.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) (await caches.open(KEPT)).put(request, answer.clone());
  return answer;
}

async function fromNetwork(request) {
  const store = await caches.open(KEPT);
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
    if (answer.ok && !answer.redirected) await store.put(request, answer.clone());
    return answer;
  } catch (fault) {
    const kept = await store.match(request);
    if (kept) return kept;
    throw fault;
  }
}
