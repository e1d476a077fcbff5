import { type KeyboardEvent, type PointerEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
import { sentenceOf } from './cells';
import { type Move, moved, nearestRow, rowOf, stopsOf } from './cursor';
import { sceneOf } from './layout';
import { Readout } from './Readout';
import { SceneView } from './SceneView';
import { type FigureSpec, tableOf } from './spec';
import { usePoliteText } from './usePoliteText';

/** A row that was chosen with Enter or a click. */
export interface Picked {
  readonly data: string;
  readonly index: number;
}

interface LiveFigureProps {
  readonly spec: FigureSpec;
  /** What choosing a row does, as a verb for the hint: "lists the items". */
  readonly pickHint?: string;
  readonly onPick?: (picked: Picked) => void;
  readonly onCursor?: (picked: Picked | null) => void;
}

/** Text size of figures over that of the page: 11 pixels where it has 13, more in a presentation. */
const EM_OF_TEXT = 11 / 13;
const PAGE_TEXT = 13;
/** Below this the figure scrolls in its own box. */
const MIN_WIDTH = 300;

const KEYS: Readonly<Record<string, Move>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
  Home: 'first',
  End: 'last',
  PageUp: 'previousGroup',
  PageDown: 'nextGroup',
};

/** The drawn figure with its data cursor: pointer or arrow keys move it, a polite sentence says where it is. */
export function LiveFigure({ spec, pickHint, onPick, onCursor }: LiveFigureProps) {
  const id = useId();
  const host = useRef<HTMLDivElement>(null);
  const [{ width, em }, setSize] = useState({ width: 0, em: PAGE_TEXT * EM_OF_TEXT });
  const [cursor, setCursor] = useState<string | null>(null);
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const measure = (): void =>
      setSize((known) => {
        const text = Number.parseFloat(getComputedStyle(element).fontSize) || PAGE_TEXT;
        const next = { width: Math.max(MIN_WIDTH, Math.floor(element.clientWidth)), em: text * EM_OF_TEXT };
        return next.width === known.width && next.em === known.em ? known : next;
      });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const scene = useMemo(() => (width > 0 ? sceneOf(spec, { width, em, hasTitle: false }) : null), [spec, width, em]);
  const stops = useMemo(() => (scene ? stopsOf(spec, scene) : []), [spec, scene]);
  const at = cursor === null ? null : rowOf(spec, cursor);
  const table = at && tableOf(spec, at.data);
  const row = at && table ? table.rows[at.index] : undefined;
  const sentence = table && row ? sentenceOf(table, row) : '';
  const polite = usePoliteText(sentence);

  const go = (key: string | null): void => {
    setCursor(key);
    onCursor?.(key === null ? null : rowOf(spec, key));
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    const move = KEYS[event.key];
    if (move) {
      event.preventDefault();
      go(moved(stops, cursor, move));
    } else if ((event.key === 'Enter' || event.key === ' ') && at && onPick) {
      event.preventDefault();
      onPick(at);
    } else if (event.key === 'Escape') go(null);
  };
  const rowAt = (event: PointerEvent<HTMLDivElement> | React.MouseEvent<HTMLDivElement>): string | null => {
    const target = event.target instanceof Element ? event.target : null;
    const direct = target?.closest('[data-row]')?.getAttribute('data-row');
    if (direct && stops.some((stop) => stop.row === direct)) return direct;
    const box = event.currentTarget.querySelector('svg')?.getBoundingClientRect();
    if (!box || !scene) return null;
    const series = target?.getAttribute('data-series') ?? null;
    // The page may be zoomed.
    const scale = scene.width / Math.max(1, box.width);
    const point = { x: (event.clientX - box.left) * scale, y: (event.clientY - box.top) * scale, series };
    return nearestRow(scene, stops, point);
  };
  const hint = `Arrow keys move the data cursor${spec.cursors.length > 1 ? ', Page Up and Page Down change the part' : ''}${pickHint ? `, Enter ${pickHint}` : ''}.`;
  return (
    <>
      <div
        ref={host}
        className={`figure-host ${onPick ? 'is-pickable' : ''}`}
        role="application"
        aria-label={`Data cursor of ${spec.title}`}
        aria-describedby={`${id}-hint`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: an application takes the keyboard
        tabIndex={0}
        onKeyDown={onKeyDown}
        onPointerMove={(event) => go(rowAt(event))}
        onPointerLeave={() => go(null)}
        onClick={(event) => {
          const key = rowAt(event);
          const picked = key === null ? null : rowOf(spec, key);
          if (picked) onPick?.(picked);
        }}
      >
        {scene && (
          <SceneView
            scene={scene}
            em={em}
            marked={(cursor !== null && scene.anchors.get(cursor)) || null}
            echoes={(cursor !== null && scene.echoes?.get(cursor)) || []}
          />
        )}
      </div>
      <Readout id={`${id}-hint`} sentence={sentence} hint={hint} polite={polite} />
    </>
  );
}
