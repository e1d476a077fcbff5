/** Names of queued runs: what they are, and what tells them from their neighbours. */
import type { QueuedRun, SystemConfig } from '../../worker/protocol';
import { configDifferences, labelOf, valueText } from '../config/configPaths';
import { METHODS, methodOf, PRESETS, presetOf } from '../config/presets';
import { stopRules } from '../stores/stopRules';

const LONGEST = 80;
/** More differences would not be read. */
const MOST_PARTS = 3;

/** Whole parts as far as they fit, so that a name never ends within a number. */
export function joinedName(parts: readonly string[]): string {
  let name = '';
  for (const part of parts) {
    const longer = name === '' ? part : `${name}, ${part}`;
    if (longer.length > LONGEST) return name === '' ? part.slice(0, LONGEST) : name;
    name = longer;
  }
  return name;
}

/** E.g. "TIGER test, learning rate 0.001, seed 2": method, preset, and what differs from that. */
export function runName(config: SystemConfig): string {
  const preset = presetOf(config);
  const size = preset.replace(/^(mtgrec|utgrec)-/, '');
  const differences = configDifferences(PRESETS[preset], config).filter(({ path }) => path !== 'seed');
  const words = differences.slice(0, MOST_PARTS).map(({ path, to }) => `${labelOf(config, path)} ${valueText(to)}`);
  const more = differences.length > MOST_PARTS ? [`${differences.length - MOST_PARTS} more`] : [];
  return joinedName([`${METHODS[methodOf(config)]} ${size}`, `seed ${config.seed}`, ...words, ...more]);
}

/** The draft as one run of the queue. */
export const queuedDraft = (config: SystemConfig): QueuedRun => ({ name: runName(config), config, rules: stopRules() });
