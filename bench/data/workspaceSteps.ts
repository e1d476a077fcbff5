/** What workspaces are measured by, the same in Node and in a page's worker. */
import { uniformGenerator } from '../../src/base/random';
import { importCandidate, recognise } from '../../src/data/import/recognise';
import type { ByteSource } from '../../src/data/import/sink';
import { fillWorkspace } from '../../src/data/workspace/fillWorkspace';
import { kCore } from '../../src/data/workspace/kcore';
import type { DomainInfo, DomainRole } from '../../src/data/workspace/types';
import { openWorkspaces } from '../../src/data/workspace/workspaces';
import type { ColumnStorage } from '../../src/storage/columnStorage';
import { domainSources, paperShapes } from './domainShapes';

const seconds = (since: number): number => Math.round(performance.now() - since) / 1000;

/** Imports and shapes the one domain of `sources` in a workspace of its own. */
export async function importDomain(
  storage: ColumnStorage,
  sources: readonly ByteSource[],
  name: string,
  role: DomainRole,
): Promise<DomainInfo> {
  const workspaces = openWorkspaces(storage, () => 1);
  const [first] = await workspaces.list();
  const workspace = first ? await workspaces.open(first.id) : await workspaces.create('bench');
  const { candidates } = await recognise(sources);
  const [candidate] = candidates;
  if (candidate === undefined || candidates.length !== 1) throw new Error(`${candidates.length} candidates`);
  return fillWorkspace(workspace, {
    name,
    role,
    origin: { format: candidate.format, files: [], options: '{}' },
    read: (sink, signal) => importCandidate(candidate, sink, {}, signal),
  });
}

/** What an import since `started` gave. */
export function importSummary({ report, statistics, sizes }: DomainInfo, started: number) {
  const { users, items, interactions } = statistics ?? { users: 0, items: 0, interactions: 0 };
  return {
    raw: report?.raw,
    kept: { users, items, interactions },
    columnMB: Math.round(sizes.columnBytes / 1e6),
    seconds: seconds(started),
  };
}

/** The nine domains of the paper at `share` of their size, one after the other. @param onDomain after each */
export async function importPaper(storage: ColumnStorage, share: number, onDomain: (line: object) => void) {
  const started = performance.now();
  const totals = { pretraining: [0, 0, 0], downstream: [0, 0, 0] };
  for (const [at, shape] of paperShapes(share).entries()) {
    const before = performance.now();
    const info = await importDomain(storage, domainSources(shape, 100 + at), shape.name, shape.role);
    const { users = 0, items = 0, interactions = 0 } = info.statistics ?? {};
    if (interactions !== shape.interactions || items !== shape.items || users !== shape.users)
      throw new Error(`${shape.name}: ${users} users, ${items} items, ${interactions} interactions`);
    const total = totals[shape.role];
    [users, items, interactions].forEach((count, what) => {
      total[what] = (total[what] ?? 0) + count;
    });
    onDomain({
      domain: shape.name,
      users,
      items,
      interactions,
      meanTextLength: Math.round(info.statistics?.averageTextLength ?? 0),
      seconds: seconds(before),
      columnMB: Math.round(info.sizes.columnBytes / 1e6),
    });
  }
  return { seconds: seconds(started), totals };
}

/** Seconds of the 5-core of `events` generated interactions. */
export function measureCore(events: number) {
  const uniform = uniformGenerator(7);
  const [users, items] = [Math.round(events / 5), Math.round(events / 13)];
  const user = Uint32Array.from({ length: events }, () => Math.floor(users * uniform() ** 2));
  const item = Uint32Array.from({ length: events }, () => Math.floor(items * uniform() ** 3));
  const started = performance.now();
  const { kept, rounds } = kCore(user, item, { users, items, userCore: 5, itemCore: 5 });
  return { events, kept: kept.length, rounds, seconds: seconds(started) };
}

/** A workspace of `items` items: seconds until its cards, and then the first page of items and a search, are there. */
export async function measureOpening(storage: ColumnStorage, items: number) {
  const workspaces = openWorkspaces(storage, () => 1);
  const made = await workspaces.create('large');
  await fillWorkspace(made, {
    name: 'large',
    role: 'downstream',
    origin: { format: 'tessera', files: [], options: '{}' },
    read: async (sink) => {
      for (let item = 0; item < items; item++) {
        const title = `Item number ${item} of a large catalogue`;
        sink.item({
          id: `B${item}`,
          title,
          text: `${title}. It has some text of its own.`,
          categories: ['All'],
          brand: '',
          imageUrl: '',
        });
        if (item % 5000 === 0) await sink.settle();
      }
      for (let user = 0; user < items / 10; user++)
        sink.sequence(
          `u${user}`,
          [0, 1, 2, 3, 4].map((at) => `B${(user * 31 + at * 7919) % items}`),
        );
    },
  });
  const started = performance.now();
  const workspace = await openWorkspaces(storage, () => 1).open(made.info.id);
  const [info] = await workspace.domains();
  const cards = seconds(started);
  const page = await workspace.browseItems(info?.id ?? '', { query: '', sort: 'mostEvents', offset: 0, limit: 50 });
  const firstPage = seconds(started);
  const before = performance.now();
  const found = await workspace.browseItems(info?.id ?? '', {
    query: 'number 123456',
    sort: 'index',
    offset: 0,
    limit: 50,
  });
  return {
    items: page.total,
    cardSeconds: cards,
    firstPageSeconds: firstPage,
    searchSeconds: seconds(before),
    found: found.total,
  };
}
