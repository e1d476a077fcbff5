import { Plus } from 'lucide-react';
import { useEffect, useId, useState } from 'react';
import type { ItemCard } from '../../worker/protocol';
import { ItemPicture } from '../parts/ItemPicture';
import { reportOf } from '../session';
import { useSession } from '../sessionContext';
import { useWorkspace } from '../stores/workspace';

interface AddItemProps {
  readonly isDisabled: boolean;
  readonly onAdd: (card: ItemCard) => void;
}

/** Searches the catalogue and appends what is chosen to the history. Escape closes the list. */
export function AddItem({ isDisabled, onAdd }: AddItemProps) {
  const id = useId();
  const session = useSession();
  const notify = useWorkspace((state) => state.notify);
  const [query, setQuery] = useState('');
  const [found, setFound] = useState<readonly ItemCard[]>([]);
  const wanted = query.trim();

  useEffect(() => {
    if (wanted === '') {
      setFound([]);
      return;
    }
    let isCurrent = true;
    session.searchItems(wanted, 6).then(
      (cards) => isCurrent && setFound(cards),
      (thrown) => isCurrent && notify({ kind: 'error', ...reportOf(thrown) }),
    );
    return () => {
      isCurrent = false;
    };
  }, [wanted, session, notify]);

  return (
    <search className="add-item" onKeyDown={(event) => event.key === 'Escape' && setQuery('')}>
      <label htmlFor={id} className="visually-hidden">
        Add an item to the history
      </label>
      <input
        id={id}
        type="search"
        placeholder="Add an item: search titles"
        autoComplete="off"
        disabled={isDisabled}
        value={query}
        onChange={(event) => setQuery(event.target.value)}
      />
      {wanted !== '' && (
        <ul className="found-items" aria-label="Items found">
          {found.map((card) => (
            <li key={card.item}>
              <button
                type="button"
                className="found-item"
                onClick={() => {
                  onAdd(card);
                  setQuery('');
                }}
              >
                <ItemPicture card={card} size={28} />
                <span className="item-title">{card.title}</span>
                <Plus size={13} aria-hidden />
              </button>
            </li>
          ))}
          {found.length === 0 && <li className="quiet">No title contains “{wanted}”.</li>}
        </ul>
      )}
    </search>
  );
}
