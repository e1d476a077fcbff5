import { useCallback, useState } from 'react';
import { formatCount } from '../format/numbers';
import { CodePath } from '../parts/CodePath';
import { ErrorNote } from '../parts/ErrorNote';
import { ItemPicture } from '../parts/ItemPicture';
import { PagedHead } from '../parts/PagedHead';
import { useAnswer } from '../parts/useAnswer';
import { useSession } from '../sessionContext';
import { ofRun } from './demoView';

interface BeamItemListProps {
  /** Tokens. */
  readonly prefix: readonly number[];
  /** The prefix as codes. */
  readonly name: string;
  /** Another run's search; null for the Demo's own. */
  readonly run: string | null;
  readonly onItem: (item: number) => void;
}

const PAGE = 12;

/** All items below a prefix, the most popular first: what the model would say if it only counted. */
export function BeamItemList({ prefix, name, run, onItem }: BeamItemListProps) {
  const session = useSession();
  const [offset, setOffset] = useState(0);
  const ask = useCallback(
    () => session.ask({ kind: 'beamItems', prefix, offset, limit: PAGE, ...ofRun(run) }),
    [session, prefix, offset, run],
  );
  const { value, error } = useAnswer(ask);
  const heading = `Items below ${name}`;
  return (
    <section className="picked-items" aria-label={heading}>
      <PagedHead
        heading={heading}
        offset={offset}
        page={PAGE}
        total={value?.total ?? null}
        words=", most popular first"
        onOffset={setOffset}
      />
      {error && <ErrorNote title="The items could not be listed" error={error} />}
      <ul className="code-cards">
        {value?.entries.map(({ card, popularity }) => (
          <li key={card.item}>
            <button
              type="button"
              className="code-card"
              aria-label={`${card.title || card.id}, ${popularity} training interactions: why`}
              onClick={() => onItem(card.item)}
            >
              <ItemPicture card={card} size={36} />
              <span className="item-text">
                <span className="item-title">{card.title || card.id}</span>
                <span className="item-detail">{formatCount(popularity)} training interactions</span>
              </span>
              <CodePath codes={card.codes} />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
