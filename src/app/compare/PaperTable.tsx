import { useCallback } from 'react';
import type { PairedTest, Results, ResultsRequest } from '../../worker/protocol';
import { oneOf, shortText, useViewParam } from '../navigation/viewParams';
import { ErrorNote } from '../parts/ErrorNote';
import { Panel } from '../parts/Panel';
import { useAnswer } from '../parts/useAnswer';
import { ViewToggle } from '../parts/ViewToggle';
import { Choice } from '../results/Choice';
import { CUTOFFS, ResultsBody } from '../results/ResultsBody';
import { TableExport } from '../results/TableExport';
import { useSession } from '../sessionContext';

interface PaperTableProps {
  readonly ids: readonly string[];
  readonly seenItems: ResultsRequest['seenItems'];
  readonly onSeen: (seen: ResultsRequest['seenItems']) => void;
  readonly test: PairedTest;
  readonly onTest: (test: PairedTest) => void;
}

/** The table of a paper from the chosen runs: the one that `tessera compare` prints, in every format. */
export function PaperTable({ ids, seenItems, onSeen, test, onTest }: PaperTableProps) {
  const session = useSession();
  const [cutoffs, setCutoffs] = useViewParam('cutoffs', oneOf(['main', 'all'], 'main'));
  const [wanted, setAgainst] = useViewParam('against', shortText(120));
  const names = ids.join(' ');
  // Asked without a family first: a baseline of another choice of runs may not be in this table.
  const plain = useAnswer(
    useCallback(
      () => session.runs.table(names.split(' '), { seenItems, against: null, test: 'randomisation', cutoffs: [10] }),
      [session, names, seenItems],
    ),
  );
  const rows = plain.value?.table.rows.map(({ name }) => name) ?? [];
  const against = rows.includes(wanted) ? wanted : null;
  const ask = useCallback(
    () =>
      session.runs.table(names.split(' '), {
        seenItems,
        against,
        test,
        cutoffs: cutoffs === 'all' ? null : [5, 10],
      }),
    [session, names, seenItems, against, test, cutoffs],
  );
  const { value, error } = useAnswer<Results>(plain.error ? null : ask);
  const problem = plain.error ?? error;
  return (
    <Panel
      title="Table for a paper"
      note="test split; equal settings are seeds of one row"
      actions={
        value && (
          <>
            <ViewToggle label="Cut-offs" chosen={cutoffs} choices={CUTOFFS} onChoose={setCutoffs} />
            <TableExport table={value.table} />
          </>
        )
      }
    >
      {problem && <ErrorNote title="These runs cannot stand in one table" error={problem} />}
      {!value && !problem && <p className="quiet is-busy">Reading every user’s results …</p>}
      {value && !problem && (
        <ResultsBody
          results={value}
          against={against}
          onAgainst={(name) => setAgainst(name ?? '')}
          test={test}
          onTest={onTest}
        >
          <Choice
            label="Items of the history"
            value={seenItems}
            choices={[
              { value: 'kept', label: 'are candidates' },
              { value: 'removed', label: 'are not' },
            ]}
            onChoose={(seen) => onSeen(seen === 'removed' ? 'removed' : 'kept')}
          />
        </ResultsBody>
      )}
    </Panel>
  );
}
