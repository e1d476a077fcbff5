import { useCallback, useState } from 'react';
import { CardRow } from '../codes/CardRow';
import { ErrorNote } from '../parts/ErrorNote';
import { PagedHead } from '../parts/PagedHead';
import { useAnswer } from '../parts/useAnswer';
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
  return (
    <section className="picked-items" aria-label="Picked items">
      <PagedHead heading="Picked items" offset={offset} page={PAGE} total={items.length} onOffset={setOffset}>
        <button type="button" className="button is-small" onClick={() => useSelection.getState().clear('items')}>
          Clear
        </button>
      </PagedHead>
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
