/**
 * Where the page is, kept in the fragment: `#/compare?runs=a` is at `/compare` with the query `runs=a`. A fragment is never
 * sent to a server. wouter's own hash hook moves a query into `location.search`, which is; hence this one.
 */
import { useSyncExternalStore } from 'react';

/** Splits a fragment; a missing leading `#` or `/` is forgiven. */
export function splitHash(hash: string): { readonly path: string; readonly query: string } {
  const plain = hash.replace(/^#?\/?/, '');
  const at = plain.indexOf('?');
  return at < 0 ? { path: `/${plain}`, query: '' } : { path: `/${plain.slice(0, at)}`, query: plain.slice(at + 1) };
}

const listeners = new Set<() => void>();
const tell = (): void => {
  for (const listener of listeners) listener();
};

export function subscribeToHash(listener: () => void): () => void {
  if (listeners.size === 0) globalThis.addEventListener('hashchange', tell);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) globalThis.removeEventListener('hashchange', tell);
  };
}

let completeQuery: (query: string) => string = (query) => query;
/** Decides what a page is opened with; `complete` gets the query that was asked for. */
export function onNavigate(complete: (query: string) => string): void {
  completeQuery = complete;
}

/** Opens a page; without a query it keeps what is picked. `replace` leaves no step in the history. */
export function navigate(to: string, { replace = false }: { readonly replace?: boolean } = {}): void {
  const { path, query: asked } = splitHash(to);
  const query = completeQuery(asked);
  history[replace ? 'replaceState' : 'pushState'](null, '', `#${path}${query === '' ? '' : `?${query}`}`);
  tell();
}

const currentPath = (): string => splitHash(location.hash).path;

/** The location hook of the router. */
export function useHashPath(): [string, typeof navigate] {
  return [useSyncExternalStore(subscribeToHash, currentPath, () => '/'), navigate];
}
useHashPath.hrefs = (href: string): string => `#${href}`;
