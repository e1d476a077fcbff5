import { type RefObject, useEffect, useRef, useState } from 'react';
import { DARK, LIGHT } from '../figures/palette';
import { useTheme } from '../stores/theme';
import { createFlatPainter } from './flatPainter';
import { createGlPainter } from './glPainter';
import type { MapPoints } from './mapFigure';
import type { MapGroups } from './mapGroups';
import type { MapPainter, MapStyle, MapView } from './painter';

interface Painted {
  readonly canvas: RefObject<HTMLCanvasElement | null>;
  /** Counts canvases: a lost WebGL context leaves its canvas useless, so the next one is another element. */
  readonly generation: number;
  readonly kind: MapPainter['kind'] | null;
  /** Of the box, in CSS pixels. */
  readonly size: { readonly width: number; readonly height: number };
}

interface Drawing {
  readonly box: RefObject<HTMLDivElement | null>;
  readonly points: MapPoints;
  readonly groups: MapGroups;
  /** u8 [N]: 1 for picked items */
  readonly flags: Uint8Array;
  readonly view: MapView;
}

/** Keeps a canvas of the box's size painted: at most once a frame, with WebGL where there is one. */
export function usePainter({ box, points, groups, flags, view }: Drawing): Painted {
  const canvas = useRef<HTMLCanvasElement>(null);
  const painter = useRef<MapPainter | null>(null);
  const [generation, setGeneration] = useState(0);
  const [kind, setKind] = useState<Painted['kind']>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  const theme = useTheme(({ shown }) => shown);

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = (): void => setSize({ width: element.clientWidth, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [box]);

  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    // The second canvas is there because WebGL failed on the first.
    const made = (generation === 0 ? createGlPainter(element) : null) ?? createFlatPainter(element);
    if (!made && generation === 0) setGeneration(1);
    painter.current = made;
    setKind(made?.kind ?? null);
    const lost = (event: Event): void => {
      event.preventDefault();
      setGeneration((known) => known + 1);
    };
    element.addEventListener('webglcontextlost', lost);
    return () => {
      element.removeEventListener('webglcontextlost', lost);
      painter.current?.dispose();
      painter.current = null;
    };
  }, [generation]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new painter has no points yet
  useEffect(() => {
    painter.current?.setPoints(points, groups.groupOf, flags);
  }, [points, groups, flags, kind, generation]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: new points and flags are drawn as well
  useEffect(() => {
    const frame = requestAnimationFrame(() => {
      const element = canvas.current;
      if (!element || !painter.current || size.width === 0) return;
      const pixelRatio = Math.min(2, globalThis.devicePixelRatio || 1);
      const [width, height] = [Math.round(size.width * pixelRatio), Math.round(size.height * pixelRatio)];
      if (element.width !== width || element.height !== height) Object.assign(element, { width, height });
      painter.current.draw(view, styleOf(groups, theme), { width, height, pixelRatio });
      element.dataset['drawn'] = String(points.x.length);
    });
    return () => cancelAnimationFrame(frame);
  }, [points, groups, flags, view, size, theme, kind, generation]);

  return { canvas, generation, kind, size };
}

function styleOf({ groups }: MapGroups, theme: 'light' | 'dark'): MapStyle {
  const palette = theme === 'dark' ? DARK : LIGHT;
  return {
    colours: groups.map(({ colour }) => {
      const value = Number.parseInt((palette[colour] ?? '#000000').slice(1), 16);
      return [(value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255] as const;
    }),
    markers: groups.map(({ marker }) => marker),
  };
}
