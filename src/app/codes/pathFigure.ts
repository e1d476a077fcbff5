/**
 * Figure V2: prefixes of codes as an icicle, or bent into a sunburst. A box is as wide as its items; its ground is the domain
 * that most of them are from, the stronger the purer; the stripe under it is their mix of domains, the bar on top the picked
 * ones among them. In a sunburst under is outwards.
 */
import type { PathNode, PathTree } from '../../evaluate/codePaths';
import type { BesidePathsReply } from '../../worker/protocol/codebooks';
import { numberColumn, placing, styling, textColumn } from '../figures/columns';
import { seriesStyle } from '../figures/palette';
import type { DataTable, FigureSpec, Mark, Row, Series } from '../figures/spec';
import { formatCount, formatShare } from '../format/numbers';

/** Share of a level's height that the stripe takes. */
const STRIPE = 0.2;
/** And that the bar of picked items takes. */
const BAR = 0.12;
/** Of a box's ground; text on it stays readable in both themes. */
const STRONGEST = 0.36;

const PICKED: Series = { key: 'picked', label: 'picked items', ...seriesStyle(0), colour: 'ink', pattern: 'solid' };

export const prefixText = (prefix: readonly number[]): string =>
  prefix.length === 0 ? 'all items' : prefix.join(' · ');

/** Height of a level, and the sunburst's across, in units of the text size. */
const LEVEL_HEIGHT = 5;
const ROUND_HEIGHT = 52;

/** @param isRound as a sunburst: the same tables, bent */
export function pathFigure(tree: PathTree, note = '', isRound = false): FigureSpec {
  const depth =
    Math.max(...tree.nodes.map(({ prefix, merged }) => prefix.length + (merged > 0 ? 1 : 0))) - tree.prefix.length + 1;
  const rows = tree.nodes.map((node) => nodeRow(tree, node, depth));
  const mix = mixTable(tree, depth);
  const labels = Array.from({ length: depth }, (_, level) => {
    const length = tree.prefix.length + level;
    return { at: depth - level - 0.5, label: length === 0 ? 'all' : `level ${length}` };
  });
  return {
    name: `code-paths${tree.prefix.length > 0 ? `-${tree.prefix.join('-')}` : ''}`,
    title: 'Code paths',
    summary: summaryOf(tree),
    note: [
      isRound ? 'Each ring outwards is one code more; angles are items.' : '',
      'Prefixes with less than 0.2 % of the shown items are drawn as one. Words are those that stand out in the items’ titles; the ground is the domain with most items, the stronger the purer.',
      note,
    ]
      .filter(Boolean)
      .join(' '),
    series: [
      ...tree.domainNames.map((name, domain): Series => ({ key: `d${domain}`, label: name, ...seriesStyle(domain) })),
      ...(tree.picked > 0 ? [PICKED] : []),
    ],
    data: [
      {
        name: 'prefixes',
        title: 'Prefixes',
        columns: [
          numberColumn('level', 'Level'),
          textColumn('prefix', 'Prefix'),
          numberColumn('items', 'Items'),
          numberColumn('share', 'Share', 4),
          ...(tree.domainNames.length > 0
            ? [
                textColumn('domain', 'Most items from'),
                numberColumn('domainShare', 'their share', 4),
                numberColumn('entropy', 'Domain entropy (1 = even)', 4),
              ]
            : []),
          textColumn('words', 'Telling words'),
          ...(tree.picked > 0 ? [numberColumn('picked', 'Picked items')] : []),
          ...placing('left', 'right', 'low', 'high', 'strength', 'pickedRight', 'pickedLow'),
          ...styling('long', 'middle', 'short', 'ground', 'pickedSeries'),
        ],
        rows,
      },
      ...(mix.rows.length > 0 ? [mix] : []),
    ],
    rows: [
      {
        height: isRound ? ROUND_HEIGHT : depth * LEVEL_HEIGHT,
        ...(isRound ? { isSquare: true } : {}),
        panels: [
          {
            ...(isRound ? { isRound } : {}),
            x: {
              title: isRound ? '' : 'Items',
              scale: { kind: 'linear', domain: [0, tree.items] },
              ...(isRound ? { ticks: [] } : {}),
            },
            y: { title: '', scale: { kind: 'linear', domain: [0, depth] }, ticks: isRound ? [] : labels },
            marks: [
              {
                kind: 'box',
                data: 'prefixes',
                x: ['left', 'right'],
                y: ['low', 'high'],
                label: ['long', 'middle', 'short'],
                tint: { series: 'ground', strength: 'strength' },
              },
              ...(mix.rows.length > 0 ? [rects('mix', ['left', 'right'], ['low', 'high'], 'series')] : []),
              ...(tree.picked > 0
                ? [rects('prefixes', ['left', 'pickedRight'], ['pickedLow', 'high'], 'pickedSeries')]
                : []),
            ],
          },
        ],
      },
    ],
    cursors: [{ data: 'prefixes', x: 'left', y: 'level' }],
  };
}

const rects = (data: string, x: readonly [string, string], y: readonly [string, string], series: string): Mark => ({
  kind: 'rect',
  data,
  x,
  y,
  series,
});

function nodeRow(tree: PathTree, node: PathNode, depth: number): Row {
  const { prefix, items, domains, words, merged, start, picked } = node;
  const level = prefix.length + (merged > 0 ? 1 : 0);
  const place = depth - (level - tree.prefix.length) - 1;
  const most = domains.indexOf(Math.max(...domains));
  const code = prefix.at(-1);
  const own = merged > 0 ? `+${merged}` : String(code ?? 'all items');
  const purity = (domains[most] ?? 0) / Math.max(1, items);
  const telling = words.length > 0 ? `${own} ${words.slice(0, 2).join(', ')}` : own;
  return {
    level,
    prefix: merged > 0 ? `${prefixText(prefix)} · ${merged} small ones` : prefixText(prefix),
    items,
    share: items / Math.max(1, tree.items),
    domain: tree.domainNames[most] ?? '',
    domainShare: purity,
    entropy: evenness(domains),
    words: words.join(', '),
    left: start,
    right: start + items,
    low: place + STRIPE,
    high: place + 1,
    long: domains.length > 0 ? `${telling} · ${formatShare(purity)} ${tree.domainNames[most] ?? ''}` : telling,
    middle: telling,
    short: own,
    ground: `d${most}`,
    strength: STRONGEST * purity ** 2,
    picked,
    pickedRight: picked > 0 ? start + picked : null,
    pickedLow: place + 1 - BAR,
    pickedSeries: 'picked',
  };
}

/** Entropy over the largest possible; 0 where one domain has all. */
export function evenness(counts: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0 || counts.length < 2) return 0;
  const entropy = counts.reduce((sum, count) => (count > 0 ? sum - (count / total) * Math.log(count / total) : sum), 0);
  return entropy / Math.log(counts.length);
}

function mixTable(tree: PathTree, depth: number): DataTable {
  const rows = tree.nodes.flatMap(({ prefix, domains, merged, start }): Row[] => {
    const level = prefix.length + (merged > 0 ? 1 : 0);
    const place = depth - (level - tree.prefix.length) - 1;
    let left = start;
    return domains.flatMap((items, domain) => {
      if (items === 0) return [];
      left += items;
      return [
        {
          level,
          prefix: merged > 0 ? `${prefixText(prefix)} · ${merged} small ones` : prefixText(prefix),
          domain: tree.domainNames[domain] ?? '',
          items,
          left: left - items,
          right: left,
          low: place,
          high: place + STRIPE,
          series: `d${domain}`,
        },
      ];
    });
  });
  return {
    name: 'mix',
    title: 'Items by prefix and domain',
    columns: [
      numberColumn('level', 'Level'),
      textColumn('prefix', 'Prefix'),
      textColumn('domain', 'Domain'),
      numberColumn('items', 'Items'),
      ...placing('left', 'right', 'low', 'high'),
      ...styling('series'),
    ],
    rows,
  };
}

/** The tree of another run's codes of the same items. @param name of the run */
export function besideFigure(
  { tree, agreement }: BesidePathsReply,
  name: string,
  note = '',
  isRound = false,
): FigureSpec {
  const spec = pathFigure(tree, note, isRound);
  const known = agreement.flatMap((value, level) =>
    value === null ? [] : [`${value.toFixed(3)} at level ${level + 1}`],
  );
  const agrees =
    known.length > 0
      ? ` Adjusted mutual information with the shown codes: ${known.join(', ')} (1 = the same groups).`
      : '';
  return {
    ...spec,
    name: `${spec.name}-beside`,
    title: `Code paths, ${name}`,
    summary: `${spec.summary}${agrees}`,
  };
}

function summaryOf({ prefix, items, identifiers, nodes, domainNames, picked }: PathTree): string {
  const firsts = nodes.filter((node) => node.prefix.length === prefix.length + 1 && node.merged === 0);
  const small = nodes.find((node) => node.prefix.length === prefix.length && node.merged > 0);
  const count = firsts.length + (small?.merged ?? 0);
  const where = prefix.length === 0 ? 'All items' : `Prefix ${prefixText(prefix)}`;
  const mixed = firsts.map(({ domains }) => evenness(domains));
  const mean = mixed.reduce((sum, value) => sum + value, 0) / Math.max(1, mixed.length);
  // Weighted by items: what guessing each code's commonest domain gets right.
  const inMost = firsts.reduce((sum, { domains }) => sum + Math.max(0, ...domains), 0);
  const purity =
    inMost /
    Math.max(
      1,
      firsts.reduce((sum, node) => sum + node.items, 0),
    );
  const mix =
    domainNames.length > 1 && firsts.length > 0
      ? ` ${formatShare(purity)} of the items are of the commonest domain of their code (purity); a prefix’s domain entropy is ${mean.toFixed(2)} of the largest on average.`
      : '';
  const chosen = picked > 0 ? ` ${formatCount(picked)} of them ${picked === 1 ? 'is' : 'are'} picked.` : '';
  return `${where}: ${formatCount(items)} items with ${formatCount(identifiers)} different identifiers${count > 0 ? ` under ${formatCount(count)} codes of level ${prefix.length + 1}` : ''}.${mix}${chosen}`;
}
