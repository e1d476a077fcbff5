import { useCallback, useMemo } from 'react';
import type { CodeNeighbours, ItemCard } from '../../worker/protocol';
import type { ItemCodes } from '../../worker/protocol/codebooks';
import { CardRow } from '../codes/CardRow';
import { formatCount } from '../format/numbers';
import { CodePath } from '../parts/CodePath';
import { ErrorNote } from '../parts/ErrorNote';
import { ItemPicture } from '../parts/ItemPicture';
import { useAnswer } from '../parts/useAnswer';
import { useSession } from '../sessionContext';
import { useCodes } from '../stores/codes';
import { shownRun, useRuns } from '../stores/runs';
import { useSelection } from '../stores/selection';
import { useWorkspace } from '../stores/workspace';
import { Facts, Part } from './Part';

/** Of many items, and of each circle of neighbours. */
const MOST = 8;
const pickItem = (item: number): void => useSelection.getState().pick({ items: [item] });

/** One item with its identifier and its neighbours by code; of several, a list to choose one from. */
export function ItemPart({ items }: { readonly items: readonly number[] }) {
  const session = useSession();
  const version = useCodes((state) => state.version);
  const hash = useWorkspace(({ data }) => data?.hash ?? null);
  const ask = useCallback(() => session.ask({ kind: 'items', items: items.slice(0, MOST) }), [session, items]);
  const { value: cards, error } = useAnswer(hash === null ? null : ask, `${hash} ${version}`);
  const [only] = items;
  const first = cards?.[0];
  if (hash === null) return <p className="quiet">Open the data that the items are of.</p>;
  if (error) return <ErrorNote title="The items could not be read" error={error} />;
  if (items.length > 1 || only === undefined)
    return (
      <Part title="Items" note={`${formatCount(items.length)} picked`}>
        <ul className="code-cards">
          {cards?.map((card) => (
            <CardRow key={card.item} card={card} verb="pick only this one" onChoose={pickItem} />
          ))}
        </ul>
        {items.length > MOST && <p className="quiet">and {formatCount(items.length - MOST)} more</p>}
      </Part>
    );
  return (
    <>
      <Part title="Item">{first?.item === only && <OneItem card={first} />}</Part>
      {version > 0 && <Neighbours item={only} version={version} />}
    </>
  );
}

function OneItem({ card }: { readonly card: ItemCard }) {
  const pick = useSelection((selection) => selection.pick);
  return (
    <>
      <ItemPicture card={card} size={160} />
      <p className="inspector-title">{card.title || card.id}</p>
      {card.detail !== '' && <p className="quiet">{card.detail}</p>}
      <Facts rows={[['Id', card.id], ...(card.domain === null ? [] : ([['Domain', card.domain]] as const))]} />
      <Identifiers card={card} />
      {card.codes && card.codes.length > 1 && (
        <button
          type="button"
          className="button is-small"
          onClick={() => pick({ codes: card.codes?.slice(0, 1) ?? [], items: [] })}
        >
          All items with the first code {card.codes[0]}
        </button>
      )}
    </>
  );
}

/** What the shown run and the picked ones call it. */
function Identifiers({ card }: { readonly card: ItemCard }) {
  const session = useSession();
  const version = useCodes((state) => state.version);
  const hash = useWorkspace(({ data }) => data?.hash ?? null);
  const shown = useRuns(shownRun);
  const picked = useSelection((selection) => selection.runs);
  const runs = useRuns((state) => state.runs);
  const others = useMemo(
    () =>
      runs
        .filter((run) => picked.includes(run.id) && run.canShow && !run.isShown && run.data.hash === hash)
        .slice(0, MOST),
    [runs, picked, hash],
  );
  const { item } = card;
  const ask = useCallback(
    () =>
      // One after the other: the worker keeps the facts of one other run at a time.
      [null, ...others.map(({ id }) => id)].reduce<Promise<(ItemCodes | null)[]>>(
        async (before, run) => [...(await before), await session.codebooks({ kind: 'codesOf', run, item })],
        Promise.resolve([]),
      ),
    [session, others, item],
  );
  const { value, error } = useAnswer(version > 0 || others.length > 0 ? ask : null, `${version}`);
  const own = value?.[0] ?? (card.codes && { codes: card.codes, isResolved: true });
  return (
    <>
      <Facts
        rows={[
          ['Identifier', own ? <Codes key="own" of={own} /> : 'none yet: the tokenizer gives it'],
          ...(own && shown ? ([['given by', shown.name]] as const) : []),
        ]}
      />
      {error && <ErrorNote title="The codes of the picked runs could not be read" error={error} />}
      {value && others.length > 0 && (
        <>
          <h4 className="inspector-sub">In the picked runs</h4>
          <Facts
            rows={others.map(({ id, name }, at) => {
              const codes = value[at + 1];
              return [name, codes ? <Codes key={id} of={codes} /> : 'no codes'] as const;
            })}
          />
        </>
      )}
    </>
  );
}

const Codes = ({ of }: { readonly of: ItemCodes }) => (
  <>
    <CodePath codes={of.codes} />
    {!of.isResolved && <small> before conflicts are resolved</small>}
  </>
);

function Neighbours({ item, version }: { readonly item: number; readonly version: number }) {
  const session = useSession();
  const ask = useCallback(() => session.codeNeighbours(item, MOST), [session, item]);
  const { value, error } = useAnswer<CodeNeighbours>(ask, version);
  if (error) return <ErrorNote title="The neighbours could not be found" error={error} />;
  const circles = value?.circles.filter(({ cards }) => cards.length > 0) ?? [];
  return (
    <Part title="Nearest by code">
      {value && circles.length === 0 && <p className="quiet">No other item has its first code.</p>}
      {circles.map(({ shared, total, cards }) => (
        <div key={shared} className="code-circle">
          <h4>
            {shared === 1 ? 'the first code shared' : `the first ${shared} codes shared`}{' '}
            <small>
              {formatCount(total)} {total === 1 ? 'item' : 'items'}
              {total > cards.length && `, ${cards.length} shown`}
            </small>
          </h4>
          <ul className="code-cards">
            {cards.map((card) => (
              <CardRow key={card.item} card={card} verb="pick it" onChoose={pickItem} />
            ))}
          </ul>
        </div>
      ))}
    </Part>
  );
}
