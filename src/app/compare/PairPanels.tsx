import { useCallback, useMemo } from 'react';
import type { PairedTest, ResultsRequest } from '../../worker/protocol';
import { FigurePanel } from '../figures/FigurePanel';
import { useDataNote } from '../figures/useDataNote';
import { shortText, useViewParam } from '../navigation/viewParams';
import { Panel } from '../parts/Panel';
import { useAnswer } from '../parts/useAnswer';
import { Choice } from '../results/Choice';
import { PAIR_METRICS, TEST_SENTENCES } from '../results/testNames';
import { useSession } from '../sessionContext';
import { matrixFigure } from './matrixFigure';
import { OnePair } from './OnePair';

interface PairPanelsProps {
  readonly ids: readonly string[];
  readonly seenItems: ResultsRequest['seenItems'];
  readonly test: PairedTest;
}

/** Every row against every other, then two of them user by user (V9) and by popularity (V7). */
export function PairPanels({ ids, seenItems, test }: PairPanelsProps) {
  const session = useSession();
  const note = useDataNote();
  const [wantedMetric, setMetric] = useViewParam('pairMetric', shortText(10, 'R@10'));
  const metric = PAIR_METRICS.includes(wantedMetric) ? wantedMetric : 'R@10';
  const names = ids.join(' ');
  // The figure says what was asked for these numbers, not what is being asked.
  const { value: answer, error } = useAnswer(
    useCallback(async () => {
      const matrix = await session.runs.matrix({ ids: names.split(' '), seenItems, metric, test });
      return { matrix, metric, test };
    }, [session, names, seenItems, metric, test]),
  );
  const matrix = answer?.matrix ?? null;
  const spec = useMemo(
    () => answer && matrixFigure(answer.matrix, { metric: answer.metric, test: TEST_SENTENCES[answer.test], note }),
    [answer, note],
  );
  if (!matrix && !error)
    return (
      <Panel title="On the same users">
        <p className="quiet is-busy">Testing every pair of rows …</p>
      </Panel>
    );
  // What the table refuses is refused here too; it has said why.
  if (!matrix || !spec || matrix.names.length < 2) return null;
  return (
    <>
      <FigurePanel
        spec={spec}
        controls={
          <Choice
            label="Metric"
            value={metric}
            choices={PAIR_METRICS.map((value) => ({ value, label: value }))}
            onChoose={setMetric}
          />
        }
      />
      <OnePair ids={names} seenItems={seenItems} test={test} metric={metric} matrix={matrix} />
    </>
  );
}
