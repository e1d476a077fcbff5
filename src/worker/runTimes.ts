/** How long phases of earlier runs took on this adapter, for runs whose steps have the same shape. */
import type { RunRecord } from '../storage/runStore';
import { checkAnyConfig, isSystem } from '../train/anyConfig';
import type { MetricRow } from '../train/reports';
import type { SystemConfig } from '../train/systemConfig';
import type { TimeEstimate } from './protocol/estimate';
import { PARTS, type Part, type Phase, phasesOf } from './runPhases';
import type { RunRegistry } from './runRegistry';
import { storedRows } from './storeSink';

/** A span shorter than this says nothing of the speed. */
const LEAST_SECONDS = 1;

type Times = Pick<MetricRow, 'epoch' | 'seconds'>;

/**
 * Seconds of an epoch: the slope from the first logged row to the last, so that compiling is left out. Where the clock or the
 * epochs begin anew (another candidate, a fine-tuning), so does the slope, and all of them count. Null if what is left is too short.
 */
export function secondsOfEpoch(rows: readonly Times[]): number | null {
  let [seconds, epochs] = [0, 0];
  let first = rows[0];
  rows.forEach((row, at) => {
    const next = rows[at + 1];
    if (next && next.seconds >= row.seconds && next.epoch >= row.epoch) return;
    if (first) {
      seconds += row.seconds - first.seconds;
      epochs += row.epoch - first.epoch;
    }
    first = next;
  });
  return epochs > 0 && seconds >= LEAST_SECONDS ? seconds / epochs : null;
}

interface Place {
  readonly dataHash: string;
  readonly adapter: string;
}

/** Looks phases up in the runs of a place, each kind once. */
export class RunTimes {
  readonly #known = new Map<string, Promise<TimeEstimate | null>>();

  constructor(
    readonly registry: RunRegistry,
    readonly place: Place,
  ) {}

  /** All planned epochs of a part; null unless every phase of it was measured. */
  async of(config: SystemConfig, part: Part): Promise<TimeEstimate | null> {
    let seconds = 0;
    let measuredIn: string | null = null;
    for (const phase of phasesOf(config, part)) {
      const epoch = await this.#epoch(phase);
      if (!epoch) return null;
      seconds += epoch.seconds * phase.epochs;
      measuredIn ??= epoch.measuredIn;
    }
    return measuredIn === null ? null : { seconds, measuredIn };
  }

  #epoch(phase: Phase): Promise<TimeEstimate | null> {
    const known = this.#known.get(phase.key) ?? this.#find(phase.key);
    this.#known.set(phase.key, known);
    return known;
  }

  /** Of one epoch, from the newest run that had such a phase. */
  async #find(key: string): Promise<TimeEstimate | null> {
    const isHere = ({ dataHash, adapter }: RunRecord): boolean =>
      dataHash === this.place.dataHash && adapter === this.place.adapter;
    for (const run of (await this.registry.list()).filter(isHere)) {
      const known = checkAnyConfig(JSON.parse(run.config), 'stored run');
      if (!isSystem(known)) continue;
      const phase = PARTS.flatMap((part) => phasesOf(known, part)).find((each) => each.key === key);
      if (!phase) continue;
      const rows = await storedRows(this.registry.view(run.id), phase.run);
      const seconds = secondsOfEpoch(rows.filter((row) => row.run === phase.part));
      if (seconds !== null) return { seconds, measuredIn: run.name };
    }
    return null;
  }
}
