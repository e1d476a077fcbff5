import { ChevronLeft, ChevronRight, Pause, Play } from 'lucide-react';
import { useId } from 'react';

interface PlaybackProps {
  readonly depth: number;
  readonly shown: number;
  readonly isPlaying: boolean;
  readonly onShow: (step: number) => void;
  readonly onToggle: () => void;
}

/** Plays the search step by step; the slider scrubs. */
export function Playback({ depth, shown, isPlaying, onShow, onToggle }: PlaybackProps) {
  const id = useId();
  return (
    <span className="playback">
      <button
        type="button"
        className="icon-button"
        aria-label="Step back"
        disabled={shown === 0}
        onClick={() => onShow(shown - 1)}
      >
        <ChevronLeft size={14} aria-hidden />
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label={isPlaying ? 'Pause the search' : 'Play the search'}
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
        min={0}
        max={depth}
        step={1}
        value={shown}
        aria-valuetext={shown === 0 ? 'start' : `after digit ${shown}`}
        onChange={(event) => onShow(Number(event.target.value))}
      />
      <output htmlFor={id}>
        {shown} of {depth}
      </output>
    </span>
  );
}
