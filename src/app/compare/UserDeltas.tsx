import { useId } from 'react';
import { useLocation } from 'wouter';
import { useSelection } from '../stores/selection';
import type { PairNames } from './pairNames';

interface UserDeltasProps {
  readonly title: string;
  readonly names: Pick<PairNames, 'first' | 'second'>;
  readonly users: readonly { readonly user: number; readonly id: string; readonly delta: number }[];
}

/** Users with what one row gains on the other; each opens in the Demo. */
export function UserDeltas({ title, names: { first, second }, users }: UserDeltasProps) {
  const id = useId();
  const [, go] = useLocation();
  const pick = useSelection((selection) => selection.pick);
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
              go('/demo');
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
