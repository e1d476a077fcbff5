import { useCallback, useMemo } from 'react';
import { FigureTable } from '../figures/FigureTable';
import type { DataTable } from '../figures/spec';
import { ErrorNote } from '../parts/ErrorNote';
import { useAnswer } from '../parts/useAnswer';
import { useSession } from '../sessionContext';
import { ofRun } from './demoView';

interface BeamChildrenProps {
  readonly step: number;
  readonly parent: number;
  /** The prefix as codes. */
  readonly name: string;
  /** Another run's search; null for the Demo's own. */
  readonly run: string | null;
  /** Token of code 0 of the step's digit. */
  readonly firstToken: number;
}

/** Every child of one prefix that the search pruned. */
export function BeamChildren({ step, parent, name, run, firstToken }: BeamChildrenProps) {
  const session = useSession();
  const ask = useCallback(
    () => session.ask({ kind: 'beamBranches', step, parent, ...ofRun(run) }),
    [session, step, parent, run],
  );
  const { value, error } = useAnswer(ask);
  const heading = `Pruned after ${name}`;
  const table = useMemo(
    (): DataTable => ({
      name: 'children',
      title: heading,
      columns: [
        { key: 'rank', title: 'Rank among all candidates', digits: 0 },
        { key: 'code', title: 'Code', digits: 0 },
        { key: 'token', title: 'log p of the code', digits: 4 },
        { key: 'logProbability', title: 'log p', digits: 4 },
        { key: 'score', title: 'Score', digits: 4 },
      ],
      rows: (value ?? []).map(({ rank, token, tokenLogProbability, logProbability, score }) => ({
        rank,
        code: token - firstToken,
        token: tokenLogProbability,
        logProbability,
        score,
      })),
    }),
    [value, heading, firstToken],
  );
  return (
    <section className="picked-items" aria-label={heading}>
      <div className="picked-head">
        <h3>{heading}</h3>
        <span className="panel-note" role="status">
          {value ? `${value.length} children of step ${step + 1}` : 'looking them up …'}
        </span>
      </div>
      {error && <ErrorNote title="The pruned children could not be listed" error={error} />}
      {value && <FigureTable table={table} />}
    </section>
  );
}
