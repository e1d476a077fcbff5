import { Hand, Lasso, Minus, Plus, ScanSearch } from 'lucide-react';
import { useCallback, useMemo, useState } from 'react';
import type { ItemMapReply } from '../../worker/protocol/codebooks';
import { useSettledVersion } from '../codebooks/useSettledVersion';
import { FigurePanel } from '../figures/FigurePanel';
import { useDataNote } from '../figures/useDataNote';
import { oneOf, useViewParam } from '../navigation/viewParams';
import { ErrorNote } from '../parts/ErrorNote';
import { Panel } from '../parts/Panel';
import { useAnswer } from '../parts/useAnswer';
import { ViewToggle } from '../parts/ViewToggle';
import { useSession } from '../sessionContext';
import { useSelection } from '../stores/selection';
import { MapCanvas, WHOLE, zoomed } from './MapCanvas';
import { MapLegend } from './MapLegend';
import { itemRows, mapFigure, normalisedPoints } from './mapFigure';
import { colouringsOf, colouringTitle, mapGroups } from './mapGroups';
import { PickedItems } from './PickedItems';
import type { MapView } from './painter';
import { pickedFlags } from './pickedFlags';

/** The map of item embeddings: every item a point; a lasso, a group or the view becomes the selection. */
export function MapPanel() {
  const session = useSession();
  const version = useSettledVersion();
  const ask = useCallback(() => session.codebooks({ kind: 'itemMap' }), [session]);
  const { value: map, error } = useAnswer(version > 0 ? ask : null, version);
  if (error) return <ErrorNote title="The map could not be made" error={error} />;
  if (!map)
    return (
      <Panel title="Map of items">
        <p className="quiet">
          Appears when the run has the items’ vectors: an RQ-VAE tokenizer from its first snapshot, UTGRec’s when it is
          trained. A model that was exported without them has no map.
        </p>
      </Panel>
    );
  return <ItemMap map={map} />;
}

type Mode = 'move' | 'lasso';

function ItemMap({ map }: { readonly map: ItemMapReply }) {
  const note = useDataNote();
  const choices = useMemo(() => colouringsOf(map), [map]);
  const kind = useMemo(() => oneOf(choices, choices[0] ?? 'collision'), [choices]);
  const [colouring, setColouring] = useViewParam('colour', kind);
  const [mode, setMode] = useState<Mode>('move');
  const [view, setView] = useState<MapView>(WHOLE);
  const points = useMemo(() => normalisedPoints(map), [map]);
  const groups = useMemo(() => mapGroups(map, colouring), [map, colouring]);
  const rows = useMemo(() => itemRows(map), [map]);
  const items = useSelection((selection) => selection.items);
  const codes = useSelection((selection) => selection.codes);
  const flags = useMemo(() => pickedFlags(map, items, codes), [map, items, codes]);
  const spec = useMemo(
    () => mapFigure({ map, points, groups, rows, picked: items.length, note }),
    [map, points, groups, rows, items.length, note],
  );
  const sentenceOf = useCallback(
    (item: number) => {
      const row = rows[item];
      if (!row) return '';
      const group = groups.groups[groups.groupOf[item] ?? 0];
      return `${row['title'] || row['id']}, ${[row['domain'], `codes ${row['codes']}`, `${row['popularity']} interactions`].filter(Boolean).join(', ')}; ${groups.title}: ${group?.label ?? ''}`;
    },
    [rows, groups],
  );
  const pick = (chosen: readonly number[]): void => useSelection.getState().pick({ items: chosen });
  const inView = (): number[] => {
    const reach = 1 / (0.97 * view.zoom);
    return [...rows.keys()].filter(
      (item) => Math.abs((points.x[item] ?? 0) - view.x) <= reach && Math.abs((points.y[item] ?? 0) - view.y) <= reach,
    );
  };
  return (
    <FigurePanel
      spec={spec}
      note={`${map.x.length.toLocaleString('en')} items`}
      controls={
        <>
          <ViewToggle
            label="Colour by"
            chosen={colouring}
            choices={choices.map((value) => ({ value, label: colouringTitle(value) }))}
            onChoose={setColouring}
          />
          <ViewToggle
            label="What dragging does"
            chosen={mode}
            choices={[
              { value: 'move', label: 'Move', Icon: Hand },
              { value: 'lasso', label: 'Lasso', Icon: Lasso },
            ]}
            onChoose={setMode}
          />
          <span className="button-row">
            <button
              type="button"
              className="button is-small"
              aria-label="Zoom in"
              onClick={() => setView(zoomed(view, 1.6))}
            >
              <Plus size={13} aria-hidden />
            </button>
            <button
              type="button"
              className="button is-small"
              aria-label="Zoom out"
              onClick={() => setView(zoomed(view, 1 / 1.6))}
            >
              <Minus size={13} aria-hidden />
            </button>
            <button type="button" className="button is-small" onClick={() => setView(WHOLE)}>
              Show all
            </button>
            <button type="button" className="button is-small" onClick={() => pick(inView())}>
              <ScanSearch size={13} aria-hidden /> Pick what is in view
            </button>
          </span>
        </>
      }
      drawing={
        <>
          <MapCanvas
            points={points}
            groups={groups}
            flags={flags}
            view={view}
            isLasso={mode === 'lasso'}
            sentenceOf={sentenceOf}
            onView={setView}
            onLasso={pick}
            onChoose={(item) => useSelection.getState().toggle('items', item)}
          />
          <MapLegend
            groups={groups}
            onPick={(group) => pick([...rows.keys()].filter((item) => groups.groupOf[item] === group))}
          />
          <p className="figure-hint">{spec.note}</p>
        </>
      }
    >
      {items.length > 0 && <PickedItems items={items} />}
    </FigurePanel>
  );
}
