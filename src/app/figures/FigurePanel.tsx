import { ChartArea, Table } from 'lucide-react';
import { type ReactNode, useId, useState } from 'react';
import { Panel } from '../parts/Panel';
import { ViewToggle } from '../parts/ViewToggle';
import { ExportMenu } from './ExportMenu';
import { FigureTables } from './FigureTables';
import { LiveFigure, type Picked } from './LiveFigure';
import type { FigureSpec } from './spec';

interface FigurePanelProps {
  readonly spec: FigureSpec;
  readonly note?: ReactNode;
  /** Controls above the figure. */
  readonly controls?: ReactNode;
  /** Below the figure: what a pick opened. */
  readonly children?: ReactNode;
  /** Drawn in place of the spec's own drawing, with its own cursor: for figures that are too large for SVG on the page. */
  readonly drawing?: ReactNode;
  readonly pickHint?: string;
  readonly onPick?: (picked: Picked) => void;
  readonly onCursor?: (picked: Picked | null) => void;
}

/** A figure in its panel: drawn or as tables, with its exports; all from one spec. */
export function FigurePanel({ spec, note, controls, children, drawing, pickHint, onPick, onCursor }: FigurePanelProps) {
  const id = useId();
  const [view, setView] = useState<'figure' | 'table'>('figure');
  const [wanted, setWanted] = useState('');
  const actions = (
    <>
      <ViewToggle
        label={`View of ${spec.title}`}
        chosen={view}
        choices={[
          { value: 'figure', label: 'Figure', Icon: ChartArea },
          { value: 'table', label: 'Table', Icon: Table },
        ]}
        onChoose={setView}
      />
      <ExportMenu spec={spec} />
    </>
  );
  return (
    <Panel title={spec.title} note={note} actions={actions} className="figure-panel">
      {controls !== undefined && <div className="figure-controls">{controls}</div>}
      <figure aria-label={spec.title} aria-describedby={id}>
        {view === 'figure' || spec.data.length === 0 ? (
          (drawing ?? (
            <LiveFigure
              spec={spec}
              {...(pickHint === undefined ? {} : { pickHint })}
              {...(onPick ? { onPick } : {})}
              {...(onCursor ? { onCursor } : {})}
            />
          ))
        ) : (
          <FigureTables tables={spec.data} chosen={wanted} onChoose={setWanted} />
        )}
        <figcaption id={id} className="figure-summary">
          {spec.summary}
        </figcaption>
      </figure>
      {children}
    </Panel>
  );
}
