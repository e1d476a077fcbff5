/**
 * The rule "stop what falls behind" on one queued run: knows the curves of the earlier runs of its sweep, follows the run's own
 * validations, and says when it is to be stopped, in the words of the list.
 */
import type { RunRecord } from '../storage/runStore';
import { type AnyConfig, checkAnyConfig, isSystem, systemName } from '../train/anyConfig';
import {
  type CurvePoint,
  type EarlierRun,
  type MedianRule,
  type MedianVerdict,
  medianVerdict,
  withPoint,
} from '../train/medianStopping';
import type { MetricRow } from '../train/reports';
import { isUtgrec } from '../train/systemConfig';
import type { QueueBatch } from './protocol/queue';
import type { RunRegistry } from './runRegistry';
import { runView } from './runView';
import { storedRows } from './storeSink';
import { CURRENT_RUN } from './workspace';

export class MedianWatch {
  #own: readonly CurvePoint[] = [];
  #earlier: readonly EarlierRun[] = [];

  constructor(
    readonly rule: MedianRule,
    readonly batch: QueueBatch,
  ) {}

  /** Reads what is there of the run and of those before it; while it trains no other does. @throws ConfigError `run/unknown` */
  async look(registry: RunRegistry, id: string): Promise<void> {
    const own = await registry.require(id);
    const measure = measureOf(own);
    const others = (await registry.list()).filter(
      (run) => run.id !== id && run.batch?.id === this.batch.id && isOver(run) && measureOf(run) === measure,
    );
    const pointsOf = async (run: RunRecord) =>
      validationsIn(await storedRows(runView(registry.store, run.id), CURRENT_RUN));
    this.#own = await pointsOf(own);
    this.#earlier = await Promise.all(
      others.map(async (run) => ({ points: await pointsOf(run), isWhole: endedByItself(run) })),
    );
  }

  /**
   * Follows the run. @param epochs all that its training has
   * @returns why it is to be stopped; null while it goes on
   */
  take(rows: readonly MetricRow[], epochs: number): string | null {
    const before = this.#own;
    for (const point of validationsIn(rows)) this.#own = withPoint(this.#own, point);
    const newest = this.#own.at(-1);
    // After its last epoch there is nothing left to save.
    if (this.#own === before || !newest || newest.epoch >= epochs) return null;
    const verdict = medianVerdict(this.#own, this.#earlier, this.rule);
    return verdict?.isBehind ? sentence(verdict, epochs, this.batch) : null;
  }
}

/** Validations of the model itself: not of MTGRec's candidates, whose epochs begin anew, nor of its baseline. */
function validationsIn(rows: readonly MetricRow[]): readonly CurvePoint[] {
  let points: readonly CurvePoint[] = [];
  for (const { run, epoch, values } of rows) {
    const value = values['validNdcg10'];
    if (run !== 'recommender' || value === undefined || !Number.isFinite(value)) continue;
    if (values['candidate'] === undefined && values['isBaseline'] === undefined)
      points = withPoint(points, { epoch, value });
  }
  return points;
}

/** Runs whose validations were measured alike have one: same data, system, users, beam and target domain. */
function measureOf({ config, dataHash }: RunRecord): string {
  const known: AnyConfig = checkAnyConfig(JSON.parse(config), 'stored run');
  const { recommender } = known;
  const { validationUsers } = recommender;
  const beam = 'validationBeamWidth' in recommender ? recommender.validationBeamWidth : null;
  const domain = isSystem(known) && isUtgrec(known) ? (known.transfer?.downstream ?? null) : null;
  return JSON.stringify([dataHash, systemName(known), validationUsers, beam, domain]);
}

/** Had its turn: came to an end, or was stopped by this rule. */
const isOver = ({ status, ending }: RunRecord): boolean =>
  status === 'finished' || (status === 'paused' && ending?.kind === 'median');

const endedByItself = ({ ending }: RunRecord): boolean => ending?.kind === 'complete' || ending?.kind === 'patience';

const FEWEST_DIGITS = 4;
const MOST_DIGITS = 8;

/** Two values with as many digits as tell them apart. */
function apart(a: number, b: number): readonly [string, string] {
  let digits = FEWEST_DIGITS;
  while (digits < MOST_DIGITS && a.toFixed(digits) === b.toFixed(digits)) digits++;
  return [a.toFixed(digits), b.toFixed(digits)];
}

function sentence({ epoch, best, median, runs }: MedianVerdict, epochs: number, { title }: QueueBatch): string {
  const [own, others] = apart(best, median);
  const who =
    runs === 1 ? 'the mean so far of one earlier run' : `the median of the means so far of ${runs} earlier runs`;
  return `Stopped after epoch ${epoch} of ${epochs}, before its test: its best validation, NDCG@10 ${own}, is below ${others}, ${who} of “${title}”. Its best state is kept; it can go on.`;
}
