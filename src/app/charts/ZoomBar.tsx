import { ChevronLeft, ChevronRight, Minus, Plus } from 'lucide-react';
import { type FormEvent, type ReactNode, useId, useState } from 'react';
import { movedSpan, moveOfKey, readSpan, type Span, type ZoomMove } from './zoom';

/** As a button's title names its key. */
const KEY_WORDS: Readonly<Record<ZoomMove, string>> = {
  in: 'plus',
  out: 'minus',
  left: 'left arrow',
  right: 'right arrow',
  all: '0',
};

interface ZoomBarProps {
  /** What is shown; null for all. */
  readonly span: Span | null;
  /** Null before there is anything to zoom. */
  readonly all: Span | null;
  readonly onZoom: (span: Span | null) => void;
}

/** Zoom of the curves without dragging: buttons, on them plus, minus, arrows and 0, and the first and last step as numbers. */
export function ZoomBar({ span, all, onZoom }: ZoomBarProps) {
  const button = (move: ZoomMove, label: string, face: ReactNode, isOff = span === null) => (
    <button
      type="button"
      className="button is-small"
      aria-label={label}
      title={`${label} (${KEY_WORDS[move]})`}
      disabled={all === null || isOff}
      aria-keyshortcuts="+ - ArrowLeft ArrowRight 0"
      onClick={() => all && onZoom(movedSpan(span, all, move))}
      onKeyDown={(event) => {
        const wanted = event.ctrlKey || event.metaKey || event.altKey ? null : moveOfKey(event.key);
        if (!wanted || !all) return;
        event.preventDefault();
        onZoom(movedSpan(span, all, wanted));
      }}
    >
      {face}
    </button>
  );
  return (
    <div className="zoom-bar">
      <span className="button-row">
        {button('in', 'Zoom in', <Plus size={13} aria-hidden />, false)}
        {button('out', 'Zoom out', <Minus size={13} aria-hidden />)}
        {button('left', 'Earlier steps', <ChevronLeft size={13} aria-hidden />, !span || span[0] === all?.[0])}
        {button('right', 'Later steps', <ChevronRight size={13} aria-hidden />, !span || span[1] === all?.[1])}
        {button('all', 'All steps', 'All')}
      </span>
      <StepFields span={span} all={all} onZoom={onZoom} />
    </div>
  );
}

/** First and last step as typed; another span replaces them. Taken with Enter, or when the focus leaves both. */
function StepFields({ span, all, onZoom }: ZoomBarProps) {
  const id = useId();
  const of = span?.join() ?? '';
  const [typed, setTyped] = useState<Typed>(() => typedOf(span));
  const { from, to, problem } = typed.of === of ? typed : typedOf(span);
  const commit = (event?: FormEvent): void => {
    event?.preventDefault();
    if (!all) return;
    const read = readSpan(from, to, all);
    setTyped({ of, from, to, problem: read.problem });
    if (read.problem === null && read.span?.join() !== span?.join()) onZoom(read.span);
  };
  const field = (name: string, value: string, placeholder: number | undefined, set: (text: string) => void) => (
    <label>
      {name}
      <input
        type="text"
        inputMode="numeric"
        autoComplete="off"
        disabled={all === null}
        value={value}
        placeholder={placeholder === undefined ? '' : String(placeholder)}
        aria-invalid={problem !== null}
        aria-describedby={problem === null ? undefined : id}
        onChange={({ target }) => set(target.value)}
      />
    </label>
  );
  return (
    <form
      className="zoom-fields"
      onSubmit={commit}
      onBlur={({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget)) commit();
      }}
    >
      {field('Steps from', from, all?.[0], (text) => setTyped({ of, from: text, to, problem }))}
      {field('to', to, all?.[1], (text) => setTyped({ of, from, to: text, problem }))}
      <button type="submit" className="visually-hidden" tabIndex={-1}>
        Show these steps
      </button>
      {problem !== null && (
        <span id={id} role="alert" className="field-problem">
          {problem}
        </span>
      )}
    </form>
  );
}

interface Typed {
  /** The span that was shown when it was typed. */
  readonly of: string;
  readonly from: string;
  readonly to: string;
  readonly problem: string | null;
}

const typedOf = (span: Span | null): Typed => ({
  of: span?.join() ?? '',
  from: span ? String(span[0]) : '',
  to: span ? String(span[1]) : '',
  problem: null,
});
