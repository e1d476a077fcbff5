/** The two figures of V6 from the run's estimates: the stream with its matrices and validation, and one stage as bars. */
import { type Centring, NEARLY_UNIFORM, relativeEntropy, samplingProbabilities } from '../../evaluate/curriculum';
import type { CurriculumReport } from '../../worker/protocol';
import { numberColumn, placing, styling } from '../figures/columns';
import { seriesStyle } from '../figures/palette';
import { symmetricDomain } from '../figures/scales';
import type { DataTable, FigureSpec, PanelRow, Row, Series } from '../figures/spec';
import { formatShare } from '../format/numbers';

export interface SamplingRule {
  readonly temperature: number;
  readonly centring: Centring;
}

/** A span of pre-training epochs with the same probabilities. */
export interface Stage {
  /** 0 before the first estimate. */
  readonly stage: number;
  readonly from: number;
  readonly until: number;
  readonly scores: readonly number[] | null;
  readonly probabilities: readonly number[];
  /** 1 = uniform. */
  readonly entropy: number;
}

/**
 * Stages of a run so far. @param rule another temperature or centring (what if), null for the probabilities in force
 * @param epochs where the newest stage ends
 */
export function stagesOf(
  reports: readonly CurriculumReport[],
  rule: SamplingRule | null,
  epochs: number,
): readonly Stage[] {
  const [first] = reports;
  if (!first) return [];
  const count = first.tokenizers.length;
  const uniform = new Array<number>(count).fill(1 / count);
  const spans: Omit<Stage, 'entropy' | 'until'>[] = [
    { stage: 0, from: 0, scores: null, probabilities: uniform },
    ...reports.map((report) => ({
      stage: report.stage,
      from: report.epoch,
      scores: report.scores,
      probabilities: rule
        ? samplingProbabilities(report.scores, rule.temperature, rule.centring)
        : report.probabilities,
    })),
  ];
  return spans.map((span, index) => ({
    ...span,
    until: spans[index + 1]?.from ?? Math.max(epochs, span.from + 1),
    entropy: relativeEntropy(span.probabilities),
  }));
}

/** True if the newest probabilities differ so little that sampling is as good as uniform. */
export const isNearlyUniform = (stages: readonly Stage[]): boolean => (stages.at(-1)?.entropy ?? 0) > NEARLY_UNIFORM;

export interface ValidationPoint {
  readonly epoch: number;
  readonly value: number;
}

export interface StreamData {
  readonly reports: readonly CurriculumReport[];
  readonly rule: SamplingRule | null;
  /** Pre-training epochs of the plan. */
  readonly epochs: number;
  readonly validation: readonly ValidationPoint[];
  readonly note?: string;
}

const tokenizerSeries = (epochs: readonly number[]): readonly Series[] =>
  epochs.map((epoch, place) => ({ key: `t${epoch}`, label: String(epoch), ...seriesStyle(place) }));
const VALIDATION: Series = {
  key: 'validation',
  label: 'validation NDCG@10',
  ...seriesStyle(0),
  marker: 'disc',
  dash: [],
};

/** Influence matrices on top, the stream of probabilities, the validation curve on the same epochs. */
export function streamFigure({ reports, rule, epochs, validation, note }: StreamData): FigureSpec {
  const tokenizers = reports[0]?.tokenizers ?? [];
  const stages = stagesOf(reports, rule, epochs);
  const last = stages.at(-1);
  const end = last?.until ?? 1;
  const influence = influenceTable(reports);
  const domain = symmetricDomain(influence.rows.map(({ influence: value }) => Number(value)));
  const digits = digitsFor(domain[1]);
  const hasValidation = validation.length > 0;
  const axis = { scale: { kind: 'linear' as const, domain: [0, end] as const } };
  const rules = reports.map(({ epoch }) => ({ kind: 'rule' as const, axis: 'x' as const, at: epoch }));
  const stream: PanelRow = {
    height: 15,
    panels: [
      {
        x: { ...axis, title: hasValidation ? '' : 'Pre-training epoch', ...(hasValidation ? { ticks: [] } : {}) },
        y: { title: 'Sampling probability, stacked', scale: { kind: 'linear', domain: [0, 1] } },
        marks: [
          {
            kind: 'area',
            data: 'probabilities',
            x: 'from',
            until: 'until',
            low: 'low',
            high: 'high',
            series: 'series',
          },
          ...rules,
        ],
      },
    ],
  };
  const values = validation.map(({ value }) => value);
  const curve: PanelRow = {
    height: 7,
    panels: [
      {
        x: { ...axis, title: 'Pre-training epoch' },
        y: { title: 'NDCG@10', scale: { kind: 'linear', domain: [0, Math.max(1e-4, ...values) * 1.1] } },
        marks: [
          { kind: 'line', data: 'validation', x: 'epoch', y: 'value', series: 'series', isMarked: true },
          ...rules,
        ],
      },
    ],
  };
  return {
    name: rule ? 'curriculum-what-if' : 'curriculum',
    title: 'Curriculum',
    summary: streamSummary(stages, tokenizers, rule),
    note: [
      'Influence: row = tokenizer trained on, column = tokenizer validated on; positive lowers the validation loss.',
      samplingNote(reports),
      'Bands are tokenizers by their epoch, the oldest at the bottom.',
      note ?? '',
    ]
      .filter(Boolean)
      .join(' '),
    series: [...tokenizerSeries(tokenizers), ...(hasValidation ? [VALIDATION] : [])],
    ramps: [{ title: 'Influence', ramp: 'diverging', domain, digits }],
    data: [probabilityTable(stages, tokenizers), influence, ...(hasValidation ? [validationTable(validation)] : [])],
    rows: [
      {
        height: 13,
        minWidth: 16,
        isSquare: true,
        panels: reports.map((report, place) => ({
          title: `Stage ${report.stage}`,
          where: { column: 'stage', equals: report.stage },
          x: { title: 'validated on', scale: { kind: 'band' as const, domain: tokenizers.map(String) }, ticks: [] },
          y: {
            title: place === 0 ? 'trained on' : '',
            scale: { kind: 'band' as const, domain: tokenizers.map(String) },
            ticks: [],
          },
          marks: [
            {
              kind: 'cell' as const,
              data: 'influence',
              x: 'column',
              y: 'row',
              value: 'influence',
              ramp: 'diverging' as const,
              domain,
              digits,
            },
          ],
        })),
      },
      stream,
      ...(hasValidation ? [curve] : []),
    ],
    cursors: [
      { data: 'probabilities', x: 'stage', y: 'tokenizer' },
      { data: 'influence', x: 'place', y: 'trained' },
      ...(hasValidation ? [{ data: 'validation', x: 'epoch' }] : []),
    ],
  };
}

/** As many digits as three significant ones of the largest value need. */
const digitsFor = (largest: number): number =>
  Math.min(8, Math.max(1, 2 - Math.floor(Math.log10(Math.max(largest, 1e-8)))));

function probabilityTable(stages: readonly Stage[], tokenizers: readonly number[]): DataTable {
  const rows: Row[] = stages.flatMap((stage) => {
    let low = 0;
    return tokenizers.map((tokenizer, place) => {
      const probability = stage.probabilities[place] ?? 0;
      const row: Row = {
        stage: stage.stage,
        from: stage.from,
        until: stage.until,
        tokenizer,
        score: stage.scores?.[place] ?? null,
        probability,
        entropy: stage.entropy,
        low,
        high: low + probability,
        series: `t${tokenizer}`,
      };
      low += probability;
      return row;
    });
  });
  return {
    name: 'probabilities',
    title: 'Sampling probabilities',
    columns: [
      numberColumn('stage', 'Stage'),
      numberColumn('from', 'From epoch'),
      numberColumn('until', 'To epoch'),
      numberColumn('tokenizer', 'Tokenizer epoch'),
      numberColumn('score', 'Score', 6),
      numberColumn('probability', 'Probability', 4),
      numberColumn('entropy', 'Entropy (1 = uniform)', 4),
      ...placing('low', 'high'),
      ...styling('series'),
    ],
    rows,
  };
}

function influenceTable(reports: readonly CurriculumReport[]): DataTable {
  const rows: Row[] = reports.flatMap((report) =>
    report.tokenizers.flatMap((trained, i) =>
      report.tokenizers.map((validated, j) => ({
        stage: report.stage,
        trained,
        validated,
        influence: report.influence[i]?.[j] ?? null,
        weight: report.learningRateWeight,
        place: `${report.stage} ${validated}`,
        row: String(trained),
        column: String(validated),
      })),
    ),
  );
  return {
    name: 'influence',
    title: 'Influence',
    columns: [
      numberColumn('stage', 'Stage'),
      numberColumn('trained', 'Trained on (epoch)'),
      numberColumn('validated', 'Validated on (epoch)'),
      numberColumn('influence', 'Influence', 6),
      numberColumn('weight', 'Learning-rate weight', 4),
      ...styling('place', 'row', 'column'),
    ],
    rows,
  };
}

const validationTable = (validation: readonly ValidationPoint[]): DataTable => ({
  name: 'validation',
  title: 'Validation',
  columns: [numberColumn('epoch', 'Epoch', 2), numberColumn('value', 'NDCG@10', 4), ...styling('series')],
  rows: validation.map(({ epoch, value }) => ({ epoch, value, series: VALIDATION.key })),
});

function streamSummary(stages: readonly Stage[], tokenizers: readonly number[], rule: SamplingRule | null): string {
  const last = stages.at(-1);
  if (!last) return 'No estimate yet.';
  const sorted = last.probabilities
    .map((probability, place) => ({ probability, epoch: tokenizers[place] ?? 0 }))
    .sort((a, b) => b.probability - a.probability);
  const [most, least] = [sorted[0], sorted.at(-1)];
  const lead = rule
    ? `What if the temperature were ${rule.temperature}${rule.centring === 'minMax' ? ' after min–max rescaling' : ''} (probabilities only, not trained): after`
    : 'After';
  return `${lead} stage ${last.stage}, tokenizer ${most?.epoch} is drawn most often (${most?.probability.toFixed(4)}) and ${least?.epoch} least (${least?.probability.toFixed(4)}); entropy ${last.entropy.toFixed(4)} of the largest possible.`;
}

function samplingNote(reports: readonly CurriculumReport[]): string {
  const last = reports.at(-1);
  if (!last) return '';
  const basis = last.isFullPass
    ? 'all training samples and validation users'
    : `${last.trainingSamples} training samples and ${last.validationSamples} validation users`;
  const error = reports.find(({ samplingError }) => samplingError !== null)?.samplingError;
  return `Gradients over ${basis}${error == null ? '' : `; sub-sampling error ${formatShare(error)} against the full pass`}.`;
}

/** One stage's probabilities from large to small, with exact numbers. */
export function stageFigure(stage: Stage, tokenizers: readonly number[], note = ''): FigureSpec {
  const rows = tokenizers
    .map((tokenizer, place) => ({
      tokenizer,
      place,
      probability: stage.probabilities[place] ?? 0,
      score: stage.scores?.[place] ?? null,
    }))
    .sort((a, b) => b.probability - a.probability)
    .map(({ tokenizer, probability, score }) => ({
      tokenizer,
      score,
      probability,
      name: String(tokenizer),
      label: probability.toFixed(4),
      series: `t${tokenizer}`,
    }));
  const most = Math.max(...stage.probabilities);
  return {
    name: `curriculum-stage-${stage.stage}`,
    title: stage.stage === 0 ? 'Before the first estimate' : `Stage ${stage.stage}`,
    summary: `Probabilities from epoch ${stage.from} to ${stage.until}, largest first; entropy ${stage.entropy.toFixed(4)} of the largest possible.`,
    ...(note === '' ? {} : { note }),
    series: tokenizerSeries(tokenizers).map((series) => ({ ...series, isInLegend: false })),
    data: [
      {
        name: 'probabilities',
        title: 'Probabilities',
        columns: [
          numberColumn('tokenizer', 'Tokenizer epoch'),
          numberColumn('score', 'Score', 6),
          numberColumn('probability', 'Probability', 4),
          ...styling('name', 'label', 'series'),
        ],
        rows,
      },
    ],
    rows: [
      {
        height: Math.max(6, rows.length * 1.7),
        panels: [
          {
            x: { title: 'Sampling probability', scale: { kind: 'linear', domain: [0, most * 1.15] } },
            y: {
              title: 'Tokenizer epoch',
              scale: { kind: 'band', domain: rows.map(({ name }) => name), padding: 0.25 },
            },
            marks: [
              { kind: 'bar', data: 'probabilities', x: 'probability', y: 'name', series: 'series', label: 'label' },
            ],
          },
        ],
      },
    ],
    cursors: [{ data: 'probabilities', x: 'name' }],
  };
}
