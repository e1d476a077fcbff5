import { useCallback, useId, useMemo, useState } from 'react';
import type { CodeWall } from '../../worker/protocol';
import { FigurePanel } from '../figures/FigurePanel';
import { useDataNote } from '../figures/useDataNote';
import { formatCount } from '../format/numbers';
import { useViewParam, wholeNumber } from '../navigation/viewParams';
import { ErrorNote } from '../parts/ErrorNote';
import { Panel } from '../parts/Panel';
import { useAnswer } from '../parts/useAnswer';
import { ViewToggle } from '../parts/ViewToggle';
import { useSession } from '../sessionContext';
import { useCodes } from '../stores/codes';
import { useSelection } from '../stores/selection';
import { SharedCodeList, type SharedPair } from './SharedCodeList';
import { sharingFigure } from './sharingFigure';
import { useSettledVersion } from './useSettledVersion';

/** V8: is the vocabulary universal, or does every domain have codes of its own? */
export function SharingPanel() {
  const session = useSession();
  const version = useCodes((state) => state.version);
  const ask = useCallback(() => session.codeWall(), [session]);
  const { value: wall, error } = useAnswer(version > 0 ? ask : null, version);
  if (error) return <ErrorNote title="The codes of the domains could not be read" error={error} />;
  if (!wall) return null;
  if (wall.groups.length < 3)
    return (
      <Panel title="Codes that domains share">
        <p className="quiet">
          Compares the codes of two domains or more; this data set has one. Open several domains together on the data
          page.
        </p>
      </Panel>
    );
  return <Sharing wall={wall} />;
}

const LEVEL = wholeNumber(0, 63, 0);

function Sharing({ wall }: { readonly wall: CodeWall }) {
  const id = useId();
  const session = useSession();
  const settled = useSettledVersion();
  const dataNote = useDataNote();
  const [wantedLevel, setLevel] = useViewParam('level', LEVEL);
  const [wantedStep, setStep] = useState<number | null>(null);
  const [pair, setPair] = useState<(SharedPair & { readonly level: number }) | null>(null);
  const level = Math.min(wantedLevel, wall.entries.length - 1);
  const known = wantedStep === null ? -1 : wall.steps.indexOf(wantedStep);
  const snapshot = known < 0 ? wall.steps.length - 1 : known;
  const step = wall.steps[snapshot] ?? 0;
  const ask = useCallback(() => session.codebooks({ kind: 'neighbourSharing', steps: [step] }), [session, step]);
  const { value, error } = useAnswer(ask, settled);
  const neighbours = value?.steps[0] === step ? value : null;
  const spec = useMemo(
    () => sharingFigure({ wall, snapshot, level, neighbours, note: dataNote }),
    [wall, snapshot, level, neighbours, dataNote],
  );
  return (
    <FigurePanel
      spec={spec}
      controls={
        <>
          <ViewToggle
            label="Level of the bars"
            chosen={String(level)}
            choices={wall.entries.map((_, at) => ({ value: String(at), label: `Level ${at + 1}` }))}
            onChoose={(chosen) => setLevel(Number(chosen))}
          />
          {wall.steps.length > 1 && (
            <label htmlFor={id}>
              Step
              <input
                id={id}
                type="range"
                min={0}
                max={wall.steps.length - 1}
                value={snapshot}
                aria-valuetext={`step ${step}`}
                onChange={({ target }) => {
                  const at = Number(target.value);
                  setStep(at === wall.steps.length - 1 ? null : (wall.steps[at] ?? null));
                }}
              />
              <output htmlFor={id}>{formatCount(step)}</output>
            </label>
          )}
        </>
      }
      pickHint="shows the codes that two domains share"
      onPick={({ data, index }) => {
        const row = data === 'pairs' ? spec.data[0]?.rows[index] : undefined;
        if (!row) return;
        const domains = [String(row['row']), String(row['column'])] as const;
        useSelection.getState().pick({ domains: [...domains] });
        const at = Number(row['level']) - 1;
        setLevel(at);
        setPair(row['kind'] === 'perplexity' ? null : { domains, isPrefix: row['kind'] === 'neighbours', level: at });
      }}
    >
      {error && <ErrorNote title="Neighbours in other domains could not be compared" error={error} />}
      {pair && (
        <SharedCodeList
          key={`${pair.level} ${pair.domains.join()}`}
          pair={pair}
          step={step}
          level={pair.level}
          version={settled}
          onClose={() => setPair(null)}
        />
      )}
    </FigurePanel>
  );
}
