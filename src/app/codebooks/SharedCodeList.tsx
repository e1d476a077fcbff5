import { X } from 'lucide-react';
import { useCallback } from 'react';
import type { ItemCard } from '../../worker/protocol';
import type { SharedCodesReply } from '../../worker/protocol/codebooks';
import { CardRow } from '../codes/CardRow';
import { formatCount, formatShare } from '../format/numbers';
import { ErrorNote } from '../parts/ErrorNote';
import { useAnswer } from '../parts/useAnswer';
import { useSession } from '../sessionContext';
import { useSelection } from '../stores/selection';

export interface SharedPair {
  readonly domains: readonly [string, string];
  /** Prefixes up to the level rather than codes of it. */
  readonly isPrefix: boolean;
}

interface SharedCodeListProps {
  readonly pair: SharedPair;
  readonly step: number;
  /** From 0. */
  readonly level: number;
  readonly version: number;
  readonly onClose: () => void;
}

/** Shown at a time. */
const MOST = 8;

/** Codes that two domains share, with the most popular items of each side by side: do look-alikes share a code? */
export function SharedCodeList({ pair: { domains, isPrefix }, step, level, version, onClose }: SharedCodeListProps) {
  const session = useSession();
  const ask = useCallback(
    () => session.codebooks({ kind: 'sharedCodes', step, level, isPrefix, domains, limit: MOST }),
    [session, step, level, isPrefix, domains],
  );
  const { value, error } = useAnswer(ask, version);
  const what = isPrefix && level > 0 ? `Prefixes of ${level + 1} codes` : `Codes of level ${level + 1}`;
  const title = `${what} that ${domains[0]} and ${domains[1]} share`;
  return (
    <section className="picked-items" aria-label={title}>
      <div className="picked-head">
        <h3>{title}</h3>
        <span className="panel-note" role="status">
          {value ? noteOf(value) : 'looking them up …'}
        </span>
        <button type="button" className="icon-button" aria-label="Close the shared codes" onClick={onClose}>
          <X size={14} aria-hidden />
        </button>
      </div>
      {error && <ErrorNote title="The shared codes could not be read" error={error} />}
      <ul className="shared-codes">
        {value?.codes.map(({ codes, items, shares, top }) => (
          <li key={codes.join()}>
            <h4>
              {codes.length > 1 ? 'Prefix' : 'Code'} {codes.join(' · ')}
            </h4>
            <div className="shared-sides">
              {[0, 1].map((side) => (
                <Side
                  key={domains[side]}
                  label={`${domains[side]}: ${formatCount(items[side] ?? 0)} items, ${formatShare(shares[side] ?? 0)} of the domain`}
                  cards={top[side] ?? []}
                />
              ))}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

const noteOf = ({ total, codes }: SharedCodesReply): string =>
  total === 0 ? 'none' : `${formatCount(total)}${total > codes.length ? `, the ${codes.length} most shared` : ''}`;

function Side({ label, cards }: { readonly label: string; readonly cards: readonly ItemCard[] }) {
  return (
    <div>
      <p className="panel-note">{label}</p>
      <ul className="shared-cards">
        {cards.map((card) => (
          <CardRow
            key={card.item}
            card={card}
            verb="pick this item"
            onChoose={(item) => useSelection.getState().pick({ items: [item] })}
          />
        ))}
      </ul>
    </div>
  );
}
