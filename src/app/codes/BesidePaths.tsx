import { useCallback, useMemo, useState } from 'react';
import type { RunInfo } from '../../worker/protocol';
import { FigurePanel } from '../figures/FigurePanel';
import { useDataNote } from '../figures/useDataNote';
import { ErrorNote } from '../parts/ErrorNote';
import { Panel } from '../parts/Panel';
import { useAnswer } from '../parts/useAnswer';
import { useSession } from '../sessionContext';
import { useSelection } from '../stores/selection';
import { PathCrumbs } from './PathCrumbs';
import { besideFigure } from './pathFigure';

interface BesidePathsProps {
  readonly run: RunInfo;
  /** Of the shown codes. */
  readonly version: number;
  /** Drawn as a sunburst, like the other. */
  readonly isRound: boolean;
}

/** V2 of another run's tokenizer: the same items on its codes; what is picked in one tree shows in the other. */
export function BesidePaths({ run, version, isRound }: BesidePathsProps) {
  const session = useSession();
  const note = useDataNote();
  const [prefix, setPrefix] = useState<readonly number[]>([]);
  const picked = useSelection((selection) => selection.items);
  const { id, name } = run;
  const ask = useCallback(
    () => session.codebooks({ kind: 'besidePaths', run: id, prefix, picked }),
    [session, id, prefix, picked],
  );
  const { value, error } = useAnswer(ask, version);
  const spec = useMemo(() => value && besideFigure(value, name, note, isRound), [value, name, note, isRound]);
  const title = `Code paths, ${name}`;
  if (error)
    return (
      <Panel title={title}>
        <ErrorNote title="The other codes could not be read" error={error} />
      </Panel>
    );
  if (!value || !spec)
    return (
      <Panel title={title}>
        <p className="quiet" role="status">
          Reading the codes of {name} … A run without a snapshot of its codes has none.
        </p>
      </Panel>
    );
  return (
    <FigurePanel
      spec={spec}
      controls={<PathCrumbs prefix={prefix} onPrefix={setPrefix} run={id} />}
      pickHint="opens the prefix"
      onPick={({ data, index }) => {
        const node = data === 'prefixes' ? value.tree.nodes[index] : undefined;
        if (node && node.merged === 0) setPrefix(node.prefix);
      }}
    />
  );
}
