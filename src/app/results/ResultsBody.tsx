import type { ReactNode } from 'react';
import type { PairedTest, Results } from '../../worker/protocol';
import { Choice } from './Choice';
import { GroupsTable } from './GroupsTable';
import { ResultsTableView } from './ResultsTableView';
import { TESTS } from './testNames';

interface ResultsBodyProps {
  readonly results: Results;
  /** The recommender that the others are tested against, or none. */
  readonly against: string | null;
  readonly onAgainst: (name: string | null) => void;
  readonly test: PairedTest;
  readonly onTest: (test: PairedTest) => void;
  readonly isTestDisabled?: boolean;
  /** Further choices. */
  readonly children: ReactNode;
}

/** A table of results with its choices of significance, its protocol and its groups of targets. */
export function ResultsBody({
  results: { table, groups },
  against,
  onAgainst,
  test,
  onTest,
  isTestDisabled = false,
  children,
}: ResultsBodyProps) {
  return (
    <>
      <ResultsTableView table={table} />
      <div className="results-choices">
        <Choice
          label="Significance against"
          value={against ?? ''}
          choices={[{ value: '', label: 'none' }, ...table.rows.map(({ name }) => ({ value: name, label: name }))]}
          onChoose={(name) => onAgainst(name === '' ? null : name)}
        />
        <Choice
          label="Test"
          value={test}
          choices={TESTS}
          isDisabled={isTestDisabled}
          onChoose={(name) => onTest(TESTS.find((each) => each.value === name)?.value ?? 'randomisation')}
        />
        {children}
      </div>
      <ul className="protocol-card" aria-label="Protocol">
        {table.notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
      <GroupsTable groups={groups} />
    </>
  );
}

/** Cut-offs that a table shows. */
export const CUTOFFS = [
  { value: 'main', label: '@5, 10' },
  { value: 'all', label: '@1 … 50' },
] as const;
