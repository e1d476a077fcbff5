import { describe, expect, it } from 'vitest';
import { FormatError } from '../../base/errors';
import { pathTree } from '../../evaluate/codePaths';
import { CodeWallRecord } from '../../evaluate/codeWall';
import { pathFigure } from '../codes/pathFigure';
import { wallFigure } from '../codes/wallFigure';
import { seriesStyle } from '../figures/palette';
import { everyMark } from '../figures/scene.fixture';
import type { FigureSpec } from '../figures/spec';
import { anonymised } from './anonymise';
import {
  moved,
  type Report,
  type ReportedRun,
  rewritten,
  runsTable,
  tablesOf,
  textParts,
  withBlock,
  withoutBlock,
} from './report';
import { readReport, reportText } from './reportFile';
import { reportHtml } from './reportHtml';
import { reportTex } from './reportTex';
import { ablationReport, codebookAudit } from './templates';

const HOSTILE = '</title><script>alert(1)</script><img src=x onerror=alert(2)> " onload="alert(3) \' --> ]]>';

const lineFigure = (text: string): FigureSpec => ({
  name: 'lines',
  title: text,
  summary: `says ${text}`,
  note: text,
  series: [{ key: text, label: text, ...seriesStyle(1) }],
  ramps: [{ title: text, ramp: 'sequential', domain: [0, 1], digits: 1 }],
  data: [
    {
      name: 'points',
      title: text,
      columns: [
        { key: 'x', title: text, digits: 0 },
        { key: 'y', title: 'y', digits: 3 },
        { key: 'who', title: 'who', digits: null },
      ],
      rows: [
        { x: 0, y: 0.25, who: text },
        { x: 1, y: null, who: text },
      ],
    },
  ],
  rows: [
    {
      height: 8,
      panels: [
        {
          title: text,
          x: { title: text, scale: { kind: 'linear', domain: [0, 1] }, ticks: [{ at: 0, label: text }] },
          y: { title: text, scale: { kind: 'linear', domain: [0, 1] } },
          marks: [
            { kind: 'point', data: 'points', x: 'x', y: 'y', series: 'who', label: 'who' },
            { kind: 'rule', axis: 'y', at: 0.5, label: text },
          ],
        },
      ],
    },
  ],
  cursors: [{ data: 'points', x: 'x' }],
});

const run = (name: string, dropout: string, recall10: number | null): ReportedRun => ({
  name,
  system: 'TIGER',
  data: 'amazon18-scientific',
  seed: 1,
  metrics: { recall5: 0.1, ndcg5: 0.05, recall10, ndcg10: 0.06 },
  config: { 'recommender.dropout': dropout, 'recommender.width': '64' },
});

function reportOf(text: string): Report {
  let report: Report = { id: 'report-1', title: text, blocks: [] };
  report = withBlock(report, { kind: 'text', text: `# ${text}\n\n${text}\n- ${text}` });
  report = withBlock(report, { kind: 'figure', spec: lineFigure(text), caption: text });
  report = withBlock(report, {
    kind: 'table',
    table: { name: 't', title: text, columns: [{ key: 'who', title: text, digits: null }], rows: [{ who: text }] },
    caption: text,
  });
  return withBlock(report, { kind: 'runs', caption: text, runs: [run(text, '0.1', 0.2), run('other', '0.2', null)] });
}

const codes = Uint16Array.from([0, 1, 0, 2, 3, 1, 3, 1]);
const record = new CodeWallRecord({ entries: [4, 4], books: null, domainOfItem: null, domainNames: [] }, 4);
record.add(0, codes);
record.add(5, codes);
const wall = record.wall();
if (!wall) throw new Error('a wall expected');
const tree = pathTree({ codes, levels: 2, domainOfItem: null, domainNames: [], titles: ['a', 'b', 'c', 'd'] }, []);

describe('blocks of a report', () => {
  it('come, go and move, and keep their ids', () => {
    let report = reportOf('x');
    const ids = report.blocks.map(({ id }) => id);
    expect(new Set(ids).size).toBe(4);
    report = moved(report, ids[3] ?? '', -9);
    expect(report.blocks.map(({ id }) => id)).toEqual([ids[3], ids[0], ids[1], ids[2]]);
    expect(moved(report, ids[3] ?? '', -1)).toBe(report);
    report = withoutBlock(report, ids[1] ?? '');
    report = withBlock(report, { kind: 'text', text: '' }, 1);
    expect(report.blocks.map(({ kind }) => kind)).toEqual(['runs', 'text', 'text', 'table']);
    expect(new Set(report.blocks.map(({ id }) => id)).size).toBe(4);
    expect(rewritten(report, ids[3] ?? '', 'said').blocks[0]).toMatchObject({ caption: 'said' });
  });

  it('read headings, paragraphs and lists', () => {
    expect(textParts('# A\nb\nc\n\n## D\n- e\n- f\ng\n\n\n#no')).toEqual([
      { kind: 'heading', level: 2, text: 'A' },
      { kind: 'paragraph', text: 'b c' },
      { kind: 'heading', level: 3, text: 'D' },
      { kind: 'list', items: ['e', 'f'] },
      { kind: 'paragraph', text: 'g' },
      { kind: 'paragraph', text: '#no' },
    ]);
  });

  it('show of runs only what differs', () => {
    const table = runsTable({
      id: 'b1',
      kind: 'runs',
      caption: '',
      runs: [run('a', '0.1', 0.25), run('b', '0.2', null)],
    });
    expect(table.columns.map(({ title }) => title)).toEqual([
      'Run',
      'System',
      'recommender.dropout',
      'Recall@5',
      'NDCG@5',
      'Recall@10',
      'NDCG@10',
    ]);
    expect(table.rows[1]).toMatchObject({ 'config recommender.dropout': '0.2', recall10: null });
  });
});

describe('a report as a file', () => {
  it('comes back equal, rasters and all', () => {
    const audit = codebookAudit(wall, tree, 'note');
    expect(audit.blocks.some((block) => block.kind === 'figure' && block.spec.name === 'code-use-over-time')).toBe(
      true,
    );
    const marks = withBlock(reportOf('x'), { kind: 'figure', spec: everyMark(seriesStyle), caption: '' });
    for (const report of [reportOf('x'), { ...audit, id: 'report-2' }, marks]) {
      const back = readReport(reportText(report), 'r.json');
      expect(back).toEqual(report);
      expect(reportText(back)).toBe(reportText(report));
      expect(reportHtml(back)).toBe(reportHtml(report));
      expect(reportTex(back)).toBe(reportTex(report));
    }
  });

  it('is refused where it is no report, naming the field', () => {
    const good = JSON.parse(reportText(reportOf('x')));
    const refused = (change: (value: typeof good) => void, code: string, says: RegExp) => {
      const value = structuredClone(good);
      change(value);
      const read = () => readReport(JSON.stringify(value), 'r.json');
      expect(read).toThrow(FormatError);
      expect(read).toThrow(says);
      try {
        read();
      } catch (error) {
        expect(error).toMatchObject({ code });
      }
    };
    expect(() => readReport('{', 'r.json')).toThrow(/no JSON/);
    refused((value) => (value.version = 2), 'report/version', /version 2/);
    refused((value) => (value.blocks[0].kind = 'script'), 'report/field', /blocks\.0\.kind/);
    refused((value) => (value.blocks[1].id = 'b1'), 'report/field', /same id/);
    // A name that a drawing writes as it is must be one of the palette's.
    refused((value) => (value.blocks[1].spec.series[0].colour = '"/><script>'), 'report/field', /series\.0\.colour/);
    refused((value) => (value.blocks[1].spec.series[0].colour = 'constructor'), 'report/field', /series\.0\.colour/);
    refused((value) => (value.blocks[1].spec.rows[0].height = 1e9), 'report/field', /height/);
    refused((value) => (value.blocks[1].spec.data[0].rows[0].x = { a: 1 }), 'report/field', /rows/);
    refused((value) => (value.extra = 1), 'report/field', /extra/);
    expect(readReport(JSON.stringify(good), 'r.json')).toEqual(reportOf('x'));
  });
});

describe('a report as HTML', () => {
  it('holds no script, no handler and no address outside, whatever its texts', () => {
    const html = reportHtml(reportOf(HOSTILE));
    expect(html).not.toMatch(/<script/i);
    expect(html).not.toMatch(/<img|<iframe|<object|<embed|<link|<base/i);
    // What is left of the hostile text is text: outside of tags.
    const tags = html.match(/<[a-z!/][^>]*>/gi) ?? [];
    for (const tag of tags) expect(tag).not.toMatch(/\son\w+\s*=/i);
    expect(html.match(/https?:[^"\s<]*/g)?.filter((address) => address !== 'http://www.w3.org/2000/svg')).toEqual([]);
    expect(html).toContain("default-src 'none'");
    expect(html).toContain('&lt;script&gt;');
    expect(html.match(/<svg /g)).toHaveLength(1);
  });

  it('is well-formed: every tag closes', () => {
    const html = reportHtml(reportOf(HOSTILE))
      .replace(/<!doctype html>/, '')
      .replace(/<meta[^>]*>/g, '');
    const open: string[] = [];
    for (const [, isEnd, name, isEmpty] of html.matchAll(/<(\/?)([a-z][\w]*)[^>]*?(\/?)>/gi)) {
      if (isEnd) expect(open.pop()).toBe(name);
      else if (!isEmpty) open.push(name ?? '');
    }
    expect(open).toEqual([]);
  });

  it('gives every figure hatchings of its own', () => {
    const twice = withBlock(reportOf('x'), { kind: 'figure', spec: lineFigure('x'), caption: '' });
    const ids = [...reportHtml(twice).matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('tables of a report for a paper', () => {
  it('are all there, with booktabs alone', () => {
    const tex = reportTex(reportOf('5 % of $x_1$'));
    expect(tex.match(/\\begin\{table\}/g)).toHaveLength(tablesOf(reportOf('x')).length);
    expect(tex).toContain('5 \\% of \\$x\\_1\\$');
    expect(reportTex({ ...reportOf('x'), title: 'a\n\\input{x}' })).toContain('% a \\textbackslash{}input\\{x\\}');
  });
});

describe('an anonymous report', () => {
  const SECRETS = {
    data: ['amazon18-scientific'],
    runs: ['amber-otter', 'grey-heron'],
    others: ['NVIDIA Fake 9000', 'Europe/Berlin'],
  };
  const told =
    'Jane ran amber-otter on amazon18-scientific (NVIDIA Fake 9000, Europe/Berlin): /home/jane/runs/x.json, C:\\Users\\jane\\x, jane@uni.example, https://uni.example/~jane and ~/data/y.';
  let report: Report = { ...reportOf('Findings'), title: 'Notes of amber-otter' };
  report = withBlock(report, { kind: 'text', text: told });
  report = withBlock(report, {
    kind: 'runs',
    caption: '',
    runs: [
      {
        ...run('amber-otter', '0.1', 0.1),
        config: { note: 'for Jane', 'recommender.path': '/home/jane', 'recommender.dropout': '0.1' },
      },
    ],
  });
  report = withBlock(report, { kind: 'figure', spec: lineFigure('amber-otter'), caption: told });
  const clean = anonymised(report, SECRETS);
  const whole = reportText(clean) + reportHtml(clean) + reportTex(clean);

  it('holds no name, path, address, GPU, zone or note', () => {
    for (const secret of [
      'amber-otter',
      'grey-heron',
      'amazon18',
      'NVIDIA',
      'Berlin',
      '/home',
      'C:\\',
      'jane@',
      'uni.example',
      '~/data',
      'for Jane',
    ])
      expect(whole, secret).not.toContain(secret);
    expect(reportText(report)).toContain('amber-otter');
  });

  it('keeps numbers and figures, and names one run alike everywhere', () => {
    expect(readReport(reportText(clean), 'r.json')).toEqual(clean);
    const letter = /run [A-Z]/.exec(clean.title)?.[0] ?? '';
    expect(letter).not.toBe('');
    expect(clean.blocks[4]).toMatchObject({ text: expect.stringContaining(`ran ${letter} on data set A`) });
    expect(clean.blocks[5]).toMatchObject({
      runs: [{ name: letter, metrics: { recall10: 0.1 }, config: { 'recommender.dropout': '0.1' } }],
    });
    const before = report.blocks[6];
    const after = clean.blocks[6];
    if (before?.kind !== 'figure' || after?.kind !== 'figure') throw new Error('a figure expected');
    expect(after.spec.series[0]?.key).toBe(after.spec.data[0]?.rows[0]?.['who']);
    expect(after.spec.data[0]?.rows.map((row) => row['y'])).toEqual(before.spec.data[0]?.rows.map((row) => row['y']));
  });

  it('leaves a figure whole whose run is called like one of its parts', () => {
    const odd = withBlock(reportOf('data'), {
      kind: 'runs',
      caption: '',
      runs: [run('point', '1', 1), run('rect', '1', 1)],
    });
    expect(
      readReport(reportText(anonymised(odd, { data: ['data', 'rows'], runs: ['kind'], others: ['linear'] })), 'r')
        .blocks,
    ).toHaveLength(5);
  });
});

describe('templates', () => {
  it('begin an ablation with the runs as the page lists them', () => {
    const report = ablationReport([]);
    expect(report.blocks.map(({ kind }) => kind)).toEqual(['text', 'runs', 'text']);
    expect(codebookAudit(null, null, '').blocks.every(({ kind }) => kind === 'text')).toBe(true);
  });
  it('draw the audit’s figures from the codes themselves', () => {
    const report = codebookAudit(wall, tree, '');
    const specs = report.blocks.flatMap((block) => (block.kind === 'figure' ? [block.spec] : []));
    expect(specs).toEqual([wallFigure(wall), pathFigure(tree, '')]);
  });
});
