import { MousePointer2, X } from 'lucide-react';
import { useCallback, useState } from 'react';
import { formatCount } from '../format/numbers';
import { ErrorNote } from '../parts/ErrorNote';
import { PagedHead } from '../parts/PagedHead';
import { useAnswer } from '../parts/useAnswer';
import { Choice } from '../results/Choice';
import { useSession } from '../sessionContext';
import { useSelection } from '../stores/selection';
import { CardRow } from './CardRow';

interface CodeItemListProps {
  /** From 0. */
  readonly level: number;
  readonly code: number;
  /** Of the wall; empty for a single one. */
  readonly domains: readonly string[];
  /** Of the codes. */
  readonly version: number;
  readonly onClose: () => void;
}

const PAGE = 12;
const ALL = '';

/** The items with one code at a level, of all domains or one, a page at a time; all of them can become the selection. */
export function CodeItemList({ level, code, domains, version, onClose }: CodeItemListProps) {
  const session = useSession();
  const [offset, setOffset] = useState(0);
  const [domain, setDomain] = useState(ALL);
  const ask = useCallback(
    () =>
      session.codebooks({
        kind: 'codeItems',
        level,
        code,
        domain: domain === ALL ? null : domain,
        offset,
        limit: PAGE,
      }),
    [session, level, code, domain, offset],
  );
  const { value, error } = useAnswer(ask, version);
  const heading = `Items with code ${code} at level ${level + 1}`;
  return (
    <section className="picked-items" aria-label={heading}>
      <PagedHead heading={heading} offset={offset} page={PAGE} total={value?.items.length ?? null} onOffset={setOffset}>
        {domains.length > 1 && (
          <Choice
            label="of"
            value={domain}
            choices={[{ value: ALL, label: 'all domains' }, ...domains.map((name) => ({ value: name, label: name }))]}
            onChoose={(chosen) => {
              setOffset(0);
              setDomain(chosen);
            }}
          />
        )}
        <button
          type="button"
          className="button is-small"
          disabled={!value || value.items.length === 0}
          onClick={() => value && useSelection.getState().pick({ items: value.items })}
        >
          <MousePointer2 size={13} aria-hidden /> Pick {value ? formatCount(value.items.length) : 'them'}
        </button>
        <button type="button" className="icon-button" aria-label="Close these items" onClick={onClose}>
          <X size={14} aria-hidden />
        </button>
      </PagedHead>
      {error && <ErrorNote title="The items could not be listed" error={error} />}
      <ul className="code-cards">
        {value?.cards.map((card) => (
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
