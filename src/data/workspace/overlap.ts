import { ConfigError } from '../../base/errors';
import type { DomainTables } from './domainTables';
import { IdTable } from './idTable';
import type { OverlapMatrix } from './types';

/** Domains are bits of a word. */
const MAX_DOMAINS = 32;

/** Exact counts of shared ids between the views of `domains`. One table of all ids is held meanwhile. */
export async function overlapMatrix(domains: readonly DomainTables[]): Promise<OverlapMatrix> {
  if (domains.length > MAX_DOMAINS)
    throw new ConfigError(
      'workspace/overlap',
      `compare domains: wanted at most ${MAX_DOMAINS}, came ${domains.length}; move some to another workspace.`,
    );
  return {
    domains: domains.map(({ record }) => ({ id: record.info.id, name: record.info.name })),
    users: await sharedIds(domains, 'user'),
    items: await sharedIds(domains, 'item'),
  };
}

async function sharedIds(domains: readonly DomainTables[], kind: 'user' | 'item'): Promise<number[][]> {
  const ids = new IdTable();
  let memberOf = new Uint32Array(1 << 16);
  for (const [bit, tables] of domains.entries()) {
    const column = tables.text(kind === 'user' ? 'userId' : 'itemId');
    for (const rawRow of await tables.u32('view', kind)) {
      const id = ids.internBytes(await column.bytesAt(rawRow));
      if (id >= memberOf.length) {
        const longer = new Uint32Array(2 * memberOf.length);
        longer.set(memberOf);
        memberOf = longer;
      }
      memberOf[id] = (memberOf[id] as number) | (1 << bit);
    }
  }
  const shared = domains.map(() => domains.map(() => 0));
  for (let id = 0; id < ids.size; id++) {
    const members = memberOf[id] as number;
    for (let a = 0; a < domains.length; a++) {
      if (((members >>> a) & 1) === 0) continue;
      const row = shared[a] as number[];
      for (let b = 0; b < domains.length; b++) row[b] = (row[b] ?? 0) + ((members >>> b) & 1);
    }
  }
  return shared;
}
