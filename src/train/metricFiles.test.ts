import { describe, expect, it } from 'vitest';
import { metricFiles } from './metricFiles';
import { readEvaluation, readMetricRows } from './runLog';

const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);
const ROWS = [
  { run: 'tokenizer' as const, step: 1, epoch: 1, seconds: 0.5, values: { loss: 0.1 + 0.2 } },
  { run: 'recommender' as const, step: 7, epoch: 0.25, seconds: 3, values: { validNdcg10: 1e-7 } },
];
const REPORT = {
  name: '=HYPERLINK("x"),1',
  kind: 'model' as const,
  split: 'test' as const,
  users: 3,
  metrics: { recall5: 0, ndcg5: 0, recall10: 1 / 3, ndcg10: 0.1 },
  protocol: 'Leave-one-out; all "items".',
  pAgainstPopular: null,
};

describe('metric files', () => {
  it('say the same numbers bit for bit in CSV and JSON', () => {
    const files = metricFiles(ROWS, [REPORT]);
    expect(text(files.get('metrics.csv'))).toBe(
      'run,step,epoch,seconds,loss,validNdcg10\ntokenizer,1,1,0.5,0.30000000000000004,\nrecommender,7,0.25,3,,1e-7\n',
    );
    expect(JSON.parse(text(files.get('metrics.json')))).toEqual({ steps: ROWS, evaluations: [REPORT] });
    expect(text(files.get('evaluations.csv')).split('\n')[1]).toContain(`,${1 / 3},0.1,`);
  });

  it('keep a spreadsheet from running a name', () => {
    expect(text(metricFiles([], [REPORT]).get('evaluations.csv'))).toContain(
      '"\'=HYPERLINK(""x""),1",model,test,3,0,0,',
    );
  });
});

describe('the text files of a run', () => {
  it('come back as they were written', () => {
    const file = JSON.stringify({ ...REPORT, users: [4, 1, 2], ranks: [1, 4_294_967_295, 3] });
    expect(readEvaluation(file, 'test-x.json')).toEqual({
      report: REPORT,
      users: Uint32Array.of(4, 1, 2),
      ranks: Uint32Array.of(1, 4_294_967_295, 3),
    });
    expect(readMetricRows(ROWS.map((row) => JSON.stringify(row)).join('\n'))).toEqual(ROWS);
  });

  it('are refused by file and line', () => {
    expect(() => readMetricRows(`${JSON.stringify(ROWS[0])}\n{"run":"x"}`)).toThrow('metrics.jsonl line 2');
    expect(() => readMetricRows('{"run":"tokenizer","step":"1","epoch":1,"seconds":1,"values":{}}')).toThrow('"step"');
    expect(() => readEvaluation('{"name":"x"}', 'test-x.json')).toThrow('test-x.json');
    expect(() => readEvaluation(JSON.stringify({ ...REPORT, users: [1], ranks: ['a'] }), 'f.json')).toThrow('f.json');
  });
});
