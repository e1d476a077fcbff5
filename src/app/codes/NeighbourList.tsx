import { X } from 'lucide-react';
import { useCallback } from 'react';
import type { CodeNeighbours } from '../../worker/protocol';
import { formatCount } from '../format/numbers';
import { CodePath } from '../parts/CodePath';
import { ErrorNote } from '../parts/ErrorNote';
import { ItemPicture } from '../parts/ItemPicture';
import { useAnswer } from '../parts/useAnswer';
import { useSession } from '../sessionContext';
import { CardRow } from './CardRow';

interface NeighbourListProps {
  readonly item: number;
  /** Of the codes. */
  readonly version: number;
  readonly onChoose: (item: number) => void;
  readonly onClose: () => void;
}

/** Shown of each circle. */
const MOST = 6;

/** Other items by the number of leading codes they share with one item. */
export function NeighbourList({ item, version, onChoose, onClose }: NeighbourListProps) {
  const session = useSession();
  const ask = useCallback(() => session.codeNeighbours(item, MOST), [session, item]);
  const { value, error } = useAnswer(ask, version);
  return (
    <section className="picked-items" aria-label="Nearest items by code">
      <div className="picked-head">
        <h3>Nearest items by code</h3>
        <button type="button" className="icon-button" aria-label="Close the nearest items" onClick={onClose}>
          <X size={14} aria-hidden />
        </button>
      </div>
      {error && <ErrorNote title="The neighbours could not be found" error={error} />}
      {value && (
        <>
          <p className="code-centre">
            <ItemPicture card={value.card} size={48} />
            <span className="item-text">
              <span className="item-title">{value.card.title || value.card.id}</span>
              {value.card.domain !== null && <span className="item-detail">{value.card.domain}</span>}
            </span>
            <CodePath codes={value.card.codes} />
          </p>
          {value.circles.map((circle) => (
            <Circle key={circle.shared} circle={circle} levels={value.circles.length} onChoose={onChoose} />
          ))}
        </>
      )}
    </section>
  );
}

interface CircleProps {
  readonly circle: CodeNeighbours['circles'][number];
  readonly levels: number;
  readonly onChoose: (item: number) => void;
}

function Circle({ circle: { shared, total, cards }, levels, onChoose }: CircleProps) {
  const what =
    shared === levels
      ? 'all codes shared'
      : shared === 1
        ? 'the first code shared'
        : `the first ${shared} codes shared`;
  return (
    <div className="code-circle">
      <h4>
        {what}{' '}
        <small>
          {total === 0 ? 'no other item' : `${formatCount(total)} ${total === 1 ? 'item' : 'items'}`}
          {total > cards.length && `, ${cards.length} shown`}
        </small>
      </h4>
      {cards.length > 0 && (
        <ul className="code-cards">
          {cards.map((card) => (
            <CardRow key={card.item} card={card} verb="nearest by code" onChoose={onChoose} />
          ))}
        </ul>
      )}
    </div>
  );
}
