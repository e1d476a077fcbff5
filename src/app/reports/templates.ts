/** Reports that begin with something: an ablation of runs, an audit of codebooks. */
import type { PathTree } from '../../evaluate/codePaths';
import type { CodeWall } from '../../evaluate/codeWall';
import type { RunInfo } from '../../worker/protocol';
import { pathFigure } from '../codes/pathFigure';
import { wallFigure } from '../codes/wallFigure';
import type { FigureSpec } from '../figures/spec';
import { type NewBlock, type Report, type ReportedRun, withBlock } from './report';

const EMPTY = { id: 'new', blocks: [] };

const filled = (title: string, blocks: readonly NewBlock[]): Report =>
  blocks.reduce((report: Report, block) => withBlock(report, block), { ...EMPTY, title });

const text = (...paragraphs: readonly string[]): NewBlock => ({ kind: 'text', text: paragraphs.join('\n\n') });
const figure = (spec: FigureSpec, caption = ''): NewBlock => ({ kind: 'figure', spec, caption });

export const blankReport = (): Report => filled('Untitled report', []);

/** The runs side by side: what differs, what it changes. */
export function ablationReport(runs: readonly RunInfo[]): Report {
  return filled('Ablation', [
    text('# Question', 'Which part of the method makes the difference, and by how much?'),
    { kind: 'runs', caption: 'Runs, what differs between them, and their test metrics', runs: runs.map(reportedRun) },
    text('# Reading', '- What changes when one part is left out:', '- What stays within the spread over seeds:'),
  ]);
}

/** How the codes are used and what their prefixes mean. */
export function codebookAudit(wall: CodeWall | null, paths: PathTree | null, note: string): Report {
  const hasPaths = paths !== null && paths.items > 0;
  return filled('Codebook audit', [
    text('# Which codes live', 'Look for codes that no item has, and for codes that only one domain uses.'),
    ...(wall
      ? [figure(wallFigure(wall, { note }))]
      : [text('There is no snapshot of codes yet: train or open a tokenizer.')]),
    text('# What prefixes mean', 'Look for prefixes whose items share a subject, and for those that mix domains.'),
    ...(hasPaths ? [figure(pathFigure(paths, note))] : []),
    text('# Verdict', '- Use of the codebooks:', '- Collisions:', '- Sharing between domains:'),
  ]);
}

/** What a report keeps of a run: its name, configuration and test metrics. */
export function reportedRun({ name, system, data, seed, config, evaluations }: RunInfo): ReportedRun {
  const test = evaluations.find(({ kind, split }) => kind === 'model' && split === 'test');
  return {
    name,
    system,
    data: data.name,
    seed,
    metrics: {
      recall5: finite(test?.metrics.recall5),
      ndcg5: finite(test?.metrics.ndcg5),
      recall10: finite(test?.metrics.recall10),
      ndcg10: finite(test?.metrics.ndcg10),
    },
    config: Object.fromEntries(flat(config, '').filter(([key]) => key !== 'name' && key !== 'seed')),
  };
}

const finite = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;

/** Values by their path. */
function flat(value: unknown, path: string): (readonly [string, string])[] {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    return [[path, typeof value === 'string' ? value : JSON.stringify(value)]];
  return Object.entries(value).flatMap(([key, part]) => flat(part, path === '' ? key : `${path}.${key}`));
}
