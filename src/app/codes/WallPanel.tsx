import { type ReactNode, useCallback, useMemo } from 'react';
import { FigurePanel } from '../figures/FigurePanel';
import { useDataNote } from '../figures/useDataNote';
import { ErrorNote } from '../parts/ErrorNote';
import { Panel } from '../parts/Panel';
import { useAnswer } from '../parts/useAnswer';
import { useSession } from '../sessionContext';
import { useCodes } from '../stores/codes';
import { wallFigure } from './wallFigure';

/** V1: the use of every code over training time; grows while the tokenizer trains. `note` stands beside its title. */
export function WallPanel({ note: link }: { readonly note?: ReactNode }) {
  const session = useSession();
  const version = useCodes((state) => state.version);
  const note = useDataNote();
  const ask = useCallback(() => session.codeWall(), [session]);
  const { value: wall, error } = useAnswer(version > 0 ? ask : null, version);
  const spec = useMemo(() => wall && wallFigure(wall, note), [wall, note]);
  if (error) return <ErrorNote title="The use of codes could not be read" error={error} />;
  if (!spec)
    return (
      <Panel title="Code use over training">
        <p className="quiet">
          Appears with the first snapshot: which codes live, in which domain, and since when. Codes without an item are
          hatched.
        </p>
      </Panel>
    );
  return (
    <FigurePanel
      spec={spec}
      note={
        <>
          {wall?.steps.length ?? 0} snapshots {link}
        </>
      }
    />
  );
}
