import { ChartLine, Table } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { CodebookReport } from '../../worker/protocol';
import { formatCount, formatShare } from '../format/numbers';
import { Panel } from '../parts/Panel';
import { ViewToggle } from '../parts/ViewToggle';
import { CodebookTable } from './CodebookTable';
import { CodeStrip } from './CodeStrip';

interface Pointed {
  readonly level: number;
  readonly place: number;
}

/** Which codes live, and where: rows are all items and each domain, columns the levels. */
export function CodebookPanel({ report }: { readonly report: CodebookReport | null }) {
  const [view, setView] = useState<'figure' | 'table'>('figure');
  const toggle = (
    <ViewToggle
      label="View of the codebooks"
      chosen={view}
      choices={[
        { value: 'figure', label: 'Strips', Icon: ChartLine },
        { value: 'table', label: 'Table', Icon: Table },
      ]}
      onChoose={setView}
    />
  );
  const note = report ? `step ${formatCount(report.step)} · ${sizesOf(report)}` : 'measured while it trains';
  return (
    <Panel title="Codebook use" note={note} actions={toggle} className="codebook">
      {!report ? (
        <p className="quiet">
          Appears with the first steps: which share of the codes is used, by all items and in each domain, and how many
          items share an identifier.
        </p>
      ) : view === 'figure' ? (
        <CodebookWall report={report} />
      ) : (
        <CodebookTable report={report} />
      )}
    </Panel>
  );
}

function CodebookWall({ report }: { readonly report: CodebookReport }) {
  const [pointed, setPointed] = useState<Pointed | null>(null);
  const orders = useMemo(() => ordersOf(report), [report]);
  const levels = Array.from({ length: report.levels }, (_, level) => level);
  return (
    <>
      <div
        className="wall"
        style={{ gridTemplateColumns: `minmax(96px, auto) repeat(${report.levels}, minmax(0, 1fr)) auto` }}
      >
        <span />
        {levels.map((level) => (
          <span key={level} className="wall-head">
            <span className={`level-dot level-${Math.min(level, 4)}`} aria-hidden="true" /> Level {level + 1}
          </span>
        ))}
        <span className="wall-head">Collisions</span>
        {report.groups.map((group) => (
          <div key={group.name} className="wall-row">
            <span className="wall-name">
              {group.name}
              <small>{formatCount(group.items)} items</small>
            </span>
            {group.levels.map((level, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a level is its place
              <span key={index} className="wall-cell">
                <CodeStrip
                  counts={level.counts}
                  order={orders[index] ?? []}
                  marked={pointed?.level === index ? pointed.place : null}
                  label={`${group.name}, level ${index + 1}: ${formatShare(level.usedShare)} of the codes used, perplexity ${level.perplexity.toFixed(1)}, ${level.dead} dead`}
                  onPoint={(place) => setPointed(place === null ? null : { level: index, place })}
                />
                <span className="wall-numbers">
                  <span>{formatShare(level.usedShare)} used</span>
                  <span>ppl {level.perplexity.toFixed(1)}</span>
                  <span>{formatCount(level.dead)} dead</span>
                </span>
              </span>
            ))}
            <span className="wall-collisions">{formatShare(group.collisionRate)}</span>
          </div>
        ))}
      </div>
      <p className="wall-legend">
        <span className="ramp-key" aria-hidden="true" /> few to many items (log){' '}
        <span className="hatch-key" aria-hidden="true" /> no item. Codes stand in the order of their use over all items,
        the same in every row. <span className="wall-readout">{readout(report, orders, pointed)}</span>
      </p>
    </>
  );
}

/** Codes of each level by falling use over all items (the first group). */
/** “3 levels of 64 codes”; sizes one by one where levels differ. */
function sizesOf({ levels, codes, groups }: CodebookReport): string {
  const sizes = (groups[0]?.levels ?? []).map(({ counts }) => counts.length);
  const isEven = sizes.every((size) => size === codes);
  return `${levels} levels of ${isEven ? codes : sizes.join(', ')} codes`;
}

function ordersOf(report: CodebookReport): readonly (readonly number[])[] {
  return (report.groups[0]?.levels ?? []).map(({ counts }) =>
    counts
      .map((_, code) => code)
      .sort((first, second) => (counts[second] ?? 0) - (counts[first] ?? 0) || first - second),
  );
}

function readout(report: CodebookReport, orders: readonly (readonly number[])[], pointed: Pointed | null): string {
  const code = pointed === null ? undefined : orders[pointed.level]?.[pointed.place];
  if (pointed === null || code === undefined) return '';
  const parts = report.groups.map((group) => `${group.name} ${group.levels[pointed.level]?.counts[code] ?? 0}`);
  return `Code ${code} of level ${pointed.level + 1}: ${parts.join(', ')} items.`;
}
