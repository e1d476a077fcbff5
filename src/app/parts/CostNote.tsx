import type { PartCost, RunCost, TimeEstimate } from '../../worker/protocol';
import type { Run } from '../curves/curves';
import { formatCount, formatDuration, formatSize } from '../format/numbers';
import { useRunCost } from './useRunCost';

/** Before the start: parameters, GPU memory, checkpoint and time of one part of the draft. */
export function CostNote({ run }: { readonly run: Run }) {
  const cost = useRunCost();
  if (!cost) return null;
  const part = cost[run];
  return (
    <dl className="cost-note" aria-label={`What the ${run} will take`}>
      {costRows(cost, run, part).map(([name, value, hint]) => (
        <div key={name} title={hint}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
      {cost.problem !== null && <p className="field-problem is-left">This adapter cannot train it: {cost.problem}</p>}
      {cost.storageProblem !== null && (
        <p className="field-problem is-left">There is no room for it: {cost.storageProblem}</p>
      )}
    </dl>
  );
}

type CostRow = readonly [name: string, value: string, hint: string];

function costRows(cost: RunCost, run: Run, part: PartCost | null): readonly CostRow[] {
  const time = run === 'tokenizer' ? cost.tokenizerTime : cost.recommenderTime;
  const sizes: readonly CostRow[] = part
    ? [
        ['Parameters', formatCount(part.parameters), 'All that the training step holds, counted from its own tables'],
        [
          'GPU memory',
          `${run === 'recommender' && cost.hasMore ? 'at least' : 'about'} ${formatSize(part.gpuBytes)}`,
          'Parameters, gradients, optimizer state and intermediates of the largest training step, as the planner places them; evaluation comes on top',
        ],
        [
          'Checkpoint',
          `about ${formatSize(part.checkpointBytes)}`,
          'On disk; the two newest are kept, of the best state as well',
        ],
      ]
    : [['Size', 'known once it has begun', 'The texts of the items decide it']];
  return [...sizes, ['Training time', timeWords(time), timeHint(time)]];
}

const timeWords = (time: TimeEstimate | null): string =>
  time ? `about ${formatDuration(time.seconds)}` : 'unknown until the first steps';

const timeHint = (time: TimeEstimate | null): string =>
  time
    ? `As measured in ${time.measuredIn}, on this adapter and data with steps of the same shape, for all epochs; estimates of influence and the test come on top`
    : 'No run had steps of this shape on this adapter and data yet, in each of its phases';
