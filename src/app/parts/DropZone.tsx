import { FolderOpen } from 'lucide-react';
import { type ReactNode, useId, useState } from 'react';
import type { PickedFile } from '../../worker/protocol/data';
import { droppedFiles, pickedFiles } from '../data/pickedFiles';

interface DropZoneProps {
  readonly isDisabled: boolean;
  readonly onFiles: (files: readonly PickedFile[]) => void;
  readonly children: ReactNode;
}

/** Takes dropped files and folders; the button beside opens the file picker, so no drag is needed. */
export function DropZone({ isDisabled, onFiles, children }: DropZoneProps) {
  const id = useId();
  const [isOver, setOver] = useState(false);
  const take = (files: readonly PickedFile[]): void => {
    if (files.length > 0 && !isDisabled) onFiles(files);
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
        void droppedFiles(event.dataTransfer).then(take);
      }}
    >
      {children}
      <input
        id={id}
        className="visually-hidden"
        type="file"
        multiple
        disabled={isDisabled}
        onChange={(event) => {
          take(pickedFiles(event.target.files ?? []));
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
