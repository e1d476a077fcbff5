/** How long parts of earlier runs took on this adapter, for runs whose steps have the same shape. */
import type { RunRecord } from '../storage/runStore';
import { checkAnyConfig, isSystem } from '../train/anyConfig';
import type { MetricRow } from '../train/reports';
import { isUtgrec, type SystemConfig } from '../train/systemConfig';
import type { TimeEstimate } from './protocol/estimate';
import type { RunRegistry } from './runRegistry';
import { storedRows } from './storeSink';
import { CURRENT_RUN } from './workspace';

export const PARTS = ['tokenizer', 'recommender'] as const;
export type Part = (typeof PARTS)[number];

/** Numbers that change what a step computes, not how long it takes. */
const FREE_KEYS: ReadonlySet<string> = new Set([
  ...['epochs', 'learningRate', 'warmupSteps', 'weightDecay', 'clipNorm', 'patience'],
  ...['commitment', 'decay'],
]);

/** A span shorter than this says nothing of the speed. */
const LEAST_SECONDS = 1;

/** What decides the time of an epoch; null where epochs of one part are not alike (transfer, several identifiers). */
export function shapeKey(config: SystemConfig, part: Part): string | null {
  if (isUtgrec(config) ? config.transfer !== null : config.multiIdentifier !== undefined) return null;
  const { levels, ...rest } = isUtgrec(config) ? config.tokenizer.quantiser : config.tokenizer;
  const shape =
    part === 'tokenizer'
      ? isUtgrec(config)
        ? config.tokenizer
        : [config.encoder, config.tokenizer]
      : [config.recommender, levels, rest];
  return JSON.stringify(shape, (key, value: unknown) => (FREE_KEYS.has(key) ? undefined : value));
}

/**
 * Seconds of an epoch: the slope from the first logged row to the last, so that compiling is left out. Null if the clock or the
 * epochs do not grow all the way (a run in pieces, several phases) or the span is too short.
 */
export function secondsOfEpoch(rows: readonly Pick<MetricRow, 'epoch' | 'seconds'>[]): number | null {
  const [first] = rows;
  const last = rows.at(-1);
  if (!first || !last) return null;
  const grows = rows.every((row, at) => {
    const before = rows[at - 1];
    return !before || (row.seconds >= before.seconds && row.epoch >= before.epoch);
  });
  const seconds = last.seconds - first.seconds;
  const epochs = last.epoch - first.epoch;
  return grows && epochs > 0 && seconds >= LEAST_SECONDS ? seconds / epochs : null;
}

export const epochsOf = (config: SystemConfig, part: Part): number =>
  part === 'recommender'
    ? config.recommender.epochs
    : isUtgrec(config)
      ? config.tokenizer.training.epochs
      : config.tokenizer.epochs;

interface Place {
  readonly dataHash: string;
  readonly adapter: string;
}

/** Of all epochs that are planned. */
export async function timeOf(
  registry: RunRegistry,
  config: SystemConfig,
  part: Part,
  place: Place,
): Promise<TimeEstimate | null> {
  const each = await epochTime(registry, config, part, place);
  return each && { ...each, seconds: each.seconds * epochsOf(config, part) };
}

/** Of one epoch, from the newest run that fits; null if none does. */
export async function epochTime(
  registry: RunRegistry,
  config: SystemConfig,
  part: Part,
  place: Place,
): Promise<TimeEstimate | null> {
  const wanted = shapeKey(config, part);
  if (wanted === null) return null;
  const isHere = ({ dataHash, adapter }: RunRecord): boolean =>
    dataHash === place.dataHash && adapter === place.adapter;
  for (const run of (await registry.list()).filter(isHere)) {
    const known = checkAnyConfig(JSON.parse(run.config), 'stored run');
    if (!isSystem(known) || shapeKey(known, part) !== wanted) continue;
    const rows = await storedRows(registry.view(run.id), CURRENT_RUN);
    const seconds = secondsOfEpoch(rows.filter((row) => row.run === part));
    if (seconds !== null) return { seconds, measuredIn: run.name };
  }
  return null;
}
