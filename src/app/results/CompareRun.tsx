import { Plus, X } from 'lucide-react';
import { useId, useState } from 'react';
import type { ErrorReport } from '../../worker/protocol';
import { ErrorNote } from '../parts/ErrorNote';
import { reportOf } from '../session';
import { useSession } from '../sessionContext';

interface CompareRunProps {
  /** Names of the runs beside this one. */
  readonly compared: readonly string[];
  readonly onChanged: () => void;
}

/** Puts other runs of `tessera train` on the same data into the table; equal configurations become seeds of one row. */
export function CompareRun({ compared, onChanged }: CompareRunProps) {
  const id = useId();
  const session = useSession();
  const [error, setError] = useState<ErrorReport | null>(null);
  const attempt = async (work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
      setError(null);
      onChanged();
    } catch (thrown) {
      setError(reportOf(thrown));
    }
  };
  return (
    <>
      <span className="results-compare">
        <input
          id={id}
          className="visually-hidden"
          type="file"
          multiple
          accept=".json"
          onChange={(event) => {
            const files = [...(event.target.files ?? [])];
            if (files.length > 0) void attempt(() => session.compareWith(files));
            event.target.value = '';
          }}
        />
        <label
          htmlFor={id}
          className="button is-small"
          title="run.json and the files of evaluations/ from the folder of another tessera train on this data"
        >
          <Plus size={13} aria-hidden /> Compare with a run
        </label>
        {compared.length > 0 && (
          <button
            type="button"
            className="button is-small"
            title={compared.join(', ')}
            onClick={() => void attempt(() => session.compareNoMore())}
          >
            <X size={13} aria-hidden />{' '}
            {compared.length === 1 ? 'Remove the other run' : `Remove ${compared.length} runs`}
          </button>
        )}
      </span>
      {error && <ErrorNote title="The run cannot stand in this table" error={error} />}
    </>
  );
}
