import { type ReactNode, useCallback, useMemo, useState } from 'react';
import type { CodeWall } from '../../worker/protocol';
import { FigurePanel } from '../figures/FigurePanel';
import type { Picked } from '../figures/LiveFigure';
import { tableOf } from '../figures/spec';
import { useDataNote } from '../figures/useDataNote';
import { ErrorNote } from '../parts/ErrorNote';
import { Panel } from '../parts/Panel';
import { useAnswer } from '../parts/useAnswer';
import { useSession } from '../sessionContext';
import { useCodes } from '../stores/codes';
import { CodeItemList } from './CodeItemList';
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
  const [isDeadHere, setDeadHere] = useState(false);
  const [code, setCode] = useState<WallCode | null>(null);
  const spec = useMemo(() => wallFigure(wall, { note, isDeadHere }), [wall, note, isDeadHere]);
  const onPick = ({ data, index }: Picked): void => {
    const row = data === 'codes' ? tableOf(spec, data)?.rows[index] : undefined;
    if (row) setCode({ level: Number(row['level']) - 1, code: Number(row['code']) });
  };
  return (
    <FigurePanel
      spec={spec}
      note={
        <>
          {wall.steps.length} {wall.steps.length === 1 ? 'snapshot' : 'snapshots'} {link}
        </>
      }
      {...(wall.groups.length > 1
        ? {
            controls: (
              <label className="check-field">
                <input type="checkbox" checked={isDeadHere} onChange={(event) => setDeadHere(event.target.checked)} />
                Only codes that one domain leaves out and another uses
              </label>
            ),
          }
        : {})}
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
  );
}
