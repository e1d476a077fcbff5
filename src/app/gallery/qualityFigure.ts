/** What a UTGRec tokenizer keeps of each domain: text pieces read back right, and losses of text and picture. */
import type { TokenizerQuality } from '../../worker/protocol';
import { seriesStyle } from '../figures/palette';
import type { FigureSpec, PanelSpec, Row } from '../figures/spec';
import { formatCount, formatShare } from '../format/numbers';

/** NaN stands for a part that the objective does not have. */
const known = (value: number): number | null => (Number.isFinite(value) ? value : null);

export function qualityFigure(quality: TokenizerQuality, note = ''): FigureSpec {
  const { domains } = quality;
  const names = domains.map(({ name }) => name);
  const rows = domains.map(
    ({ name, items, textTopOne, textUnigram, textLoss, imageLoss }): Row => ({
      domain: name,
      items,
      topOne: textTopOne,
      unigram: textUnigram,
      textLoss: known(textLoss),
      imageLoss: known(imageLoss),
      topOneLabel: textTopOne.toFixed(4),
      textLabel: labelOf(textLoss),
      imageLabel: labelOf(imageLoss),
      value: 'value',
      guess: 'guess',
    }),
  );
  const panel = (title: string, column: string, label: string, isFirst: boolean, hasGuess: boolean): PanelSpec => ({
    x: {
      title,
      scale: { kind: 'linear', domain: [0, largest(rows, hasGuess ? [column, 'unigram'] : [column]) * 1.25] },
    },
    y: { title: '', scale: { kind: 'band', domain: names, padding: 0.3 }, ...(isFirst ? {} : { ticks: [] }) },
    marks: [
      { kind: 'bar', data: 'domains', x: column, y: 'domain', series: 'value', label },
      ...(hasGuess ? [{ kind: 'point' as const, data: 'domains', x: 'unigram', y: 'domain', series: 'guess' }] : []),
    ],
  });
  const hasPictures = domains.some(({ imageLoss }) => Number.isFinite(imageLoss));
  return {
    name: 'reconstruction-by-domain',
    title: 'Reconstruction by domain',
    summary: summaryOf(quality),
    note: ['Losses without dropout, on at most 512 items of a domain.', note].filter(Boolean).join(' '),
    series: [
      { key: 'value', label: 'read back from the codes', ...seriesStyle(0), pattern: 'solid' },
      { key: 'guess', label: 'the commonest piece everywhere', ...seriesStyle(1), marker: 'diamond' },
    ],
    data: [
      {
        name: 'domains',
        title: 'Reconstruction by domain',
        columns: [
          { key: 'domain', title: 'Domain', digits: null },
          { key: 'items', title: 'Items', digits: 0 },
          { key: 'topOne', title: 'Text pieces right', digits: 4 },
          { key: 'unigram', title: 'Commonest piece', digits: 4 },
          { key: 'textLoss', title: 'Text loss', digits: 4 },
          { key: 'imageLoss', title: 'Picture loss', digits: 4 },
          ...['topOneLabel', 'textLabel', 'imageLabel', 'value', 'guess'].map((key) => ({
            key,
            title: key,
            digits: null,
            isHidden: true,
          })),
        ],
        rows,
      },
    ],
    rows: [
      {
        height: Math.max(5, domains.length * 2),
        minWidth: 20,
        panels: [
          panel('Share of text pieces right', 'topOne', 'topOneLabel', true, true),
          panel('Text loss (nats a piece)', 'textLoss', 'textLabel', false, false),
          ...(hasPictures ? [panel('Picture loss', 'imageLoss', 'imageLabel', false, false)] : []),
        ],
      },
    ],
    cursors: [{ data: 'domains', x: 'domain' }],
  };
}

const labelOf = (value: number): string => (Number.isFinite(value) ? value.toFixed(3) : 'none');

const largest = (rows: readonly Row[], columns: readonly string[]): number =>
  Math.max(1e-6, ...rows.flatMap((row) => columns.map((column) => Number(row[column] ?? 0))));

function summaryOf({ textTopOne, textUnigram, domains }: TokenizerQuality): string {
  const best = [...domains].sort((a, b) => b.textTopOne - a.textTopOne);
  const [first, last] = [best[0], best.at(-1)];
  const range =
    first && last && first !== last
      ? `, from ${formatShare(last.textTopOne)} in ${last.name} to ${formatShare(first.textTopOne)} in ${first.name}`
      : '';
  return `From the codes the text decoder puts ${formatShare(textTopOne)} of the pieces first${range}; the commonest piece everywhere would get ${formatShare(textUnigram)}.`;
}

/** How items came to identifiers of their own, in words. */
export function conflictSentence({
  sharedFirstCode,
  sharedByChance,
  conflictRateBefore,
  conflictRateAfter,
  resolved,
  brokenPictures,
}: TokenizerQuality): string {
  const { rank, random, duplicate } = resolved;
  const parts = [
    `${formatShare(conflictRateBefore)} of the identifiers were taken twice before conflicts were resolved, ${formatShare(conflictRateAfter)} after`,
    `${formatCount(rank)} items moved to a farther last code`,
    ...(random > 0 ? [`${formatCount(random)} got a random one, which means nothing`] : []),
    ...(duplicate > 0 ? [`${formatCount(duplicate)} found none of their own`] : []),
    ...(brokenPictures > 0 ? [`${formatCount(brokenPictures)} pictures could not be decoded and count as absent`] : []),
    ...(Number.isFinite(sharedFirstCode)
      ? [
          `items that occur together share their first code in ${formatShare(sharedFirstCode)} of the pairs, random ones in ${formatShare(sharedByChance)}`,
        ]
      : []),
  ];
  return `${parts.join('; ')}.`;
}
