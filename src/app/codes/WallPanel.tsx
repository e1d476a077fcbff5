import { SkipForward } from 'lucide-react';
import { type ReactNode, useCallback, useMemo, useRef, useState } from 'react';
import type { CodeWall } from '../../worker/protocol';
import { FigurePanel } from '../figures/FigurePanel';
import type { Picked } from '../figures/LiveFigure';
import { tableOf } from '../figures/spec';
import { useDataNote } from '../figures/useDataNote';
import { formatCount } from '../format/numbers';
import { ErrorNote } from '../parts/ErrorNote';
import { Panel } from '../parts/Panel';
import { Playback } from '../parts/Playback';
import { useAnswer } from '../parts/useAnswer';
import { usePlayback } from '../parts/usePlayback';
import { useSession } from '../sessionContext';
import { useCodes } from '../stores/codes';
import { CodeItemList } from './CodeItemList';
import { usePlayedOnce } from './usePlayedOnce';
import { wallFigure } from './wallFigure';

/** V1: the use of every code over training time; grows while the tokenizer trains. `note` stands beside its title. */
export function WallPanel({ note: link }: { readonly note?: ReactNode }) {
  const session = useSession();
  const version = useCodes((state) => state.version);
  const ask = useCallback(() => session.codeWall(), [session]);
  const { value: wall, error } = useAnswer(version > 0 ? ask : null, version);
  if (error) return <ErrorNote title="The use of codes could not be read" error={error} />;
  if (!wall)
    return (
      <Panel title="Code use over training">
        <p className="quiet">
          Appears with the first snapshot: which codes live, in which domain, and since when. Codes without an item are
          hatched.
        </p>
      </Panel>
    );
  return <Wall wall={wall} version={version} link={link} />;
}

/** The whole of a first sight lasts about two seconds. */
const MOST_FRAMES = 24;
const STEP_MS = 90;
/** Fewer snapshots have no story to play. */
const LEAST_SNAPSHOTS = 4;

/** A code of the wall; a domain where the pointer was on one. */
interface WallCode {
  /** From 0. */
  readonly level: number;
  readonly code: number;
}

function Wall({
  wall,
  version,
  link,
}: {
  readonly wall: CodeWall;
  readonly version: number;
  readonly link: ReactNode;
}) {
  const note = useDataNote();
  const host = useRef<HTMLDivElement>(null);
  const [isDeadHere, setDeadHere] = useState(false);
  const [code, setCode] = useState<WallCode | null>(null);
  const last = wall.steps.length - 1;
  const { shown, isPlaying, show, toggle, play, showAll } = usePlayback(last, {
    subject: wall.steps[0],
    stepMs: STEP_MS,
    stride: Math.ceil(wall.steps.length / MOST_FRAMES),
  });
  const [isFirst, stopFirst] = usePlayedOnce(host, wall.steps.length >= LEAST_SNAPSHOTS, play);
  const spec = useMemo(() => wallFigure(wall, { note, isDeadHere, until: shown }), [wall, note, isDeadHere, shown]);
  const onPick = ({ data, index }: Picked): void => {
    const row = data === 'codes' ? tableOf(spec, data)?.rows[index] : undefined;
    if (row) setCode({ level: Number(row['level']) - 1, code: Number(row['code']) });
  };
  const step = formatCount(wall.steps[shown] ?? 0);
  const controls = [
    ...(last > 0
      ? [
          <Playback
            key="playback"
            of="the training"
            from={0}
            depth={last}
            shown={shown}
            isPlaying={isPlaying}
            words={step}
            spoken={`training step ${step}`}
            onShow={show}
            onToggle={toggle}
          >
            {isPlaying && isFirst && (
              <button
                type="button"
                className="button is-small"
                onClick={() => {
                  stopFirst();
                  showAll();
                }}
              >
                <SkipForward size={13} aria-hidden /> Skip to the end
              </button>
            )}
          </Playback>,
        ]
      : []),
    ...(wall.groups.length > 1
      ? [
          <label key="dead" className="check-field">
            <input type="checkbox" checked={isDeadHere} onChange={(event) => setDeadHere(event.target.checked)} />
            Only codes that one domain leaves out and another uses
          </label>,
        ]
      : []),
  ];
  return (
    <div ref={host}>
      <FigurePanel
        spec={spec}
        note={
          <>
            {wall.steps.length} {wall.steps.length === 1 ? 'snapshot' : 'snapshots'} {link}
          </>
        }
        {...(controls.length > 0 ? { controls } : {})}
        pickHint="on a code lists its items"
        onPick={onPick}
      >
        {code && (
          <CodeItemList
            key={`${code.level} ${code.code}`}
            level={code.level}
            code={code.code}
            domains={wall.groups.slice(1).map(({ name }) => name)}
            version={version}
            onClose={() => setCode(null)}
          />
        )}
      </FigurePanel>
    </div>
  );
}
