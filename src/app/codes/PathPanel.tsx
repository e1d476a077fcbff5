import { ChartPie, LayoutList, Route } from 'lucide-react';
import { useCallback, useMemo, useState } from 'react';
import type { RunInfo } from '../../worker/protocol';
import { FigurePanel } from '../figures/FigurePanel';
import { useDataNote } from '../figures/useDataNote';
import { oneOf, shortText, useViewParam, type ViewKind } from '../navigation/viewParams';
import { ErrorNote } from '../parts/ErrorNote';
import { ItemSearch } from '../parts/ItemSearch';
import { Panel } from '../parts/Panel';
import { useAnswer } from '../parts/useAnswer';
import { ViewToggle } from '../parts/ViewToggle';
import { Choice } from '../results/Choice';
import { useSession } from '../sessionContext';
import { useCodes } from '../stores/codes';
import { useRuns } from '../stores/runs';
import { useSelection } from '../stores/selection';
import { useWorkspace } from '../stores/workspace';
import { BesidePaths } from './BesidePaths';
import { NeighbourList } from './NeighbourList';
import { PathCrumbs } from './PathCrumbs';
import { PrefixItemList } from './PrefixItemList';
import { pathFigure } from './pathFigure';

const MOST_CODES = 16;

/** Codes of a prefix, `23.7`. */
export const CODES: ViewKind<readonly number[]> = {
  fallback: [],
  read(text) {
    const codes = text.split('.').map((part) => (/^\d{1,5}$/.test(part) ? Number(part) : Number.NaN));
    return codes.length <= MOST_CODES && codes.every(Number.isFinite) ? codes : null;
  },
  write: (codes) => codes.join('.'),
};

/**
 * V2: the tree of code prefixes. A prefix opens its own tree and its items, an item its neighbours by code; picked items show
 * in every prefix that has some.
 */
export function PathPanel() {
  const session = useSession();
  const version = useCodes((state) => state.version);
  const note = useDataNote();
  const [prefix, setPrefix] = useViewParam('prefix', CODES);
  const [shape, setShape] = useViewParam('paths', oneOf(['icicle', 'sunburst'], 'icicle'));
  const isRound = shape === 'sunburst';
  const [item, setItem] = useState<number | null>(null);
  const [beside, setBeside] = useViewParam('beside', shortText(80));
  const others = useOtherTokenizers();
  const other = others.find(({ id }) => id === beside) ?? null;
  const picked = useSelection((selection) => selection.items);
  const codes = useSelection((selection) => selection.codes);
  const ask = useCallback(() => session.codePaths(prefix, picked), [session, prefix, picked]);
  const { value: tree, error } = useAnswer(version > 0 ? ask : null, version);
  const spec = useMemo(() => (tree && tree.items > 0 ? pathFigure(tree, note, isRound) : null), [tree, note, isRound]);
  if (error) return <ErrorNote title="The code paths could not be read" error={error} />;
  if (!tree)
    return (
      <Panel title="Code paths">
        <p className="quiet">
          Appears with the first snapshot: which items share the beginning of their identifiers, and whether domains
          share it too.
        </p>
      </Panel>
    );
  const controls = (
    <>
      <PathCrumbs prefix={prefix} onPrefix={setPrefix} run={null} />
      <ViewToggle
        label="Drawn as"
        chosen={shape}
        choices={[
          { value: 'icicle', label: 'Icicle', Icon: LayoutList },
          { value: 'sunburst', label: 'Sunburst', Icon: ChartPie },
        ]}
        onChoose={setShape}
      />
      {codes.length > 0 && codes.join() !== prefix.join() && (
        <button type="button" className="button is-small" onClick={() => setPrefix(codes)}>
          <Route size={13} aria-hidden /> Go to codes {codes.join(' · ')}
        </button>
      )}
      {others.length > 0 && (
        <Choice
          label="Beside"
          value={other?.id ?? ''}
          choices={[{ value: '', label: 'no other' }, ...others.map(({ id, name }) => ({ value: id, label: name }))]}
          onChoose={setBeside}
        />
      )}
      <ItemSearch
        label="Find an item among the codes"
        placeholder="Find an item: search titles"
        isDisabled={false}
        onChoose={(card) => setItem(card.item)}
      />
    </>
  );
  const opened = (
    <>
      {item !== null && (
        <NeighbourList item={item} version={version} onChoose={setItem} onClose={() => setItem(null)} />
      )}
      {prefix.length > 0 && <PrefixItemList key={prefix.join()} prefix={prefix} version={version} onChoose={setItem} />}
    </>
  );
  if (!spec)
    return (
      <Panel title="Code paths">
        <div className="figure-controls">{controls}</div>
        <p className="quiet">No item has codes that begin with {prefix.join(' · ')} any more.</p>
      </Panel>
    );
  const figure = (
    <FigurePanel
      spec={spec}
      controls={controls}
      pickHint="opens the prefix"
      onPick={({ data, index }) => {
        const node = data === 'prefixes' ? tree.nodes[index] : undefined;
        if (node && node.merged === 0) setPrefix(node.prefix);
      }}
    >
      {opened}
    </FigurePanel>
  );
  return (
    <>
      {figure}
      {other && <BesidePaths key={other.id} run={other} version={version} isRound={isRound} />}
    </>
  );
}

/** Runs on the open data that have a tokenizer, besides the shown one. */
function useOtherTokenizers(): readonly RunInfo[] {
  const hash = useWorkspace((state) => state.data?.hash ?? null);
  const runs = useRuns((state) => state.runs);
  return useMemo(() => runs.filter((run) => run.canShow && !run.isShown && run.data.hash === hash), [runs, hash]);
}
