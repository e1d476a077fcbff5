import { Download } from 'lucide-react';
import type { ResultsTable } from '../../evaluate/resultsTable';
import { formatTable } from '../../evaluate/tableFormats';
import { downloadText } from '../figures/download';
import { MenuButton } from '../parts/MenuButton';

const FILES = [
  { format: 'csv', label: 'CSV', extension: 'csv', type: 'text/csv' },
  { format: 'latex', label: 'LaTeX (booktabs)', extension: 'tex', type: 'text/x-tex' },
  { format: 'markdown', label: 'Markdown', extension: 'md', type: 'text/markdown' },
  { format: 'json', label: 'JSON', extension: 'json', type: 'application/json' },
] as const;

/** The results table as files; the protocol card goes with each. */
export function TableExport({ table }: { readonly table: ResultsTable }) {
  return (
    <MenuButton
      isSmall
      label={
        <>
          <Download size={13} aria-hidden /> Export
        </>
      }
    >
      {(close) =>
        FILES.map(({ format, label, extension, type }) => (
          <button
            key={format}
            type="button"
            onClick={() => {
              downloadText(`results.${extension}`, type, formatTable(table, format));
              close();
            }}
          >
            {label}
          </button>
        ))
      }
    </MenuButton>
  );
}
