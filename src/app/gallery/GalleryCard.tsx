import type { GalleryEntry } from '../../worker/protocol';
import { CodePath } from '../parts/CodePath';
import { PixelPicture } from './PixelPicture';

const SIZE = 96;

interface GalleryCardProps {
  readonly entry: GalleryEntry;
  readonly side: number;
  /** Pictures cannot be drawn because the decoder of the user's autoencoder is not chosen. */
  readonly wantsDecoder: boolean;
}

/** An item as it is and as its codes keep it: picture beside picture, text piece over text piece. */
export function GalleryCard({ entry, side, wantsDecoder }: GalleryCardProps) {
  const { card, pieces, original, decoded } = entry;
  const right = pieces.filter((piece) => piece.original === piece.read).length;
  return (
    <li className="gallery-card">
      <div className="gallery-head">
        <span className="item-text">
          <span className="item-title">{card.title || card.id}</span>
          {card.domain !== null && <span className="item-detail">{card.domain}</span>}
        </span>
        <CodePath codes={card.codes} />
      </div>
      <div className="gallery-pictures">
        <figure>
          {original ? (
            <PixelPicture pixels={original} side={side} size={SIZE} label={`Original picture of ${card.title}`} />
          ) : (
            <span className="no-picture">no picture</span>
          )}
          <figcaption>original</figcaption>
        </figure>
        <figure>
          {decoded ? (
            <PixelPicture
              pixels={decoded}
              side={side}
              size={SIZE}
              label={`Picture decoded from the codes of ${card.title}`}
            />
          ) : (
            <span className="no-picture">{wantsDecoder ? 'choose the decoder’s file' : 'pictures are left out'}</span>
          )}
          <figcaption>from the codes</figcaption>
        </figure>
      </div>
      <p className="gallery-count">
        {right} of {pieces.length} text pieces right{resolutionText(entry)}
      </p>
      <ol className="gallery-pieces" aria-label="Text pieces: original and read from the codes">
        {pieces.map((piece, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a piece is its place
          <li key={at} className={piece.original === piece.read ? 'is-right' : undefined}>
            <span>{piece.original}</span>
            <span>{piece.original === piece.read ? '=' : piece.read}</span>
          </li>
        ))}
      </ol>
    </li>
  );
}

function resolutionText({ resolution, rank }: GalleryEntry): string {
  switch (resolution) {
    case 'nearest':
      return '';
    case 'rank':
      return `; last code is the ${ordinal(rank ?? 0)} nearest, nearer ones were taken`;
    case 'random':
      return '; last code is random, all near ones were taken';
    case 'duplicate':
      return '; shares its identifier with another item';
  }
}

const ENDINGS: Readonly<Partial<Record<Intl.LDMLPluralRule, string>>> = { one: 'st', two: 'nd', few: 'rd' };
const rules = new Intl.PluralRules('en', { type: 'ordinal' });
const ordinal = (value: number): string => `${value}${ENDINGS[rules.select(value)] ?? 'th'}`;
