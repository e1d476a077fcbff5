import { useCallback, useState } from 'react';
import type { PairedTest } from '../../evaluate/resultsTable';
import type { ResultsRequest } from '../../worker/protocol';
import { ErrorNote } from '../parts/ErrorNote';
import { Panel } from '../parts/Panel';
import { useAnswer } from '../parts/useAnswer';
import { ViewToggle } from '../parts/ViewToggle';
import { useSession } from '../sessionContext';
import { useJobs } from '../stores/jobs';
import { CompareRun } from './CompareRun';
import { CUTOFFS, ResultsBody } from './ResultsBody';
import { TableExport } from './TableExport';

/** The table of a paper: all recommenders measured on the test split, significance on request, other runs beside this one. */
export function ResultsPanel() {
  const session = useSession();
  const isMeasured = useJobs((jobs) =>
    jobs.evaluations.some(({ kind, split, details }) => kind === 'model' && split === 'test' && details !== undefined),
  );
  const evaluations = useJobs((jobs) => jobs.evaluations);
  const [cutoffs, setCutoffs] = useState<'main' | 'all'>('main');
  const [against, setAgainst] = useState<string | null>(null);
  const [test, setTest] = useState<PairedTest>('randomisation');
  const [version, setVersion] = useState(0);
  const changed = useCallback(() => {
    setAgainst(null);
    setVersion((last) => last + 1);
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: evaluations and version stand for what the worker has measured
  const ask = useCallback(() => {
    const request: ResultsRequest = { seenItems: 'kept', against, test, cutoffs: cutoffs === 'all' ? null : [5, 10] };
    return session.results(request);
  }, [session, against, test, cutoffs, evaluations, version]);
  const { value, error } = useAnswer(isMeasured ? ask : null);
  if (!isMeasured) return null;
  return (
    <Panel
      title="Results"
      note="test split, one row a recommender"
      actions={
        value && (
          <>
            <ViewToggle label="Cut-offs" chosen={cutoffs} choices={CUTOFFS} onChoose={setCutoffs} />
            <TableExport table={value.table} />
          </>
        )
      }
    >
      {error && <ErrorNote title="The table could not be made" error={error} />}
      {value && (
        <ResultsBody
          results={value}
          against={against}
          onAgainst={setAgainst}
          test={test}
          onTest={setTest}
          isTestDisabled={against === null}
        >
          <CompareRun compared={value.compared} onChanged={changed} />
        </ResultsBody>
      )}
    </Panel>
  );
}
