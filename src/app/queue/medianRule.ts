/** The rule "stop what falls behind" as a form holds it. */
import type { MedianRule } from '../../worker/protocol';

export interface MedianDraft {
  readonly isOn: boolean;
  readonly minRuns: string;
  readonly graceEpochs: string;
}

/** Fewer runs than three have no middle; after two epochs the first steps of warming up are over. */
export const USUAL_MEDIAN: MedianDraft = { isOn: false, minRuns: '3', graceEpochs: '2' };

const MOST_RUNS = 100;
const MOST_EPOCHS = 1_000_000;

/** @returns null for the rule where it is off or cannot be read */
export function readMedianRule({ isOn, minRuns, graceEpochs }: MedianDraft): {
  readonly rule: MedianRule | null;
  readonly problem: string | null;
} {
  if (!isOn) return { rule: null, problem: null };
  const runs = wholeIn(minRuns, MOST_RUNS);
  if (runs === null) return { rule: null, problem: `Earlier runs: a whole number from 1 to ${MOST_RUNS}` };
  const epochs = wholeIn(graceEpochs, MOST_EPOCHS);
  if (epochs === null) return { rule: null, problem: `Epochs for every run: a whole number from 1 to ${MOST_EPOCHS}` };
  return { rule: { minRuns: runs, graceEpochs: epochs }, problem: null };
}

function wholeIn(text: string, most: number): number | null {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isInteger(value) && value >= 1 && value <= most ? value : null;
}

/** The rule in a few words, for the row of a queued run. */
export const medianWords = ({ minRuns }: MedianRule): string =>
  `stops behind the median of ${minRuns} or more earlier runs`;
