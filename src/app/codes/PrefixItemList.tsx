import { useCallback, useState } from 'react';
import { ErrorNote } from '../parts/ErrorNote';
import { PagedHead } from '../parts/PagedHead';
import { useAnswer } from '../parts/useAnswer';
import { useSession } from '../sessionContext';
import { CardRow } from './CardRow';
import { prefixText } from './pathFigure';

interface PrefixItemListProps {
  readonly prefix: readonly number[];
  /** Of the codes. */
  readonly version: number;
  readonly onChoose: (item: number) => void;
}

const PAGE = 12;

/** The items whose codes begin with a prefix, a page at a time. */
export function PrefixItemList({ prefix, version, onChoose }: PrefixItemListProps) {
  const session = useSession();
  const [offset, setOffset] = useState(0);
  const ask = useCallback(() => session.prefixItems(prefix, offset, PAGE), [session, prefix, offset]);
  const { value, error } = useAnswer(ask, version);
  const heading = `Items of prefix ${prefixText(prefix)}`;
  return (
    <section className="picked-items" aria-label={heading}>
      <PagedHead heading={heading} offset={offset} page={PAGE} total={value?.total ?? null} onOffset={setOffset} />
      {error && <ErrorNote title="The items could not be listed" error={error} />}
      <ul className="code-cards">
        {value?.cards.map((card) => (
          <CardRow key={card.item} card={card} verb="nearest by code" onChoose={onChoose} />
        ))}
      </ul>
    </section>
  );
}
