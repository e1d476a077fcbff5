import { Download } from 'lucide-react';
import { navigate } from '../navigation/hashPath';
import { MenuButton } from '../parts/MenuButton';
import { useToasts } from '../stores/toasts';
import { csvOf } from './csv';
import { downloadText } from './download';
import { forReport } from './drawnRows';
import { latexOf } from './latex';
import type { FigureSpec } from './spec';
import { svgOf } from './svgText';

/** The store of reports is fetched with the first figure that is added. */
async function addFigure(spec: FigureSpec): Promise<void> {
  const { addToReport, figureBlock } = await import('../stores/reports');
  const title = await addToReport(figureBlock(forReport(spec)));
  useToasts.getState().say(`Added to “${title}”.`, { name: 'Open it', run: () => navigate('/reports') });
}

/** Files of a figure: SVG at two paper widths, each table as CSV and LaTeX. Always light, whatever the page shows. */
export function ExportMenu({ spec }: { readonly spec: FigureSpec }) {
  const isSingle = spec.data.length === 1;
  return (
    <MenuButton
      isSmall
      label={
        <>
          <Download size={13} aria-hidden /> Export
        </>
      }
    >
      {(close) => {
        const save = (name: string, type: string, text: string): void => {
          downloadText(name, type, text);
          close();
        };
        return (
          <>
            <button type="button" onClick={() => save(`${spec.name}-84mm.svg`, 'image/svg+xml', svgOf(spec, 84))}>
              SVG, one column (84 mm)
            </button>
            <button type="button" onClick={() => save(`${spec.name}-174mm.svg`, 'image/svg+xml', svgOf(spec, 174))}>
              SVG, full page (174 mm)
            </button>
            <button
              type="button"
              onClick={() => {
                close();
                void addFigure(spec);
              }}
            >
              Add to report
            </button>
            {spec.data.map((table) => {
              const stem = isSingle ? spec.name : `${spec.name}-${table.name}`;
              const suffix = isSingle ? '' : `: ${table.title}`;
              return (
                <div key={table.name}>
                  <button type="button" onClick={() => save(`${stem}.csv`, 'text/csv', csvOf(table))}>
                    CSV{suffix}
                  </button>
                  <button
                    type="button"
                    onClick={() => save(`${stem}.tex`, 'text/x-tex', latexOf(table, `${spec.title}: ${table.title}`))}
                  >
                    LaTeX{suffix}
                  </button>
                </div>
              );
            })}
          </>
        );
      }}
    </MenuButton>
  );
}
