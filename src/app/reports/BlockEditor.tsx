import { ArrowDown, ArrowUp, Trash2 } from 'lucide-react';
import { type KeyboardEvent, useId, useRef, useState } from 'react';
import { useReports } from '../stores/reports';
import { BlockView } from './BlockView';
import { type Block, moved, rewritten, withoutBlock } from './report';

const KINDS: Readonly<Record<Block['kind'], string>> = {
  text: 'Text',
  figure: 'Figure',
  table: 'Table',
  runs: 'Run set',
};

interface BlockEditorProps {
  readonly reportId: string;
  readonly block: Block;
  readonly place: number;
  readonly count: number;
}

/** A block with its controls: Alt with the up and down arrows moves it, buttons do too. */
export function BlockEditor({ reportId, block, place, count }: BlockEditorProps) {
  const id = useId();
  const host = useRef<HTMLElement>(null);
  const edit = useReports((store) => store.edit);
  const [isWriting, setWriting] = useState(block.kind === 'text' && block.text === '');
  const name = `${KINDS[block.kind]} ${place + 1} of ${count}`;
  const move = (by: number): void => edit(reportId, 'order of blocks', (report) => moved(report, block.id, by));
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
    event.preventDefault();
    move(event.key === 'ArrowUp' ? -1 : 1);
    // The block keeps the focus at its new place.
    requestAnimationFrame(() => host.current?.focus());
  };
  const text = block.kind === 'text' ? block.text : block.caption;
  return (
    <section
      ref={host}
      className="report-block panel"
      aria-label={name}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a block is moved with the keyboard
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <header className="report-block-head">
        <span className="panel-note">{KINDS[block.kind]}</span>
        <span className="panel-actions">
          <button
            type="button"
            className="button is-small"
            aria-pressed={isWriting}
            onClick={() => setWriting(!isWriting)}
          >
            {isWriting ? 'Done' : block.kind === 'text' ? 'Write' : 'Caption'}
          </button>
          <button
            type="button"
            className="icon-button"
            aria-label={`Move up: ${name}`}
            disabled={place === 0}
            onClick={() => move(-1)}
          >
            <ArrowUp size={14} aria-hidden />
          </button>
          <button
            type="button"
            className="icon-button"
            aria-label={`Move down: ${name}`}
            disabled={place === count - 1}
            onClick={() => move(1)}
          >
            <ArrowDown size={14} aria-hidden />
          </button>
          <button
            type="button"
            className="icon-button"
            aria-label={`Remove: ${name}`}
            onClick={() => edit(reportId, 'block', (report) => withoutBlock(report, block.id))}
          >
            <Trash2 size={14} aria-hidden />
          </button>
        </span>
      </header>
      {isWriting && (
        <>
          <label htmlFor={id} className="visually-hidden">
            {block.kind === 'text' ? `Text of block ${place + 1}` : `Caption of block ${place + 1}`}
          </label>
          <textarea
            id={id}
            rows={block.kind === 'text' ? 8 : 2}
            value={text}
            placeholder={
              block.kind === 'text'
                ? '# A heading, - a list; an empty line begins a paragraph'
                : 'What the reader should see'
            }
            onChange={(event) =>
              edit(
                reportId,
                'text',
                (report) => rewritten(report, block.id, event.target.value),
                `report ${block.id} text`,
              )
            }
          />
        </>
      )}
      {(!isWriting || block.kind !== 'text') && <BlockView block={block} />}
    </section>
  );
}
