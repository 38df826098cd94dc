/* Keeps the pages somebody has looked at, and those the page asks for (agenda, badge, programme), so that they open
   without network. What is shown from here says since when it was kept. The scanner has a worker of its own. */

const FILES = "expo-files-1", PAGES = "expo-pages-1";
const PATIENCE = 4000;   // milliseconds that the network has
const MOST_PAGES = 150;
// Never kept: other desks, and addresses that open something for whoever has them.
const LEFT_OUT = /\/(door|organise|login|logout|orders|delegation|invitations|offers|claim|share|speaker|demo)(\/|$)/;

const home = new URL(self.registration.scope).pathname;

self.addEventListener("install", (event) => {
  event.waitUntil(fromNetwork(new Request(`${home}offline`)).catch(() => {}));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith("expo-") && ![FILES, PAGES].includes(name)) await caches.delete(name);
  await self.clients.claim();
})()));

// The page names what should be there later; {forget: true} when somebody signs out.
self.addEventListener("message", ({ data }) => {
  if (data.forget) caches.delete(PAGES);
  for (const address of data.keep ?? []) fromNetwork(new Request(address, { credentials: "same-origin" })).catch(() => {});
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith("/static/") || url.pathname === `${home}look.css`) event.respondWith(file(request, url));
  else if (request.mode === "navigate" && !LEFT_OUT.test(url.pathname)) event.respondWith(page(request));
});

async function file(request, url) {
  const files = await caches.open(FILES);
  const kept = await files.match(request);
  if (kept && url.searchParams.has("v")) return kept;
  try {
    const answer = await fetch(request);
    if (answer.ok) await files.put(request, answer.clone());
    return answer;
  } catch (fault) {
    if (kept) return kept;
    throw fault;
  }
}

async function page(request) {
  try {
    return await fromNetwork(request, AbortSignal.timeout(PATIENCE));
  } catch {
    const pages = await caches.open(PAGES);
    return withAge(await pages.match(request) ?? await pages.match(`${home}offline`) ?? Response.error());
  }
}

async function fromNetwork(request, signal) {
  const answer = await fetch(request, signal ? { signal } : {});
  const html = answer.headers.get("Content-Type")?.startsWith("text/html");
  if (answer.ok && html && !answer.redirected) {
    const pages = await caches.open(PAGES);
    const headers = new Headers(answer.headers);
    headers.set("X-Kept-At", new Date().toISOString());
    await pages.put(request, new Response(await answer.clone().blob(), { status: answer.status, headers }));
    const known = await pages.keys();
    for (const old of known.slice(0, Math.max(0, known.length - MOST_PAGES))) {
      if (!old.url.endsWith("/offline")) await pages.delete(old);
    }
  }
  return answer;
}

async function withAge(kept) {
  if (kept.type === "error") return kept;
  const at = kept.headers.get("X-Kept-At") ?? "";
  const text = (await kept.text()).replace("<html ", `<html data-kept-at="${at}" `);
  return new Response(text, { status: kept.status, headers: kept.headers });
}
