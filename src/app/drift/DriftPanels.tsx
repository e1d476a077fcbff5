import { useMemo, useState } from 'react';
import { DRIFT_CLASSES, type DriftClass } from '../../evaluate/codeDrift';
import type { DriftSummary } from '../../worker/protocol';
import { residualOf } from '../config/system';
import { FigurePanel } from '../figures/FigurePanel';
import { useDataNote } from '../figures/useDataNote';
import { Panel } from '../parts/Panel';
import { ViewToggle } from '../parts/ViewToggle';
import { useDraft } from '../stores/draft';
import { useMultiIdentifier } from '../stores/multiIdentifier';
import { DriftItemList } from './DriftItemList';
import { AGREEMENT_TITLES, type AgreementMeasure, agreementFigure, riverFigure, windowFigure } from './driftFigures';
import { useDriftSummary } from './useDriftSummary';

/** V5: how the kept tokenizers of a run differ; grows while the tokenizer trains. */
export function DriftPanels() {
  useDriftSummary();
  const kept = useMultiIdentifier((state) => state.kept);
  const drift = useMultiIdentifier((state) => state.drift);
  const isMeasuring = useMultiIdentifier((state) => state.isMeasuring);
  const wanted = useDraft(({ config }) => residualOf(config)?.tokenizer.keep ?? 1);
  const planned = kept.at(-1)?.tokenizers ?? wanted;
  if (!drift)
    return (
      <Panel title="Code drift" note={`${kept.length} of ${planned} tokenizers kept`}>
        <p className="quiet" role="status">
          {isMeasuring
            ? 'Comparing the kept tokenizers …'
            : 'Appears with the second kept epoch: which items keep their codes from one tokenizer to the next, which move, and which new collisions that makes.'}
        </p>
      </Panel>
    );
  return (
    <>
      <River drift={drift} note={`${kept.length} of ${planned} tokenizers kept`} />
      <Agreement drift={drift} />
      <Windows drift={drift} />
    </>
  );
}

interface Band {
  readonly step: number;
  readonly level: number;
  readonly name: DriftClass;
}

function River({ drift, note }: { readonly drift: DriftSummary; readonly note: string }) {
  const dataNote = useDataNote();
  const [isMovedOnly, setMovedOnly] = useState(false);
  const [band, setBand] = useState<Band | null>(null);
  const spec = useMemo(() => riverFigure(drift, { isMovedOnly, note: dataNote }), [drift, isMovedOnly, dataNote]);
  return (
    <FigurePanel
      spec={spec}
      note={note}
      controls={
        <label>
          <input type="checkbox" checked={isMovedOnly} onChange={({ target }) => setMovedOnly(target.checked)} />
          Leave out items that kept their code
        </label>
      }
      pickHint="lists the items"
      onPick={({ data, index }) => {
        const row = data === 'moves' ? spec.data[0]?.rows[index] : undefined;
        const name = DRIFT_CLASSES.find((known) => known === row?.['series']);
        if (row && name) setBand({ step: Number(row['step']), level: Number(row['level']) - 1, name });
      }}
    >
      {band && (
        <DriftItemList
          key={`${band.step} ${band.level} ${band.name} ${drift.epochs.join()}`}
          band={band}
          epochs={drift.epochs}
          onClose={() => setBand(null)}
        />
      )}
    </FigurePanel>
  );
}

const MEASURES: readonly AgreementMeasure[] = ['raw', 'matched', 'adjustedInformation'];

function Agreement({ drift }: { readonly drift: DriftSummary }) {
  const dataNote = useDataNote();
  const [measure, setMeasure] = useState<AgreementMeasure>('raw');
  const spec = useMemo(() => agreementFigure(drift, measure, dataNote), [drift, measure, dataNote]);
  return (
    <FigurePanel
      spec={spec}
      controls={
        <ViewToggle
          label="Measure of agreement"
          chosen={measure}
          choices={MEASURES.map((value) => ({ value, label: AGREEMENT_TITLES[value] }))}
          onChoose={setMeasure}
        />
      }
    />
  );
}

function Windows({ drift }: { readonly drift: DriftSummary }) {
  const dataNote = useDataNote();
  const chosen = useDraft(({ config }) => residualOf(config)?.tokenizer.keep ?? drift.epochs.length);
  const edit = useDraft((draft) => draft.edit);
  const spec = useMemo(() => windowFigure(drift, chosen, dataNote), [drift, chosen, dataNote]);
  return (
    <FigurePanel
      spec={spec}
      note="choosing a point sets how many epochs the next tokenizer keeps"
      pickHint="sets the number of tokenizers"
      onPick={({ index }) => {
        const count = spec.data[0]?.rows[index]?.['tokenizers'];
        if (typeof count === 'number') edit('tokenizer', 'keep', count);
      }}
    />
  );
}
