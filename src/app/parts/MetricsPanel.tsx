import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import type { EvaluationReport } from '../../worker/protocol';
import { formatCount } from '../format/numbers';
import { useJobs } from '../stores/jobs';
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
      <CopyButton text={() => csvOf(rows)} />
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

function CopyButton({ text }: { readonly text: () => string }) {
  const [state, setState] = useState<'ready' | 'copied' | 'refused'>('ready');
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text());
      setState('copied');
    } catch (error) {
      console.warn('copy: the clipboard was refused', error);
      setState('refused');
    }
    setTimeout(() => setState('ready'), 2000);
  };
  return (
    <button type="button" className="button is-small" onClick={() => void copy()}>
      {state === 'copied' ? <Check size={13} aria-hidden /> : <Copy size={13} aria-hidden />}
      <span aria-live="polite">{{ ready: 'Copy CSV', copied: 'Copied', refused: 'Clipboard refused' }[state]}</span>
    </button>
  );
}
