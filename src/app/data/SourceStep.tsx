import { FileArchive, FolderOpen, Globe } from 'lucide-react';
import { type FormEvent, useId, useState } from 'react';
import type { PickedFile } from '../../worker/protocol/data';
import { droppedFiles, pickedFiles } from './pickedFiles';
import { reachOf } from './reachableHosts';

interface SourceStepProps {
  readonly isDisabled: boolean;
  readonly onFiles: (files: readonly PickedFile[]) => void;
  readonly onUrls: (urls: readonly string[]) => void;
}

/** Where the bytes come from: dropped or picked files, a folder, or an address. */
export function SourceStep({ isDisabled, onFiles, onUrls }: SourceStepProps) {
  const [isOver, setOver] = useState(false);
  const take = (files: readonly PickedFile[]): void => {
    if (files.length > 0 && !isDisabled) onFiles(files);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is an extra; the buttons are the way in
    <div
      className={`drop-area ${isOver ? 'is-over' : ''}`}
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
      <div className="drop-area-text">
        <p>
          <strong>Drop files, a folder, or a .zip / .tar.gz here.</strong>
        </p>
        <p className="quiet">
          Amazon Reviews 2023 (reviews and metadata, or the 5-core tables), MovieLens, RecBole’s <code>.inter</code> and{' '}
          <code>.item</code>, the reference repositories’ <code>all_item_seqs.json</code>, JSON lines, CSV, TSV,
          Parquet. Read as a stream, at any size; nothing leaves this machine.
        </p>
        <div className="button-row is-left">
          <FilePicker label="Choose files" isFolder={false} isDisabled={isDisabled} onFiles={take} />
          <FilePicker label="Choose a folder" isFolder={true} isDisabled={isDisabled} onFiles={take} />
        </div>
      </div>
      <UrlForm isDisabled={isDisabled} onUrls={onUrls} />
    </div>
  );
}

interface FilePickerProps {
  readonly label: string;
  readonly isFolder: boolean;
  readonly isDisabled: boolean;
  readonly onFiles: (files: readonly PickedFile[]) => void;
}

/** A button that opens the browser's file picker. */
export function FilePicker({ label, isFolder, isDisabled, onFiles }: FilePickerProps) {
  const id = useId();
  const Icon = isFolder ? FolderOpen : FileArchive;
  return (
    <span>
      <input
        id={id}
        className="visually-hidden"
        type="file"
        multiple
        disabled={isDisabled}
        {...(isFolder ? { webkitdirectory: '' } : {})}
        onChange={(event) => {
          onFiles(pickedFiles(event.target.files ?? []));
          // The same files again are a new try.
          event.target.value = '';
        }}
      />
      <label htmlFor={id} className={`button ${isDisabled ? 'is-disabled' : ''}`}>
        <Icon size={14} aria-hidden /> {label}
      </label>
    </span>
  );
}

interface UrlFormProps {
  readonly isDisabled: boolean;
  readonly onUrls: (urls: readonly string[]) => void;
}

function UrlForm({ isDisabled, onUrls }: UrlFormProps) {
  const id = useId();
  const [typed, setTyped] = useState('');
  const reach = reachOf(typed);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (reach.kind === 'reachable') onUrls(reach.addresses);
  };
  return (
    <form className="url-form" onSubmit={submit}>
      <label htmlFor={id}>or one or more addresses</label>
      <input
        id={id}
        type="text"
        inputMode="url"
        autoComplete="off"
        spellCheck={false}
        placeholder="https://huggingface.co/…/resolve/main/file.jsonl.gz"
        value={typed}
        disabled={isDisabled}
        aria-describedby={`${id}-reason`}
        onChange={(event) => setTyped(event.target.value)}
      />
      <button type="submit" className="button" disabled={isDisabled || reach.kind !== 'reachable'}>
        <Globe size={14} aria-hidden /> {reach.kind === 'reachable' ? `Fetch from ${reach.hosts.join(', ')}` : 'Fetch'}
      </button>
      <span id={`${id}-reason`} className="field-problem" role="status">
        {reach.kind === 'refused' ? reach.reason : ''}
      </span>
    </form>
  );
}
