/** "Why": what each item of the history does for one recommended item, and how sure the model is at each digit. */
import type { BeamReply, ItemCard, WhyReply } from '../../worker/protocol';
import { numberColumn, styling, textColumn } from '../figures/columns';
import { seriesStyle } from '../figures/palette';
import type { FigureSpec, Row } from '../figures/spec';
import { formatProbability } from '../format/numbers';
import { codeOf, pathOf } from './beamPaths';

const LONGEST = 34;
const short = (title: string): string =>
  title.length <= LONGEST ? title : `${title.slice(0, LONGEST - 1).trimEnd()}…`;

/**
 * @param place of the item among the search's leaves; −1 if the search did not find it
 * @param history oldest first, as the reply's `without`
 */
export function whyFigure(
  why: WhyReply,
  history: readonly ItemCard[],
  beam: BeamReply | null,
  place: number,
  title: string,
): FigureSpec {
  // Newest on top, as the history panel lists them.
  const rows = history
    .map((card, at): Row => {
      const without = why.without[at] ?? null;
      return {
        position: at + 1,
        label: `${at + 1}  ${short(card.title)}`,
        title: card.title,
        without,
        difference: without === null ? null : why.logProbability - without,
        series: 'history',
      };
    })
    .reverse();
  const differences = rows.flatMap(({ difference }) => (typeof difference === 'number' ? [difference] : []));
  const reach = Math.max(0.01, ...differences.map(Math.abs)) * 1.08;
  const digits = beam && place >= 0 ? entropyRows(beam, place) : [];
  const most = rows.reduce<Row | null>(
    (best, row) =>
      typeof row['difference'] === 'number' && (best === null || row['difference'] > Number(best['difference']))
        ? row
        : best,
    null,
  );
  const told = most
    ? ` Of ${history.length} items “${most['title']}” helps it most: without it log p falls by ${Number(most['difference']).toFixed(3)}.`
    : ' The history has one item, so none can be left out.';
  return {
    name: 'why',
    title: `Why “${short(title)}”`,
    summary: `The item has ${formatProbability(Math.exp(why.logProbability))} with the whole history.${told}`,
    note: 'Leave-one-out: the item is scored again without each item of the history. Differences, not attention weights; they need not add up.',
    series: [
      { key: 'history', label: 'log p with the item − without it', ...seriesStyle(0) },
      ...(digits.length > 0 ? [{ key: 'entropy', label: 'entropy of the next digit', ...seriesStyle(1) }] : []),
    ],
    data: [
      {
        name: 'history',
        title: 'History, one item left out at a time',
        columns: [
          numberColumn('position', 'Position'),
          textColumn('title', 'Item left out'),
          numberColumn('without', 'log p without it', 4),
          numberColumn('difference', 'Difference', 4),
          ...styling('label', 'series'),
        ],
        rows,
      },
      ...(digits.length > 0
        ? [
            {
              name: 'digits',
              title: 'Entropy along the item’s codes',
              columns: [
                textColumn('digit', 'Digit'),
                numberColumn('code', 'Code'),
                numberColumn('probability', 'Probability of the code', 4),
                numberColumn('entropy', 'Entropy before it (nats)', 3),
                ...styling('series'),
              ],
              rows: digits,
            },
          ]
        : []),
    ],
    rows: [
      {
        height: Math.max(4, rows.length * 1.7),
        panels: [
          {
            title: 'What each item of the history adds',
            x: { title: 'Difference of log p', scale: { kind: 'linear', domain: [-reach, reach] } },
            y: {
              title: '',
              scale: { kind: 'band', domain: rows.map(({ label }) => String(label)), padding: 0.25 },
              ticks: rows.map(({ label }) => ({ at: String(label), label: String(label) })),
            },
            marks: [
              { kind: 'bar', data: 'history', x: 'difference', y: 'label', series: 'series' },
              { kind: 'rule', axis: 'x', at: 0 },
            ],
          },
        ],
      },
      ...(digits.length > 0
        ? [
            {
              height: digits.length * 1.7,
              panels: [
                {
                  title: 'How open each digit was',
                  x: {
                    title: 'Entropy (nats)',
                    scale: {
                      kind: 'linear' as const,
                      domain: [0, Math.max(0.1, ...digits.map(({ entropy }) => Number(entropy))) * 1.05] as const,
                    },
                  },
                  y: {
                    title: '',
                    scale: { kind: 'band' as const, domain: digits.map(({ digit }) => String(digit)), padding: 0.25 },
                  },
                  marks: [{ kind: 'bar' as const, data: 'digits', x: 'entropy', y: 'digit', series: 'series' }],
                },
              ],
            },
          ]
        : []),
    ],
    cursors: [{ data: 'history', x: 'label' }, ...(digits.length > 0 ? [{ data: 'digits', x: 'digit' }] : [])],
  };
}

/** Entropy of the model's distribution before each digit of a leaf. */
function entropyRows(beam: BeamReply, place: number): Row[] {
  const path = pathOf(beam.tree, place);
  return path.flatMap((at, step): Row[] => {
    const node = beam.tree.steps[step]?.nodes[at];
    const parent = beam.tree.steps[step]?.parents[node?.parent ?? 0];
    if (!node || !parent) return [];
    return [
      {
        digit: `digit ${step + 1}`,
        code: codeOf(beam, step, node.token),
        probability: Math.exp(node.tokenLogProbability),
        entropy: parent.entropy,
        series: 'entropy',
      },
    ];
  });
}
