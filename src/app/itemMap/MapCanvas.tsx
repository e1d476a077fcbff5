import { type KeyboardEvent, type PointerEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
import { Readout } from '../figures/Readout';
import { usePoliteText } from '../figures/usePoliteText';
import type { MapPoints } from './mapFigure';
import type { MapGroups } from './mapGroups';
import { type MapView, unitPixels } from './painter';
import { type Direction, nextPoint, PointIndex, pointsInside } from './pointIndex';
import { usePainter } from './usePainter';

interface MapCanvasProps {
  readonly points: MapPoints;
  readonly groups: MapGroups;
  readonly flags: Uint8Array;
  readonly view: MapView;
  readonly isLasso: boolean;
  /** "The blue kettle, Home, codes 3 · 1": what is said of a point. */
  readonly sentenceOf: (item: number) => string;
  readonly onView: (view: MapView) => void;
  /** Items inside a drawn line. */
  readonly onLasso: (items: readonly number[]) => void;
  /** Enter or a click on a point. */
  readonly onChoose: (item: number) => void;
}

/** How near the pointer must be to a point, in CSS pixels. */
const REACH = 14;
const STEP = 1.25;
export const MOST_ZOOM = 200;
export const WHOLE: MapView = { x: 0, y: 0, zoom: 1 };
const DIRECTIONS: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};

export const zoomed = (view: MapView, factor: number): MapView => ({
  ...view,
  zoom: Math.min(MOST_ZOOM, Math.max(1, view.zoom * factor)),
});

/** The drawn map: drag moves it, or draws a lasso; arrow keys go from point to point. */
export function MapCanvas({
  points,
  groups,
  flags,
  view,
  isLasso,
  sentenceOf,
  onView,
  onLasso,
  onChoose,
}: MapCanvasProps) {
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const { canvas, generation, kind, size } = usePainter({ box, points, groups, flags, view });
  const index = useMemo(() => new PointIndex(points), [points]);
  const [cursor, setCursor] = useState<number | null>(null);
  const [line, setLine] = useState<readonly number[]>([]);
  const drag = useRef<{ x: number; y: number; view: MapView; hasMoved: boolean } | null>(null);
  const perUnit = unitPixels({ ...size, pixelRatio: 1 }, view.zoom);
  const sentence = cursor === null ? '' : sentenceOf(cursor);
  const polite = usePoliteText(sentence);

  const placeOf = (event: { clientX: number; clientY: number }): readonly [number, number] => {
    const rect = box.current?.getBoundingClientRect();
    return [event.clientX - (rect?.left ?? 0), event.clientY - (rect?.top ?? 0)];
  };
  const toPoints = ([px, py]: readonly [number, number]): readonly [number, number] => [
    view.x + (px - size.width / 2) / perUnit,
    view.y - (py - size.height / 2) / perUnit,
  ];
  const toPixels = (x: number, y: number): readonly [number, number] => [
    size.width / 2 + (x - view.x) * perUnit,
    size.height / 2 - (y - view.y) * perUnit,
  ];

  const latest = useRef({ view, onView, toPoints, placeOf });
  latest.current = { view, onView, toPoints, placeOf };
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    // The page scrolls as usual unless the map was chosen, or Control is held.
    const wheel = (event: WheelEvent): void => {
      if (!event.ctrlKey && !event.metaKey && document.activeElement !== element) return;
      event.preventDefault();
      const now = latest.current;
      const [x, y] = now.toPoints(now.placeOf(event));
      const next = zoomed(now.view, Math.exp(-event.deltaY / 400));
      const kept = now.view.zoom / next.zoom;
      now.onView({ ...next, x: x + (now.view.x - x) * kept, y: y + (now.view.y - y) * kept });
    };
    element.addEventListener('wheel', wheel, { passive: false });
    return () => element.removeEventListener('wheel', wheel);
  }, []);

  const onPointerDown = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const [x, y] = placeOf(event);
    drag.current = { x, y, view, hasMoved: false };
    if (isLasso || event.shiftKey) setLine([x, y]);
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>): void => {
    const [x, y] = placeOf(event);
    const held = drag.current;
    if (!held) {
      setCursor(index.nearest(...toPoints([x, y]), REACH / perUnit));
      return;
    }
    if (Math.hypot(x - held.x, y - held.y) > 3) held.hasMoved = true;
    if (line.length > 0) setLine((known) => [...known, x, y]);
    else if (held.hasMoved)
      onView({ ...held.view, x: held.view.x - (x - held.x) / perUnit, y: held.view.y + (y - held.y) / perUnit });
  };
  const onPointerUp = (event: PointerEvent<HTMLDivElement>): void => {
    const held = drag.current;
    drag.current = null;
    if (line.length >= 6) {
      const corners = Float64Array.from(line);
      for (let at = 0; at + 1 < corners.length; at += 2)
        corners.set(toPoints([corners[at] ?? 0, corners[at + 1] ?? 0]), at);
      onLasso(pointsInside(points, corners));
    } else if (held && !held.hasMoved) {
      const item = index.nearest(...toPoints(placeOf(event)), REACH / perUnit);
      if (item !== null) onChoose(item);
    }
    setLine([]);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    const direction = DIRECTIONS[event.key];
    if (direction && event.shiftKey) {
      const by = 0.2 / view.zoom;
      const [dx, dy] = { left: [-by, 0], right: [by, 0], up: [0, by], down: [0, -by] }[direction];
      onView({ ...view, x: view.x + (dx ?? 0), y: view.y + (dy ?? 0) });
    } else if (direction) {
      const from =
        cursor === null ? ([view.x, view.y] as const) : ([points.x[cursor] ?? 0, points.y[cursor] ?? 0] as const);
      const next = nextPoint(points, from, cursor === null ? null : direction) ?? cursor;
      setCursor(next);
      if (next !== null) follow(next);
    } else if (event.key === '+' || event.key === '=') onView(zoomed(view, STEP));
    else if (event.key === '-') onView(zoomed(view, 1 / STEP));
    else if (event.key === '0') onView(WHOLE);
    else if ((event.key === 'Enter' || event.key === ' ') && cursor !== null) onChoose(cursor);
    else if (event.key === 'Escape') setCursor(null);
    else return;
    event.preventDefault();
  };
  /** Moves the view where the cursor would leave it. */
  const follow = (item: number): void => {
    const [x, y] = [points.x[item] ?? 0, points.y[item] ?? 0];
    const [px, py] = toPixels(x, y);
    if (px < 0 || py < 0 || px > size.width || py > size.height) onView({ ...view, x, y });
  };

  const marked = cursor === null ? null : toPixels(points.x[cursor] ?? 0, points.y[cursor] ?? 0);
  const hint =
    'Arrow keys go from point to point, Enter picks one; plus and minus zoom, Shift with arrows moves, 0 shows all. Drag moves, Shift with drag draws a lasso.';
  return (
    <>
      <div
        ref={box}
        className={`map-box ${isLasso ? 'is-lasso' : ''}`}
        role="application"
        aria-label="Map of items"
        aria-describedby={`${id}-hint`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: an application takes the keyboard
        tabIndex={0}
        data-painter={kind ?? 'none'}
        onKeyDown={onKeyDown}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerLeave={() => drag.current === null && setCursor(null)}
      >
        <canvas key={generation} ref={canvas} className="map-canvas" />
        <svg className="map-overlay" aria-hidden="true">
          {line.length >= 4 && <polygon className="map-lasso" points={line.join(' ')} />}
          {marked && <circle className="map-cursor" cx={marked[0]} cy={marked[1]} r={9} />}
        </svg>
      </div>
      <Readout id={`${id}-hint`} sentence={sentence} hint={hint} polite={polite} />
    </>
  );
}
