import type { ReactNode } from 'react';
import { FigureTable } from '../figures/FigureTable';
import { LiveFigure } from '../figures/LiveFigure';
import { type Block, runsTable, textParts } from './report';

/** A block as it is read. */
export function BlockView({ block }: { readonly block: Block }) {
  switch (block.kind) {
    case 'text':
      return <TextView text={block.text} />;
    case 'figure':
      return (
        <figure aria-label={block.spec.title}>
          <LiveFigure spec={block.spec} />
          <figcaption className="figure-summary">{block.caption || block.spec.summary}</figcaption>
        </figure>
      );
    case 'table':
      return (
        <CaptionedTable caption={block.caption || block.table.title} table={<FigureTable table={block.table} />} />
      );
    case 'runs':
      return <CaptionedTable caption={block.caption || 'Runs'} table={<FigureTable table={runsTable(block)} />} />;
  }
}

const CaptionedTable = ({ caption, table }: { readonly caption: string; readonly table: ReactNode }) => (
  <>
    {table}
    <p className="figure-summary">{caption}</p>
  </>
);

function TextView({ text }: { readonly text: string }) {
  const parts = textParts(text);
  if (parts.length === 0) return <p className="quiet">Empty text.</p>;
  return (
    <div className="report-text">
      {parts.map((part, at) => {
        // A part is its place: texts are drawn anew as a whole.
        const key = `${at}`;
        if (part.kind === 'paragraph') return <p key={key}>{part.text}</p>;
        // Below the report's title all headings are of one level: a text may begin with either kind.
        if (part.kind === 'heading')
          return (
            <h3 key={key} className={part.level === 3 ? 'is-minor' : undefined}>
              {part.text}
            </h3>
          );
        return (
          <ul key={key}>
            {part.items.map((item, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: an item is its place
              <li key={place}>{item}</li>
            ))}
          </ul>
        );
      })}
    </div>
  );
}
