import { Undo2 } from 'lucide-react';

interface UndoLineProps {
  /** What was deleted. */
  readonly name: string;
  readonly seconds: number;
  readonly onUndo: () => void;
}

/** Says that something is deleted, and takes it back for some seconds. */
export function UndoLine({ name, seconds, onUndo }: UndoLineProps) {
  return (
    <p className="undo-line" role="status">
      {name} is deleted; its bytes are freed in {seconds} seconds.
      <button type="button" className="button is-small" onClick={onUndo}>
        <Undo2 size={13} aria-hidden /> Undo
      </button>
    </p>
  );
}
