/** The protocol card: what a reader must know to compare a table with another one. Printed with every table. */
export interface Protocol {
  readonly data: string;
  readonly split: 'validation' | 'test';
  readonly users: number;
  readonly items: number;
  /** `scores`: every item has a score. `beam`: the best of a search; a target outside is a miss. */
  readonly ranking: { readonly kind: 'scores' } | BeamRanking;
  readonly seenItems: 'kept' | 'removed';
}

export interface BeamRanking {
  readonly kind: 'beam';
  readonly width: number;
  /** Constrained: only identifiers of the catalogue. Free: any code sequence; what is no item occupies its rank. */
  readonly isConstrained: boolean;
}

const whole = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',');

function rankingLine(ranking: Protocol['ranking'], items: number): string {
  if (ranking.kind === 'scores') return `all ${whole(items)} items by score; ties rank the target last, NaN is worst`;
  const search = ranking.isConstrained
    ? 'constrained to the catalogue'
    : 'unconstrained, invalid results keep their rank';
  return `beam search of width ${ranking.width} over ${whole(items)} items, ${search}; a target outside the beams is a miss`;
}

/** The card as lines of `field: text`. */
export function protocolCard(protocol: Protocol): string[] {
  const { data, split, users, items, ranking, seenItems } = protocol;
  const target =
    split === 'test' ? 'last item, the history is all before it' : 'last but one, the history is all before it';
  return [
    `data: ${data}, ${whole(users)} users, ${whole(items)} items`,
    `split: leave-one-out ${split}; the target is each user's ${target}`,
    `ranking: ${rankingLine(ranking, items)}`,
    `seen items: ${seenItems === 'kept' ? 'items of the history stay candidates' : 'items of the history are no candidates'}`,
    'metrics: one target a user, so R@k is the hit rate; N@k = 1 / log2(rank + 1), MRR@k = 1 / rank within k; mean over users',
  ];
}

/** Fields in which two protocols differ, other than how systems rank; empty if their numbers may stand in one table. */
export function protocolDifferences(first: Protocol, second: Protocol): string[] {
  return (['data', 'split', 'users', 'items', 'seenItems'] as const)
    .filter((field) => first[field] !== second[field])
    .map((field) => `${field}: ${first[field]} and ${second[field]}`);
}
