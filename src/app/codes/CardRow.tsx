import type { ItemCard } from '../../worker/protocol';
import { CodePath } from '../parts/CodePath';
import { ItemPicture } from '../parts/ItemPicture';

interface CardRowProps {
  readonly card: ItemCard;
  /** What choosing it does, for its accessible name. */
  readonly verb: string;
  readonly onChoose: (item: number) => void;
}

/** An item with picture, title, domain and codes; the whole row is a button. */
export function CardRow({ card, verb, onChoose }: CardRowProps) {
  return (
    <li>
      <button
        type="button"
        className="code-card"
        aria-label={`${card.title || card.id}, codes ${card.codes?.join(' ') ?? 'none'}: ${verb}`}
        onClick={() => onChoose(card.item)}
      >
        <ItemPicture card={card} size={36} />
        <span className="item-text">
          <span className="item-title">{card.title || card.id}</span>
          {card.domain !== null && <span className="item-detail">{card.domain}</span>}
        </span>
        <CodePath codes={card.codes} />
      </button>
    </li>
  );
}
