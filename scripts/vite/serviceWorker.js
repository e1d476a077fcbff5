// The page without a network: every file of this build that a visit may need is kept at the first visit; weights and
// WebAssembly (tens of megabytes) when they are first asked for. `FILES` and `VERSION` are written above by offline.ts.
//
// A build is served whole or not at all: one cache a version, read before the network. A newer version waits until the page
// says so (`activate`), so that nothing changes under a running job.
/* global FILES, VERSION */
const CACHE = `tessera-${VERSION}`;

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches.open(CACHE).then((cache) => cache.addAll(FILES.map((file) => new Request(file, { cache: 'no-cache' })))),
  );
});

self.addEventListener('activate', (event) => {
  const clean = async () => {
    for (const name of await caches.keys())
      if (name.startsWith('tessera-') && name !== CACHE) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(clean());
});

self.addEventListener('message', (event) => {
  if (event.data === 'activate') void self.skipWaiting();
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  // Other hosts, parts of files and anything but reading go their own way.
  if (request.method !== 'GET' || url.origin !== self.location.origin || request.headers.has('range')) return;
  if (!url.href.startsWith(self.registration.scope)) return;
  event.respondWith(kept(request));
});

async function kept(request) {
  const cache = await caches.open(CACHE);
  const wanted = request.mode === 'navigate' ? 'index.html' : request;
  const found = await cache.match(wanted, { ignoreSearch: request.mode === 'navigate', ignoreVary: true });
  if (found) return found;
  const response = await fetch(request);
  // A full disk is no reason to fail: the file is then fetched again next time.
  if (response.ok)
    await cache.put(request, response.clone()).catch((error) => console.warn('offline: not kept', error));
  return response;
}
