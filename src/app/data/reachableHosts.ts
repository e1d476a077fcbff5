/**
 * Hosts that the page's security policy lets it fetch from. The policy is `connect-src` in public/_headers; a test holds the two
 * together. Whoever serves Tessera with more hosts adds them in both places.
 */
export const REACHABLE_HOSTS: readonly string[] = ['huggingface.co', '*.huggingface.co', '*.hf.co'];

/** What the typed addresses are good for; `addresses` and `hosts` without repeats. */
export type Reach =
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'reachable'; readonly addresses: readonly string[]; readonly hosts: readonly string[] }
  | { readonly kind: 'refused'; readonly reason: string };

/** `typed`: addresses with white space between them. One that is refused refuses them all. */
export function reachOf(typed: string): Reach {
  const addresses = [...new Set(typed.split(/\s+/).filter((word) => word !== ''))];
  const hosts = new Set<string>();
  let isIncomplete = addresses.length === 0;
  for (const address of addresses) {
    if (!/^[a-z]+:\/\/[^/]+\./i.test(address) || !URL.canParse(address)) {
      isIncomplete = true;
      continue;
    }
    const { protocol, hostname } = new URL(address);
    if (protocol !== 'https:') return { kind: 'refused', reason: 'Only https addresses are fetched.' };
    if (!isReachable(hostname)) return { kind: 'refused', reason: refusal(hostname) };
    hosts.add(hostname);
  }
  return isIncomplete ? { kind: 'incomplete' } : { kind: 'reachable', addresses, hosts: [...hosts] };
}

const isReachable = (host: string): boolean =>
  REACHABLE_HOSTS.some((allowed) => (allowed.startsWith('*') ? host.endsWith(allowed.slice(1)) : host === allowed));

const refusal = (host: string): string =>
  `This page’s security policy lets it fetch from huggingface.co only. Download the file from ${host}, then drop it here.`;
