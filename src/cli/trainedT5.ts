/** What `evaluate` and `recommend` do with a trained T5 of a run that works on one domain (transfer of TIGER, UTGRec). */
import { T5Generator } from '../recommenders/t5/generator';
import { evaluateReferencePoints, evaluateT5 } from '../train/evaluateModel';
import { sayTable } from './compare';
import type { CliOptions } from './options';
import { historyItems, type OpenRun, sayRecommendations, stopOnInterrupt } from './runContext';

type Opened = OpenRun<unknown>;

export interface TrainedT5 {
  /** Its data set is the domain that the run was tested on. */
  readonly host: Parameters<typeof evaluateT5>[0] & Parameters<typeof evaluateReferencePoints>[0];
  readonly trainer: Parameters<typeof evaluateT5>[1];
  readonly source: Parameters<typeof evaluateT5>[2];
  /** Of the configuration: used where no option says otherwise. */
  readonly testBeamWidth: number;
  readonly historyLimit: number;
  /** The system's name in tables, where it is not TIGER. */
  readonly name?: string;
}

/** Measures on the test split again, beside the reference points; ends the trainer. */
export async function evaluateTrained(
  { context, say, reports }: Pick<Opened, 'context' | 'say' | 'reports'>,
  { host, trainer, source, testBeamWidth, name }: TrainedT5,
  options: CliOptions,
): Promise<void> {
  stopOnInterrupt(context.control);
  const { report } = await evaluateT5(host, trainer, source, {
    split: 'test',
    beamWidth: options.beamWidth ?? testBeamWidth,
    isConstrained: !options.isFree,
    ...(name === undefined ? {} : { name }),
  });
  context.hooks.evaluation(report);
  await evaluateReferencePoints(host);
  await sayTable(options, say, reports);
  await trainer.dispose();
}

/** Top items for a history of item ids of the domain, oldest first; ends the trainer. */
export async function recommendTrained(
  { context, say, result }: Pick<Opened, 'context' | 'say' | 'result'>,
  { host, trainer, source, testBeamWidth, historyLimit }: TrainedT5,
  { history, count }: { readonly history: string; readonly count: number },
  options: CliOptions,
): Promise<void> {
  const { dataset } = host;
  const items = historyItems(history, dataset);
  const beamWidth = Math.max(count, options.beamWidth ?? testBeamWidth);
  const generator = new T5Generator(context.engine, trainer, source, { beamWidth, historyLimit });
  const found = await generator.generate([items.slice(-historyLimit)]);
  sayRecommendations({ say, result }, dataset, items, { found, count });
  await generator.dispose();
  await trainer.dispose();
}
