import { useState } from 'react';
import type { EvaluationReport } from '../../worker/protocol';
import { formatCount } from '../format/numbers';
import { useJobs } from '../stores/jobs';
import { CopyButton } from './CopyButton';
import { MetricsTable } from './MetricsTable';
import { csvOf, rowsOf } from './metricRows';
import { Panel } from './Panel';
import { ViewToggle } from './ViewToggle';

/** Ranking metrics of the model beside the counting recommenders. */
export function MetricsPanel() {
  const evaluations = useJobs((jobs) => jobs.evaluations);
  const [wanted, setWanted] = useState<EvaluationReport['split']>('test');
  const test = rowsOf(evaluations, 'test');
  const validation = rowsOf(evaluations, 'validation');
  const split = wanted === 'test' && test.length > 0 ? 'test' : validation.length > 0 ? 'validation' : 'test';
  const rows = split === 'test' ? test : validation;
  const protocol = rows.find(({ kind }) => kind === 'model')?.protocol ?? rows[0]?.protocol;
  const actions = rows.length > 0 && (
    <>
      {test.length > 0 && validation.length > 0 && (
        <ViewToggle
          label="Split"
          chosen={split}
          choices={[
            { value: 'test', label: 'Test' },
            { value: 'validation', label: 'Validation' },
          ]}
          onChoose={setWanted}
        />
      )}
      <CopyButton label="Copy CSV" text={() => csvOf(rows)} />
    </>
  );
  return (
    <Panel
      title="Ranking metrics"
      note={rows.length > 0 ? `${split} split, ${formatCount(rows[0]?.users ?? 0)} users` : undefined}
      actions={actions}
    >
      {rows.length === 0 ? (
        <p className="quiet">
          Appears when the training ends: Recall and NDCG over all test users, beside five recommenders that only count.
        </p>
      ) : (
        <>
          <MetricsTable rows={rows} />
          <p className="protocol">
            {protocol} p: paired randomisation on Recall@10 against Most-popular, two-sided. ◆ best of its column.
          </p>
        </>
      )}
    </Panel>
  );
}
