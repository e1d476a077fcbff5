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
