import { Crosshair } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import type { BeamReply, Question } from '../../worker/protocol';
import { FigurePanel } from '../figures/FigurePanel';
import type { Picked } from '../figures/LiveFigure';
import type { Row } from '../figures/spec';
import { useDataNote } from '../figures/useDataNote';
import { formatCount } from '../format/numbers';
import { oneOf, useViewParam } from '../navigation/viewParams';
import { ErrorNote } from '../parts/ErrorNote';
import { Panel } from '../parts/Panel';
import { Playback } from '../parts/Playback';
import { usePlayback } from '../parts/usePlayback';
import { Choice } from '../results/Choice';
import { useIsStill } from '../stores/motion';
import { BeamOpened, type Opened, openedBy } from './BeamOpened';
import { BeamSettings } from './BeamSettings';
import { beamFigure } from './beamFigure';
import { leafBelow } from './beamPaths';
import { mirrorFigure } from './mirrorFigure';
import { type Searches, useBeams } from './useBeams';

/** Long enough to follow one step with the eye. */
const STEP_MS = 900;

interface BeamPanelProps {
  readonly question: Question;
  /** Of the Demo's own model. */
  readonly name: string;
  /** Told the newest searches; and the item that is looked at. */
  readonly onSearches: (searches: Searches | null) => void;
  readonly onItem: (item: number) => void;
}

/** V4: the search through the trie, step by step, with its settings live; another model's can stand mirrored beside it. */
export function BeamPanel({ question, name, onSearches, onItem }: BeamPanelProps) {
  const note = useDataNote();
  const [drawing, setDrawing] = useViewParam('drawing', oneOf(['auto', 'tree', 'steps'], 'auto'));
  const isStill = useIsStill();
  const { searches, isBusy, error, otherError, partners, mirror, setMirror, settings } = useBeams(question, name);
  const own = searches?.own.beam ?? null;
  const other = searches?.other ?? null;
  const isMultiples = other === null && (drawing === 'steps' || (drawing === 'auto' && isStill));
  const depth = Math.max(own?.tree.steps.length ?? 0, other?.beam.tree.steps.length ?? 0);
  const { shown, isPlaying, show, toggle } = usePlayback(depth, { subject: searches, stepMs: STEP_MS });
  const [item, setItem] = useState<number | null>(null);
  const [opened, setOpened] = useState<Opened | null>(null);
  useEffect(() => {
    setItem(null);
    setOpened(null);
    onSearches(searches);
  }, [searches, onSearches]);
  const spec = useMemo(() => {
    if (!searches) return null;
    if (searches.other) return mirrorFigure(searches.own, searches.other, { shown, item }, note);
    const place = searches.own.beam.leaves.findIndex((leaf) => leaf.item === item);
    const view = { shown: isMultiples ? depth : shown, item: place < 0 ? null : place, isMultiples };
    return beamFigure(searches.own.beam, view, note);
  }, [searches, shown, depth, item, isMultiples, note]);
  if (error) return <ErrorNote title="The search could not be opened" error={error} />;
  if (!own || !spec)
    return (
      <Panel title="Beam through the trie">
        <p className="quiet" role="status">
          Opening the search: every prefix that was kept, what was pruned and what was impossible …
        </p>
      </Panel>
    );

  const sideOf = (data: string): { readonly beam: BeamReply; readonly run: string | null; readonly of: string } =>
    other && data.endsWith('2')
      ? { beam: other.beam, run: other.run, of: other.name }
      : { beam: own, run: null, of: other ? name : '' };
  const rowOf = ({ data, index }: Picked): Row | undefined =>
    spec.data.find((table) => table.name === data)?.rows[index];
  const itemIn = (row: Row, index: number): number | null =>
    typeof row['item'] === 'number' ? row['item'] : (own.leaves[index]?.item ?? null);
  const onPick = (picked: Picked): void => {
    const row = rowOf(picked);
    const kind = picked.data.replace('2', '');
    if (!row) return;
    if (kind === 'prefixes' || kind === 'pruned') setOpened(openedBy(kind, row, sideOf(picked.data)));
    else if (kind === 'items') onItem(itemIn(row, picked.index) ?? 0);
  };
  const onCursor = (picked: Picked | null): void => {
    const row = picked && rowOf(picked);
    const kind = picked?.data.replace('2', '');
    if (!row || !picked) setItem(null);
    else if (kind === 'items') setItem(itemIn(row, picked.index));
    else if (kind === 'prefixes') {
      const { beam } = sideOf(picked.data);
      const leaf = leafBelow(beam, Number(row['step']) - 1, Number(row['place']) - 1);
      setItem(leaf === null ? null : (beam.leaves[leaf]?.item ?? null));
    }
  };
  const { target } = own.tree;
  const timed = (beam: BeamReply): string => `${beam.leaves.length} beams in ${Math.round(beam.elapsedMs)} ms`;
  return (
    <FigurePanel
      spec={spec}
      note={
        <span role="status">
          {isBusy ? 'searching …' : [own, ...(other ? [other.beam] : [])].map(timed).join(', ')}
        </span>
      }
      pickHint="opens a prefix, pruned children or an item"
      onPick={onPick}
      onCursor={onCursor}
      controls={
        <div className="beam-controls">
          <BeamSettings settings={settings} />
          {partners.length > 0 && (
            <Choice
              label="Mirrored by"
              value={mirror}
              choices={[
                { value: '', label: 'no other' },
                ...partners.map(({ id, name: label }) => ({ value: id, label })),
              ]}
              onChoose={setMirror}
            />
          )}
          {!isMultiples && (
            <Playback
              of="the search"
              from={0}
              depth={depth}
              shown={shown}
              isPlaying={isPlaying}
              words={`${shown} of ${depth}`}
              spoken={shown === 0 ? 'start' : `after digit ${shown}`}
              onShow={show}
              onToggle={toggle}
            />
          )}
          {!other && (
            <label className="check-field">
              <input
                type="checkbox"
                checked={isMultiples}
                onChange={(event) => setDrawing(event.target.checked ? 'steps' : 'tree')}
              />
              Steps side by side
            </label>
          )}
          {target && target.lostAt !== null && (
            <button type="button" className="button is-small" onClick={() => show((target.lostAt ?? 0) + 1)}>
              <Crosshair size={13} aria-hidden /> Where was the true item lost?
            </button>
          )}
        </div>
      }
    >
      {otherError && <ErrorNote title="The other search could not be opened" error={otherError} />}
      {[searches?.own, other].map(
        (search) => search && <LostLine key={search.name} search={search} isNamed={other !== null} />,
      )}
      {opened && <BeamOpened opened={opened} onItem={onItem} />}
    </FigurePanel>
  );
}

/** Where the true next item was lost, and by how much; nothing if it was not. */
function LostLine({
  search: { name, beam },
  isNamed,
}: {
  readonly search: Searches['own'];
  readonly isNamed: boolean;
}) {
  const { target, steps } = beam.tree;
  if (!target || target.lostAt === null) return null;
  return (
    <p className="lost-line">
      {isNamed ? `${name} lost the true next item` : 'The true next item was lost'} at step {target.lostAt + 1}:
      candidate {formatCount(target.ranks.at(-1) ?? 0)} of {formatCount(steps[target.lostAt]?.candidates ?? 0)}, a score{' '}
      {target.gap.toFixed(3)} below the last prefix that was kept.
    </p>
  );
}
