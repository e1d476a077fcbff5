// biome-ignore-all lint/a11y/useSemanticElements: rows that are placed by transform cannot be table elements
import { Search } from 'lucide-react';
import { useCallback, useDeferredValue, useState } from 'react';
import type { BrowseRequest, DomainInfo, ItemCardRow, ItemView } from '../../worker/protocol/data';
import { formatCount } from '../format/numbers';
import { CodePath } from '../parts/CodePath';
import { ErrorNote } from '../parts/ErrorNote';
import { ItemPicture } from '../parts/ItemPicture';
import { useDataSession } from './dataSessionContext';
import { useNewest } from './useNewest';
import { usePages } from './usePages';
import { VirtualRows } from './VirtualRows';

const ROW_HEIGHT = 44;
type Order = BrowseRequest['sort'];
const ORDERS: readonly (readonly [Order, string])[] = [
  ['index', 'order of import'],
  ['mostEvents', 'most interactions first'],
  ['fewestEvents', 'fewest interactions first'],
];

/** All items of a domain: searchable, with pictures, and one of them in full. */
export function ItemBrowser({ domain }: { readonly domain: DomainInfo }) {
  const session = useDataSession();
  const [typed, setTyped] = useState('');
  const [order, setOrder] = useState<Order>('index');
  const { value: opened, error, take } = useNewest<ItemView>();
  const query = useDeferredValue(typed.trim());
  const { id, hash } = domain;
  // biome-ignore lint/correctness/useExhaustiveDependencies: other content under the same id is another table
  const load = useCallback(
    (offset: number, limit: number) =>
      session.ask({ kind: 'items', domain: id, request: { query, sort: order, offset, limit }, hasImages: true }),
    [session, id, hash, query, order],
  );
  const pages = usePages<ItemCardRow>(load);
  const open = (item: number): void => void take(session.ask({ kind: 'item', domain: id, item }));
  const problem = pages.error ?? error;
  return (
    <div className="browser">
      <div className="stack">
        <BrowserHead
          what="items"
          typed={typed}
          onType={setTyped}
          order={order}
          onOrder={setOrder}
          total={pages.total}
          isSearch={query !== ''}
        />
        {problem && <ErrorNote title="The items could not be read" error={problem} />}
        <VirtualRows
          key={`${id}${query}${order}`}
          label={`Items of ${domain.name}`}
          columns={['Item', 'Id', 'Interactions']}
          total={pages.total ?? 0}
          rowHeight={ROW_HEIGHT}
          onSee={pages.see}
          renderRow={(index) => {
            const row = pages.row(index);
            return row && <ItemCells row={row} isOpen={opened?.item === row.item} onOpen={() => open(row.item)} />;
          }}
        />
      </div>
      <ItemDetail item={opened} />
    </div>
  );
}

interface BrowserHeadProps {
  readonly what: 'items' | 'users';
  readonly typed: string;
  readonly onType: (typed: string) => void;
  readonly order: Order;
  readonly onOrder: (order: Order) => void;
  readonly total: number | null;
  readonly isSearch: boolean;
}

/** Search field, order and number of rows. */
export function BrowserHead({ what, typed, onType, order, onOrder, total, isSearch }: BrowserHeadProps) {
  return (
    <div className="browser-head">
      <label className="browser-search">
        <Search size={14} aria-hidden />
        <span className="visually-hidden">Search {what}</span>
        <input
          type="search"
          placeholder={what === 'items' ? 'words of the title, or an id' : 'part of an id'}
          value={typed}
          onChange={(event) => onType(event.target.value)}
        />
      </label>
      <select
        aria-label={`Order of ${what}`}
        value={order}
        onChange={(event) => onOrder(ORDERS.find(([value]) => value === event.target.value)?.[0] ?? 'index')}
      >
        {ORDERS.map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
      <span className="panel-note" role="status">
        {total === null ? '…' : `${formatCount(total)} ${what}${isSearch ? ' found' : ''}`}
      </span>
    </div>
  );
}

interface ItemCellsProps {
  readonly row: ItemCardRow;
  readonly isOpen: boolean;
  readonly onOpen: () => void;
}

function ItemCells({ row, isOpen, onOpen }: ItemCellsProps) {
  return (
    <>
      <span role="cell" className="item-cell">
        <ItemPicture card={row} size={36} />
        <button type="button" className="row-button" aria-pressed={isOpen} onClick={onOpen}>
          <span className="item-title">{row.title || row.id}</span>
          <span className="item-detail">{[row.brand, ...row.categories].filter(Boolean).join(' › ')}</span>
        </button>
      </span>
      <span role="cell" className="id-cell">
        {row.id}
      </span>
      <span role="cell" className="number-cell">
        {formatCount(row.events)}
      </span>
    </>
  );
}

function ItemDetail({ item }: { readonly item: ItemView | null }) {
  if (!item)
    return (
      <aside className="browser-detail" aria-label="Item">
        <p className="quiet">Choose an item to see its text, picture and codes.</p>
      </aside>
    );
  return (
    <aside className="browser-detail" aria-label="Item">
      <ItemPicture card={{ ...item, codes: item.codes[0]?.codes ?? null }} size={160} />
      <h3>{item.title || item.id}</h3>
      <p className="quiet">
        {item.id} · {formatCount(item.events)} interactions
        {item.image === null && item.imageUrl !== '' && ' · its picture is only an address'}
      </p>
      {item.codes.map(({ tokenizer, codes }) => (
        <p key={tokenizer} className="detail-codes">
          <span className="quiet">{tokenizer}</span> <CodePath codes={codes} />
        </p>
      ))}
      <p className="detail-text">{item.text || 'It has no text.'}</p>
    </aside>
  );
}
