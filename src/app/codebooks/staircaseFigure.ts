/** The residual staircase: what is left to encode after each level, by domain. */
import type { StaircaseReply } from '../../worker/protocol/codebooks';
import { numberColumn, styling, textColumn } from '../figures/columns';
import { seriesStyle } from '../figures/palette';
import type { FigureSpec } from '../figures/spec';
import { formatCount, formatShare } from '../format/numbers';

export function staircaseFigure({ groups, isComplete }: StaircaseReply, note = ''): FigureSpec {
  const [all, ...domains] = groups;
  const levels = (all?.left.length ?? 1) - 1;
  const worst = domains.toSorted((a, b) => (b.left.at(-1) ?? 0) - (a.left.at(-1) ?? 0))[0];
  const steps = all?.left.map((left, level) => `${formatShare(left)} after level ${level}`).slice(1) ?? [];
  return {
    name: 'residual-staircase',
    title: 'Left to encode after each level',
    summary: `Of the squared length of the latents, ${steps.join(', ')} are left${worst && domains.length > 1 ? `; most in ${worst.name}: ${formatShare(worst.left.at(-1) ?? 0)}` : ''}.`,
    note: [
      'Σ‖residual‖² / Σ‖latent‖².',
      isComplete ? '' : `Of ${formatCount(all?.items ?? 0)} items, evenly spaced within each domain.`,
      note,
    ]
      .filter(Boolean)
      .join(' '),
    series: groups.map(({ name }, place) => ({
      key: `g${place}`,
      label: name,
      ...(place === 0 ? { ...seriesStyle(0), colour: 'ink' as const } : seriesStyle(place - 1)),
    })),
    data: [
      {
        name: 'left',
        title: 'Left by level and group',
        columns: [
          textColumn('group', 'Items'),
          numberColumn('items', 'Number'),
          numberColumn('level', 'Levels taken off'),
          numberColumn('left', 'Left', 4),
          ...styling('series'),
        ],
        rows: groups.flatMap(({ name, items, left }, place) =>
          left.map((value, level) => ({ group: name, items, level, left: value, series: `g${place}` })),
        ),
      },
    ],
    rows: [
      {
        height: 14,
        panels: [
          {
            x: {
              title: 'Levels taken off',
              scale: { kind: 'linear', domain: [0, Math.max(1, levels)] },
              ticks: [...Array(levels + 1).keys()].map((at) => ({ at, label: String(at) })),
            },
            y: { title: 'Share left', scale: { kind: 'linear', domain: [0, 1.02] } },
            marks: [{ kind: 'line', data: 'left', x: 'level', y: 'left', series: 'series', isMarked: true }],
          },
        ],
      },
    ],
    cursors: [{ data: 'left', x: 'level', y: 'group' }],
  };
}
