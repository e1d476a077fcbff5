/**
 * Metrics for users grouped by how popular their target is (UTGRec, Figure 4: [0, 20), [20, 40), …): a gain that lies in one
 * group only is another finding than a gain everywhere. Targets that no training sequence has are cold: a recommender of item
 * ids cannot know them.
 */
import { ShapeError } from '../base/errors';
import { metricsFromRanks } from './metrics';

/** Lower bounds of the groups; the last group is open. */
export const POPULARITY_EDGES: readonly number[] = [0, 20, 40, 60, 80, 100];

export interface UserGroup {
  /** `[0, 20)`, …, `≥ 100`, or `cold`. */
  readonly name: string;
  readonly users: number;
  readonly recall10: number;
  readonly ndcg10: number;
}

const boundsOf = (edges: readonly number[]): { name: string; from: number; to: number }[] =>
  edges.map((from, at) => {
    const to = edges[at + 1] ?? Number.POSITIVE_INFINITY;
    return { name: Number.isFinite(to) ? `[${from}, ${to})` : `≥ ${from}`, from, to };
  });

/**
 * One row a popularity group, in order, and one for cold targets (which are in the first group too). Empty groups stay, with
 * zeros, so that tables of two systems have the same rows.
 * @param targetPopularity interactions of each user's target in the training part
 * @throws ShapeError `groups/users`
 */
export function popularityGroups(
  ranks: Uint32Array,
  targetPopularity: Uint32Array,
  edges: readonly number[] = POPULARITY_EDGES,
): UserGroup[] {
  if (ranks.length !== targetPopularity.length)
    throw new ShapeError(
      'groups/users',
      `group users: wanted one popularity a rank, came ${targetPopularity.length} for ${ranks.length}; use the same users.`,
    );
  const row = (name: string, isIn: (popularity: number) => boolean): UserGroup => {
    const chosen = ranks.filter((_, user) => isIn(targetPopularity[user] as number));
    const [recall, ndcg] = metricsFromRanks(chosen, [10]);
    return { name, users: chosen.length, recall10: recall?.mean ?? 0, ndcg10: ndcg?.mean ?? 0 };
  };
  return [
    ...boundsOf(edges).map(({ name, from, to }) => row(name, (popularity) => popularity >= from && popularity < to)),
    row('cold', (popularity) => popularity === 0),
  ];
}
