import { useId } from 'react';
import { useLocation } from 'wouter';
import { useRuns } from '../stores/runs';
import { useSelection } from '../stores/selection';
import type { PairNames } from './pairNames';

/** Open in the Demo at once. */
const MOST_BESIDE = 3;

interface UserDeltasProps {
  readonly title: string;
  readonly names: Pick<PairNames, 'first' | 'second'>;
  /** Ids of the runs compared: the Demo opens with them beside its own. */
  readonly runs: readonly string[];
  readonly users: readonly { readonly user: number; readonly id: string; readonly delta: number }[];
}

/** Users with what one row gains on the other; each opens in the Demo, with the runs that were compared. */
export function UserDeltas({ title, names: { first, second }, runs, users }: UserDeltasProps) {
  const id = useId();
  const [, go] = useLocation();
  const pick = useSelection((selection) => selection.pick);
  const known = useRuns((state) => state.runs);
  const beside = known.filter(({ id: run, isShown, hasModel }) => runs.includes(run) && hasModel && !isShown);
  const mirror = beside.find(({ canShow }) => canShow);
  const query = [
    ...(beside.length > 0 ? [`models=${beside.slice(0, MOST_BESIDE).map((run) => run.id)}`] : []),
    ...(mirror ? [`mirror=${mirror.id}`] : []),
  ].join('&');
  return (
    <section className="extremes" aria-labelledby={id}>
      <h3 id={id}>{title}</h3>
      <p>
        {users.map(({ user, id: name, delta }) => (
          <button
            key={user}
            type="button"
            className="button is-small"
            title={
              delta === 0
                ? 'Both are equally good; open in the Demo'
                : `${delta > 0 ? first : second} is better by ${Math.abs(delta).toFixed(4)}; open in the Demo`
            }
            onClick={() => {
              pick({ users: [user] });
              go(query === '' ? '/demo' : `/demo?${query}`);
            }}
          >
            {name} {delta === 0 ? '±' : delta > 0 ? '+' : '−'}
            {Math.abs(delta).toFixed(2)}
          </button>
        ))}
      </p>
    </section>
  );
}
