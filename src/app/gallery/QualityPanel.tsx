import { useMemo } from 'react';
import { FigurePanel } from '../figures/FigurePanel';
import { useDataNote } from '../figures/useDataNote';
import { Panel } from '../parts/Panel';
import { useJobs } from '../stores/jobs';
import { conflictSentence, qualityFigure } from './qualityFigure';

/** What the finished tokenizer keeps of each domain, and how conflicts of codes were resolved. */
export function QualityPanel() {
  const quality = useJobs((jobs) => jobs.quality);
  const note = useDataNote();
  const spec = useMemo(() => quality && qualityFigure(quality, note), [quality, note]);
  if (!quality || !spec)
    return (
      <Panel title="Reconstruction by domain">
        <p className="quiet">
          Appears when the tokenizer is trained: how much of text and picture can be read back from the codes, domain by
          domain, and how items with the same codes were told apart.
        </p>
      </Panel>
    );
  return (
    <FigurePanel spec={spec}>
      <p className="figure-summary">{conflictSentence(quality)}</p>
    </FigurePanel>
  );
}
