import { Crosshair } from 'lucide-react';
import { type ReactNode, useCallback, useEffect, useMemo, useState } from 'react';
import { prefixOf } from '../../evaluate/beamTree';
import type { BeamReply, Question } from '../../worker/protocol';
import { FigurePanel } from '../figures/FigurePanel';
import type { Picked } from '../figures/LiveFigure';
import { useDataNote } from '../figures/useDataNote';
import { formatCount } from '../format/numbers';
import { oneOf, useViewParam, wholeNumber } from '../navigation/viewParams';
import { ErrorNote } from '../parts/ErrorNote';
import { Panel } from '../parts/Panel';
import { useAnswer } from '../parts/useAnswer';
import { useSession } from '../sessionContext';
import { useIsStill } from '../stores/motion';
import { BeamChildren } from './BeamChildren';
import { BeamItemList } from './BeamItemList';
import { beamFigure, pathOf, prefixCodes } from './beamFigure';
import { decimal } from './demoView';
import { Playback } from './Playback';
import { SettingField } from './SettingField';
import { usePlayback } from './usePlayback';

interface BeamPanelProps {
  readonly question: Question;
  /** Told the newest search; and the item that is looked at. */
  readonly onBeam: (beam: BeamReply | null) => void;
  readonly onItem: (item: number) => void;
}

/** What a click on the figure opened. */
type Opened =
  | { readonly kind: 'prefix'; readonly tokens: readonly number[]; readonly name: string }
  | { readonly kind: 'children'; readonly step: number; readonly parent: number; readonly name: string };

/** V4: the search through the trie, step by step, with its settings live. */
export function BeamPanel({ question, onBeam, onItem }: BeamPanelProps) {
  const session = useSession();
  const note = useDataNote();
  const [beamWidth, setWidth] = useViewParam('width', wholeNumber(1, 50, 20));
  const [temperature, setTemperature] = useViewParam('temperature', decimal(0.1, 5, 1));
  const [lengthPenalty, setPenalty] = useViewParam('penalty', decimal(-2, 2, 0));
  const [drawing, setDrawing] = useViewParam('drawing', oneOf(['auto', 'tree', 'steps'], 'auto'));
  const isStill = useIsStill();
  const isMultiples = drawing === 'steps' || (drawing === 'auto' && isStill);
  const settings = useMemo(() => ({ beamWidth, temperature, lengthPenalty }), [beamWidth, temperature, lengthPenalty]);
  const ask = useCallback(
    async () => ({ question, settings, beam: await session.ask({ kind: 'beam', settings, ...question }) }),
    [session, question, settings],
  );
  const { value, error } = useAnswer(ask);
  const beam = value?.question.user === question.user ? value.beam : null;
  const isBusy = error === null && (value?.question !== question || value.settings !== settings);
  const depth = beam?.tree.steps.length ?? 0;
  const { shown, isPlaying, show, toggle } = usePlayback(depth, beam);
  const [item, setItem] = useState<number | null>(null);
  const [opened, setOpened] = useState<Opened | null>(null);
  useEffect(() => {
    setItem(null);
    setOpened(null);
    onBeam(beam);
  }, [beam, onBeam]);
  const spec = useMemo(
    () => (beam ? beamFigure(beam, { shown: isMultiples ? depth : shown, item, isMultiples }, note) : null),
    [beam, shown, depth, item, isMultiples, note],
  );
  if (error) return <ErrorNote title="The search could not be opened" error={error} />;
  if (!beam || !spec)
    return (
      <Panel title="Beam through the trie">
        <p className="quiet" role="status">
          Opening the search: every prefix that was kept, what was pruned and what was impossible …
        </p>
      </Panel>
    );

  const tableRow = ({ data, index }: Picked) => spec.data.find(({ name }) => name === data)?.rows[index];
  const onPick = (picked: Picked): void => {
    const row = tableRow(picked);
    const step = Number(row?.['step']) - 1;
    if (picked.data === 'prefixes') {
      const tokens = prefixOf(beam.tree, step, Number(row?.['place']) - 1);
      setOpened({ kind: 'prefix', tokens, name: prefixCodes(beam, tokens) });
    } else if (picked.data === 'pruned') {
      const parent = Number(row?.['parent']);
      const tokens = step > 0 ? prefixOf(beam.tree, step - 1, parent) : [];
      setOpened({ kind: 'children', step, parent, name: tokens.length > 0 ? prefixCodes(beam, tokens) : 'the start' });
    } else if (picked.data === 'items') onItem(beam.leaves[picked.index]?.item ?? 0);
  };
  const onCursor = (picked: Picked | null): void => {
    const row = picked && tableRow(picked);
    if (!row) setItem(null);
    else if (picked.data === 'items') setItem(picked.index);
    else if (picked.data === 'prefixes') setItem(leafBelow(beam, Number(row['step']) - 1, Number(row['place']) - 1));
  };
  const { target } = beam.tree;
  return (
    <FigurePanel
      spec={spec}
      note={
        <span role="status">
          {isBusy ? 'searching …' : `${beam.leaves.length} beams in ${Math.round(beam.elapsedMs)} ms`}
        </span>
      }
      pickHint="opens a prefix, pruned children or an item"
      onPick={onPick}
      onCursor={onCursor}
      controls={
        <BeamControls>
          <SettingField label="Beam width" value={beamWidth} from={1} to={50} step={1} onChange={setWidth} />
          <SettingField
            label="Temperature"
            value={temperature}
            from={0.1}
            to={5}
            step={0.1}
            onChange={setTemperature}
          />
          <SettingField
            label="Length penalty"
            value={lengthPenalty}
            from={-2}
            to={2}
            step={0.1}
            onChange={setPenalty}
          />
          {!isMultiples && (
            <Playback depth={depth} shown={shown} isPlaying={isPlaying} onShow={show} onToggle={toggle} />
          )}
          <label className="check-field">
            <input
              type="checkbox"
              checked={isMultiples}
              onChange={(event) => setDrawing(event.target.checked ? 'steps' : 'tree')}
            />
            Steps side by side
          </label>
          {target && target.lostAt !== null && (
            <button type="button" className="button is-small" onClick={() => show((target.lostAt ?? 0) + 1)}>
              <Crosshair size={13} aria-hidden /> Where was the true item lost?
            </button>
          )}
        </BeamControls>
      }
    >
      {target && target.lostAt !== null && (
        <p className="lost-line">
          The true next item was lost at step {target.lostAt + 1}: candidate {formatCount(target.ranks.at(-1) ?? 0)} of{' '}
          {formatCount(beam.tree.steps[target.lostAt]?.candidates ?? 0)}, a score {target.gap.toFixed(3)} below the last
          prefix that was kept.
        </p>
      )}
      {opened?.kind === 'prefix' && (
        <BeamItemList key={opened.name} prefix={opened.tokens} name={opened.name} onItem={onItem} />
      )}
      {opened?.kind === 'children' && (
        <BeamChildren
          key={`${opened.step} ${opened.parent}`}
          step={opened.step}
          parent={opened.parent}
          name={opened.name}
          firstToken={beam.firstTokens[opened.step] ?? 0}
        />
      )}
    </FigurePanel>
  );
}

const BeamControls = ({ children }: { readonly children: ReactNode }) => (
  <div className="beam-controls">{children}</div>
);

/** The best item below a kept prefix; null if the search dropped all of them later. */
function leafBelow({ tree, leaves }: BeamReply, step: number, place: number): number | null {
  const leaf = leaves.findIndex((_, at) => pathOf(tree, at)[step] === place);
  return leaf < 0 ? null : leaf;
}
