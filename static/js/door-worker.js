/* Keeps the scanner's pages and what they load, so that it opens without network. Never the API, never a verdict,
   and of the pages only those that name nobody: a lost telephone has no list of people found or printed. */

const KEPT = "door-3";
const NAMELESS = /^(gates\/[^/]+|practice)?$/;
const OF_THE_SHIFT = /<!--shift(?::(.*?))?-->.*?<!--\/shift-->/gs;  // with what stands there instead, if anything
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
  else if (url.pathname.startsWith("/static/") || isNameless(url.pathname)) event.respondWith(fromNetwork(request));
});

function isNameless(path) {
  const scope = new URL(self.registration.scope).pathname;
  return path.startsWith(scope) && NAMELESS.test(path.slice(scope.length));
}

// A version in the address: what is kept is right for ever.
async function fromStore(request) {
  const kept = await caches.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) (await caches.open(KEPT)).put(request, answer.clone());
  return answer;
}

// Who works here, and what they may do, is not kept with the page: a shift ends.
async function withoutShift(answer) {
  if (!answer.headers.get("Content-Type")?.startsWith("text/html")) return answer;
  return new Response((await answer.text()).replace(OF_THE_SHIFT, "$1"), { status: answer.status, headers: answer.headers });
}

async function fromNetwork(request) {
  const store = await caches.open(KEPT);
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
    if (answer.ok && !answer.redirected) await store.put(request, await withoutShift(answer.clone()));
    return answer;
  } catch (fault) {
    const kept = await store.match(request);
    if (kept) return kept;
    throw fault;
  }
}
