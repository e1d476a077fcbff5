import { RotateCcw, Undo2, X } from 'lucide-react';
import type { ItemCard } from '../../worker/protocol';
import { undoChange, useUndoLabels } from '../commands/undoStack';
import { CodePath } from '../parts/CodePath';
import { ItemPicture } from '../parts/ItemPicture';
import { ItemSearch } from '../parts/ItemSearch';
import { Panel } from '../parts/Panel';
import type { Demo } from './useDemo';

/** The history that the model reads, newest first; every item can go and others can come. */
export function HistoryPanel({ demo }: { readonly demo: Demo }) {
  const { user, reply, history, isEdited } = demo;
  const { undo } = useUndoLabels();
  const newestFirst = history.map((card, index) => ({ card, index })).reverse();
  const actions = isEdited && (
    <>
      <button type="button" className="button is-small" disabled={undo === null} onClick={undoChange}>
        <Undo2 size={13} aria-hidden /> Undo
      </button>
      <button type="button" className="button is-small" onClick={demo.reset}>
        <RotateCcw size={13} aria-hidden /> Own history
      </button>
    </>
  );
  return (
    <Panel
      title="History"
      note={user ? `user ${user.id}, ${history.length} items, newest first${isEdited ? ', edited' : ''}` : undefined}
      actions={actions}
      className="history"
    >
      <ItemSearch
        label="Add an item to the history"
        placeholder="Add an item: search titles"
        isDisabled={!reply}
        onChoose={(card) => demo.edit([...history, card])}
      />
      {reply && history.length === 0 && (
        <p className="quiet">The history is empty. Add an item to see what would follow it.</p>
      )}
      <ol className="history-list" reversed start={history.length}>
        {newestFirst.map(({ card, index }) => (
          <HistoryRow
            key={`${index}-${card.item}`}
            card={card}
            onRemove={history.length > 1 ? () => demo.edit(history.toSpliced(index, 1)) : null}
          />
        ))}
      </ol>
    </Panel>
  );
}

function HistoryRow({ card, onRemove }: { readonly card: ItemCard; readonly onRemove: (() => void) | null }) {
  return (
    <li className="item-row">
      <ItemPicture card={card} size={40} />
      <span className="item-text">
        <span className="item-title">{card.title}</span>
        {card.domain !== null && <span className="item-detail">{card.domain}</span>}
      </span>
      <CodePath codes={card.codes} />
      <button
        type="button"
        className="icon-button"
        aria-label={`Remove ${card.title} from the history`}
        title={onRemove ? 'Remove' : 'A history needs one item'}
        disabled={!onRemove}
        onClick={onRemove ?? undefined}
      >
        <X size={13} aria-hidden />
      </button>
    </li>
  );
}
