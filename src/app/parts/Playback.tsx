import { ChevronLeft, ChevronRight, Pause, Play } from 'lucide-react';
import { type ReactNode, useId } from 'react';

interface PlaybackProps {
  /** What is played: "the search". */
  readonly of: string;
  /** The first and the last step. */
  readonly from: number;
  readonly depth: number;
  readonly shown: number;
  readonly isPlaying: boolean;
  /** The shown step beside the slider, and as the slider's value is read. */
  readonly words: string;
  readonly spoken: string;
  /** Further buttons. */
  readonly children?: ReactNode;
  readonly onShow: (step: number) => void;
  readonly onToggle: () => void;
}

/** Plays a figure step by step; the slider scrubs. */
export function Playback(props: PlaybackProps) {
  const { of, from, depth, shown, isPlaying, words, spoken, children, onShow, onToggle } = props;
  const id = useId();
  return (
    <span className="playback">
      <button
        type="button"
        className="icon-button"
        aria-label="Step back"
        disabled={shown <= from}
        onClick={() => onShow(shown - 1)}
      >
        <ChevronLeft size={14} aria-hidden />
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label={`${isPlaying ? 'Pause' : 'Play'} ${of}`}
        onClick={onToggle}
      >
        {isPlaying ? <Pause size={14} aria-hidden /> : <Play size={14} aria-hidden />}
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label="Step on"
        disabled={shown >= depth}
        onClick={() => onShow(shown + 1)}
      >
        <ChevronRight size={14} aria-hidden />
      </button>
      <label htmlFor={id}>Step</label>
      <input
        id={id}
        type="range"
        min={from}
        max={depth}
        step={1}
        value={shown}
        aria-valuetext={spoken}
        onChange={(event) => onShow(Number(event.target.value))}
      />
      <output htmlFor={id}>{words}</output>
      {children}
    </span>
  );
}
