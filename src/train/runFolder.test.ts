import { describe, expect, it } from 'vitest';
import { TesseraError } from '../base/errors';
import { writeCheckpoint } from './checkpoint';
import { readRunFolder, roleOfFile, writeRunFolder } from './runFolder';

const encoder = new TextEncoder();
const REPORT = {
  name: 'Most popular',
  kind: 'reference' as const,
  split: 'test' as const,
  users: 2,
  metrics: { recall5: 0.5, ndcg5: 0.5, recall10: 0.5, ndcg10: 0.5 },
  protocol: 'All users.',
  pAgainstPopular: null,
};
const PARTS = {
  rows: [{ run: 'tokenizer' as const, step: 4, epoch: 1, seconds: 0.5, values: { loss: 2.5 } }],
  evaluations: [{ report: REPORT, users: Uint32Array.of(0, 1), ranks: Uint32Array.of(3, 0xffff_ffff) }],
  snapshots: [{ step: 12, levels: 2, codes: Uint16Array.of(1, 2, 3, 4) }],
};

const file = writeCheckpoint(
  { kind: 'recommender', config: '{}', dataHash: '7', adapter: 'none' },
  new Map([['parameters/a', Float32Array.of(1, 2)]]),
  { step: 3 },
);

describe('the folder of a run', () => {
  it('reads back what it wrote, the stages of a multi-identifier run included', () => {
    const checkpoints = new Map([
      ['best', file],
      ['pretrained-10', file],
      ['fineTuned-3', file],
    ] as const);
    const files = writeRunFolder({ ...PARTS, checkpoints });
    expect([...files.keys()]).toEqual([
      'best.safetensors',
      'pretrained-10.safetensors',
      'fineTuned-3.safetensors',
      'metrics.jsonl',
      'evaluations/test-most-popular.json',
      'snapshots/0000012-2.u16',
    ]);
    expect(readRunFolder(files)).toEqual({ ...PARTS, checkpoints });
  });

  it('knows its checkpoints by name and passes over other files', () => {
    for (const name of ['notes.safetensors', 'best.safetensors.partial', 'pretrained-x.safetensors', 'run.json'])
      expect(roleOfFile(name)).toBeNull();
    const { checkpoints } = readRunFolder(new Map([['notes.txt', encoder.encode('x')]]));
    expect(checkpoints.size).toBe(0);
  });

  it.each([
    ['best.safetensors', 'safetensors/', 'x'],
    ['metrics.jsonl', 'run/metrics', '{"run":"other","values":{}}\n'],
    ['evaluations/test-x.json', 'run/evaluation', '{}'],
    [
      'evaluations/test-y.json',
      'run/evaluation',
      JSON.stringify({ ...REPORT, users: [0], ranks: [1], details: { system: 'x', protocol: { data: 5 } } }),
    ],
    ['snapshots/0000012-2.u16', 'run/snapshot', 'odd'],
    ['snapshots/codes.u16', 'run/snapshot', 'even'],
  ])('names a damaged %s', (name, code, content) => {
    const read = () => readRunFolder(new Map([[name, encoder.encode(content)]]));
    expect(read).toThrow(TesseraError);
    expect(read).toThrow(name);
    try {
      read();
    } catch (error) {
      expect(error instanceof TesseraError && error.code.startsWith(code)).toBe(true);
    }
  });
});
