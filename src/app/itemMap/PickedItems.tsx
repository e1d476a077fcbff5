import { useCallback, useState } from 'react';
import { CardRow } from '../codes/CardRow';
import { useAnswer } from '../codes/useAnswer';
import { formatCount } from '../format/numbers';
import { ErrorNote } from '../parts/ErrorNote';
import { useSession } from '../sessionContext';
import { useSelection } from '../stores/selection';

const PAGE = 12;

/** The items of the selection, a page at a time; choosing one leaves only it. */
export function PickedItems({ items }: { readonly items: readonly number[] }) {
  const session = useSession();
  const [wanted, setOffset] = useState(0);
  const offset = wanted < items.length ? wanted : 0;
  const ask = useCallback(
    () => session.codebooks({ kind: 'itemCards', items: items.slice(offset, offset + PAGE) }),
    [session, items, offset],
  );
  const { value, error } = useAnswer(ask);
  const last = Math.min(offset + PAGE, items.length);
  return (
    <section className="picked-items" aria-label="Picked items">
      <div className="picked-head">
        <h3>Picked items</h3>
        <span className="panel-note" role="status">
          {formatCount(offset + 1)}–{formatCount(last)} of {formatCount(items.length)}
        </span>
        <button
          type="button"
          className="button is-small"
          disabled={offset === 0}
          onClick={() => setOffset(offset - PAGE)}
        >
          Previous
        </button>
        <button
          type="button"
          className="button is-small"
          disabled={last >= items.length}
          onClick={() => setOffset(offset + PAGE)}
        >
          Next
        </button>
        <button type="button" className="button is-small" onClick={() => useSelection.getState().clear('items')}>
          Clear
        </button>
      </div>
      {error && <ErrorNote title="The items could not be read" error={error} />}
      <ul className="code-cards">
        {value?.map((card) => (
          <CardRow
            key={card.item}
            card={card}
            verb="pick only this one"
            onChoose={(item) => useSelection.getState().pick({ items: [item] })}
          />
        ))}
      </ul>
    </section>
  );
}
