import { Plus } from 'lucide-react';
import { useEffect, useId, useState } from 'react';
import type { ItemCard } from '../../worker/protocol';
import { reportOf } from '../session';
import { useSession } from '../sessionContext';
import { useWorkspace } from '../stores/workspace';
import { ItemPicture } from './ItemPicture';

interface ItemSearchProps {
  readonly label: string;
  readonly placeholder: string;
  readonly isDisabled: boolean;
  readonly onChoose: (card: ItemCard) => void;
}

/** Searches the catalogue and hands over what is chosen. Escape closes the list. */
export function ItemSearch({ label, placeholder, isDisabled, onChoose }: ItemSearchProps) {
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
        {label}
      </label>
      <input
        id={id}
        type="search"
        placeholder={placeholder}
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
                  onChoose(card);
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
