/** Figure V2: prefixes of codes as an icicle; a box is as wide as its items, the stripe under it is their mix of domains. */
import type { PathNode, PathTree } from '../../evaluate/codePaths';
import { seriesStyle } from '../figures/palette';
import type { DataTable, FigureSpec, Row, Series } from '../figures/spec';
import { formatCount } from '../format/numbers';

/** Share of a level's height that the stripe takes. */
const STRIPE = 0.28;

export const prefixText = (prefix: readonly number[]): string =>
  prefix.length === 0 ? 'all items' : prefix.join(' · ');

export function pathFigure(tree: PathTree, note = ''): FigureSpec {
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
      `Prefixes with less than 0.2 % of the shown items are drawn as one. Words are those that stand out in the items’ titles.`,
      note,
    ]
      .filter(Boolean)
      .join(' '),
    series: tree.domainNames.map(
      (name, domain): Series => ({ key: `d${domain}`, label: name, ...seriesStyle(domain) }),
    ),
    data: [
      {
        name: 'prefixes',
        title: 'Prefixes',
        columns: [
          { key: 'level', title: 'Level', digits: 0 },
          { key: 'prefix', title: 'Prefix', digits: null },
          { key: 'items', title: 'Items', digits: 0 },
          { key: 'share', title: 'Share', digits: 4 },
          ...(tree.domainNames.length > 0
            ? [
                { key: 'domain', title: 'Most items from', digits: null },
                { key: 'domainShare', title: 'their share', digits: 4 },
                { key: 'entropy', title: 'Domain entropy (1 = even)', digits: 4 },
              ]
            : []),
          { key: 'words', title: 'Telling words', digits: null },
          ...['left', 'right', 'low', 'high'].map((key) => ({ key, title: key, digits: 2, isHidden: true })),
          ...['long', 'short'].map((key) => ({ key, title: key, digits: null, isHidden: true })),
        ],
        rows,
      },
      ...(mix.rows.length > 0 ? [mix] : []),
    ],
    rows: [
      {
        height: depth * 3.4,
        panels: [
          {
            x: { title: 'Items', scale: { kind: 'linear', domain: [0, tree.items] } },
            y: { title: '', scale: { kind: 'linear', domain: [0, depth] }, ticks: labels },
            marks: [
              { kind: 'box', data: 'prefixes', x: ['left', 'right'], y: ['low', 'high'], label: ['long', 'short'] },
              ...(mix.rows.length > 0
                ? [
                    {
                      kind: 'rect' as const,
                      data: 'mix',
                      x: ['left', 'right'] as const,
                      y: ['low', 'high'] as const,
                      series: 'series',
                    },
                  ]
                : []),
            ],
          },
        ],
      },
    ],
    cursors: [{ data: 'prefixes', x: 'left', y: 'level' }],
  };
}

function nodeRow(tree: PathTree, node: PathNode, depth: number): Row {
  const { prefix, items, domains, words, merged, start } = node;
  const level = prefix.length + (merged > 0 ? 1 : 0);
  const place = depth - (level - tree.prefix.length) - 1;
  const most = domains.indexOf(Math.max(...domains));
  const code = prefix.at(-1);
  const own = merged > 0 ? `+${merged}` : String(code ?? 'all items');
  return {
    level,
    prefix: merged > 0 ? `${prefixText(prefix)} · ${merged} small ones` : prefixText(prefix),
    items,
    share: items / Math.max(1, tree.items),
    domain: tree.domainNames[most] ?? '',
    domainShare: (domains[most] ?? 0) / Math.max(1, items),
    entropy: evenness(domains),
    words: words.join(', '),
    left: start,
    right: start + items,
    low: place + STRIPE,
    high: place + 1,
    long: words.length > 0 ? `${own} ${words.slice(0, 2).join(', ')}` : own,
    short: own,
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
      { key: 'level', title: 'Level', digits: 0 },
      { key: 'prefix', title: 'Prefix', digits: null },
      { key: 'domain', title: 'Domain', digits: null },
      { key: 'items', title: 'Items', digits: 0 },
      ...['left', 'right', 'low', 'high'].map((key) => ({ key, title: key, digits: 2, isHidden: true })),
      { key: 'series', title: 'series', digits: null, isHidden: true },
    ],
    rows,
  };
}

function summaryOf({ prefix, items, identifiers, nodes, domainNames }: PathTree): string {
  const firsts = nodes.filter((node) => node.prefix.length === prefix.length + 1 && node.merged === 0);
  const small = nodes.find((node) => node.prefix.length === prefix.length && node.merged > 0);
  const count = firsts.length + (small?.merged ?? 0);
  const where = prefix.length === 0 ? 'All items' : `Prefix ${prefixText(prefix)}`;
  const mixed = firsts.map(({ domains }) => evenness(domains));
  const mean = mixed.reduce((sum, value) => sum + value, 0) / Math.max(1, mixed.length);
  const mix =
    domainNames.length > 1 && firsts.length > 0
      ? ` A prefix’s domain entropy is ${mean.toFixed(2)} of the largest on average.`
      : '';
  return `${where}: ${formatCount(items)} items with ${formatCount(identifiers)} different identifiers${count > 0 ? ` under ${formatCount(count)} codes of level ${prefix.length + 1}` : ''}.${mix}`;
}
