/**
 * Generated stand-ins for the domains of the UTGRec paper (its Table 1): the published 5-core form, a table of events with the
 * category's metadata. Users have at least 5 events and items at least 5, so the 5-core keeps everything; the rest of the events
 * follows a Zipf-like popularity. The pre-training total of the paper is divided among its five domains in plausible parts.
 */
import { uniformGenerator } from '../../src/base/random';
import type { ByteSource } from '../../src/data/import/sink';
import { asin, metaLines, userId } from './catalogue';

export interface DomainShape {
  readonly name: string;
  readonly role: 'pretraining' | 'downstream';
  readonly users: number;
  readonly items: number;
  readonly interactions: number;
}

/** Parts of the five pre-training domains in the paper's totals: 999,334 users, 344,412 items, 8,609,909 interactions. */
const PRETRAINING = { users: 999_334, items: 344_412, interactions: 8_609_909 };
const PARTS: readonly (readonly [name: string, share: number])[] = [
  ['Arts_Crafts_and_Sewing', 0.2],
  ['Baby_Products', 0.15],
  ['CDs_and_Vinyl', 0.19],
  ['Cell_Phones_and_Accessories', 0.4],
  ['Software', 0.06],
];
const DOWNSTREAM: readonly DomainShape[] = [
  { name: 'Musical_Instruments', role: 'downstream', users: 57_439, items: 24_587, interactions: 511_836 },
  { name: 'Industrial_and_Scientific', role: 'downstream', users: 50_985, items: 25_848, interactions: 412_947 },
  { name: 'Video_Games', role: 'downstream', users: 94_762, items: 25_612, interactions: 814_586 },
  { name: 'Office_Products', role: 'downstream', users: 223_308, items: 77_551, interactions: 1_577_570 },
];

/** Title, features and categories together come to some 600 characters an item. */
const FEATURES = { most: 8, longest: 200 };

/** All nine domains at `share` of their size. */
export function paperShapes(share = 1): DomainShape[] {
  const left = { ...PRETRAINING };
  const pretraining = PARTS.map(([name, part], at): DomainShape => {
    const take = (what: keyof typeof left): number => {
      const count = at === PARTS.length - 1 ? left[what] : Math.round(PRETRAINING[what] * part);
      left[what] -= count;
      return count;
    };
    return {
      name,
      role: 'pretraining',
      users: take('users'),
      items: take('items'),
      interactions: take('interactions'),
    };
  });
  return [...pretraining, ...DOWNSTREAM].map(({ name, role, users, items, interactions }) => ({
    name,
    role,
    users: Math.round(users * share),
    items: Math.round(items * share),
    interactions: Math.round(interactions * share),
  }));
}

/** The two inputs of a domain, made as they are read. */
export function domainSources(shape: DomainShape, seed: number): ByteSource[] {
  const meta = () => metaLines({ seed, users: shape.users, items: shape.items, reviews: 0 }, FEATURES);
  return [lineSource(`meta_${shape.name}.jsonl`, meta), lineSource(`${shape.name}.csv`, () => eventRows(shape, seed))];
}

/** `user_id,parent_asin,rating,timestamp`, users mixed as in time order of a shop. */
function* eventRows({ users, items, interactions }: DomainShape, seed: number): Generator<string, void, undefined> {
  const uniform = uniformGenerator(seed + 7);
  yield 'user_id,parent_asin,rating,timestamp\n';
  let chunk = '';
  for (let event = 0; event < interactions; event++) {
    // The first rounds go over all users and items in turn, so that everybody has five.
    const user = event < 5 * users ? event % users : Math.floor(users * uniform() ** 1.5);
    const item = event < 5 * items ? event % items : Math.floor(items * uniform() ** 2.5);
    const rating = 1 + Math.floor(5 * uniform() ** 0.4);
    chunk += `${userId(user)},${asin(item)},${rating}.0,${1_400_000_000_000 + Math.floor(270_000_000_000 * uniform())}\n`;
    if (chunk.length > 2 ** 18) {
      yield chunk;
      chunk = '';
    }
  }
  yield chunk;
}

/** Text made while it is read; nothing touches a disk. */
function lineSource(name: string, lines: () => Generator<string, void, undefined>): ByteSource {
  return {
    name,
    sizeBytes: Number.NaN,
    async open(from = 0) {
      if (from !== 0) throw new Error('generated sources start at 0');
      const encoder = new TextEncoder();
      const chunks = lines();
      return new ReadableStream<Uint8Array>(
        {
          pull(controller) {
            const { done, value } = chunks.next();
            if (done) controller.close();
            else if (value !== '') controller.enqueue(encoder.encode(value));
            else this.pull?.(controller);
          },
        },
        { highWaterMark: 0 },
      );
    },
  };
}
