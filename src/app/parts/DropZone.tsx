import { FolderOpen } from 'lucide-react';
import { type ReactNode, useId, useState } from 'react';

interface DropZoneProps {
  readonly isDisabled: boolean;
  readonly onFiles: (files: readonly File[]) => void;
  readonly children: ReactNode;
}

/** Takes dropped files; the button beside opens the file picker, so no drag is needed. */
export function DropZone({ isDisabled, onFiles, children }: DropZoneProps) {
  const id = useId();
  const [isOver, setOver] = useState(false);
  const take = (list: FileList | null): void => {
    if (list && list.length > 0 && !isDisabled) onFiles([...list]);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is an extra; the button is the way in
    <div
      className={`source-card drop-zone ${isOver ? 'is-over' : ''}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer.files);
      }}
    >
      {children}
      <input
        id={id}
        className="visually-hidden"
        type="file"
        multiple
        accept=".gz,.jsonl,.bin,.json,.tessera"
        disabled={isDisabled}
        onChange={(event) => {
          take(event.target.files);
          // The same files again are a new try.
          event.target.value = '';
        }}
      />
      <label htmlFor={id} className={`button ${isDisabled ? 'is-disabled' : ''}`}>
        <FolderOpen size={14} aria-hidden /> Choose files
      </label>
    </div>
  );
}
