import { ViewToggle } from '../parts/ViewToggle';
import { FigureTable } from './FigureTable';
import type { DataTable } from './spec';

interface FigureTablesProps {
  readonly tables: readonly DataTable[];
  /** Name of the one to show; the first where there is no such table. */
  readonly chosen: string;
  readonly onChoose: (name: string) => void;
}

/** The tables of a figure, one at a time; nothing where it has none. */
export function FigureTables({ tables, chosen, onChoose }: FigureTablesProps) {
  const table = tables.find(({ name }) => name === chosen) ?? tables[0];
  if (!table) return null;
  return (
    <>
      {tables.length > 1 && (
        <ViewToggle
          label="Table"
          chosen={table.name}
          choices={tables.map(({ name, title }) => ({ value: name, label: title }))}
          onChoose={onChoose}
        />
      )}
      <FigureTable key={table.name} table={table} />
    </>
  );
}
