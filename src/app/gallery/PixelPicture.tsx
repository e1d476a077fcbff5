import { useEffect, useRef } from 'react';

interface PixelPictureProps {
  /** RGB bytes [side, side, 3]. */
  readonly pixels: Uint8Array;
  readonly side: number;
  /** CSS pixels. */
  readonly size: number;
  readonly label: string;
}

/** A small square of pixels, enlarged without smoothing: what is shown is what there is. */
export function PixelPicture({ pixels, side, size, label }: PixelPictureProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const image = context.createImageData(side, side);
    for (let at = 0; at < side * side; at++) {
      for (let channel = 0; channel < 3; channel++) image.data[at * 4 + channel] = pixels[at * 3 + channel] ?? 0;
      image.data[at * 4 + 3] = 255;
    }
    context.putImageData(image, 0, 0);
  }, [pixels, side]);
  return (
    <canvas
      ref={canvas}
      className="pixel-picture"
      width={side}
      height={side}
      style={{ width: size, height: size }}
      role="img"
      aria-label={label}
    />
  );
}
