/** How a split divides sequences, and what of it is cold. */
import { type SequenceTable, userCountOf } from '../../base/sequenceTable';
import type { SplitRule, TransformCounts } from './types';

/** Positions inside each user's sequence: `[0, trainEnd)` trains, `[trainEnd, validEnd)` validates, the rest tests. */
export interface SplitEnds {
  readonly trainEnd: Uint32Array;
  readonly validEnd: Uint32Array;
}

/**
 * Where each user's parts end. `byTime` cuts every sequence at the two moments, so no training event is later than a held-out one of
 * anybody; an event without time trains.
 */
export function splitEnds(table: SequenceTable, times: Float64Array | null, rule: SplitRule): SplitEnds {
  const users = userCountOf(table);
  const trainEnd = new Uint32Array(users);
  const validEnd = new Uint32Array(users);
  for (let user = 0; user < users; user++) {
    const start = table.offsets[user] as number;
    const length = (table.offsets[user + 1] as number) - start;
    if (rule.kind === 'leaveOneOut') {
      trainEnd[user] = Math.max(0, length - 2);
      validEnd[user] = Math.max(0, length - 1);
      continue;
    }
    const before = (moment: number): number => {
      let end = 0;
      while (end < length && !((times?.[start + end] ?? Number.NaN) >= moment)) end++;
      return end;
    };
    trainEnd[user] = before(rule.validFrom);
    validEnd[user] = Math.max(before(rule.testFrom), trainEnd[user] as number);
  }
  return { trainEnd, validEnd };
}

/**
 * Examples and cold items of a split. Training: every prefix of length >= 2 of a user's training part, the last element being the
 * target. Validation and test: one target a user, the first event of the part, if any event comes before it.
 */
export function countTargets(
  table: SequenceTable,
  times: Float64Array | null,
  itemCount: number,
  rule: SplitRule,
): Pick<TransformCounts, 'trainExamples' | 'validExamples' | 'testExamples' | 'coldItems' | 'coldTargets'> {
  const { trainEnd, validEnd } = splitEnds(table, times, rule);
  const isTrained = new Uint8Array(itemCount);
  let trainExamples = 0;
  for (let user = 0; user < trainEnd.length; user++) {
    const start = table.offsets[user] as number;
    const end = trainEnd[user] as number;
    trainExamples += Math.max(0, end - 1);
    for (let at = start; at < start + end; at++) isTrained[table.items[at] as number] = 1;
  }
  const isCold = new Uint8Array(itemCount);
  let [validExamples, testExamples, coldTargets] = [0, 0, 0];
  const target = (item: number): void => {
    if (isTrained[item] === 1) return;
    isCold[item] = 1;
    coldTargets++;
  };
  for (let user = 0; user < trainEnd.length; user++) {
    const start = table.offsets[user] as number;
    const length = (table.offsets[user + 1] as number) - start;
    const [valid, test] = [trainEnd[user] as number, validEnd[user] as number];
    if (valid > 0 && valid < test) {
      validExamples++;
      target(table.items[start + valid] as number);
    }
    if (test > 0 && test < length) {
      testExamples++;
      target(table.items[start + test] as number);
    }
  }
  const coldItems = isCold.reduce((total, flag) => total + flag, 0);
  return { trainExamples, validExamples, testExamples, coldItems, coldTargets };
}
