import { Download } from 'lucide-react';
import { useRef } from 'react';
import type { ResultsTable } from '../../evaluate/resultsTable';
import { formatTable } from '../../evaluate/tableFormats';
import { downloadText } from '../figures/download';

const FILES = [
  { format: 'csv', label: 'CSV', extension: 'csv', type: 'text/csv' },
  { format: 'latex', label: 'LaTeX (booktabs)', extension: 'tex', type: 'text/x-tex' },
  { format: 'markdown', label: 'Markdown', extension: 'md', type: 'text/markdown' },
  { format: 'json', label: 'JSON', extension: 'json', type: 'application/json' },
] as const;

/** The results table as files; the protocol card goes with each. */
export function TableExport({ table }: { readonly table: ResultsTable }) {
  const menu = useRef<HTMLDetailsElement>(null);
  return (
    <details
      ref={menu}
      className="export-menu"
      onKeyDown={(event) => {
        if (event.key === 'Escape' && menu.current?.open) {
          menu.current.open = false;
          menu.current.querySelector('summary')?.focus();
        }
      }}
    >
      <summary className="button is-small">
        <Download size={13} aria-hidden /> Export
      </summary>
      <div className="export-list">
        {FILES.map(({ format, label, extension, type }) => (
          <button
            key={format}
            type="button"
            onClick={() => {
              downloadText(`results.${extension}`, type, formatTable(table, format));
              if (menu.current) menu.current.open = false;
            }}
          >
            {label}
          </button>
        ))}
      </div>
    </details>
  );
}
