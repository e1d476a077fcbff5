import type { RunInfo } from '../../worker/protocol';

const STATUS: Readonly<Record<RunInfo['status'], string>> = {
  created: 'not started',
  running: 'training',
  paused: 'stopped',
  interrupted: 'interrupted',
  tokenized: 'tokenizer trained',
  finished: 'trained',
  failed: 'failed',
};

/** How far a run is, in a word or two. */
export const statusWords = ({ status, source }: Pick<RunInfo, 'status' | 'source'>): string =>
  source === 'shipped' ? 'comes with Tessera' : STATUS[status];

const ENDINGS: Readonly<Partial<Record<NonNullable<RunInfo['ending']>['kind'], string>>> = {
  patience: 'no more gain',
  timeLimit: 'time limit',
  median: 'behind the median',
};

/** Why a training ended before its last epoch, in a word or two; null where it did not or where the status says it. */
export const earlyWords = ({ kind }: NonNullable<RunInfo['ending']>): string | null => ENDINGS[kind] ?? null;

/** The same of a run; null while it trains again. */
export const endingWords = ({ ending, status }: Pick<RunInfo, 'ending' | 'status'>): string | null =>
  status === 'running' || ending === null ? null : earlyWords(ending);
