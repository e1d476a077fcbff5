import { useEffect, useState } from 'react';
import type { ItemCard } from '../../worker/protocol';
import { Mosaic } from './Mosaic';
import { tilesOfCodes } from './tiles';

interface ItemPictureProps {
  readonly card: Pick<ItemCard, 'item' | 'image'> & {
    /** Its identifier, where one is known. */
    readonly codes?: ItemCard['codes'];
  };
  readonly size: number;
}

/**
 * The item's picture at a fixed size. Without one, or where it cannot be drawn: tiles from its codes, so that look-alikes share
 * them, or from its number before it has codes. Titles stand beside it, so alt is empty.
 */
export function ItemPicture({ card, size }: ItemPictureProps) {
  const url = useObjectUrl(card.image);
  const [isBroken, setBroken] = useState(false);
  return (
    <span className="picture" style={{ width: size, height: size }}>
      {url !== null && !isBroken ? (
        <img src={url} alt="" width={size} height={size} onError={() => setBroken(true)} />
      ) : (
        <Mosaic of={card.codes ? tilesOfCodes(card.codes) : card.item + 1} size={size} />
      )}
    </span>
  );
}

/** An address for the bytes while the caller is mounted. */
function useObjectUrl(image: ItemCard['image']): string | null {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (!image) return;
    const made = URL.createObjectURL(new Blob([image.bytes], { type: image.type }));
    setUrl(made);
    return () => {
      setUrl(null);
      URL.revokeObjectURL(made);
    };
  }, [image]);
  return url;
}
