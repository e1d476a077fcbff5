/**
 * A report: blocks of text, figures, tables and run sets, in the order they are read. Blocks hold the numbers themselves, so a
 * report says the same when its runs are gone. Every operation makes a new report.
 */
import type { DataTable, FigureSpec } from '../figures/spec';

export interface TextBlock {
  readonly id: string;
  readonly kind: 'text';
  /** Paragraphs between empty lines, `# ` and `## ` headings, `- ` lists. */
  readonly text: string;
}

export interface FigureBlock {
  readonly id: string;
  readonly kind: 'figure';
  readonly spec: FigureSpec;
  readonly caption: string;
}

export interface TableBlock {
  readonly id: string;
  readonly kind: 'table';
  readonly table: DataTable;
  readonly caption: string;
}

/** What a report keeps of a run. */
export interface ReportedRun {
  readonly name: string;
  readonly system: string;
  readonly data: string;
  readonly seed: number;
  /** Of its test evaluation; null if it has none. */
  readonly metrics: Readonly<Record<MetricKey, number | null>>;
  /** Configuration by path (`recommender.dropout`), as text. */
  readonly config: Readonly<Record<string, string>>;
}

export const METRICS = ['recall5', 'ndcg5', 'recall10', 'ndcg10'] as const;
export type MetricKey = (typeof METRICS)[number];

export interface RunsBlock {
  readonly id: string;
  readonly kind: 'runs';
  readonly caption: string;
  readonly runs: readonly ReportedRun[];
}

export type Block = TextBlock | FigureBlock | TableBlock | RunsBlock;
/** A block before it has its id. */
export type NewBlock = { [K in Block['kind']]: Omit<Extract<Block, { kind: K }>, 'id'> }[Block['kind']];

export interface Report {
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly Block[];
}

/** Smallest free number, so that ids of a report never meet. */
function nextId(blocks: readonly Block[]): string {
  const used = blocks.map(({ id }) => Number(id.replace(/^b/, '')));
  return `b${Math.max(0, ...used.filter(Number.isFinite)) + 1}`;
}

/** @param at where the block comes; at the end by default */
export function withBlock(report: Report, block: NewBlock, at = report.blocks.length): Report {
  return { ...report, blocks: report.blocks.toSpliced(at, 0, { ...block, id: nextId(report.blocks) }) };
}

export const withoutBlock = (report: Report, id: string): Report => ({
  ...report,
  blocks: report.blocks.filter((block) => block.id !== id),
});

/** Moves a block by so many places; beyond the ends it stays at them. */
export function moved(report: Report, id: string, by: number): Report {
  const from = report.blocks.findIndex((block) => block.id === id);
  const block = report.blocks[from];
  if (!block) return report;
  const to = Math.min(report.blocks.length - 1, Math.max(0, from + by));
  return to === from ? report : { ...report, blocks: report.blocks.toSpliced(from, 1).toSpliced(to, 0, block) };
}

/** Another text of a text block, another caption of the others. */
export const rewritten = (report: Report, id: string, text: string): Report => ({
  ...report,
  blocks: report.blocks.map((block) => {
    if (block.id !== id) return block;
    return block.kind === 'text' ? { ...block, text } : { ...block, caption: text };
  }),
});

/** Part of a text block, as it is shown. */
export type TextPart =
  | { readonly kind: 'heading'; readonly level: 2 | 3; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] };

export function textParts(text: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  for (const chunk of text.split(/\n\s*\n/)) {
    let lines: string[] = [];
    let items: string[] = [];
    const flush = (): void => {
      if (lines.length > 0) parts.push({ kind: 'paragraph', text: lines.join(' ') });
      if (items.length > 0) parts.push({ kind: 'list', items });
      lines = [];
      items = [];
    };
    for (const line of chunk.split('\n').map((one) => one.trim())) {
      if (line === '') continue;
      const heading = /^(##?) (.+)$/.exec(line);
      const item = /^- (.+)$/.exec(line);
      if (heading) {
        flush();
        parts.push({ kind: 'heading', level: heading[1] === '#' ? 2 : 3, text: heading[2] ?? '' });
      } else if (item) {
        if (lines.length > 0) flush();
        items.push(item[1] ?? '');
      } else {
        if (items.length > 0) flush();
        lines.push(line);
      }
    }
    flush();
  }
  return parts;
}

const METRIC_TITLES: Readonly<Record<MetricKey, string>> = {
  recall5: 'Recall@5',
  ndcg5: 'NDCG@5',
  recall10: 'Recall@10',
  ndcg10: 'NDCG@10',
};

/** More columns are no table for a page; the runs' own files have all. */
const MOST_KEYS = 8;

/** A run set as a table: names, what differs between the runs, test metrics. */
export function runsTable({ id, runs, caption }: RunsBlock): DataTable {
  const keys = [...new Set(runs.flatMap(({ config }) => Object.keys(config)))];
  // What only some systems have tells systems apart, not runs.
  const shared = keys.filter((key) => runs.every(({ config }) => config[key] !== undefined));
  const differing = shared.filter((key) => new Set(runs.map(({ config }) => config[key])).size > 1).slice(0, MOST_KEYS);
  const hasSeveral = (of: (run: ReportedRun) => string): boolean => new Set(runs.map(of)).size > 1;
  return {
    name: `runs-${id}`,
    title: caption || 'Runs',
    columns: [
      { key: 'name', title: 'Run', digits: null },
      { key: 'system', title: 'System', digits: null },
      ...(hasSeveral(({ data }) => data) ? [{ key: 'data', title: 'Data', digits: null }] : []),
      ...(hasSeveral(({ seed }) => String(seed)) ? [{ key: 'seed', title: 'Seed', digits: 0 }] : []),
      ...differing.map((key) => ({ key: `config ${key}`, title: key, digits: null })),
      ...METRICS.map((key) => ({ key, title: METRIC_TITLES[key], digits: 4 })),
    ],
    rows: runs.map(({ name, system, data, seed, metrics, config }) => ({
      name,
      system,
      data,
      seed,
      ...Object.fromEntries(differing.map((key) => [`config ${key}`, config[key] ?? ''])),
      ...metrics,
    })),
  };
}

/** Every table of a report with the caption it goes by, in order; figures give theirs. */
export const tablesOf = (report: Report): readonly CaptionedTable[] => report.blocks.flatMap(tablesIn);

export interface CaptionedTable {
  readonly table: DataTable;
  readonly caption: string;
}

function tablesIn(block: Block): readonly CaptionedTable[] {
  switch (block.kind) {
    case 'text':
      return [];
    case 'figure':
      return block.spec.data.map((table) => ({ table, caption: `${block.spec.title}: ${table.title}` }));
    case 'table':
      return [{ table: block.table, caption: block.caption || block.table.title }];
    case 'runs':
      return [{ table: runsTable(block), caption: block.caption || 'Runs' }];
  }
}
