import { useCallback, useState } from 'react';
import type { PairedTest } from '../../evaluate/resultsTable';
import type { ResultsRequest } from '../../worker/protocol';
import { useAnswer } from '../codes/useAnswer';
import { ErrorNote } from '../parts/ErrorNote';
import { Panel } from '../parts/Panel';
import { ViewToggle } from '../parts/ViewToggle';
import { useSession } from '../sessionContext';
import { useJobs } from '../stores/jobs';
import { Choice } from './Choice';
import { CompareRun } from './CompareRun';
import { GroupsTable } from './GroupsTable';
import { ResultsTableView } from './ResultsTableView';
import { TableExport } from './TableExport';

const CUTOFFS = [
  { value: 'main', label: '@5, 10' },
  { value: 'all', label: '@1 … 50' },
] as const;
const TESTS: readonly { value: PairedTest; label: string }[] = [
  { value: 'randomisation', label: 'paired randomisation' },
  { value: 't', label: 'paired t' },
  { value: 'wilcoxon', label: 'Wilcoxon' },
];

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
        <>
          <ResultsTableView table={value.table} />
          <div className="results-choices">
            <Choice
              label="Significance against"
              value={against ?? ''}
              choices={[
                { value: '', label: 'none' },
                ...value.table.rows.map(({ name }) => ({ value: name, label: name })),
              ]}
              onChoose={(name) => setAgainst(name === '' ? null : name)}
            />
            <Choice
              label="Test"
              value={test}
              choices={TESTS}
              isDisabled={against === null}
              onChoose={(name) => setTest(TESTS.find((each) => each.value === name)?.value ?? 'randomisation')}
            />
            <CompareRun compared={value.compared} onChanged={changed} />
          </div>
          <ul className="protocol-card" aria-label="Protocol">
            {value.table.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
          <GroupsTable groups={value.groups} />
        </>
      )}
    </Panel>
  );
}
