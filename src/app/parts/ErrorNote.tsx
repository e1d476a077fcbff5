import { TriangleAlert } from 'lucide-react';
import type { ErrorReport } from '../../worker/protocol';
import { CopyButton } from './CopyButton';
import { errorDetails } from './errorDetails';

/** What to do, by the whole code or its area; the worker's own sentence says the particulars. */
const NEXT_ACTIONS: Readonly<Record<string, string>> = {
  source: 'Check the connection and try again.',
  config: 'Change the named field, or choose a preset.',
  model: 'Choose a smaller model or a smaller batch.',
  'gpu/lost': 'Press Continue, or try it again in the queue. If it goes again, close other pages that use the GPU.',
  gpu: 'Close other pages that use the GPU, then press Continue.',
  storage: 'Close other tabs of this page, or free space in the browser’s settings.',
  train: 'Lower the learning rate and start again.',
  'worker/crashed': 'Reload the page; training goes on from the last checkpoint.',
  defect: 'This is a fault of Tessera. Reload the page; if it comes again, report the text above.',
};

interface ErrorNoteProps {
  readonly title: string;
  readonly error: ErrorReport;
  /** What to do where the code does not decide it. */
  readonly next?: string;
}

export function ErrorNote({ title, error, next: fallback }: ErrorNoteProps) {
  const next = NEXT_ACTIONS[error.code] ?? NEXT_ACTIONS[error.code.split('/')[0] ?? ''] ?? fallback;
  return (
    <div className="error-note" role="alert">
      <TriangleAlert size={16} aria-hidden />
      <div>
        <strong>{title}</strong>
        <p>{error.message}</p>
        {next !== undefined && <p className="error-next">{next}</p>}
        <p className="error-foot">
          <small className="error-code">{error.code}</small>
          <CopyButton label="Copy details" text={() => errorDetails({ title, error })} />
        </p>
      </div>
    </div>
  );
}
