import { Shuffle } from 'lucide-react';
import { useState } from 'react';
import type { ErrorReport, GalleryReply } from '../../worker/protocol';
import { ErrorNote } from '../parts/ErrorNote';
import { Panel } from '../parts/Panel';
import { reportOf } from '../session';
import { useSession } from '../sessionContext';
import { runningRun, useJobs } from '../stores/jobs';
import { GalleryCard } from './GalleryCard';

const COUNT = 8;

/** The reader sees what the codes kept: items beside what the decoders make of their codes. */
export function GalleryPanel() {
  const session = useSession();
  const isTrained = useJobs(({ tokenizer }) => tokenizer.state === 'done');
  const running = useJobs(runningRun);
  // Those whose items the tokenizer gave codes: after a transfer the downstream domain alone.
  const domains = useJobs((jobs) => jobs.quality?.domains) ?? [];
  const [domain, setDomain] = useState('');
  const [seed, setSeed] = useState(1);
  const [reply, setReply] = useState<GalleryReply | null>(null);
  const [error, setError] = useState<ErrorReport | null>(null);
  const [isBusy, setBusy] = useState(false);
  const draw = async (next: number): Promise<void> => {
    setBusy(true);
    setError(null);
    setSeed(next);
    try {
      setReply(await session.gallery({ domain: domain || null, count: COUNT, seed: next }));
    } catch (problem) {
      setError(reportOf(problem));
    }
    setBusy(false);
  };
  if (!isTrained)
    return (
      <Panel title="Reconstruction gallery">
        <p className="quiet">
          Appears when the tokenizer is trained: the pictures and texts of some items beside those that the decoders
          read back from the codes alone.
        </p>
      </Panel>
    );
  return (
    <Panel
      title="Reconstruction gallery"
      note={reply ? `read back in ${(reply.elapsedMs / 1000).toFixed(1)} s` : 'from the codes alone'}
      className="gallery"
    >
      <div className="figure-controls">
        {domains.length > 1 && (
          <label>
            Items of
            <select value={domain} onChange={({ target }) => setDomain(target.value)}>
              <option value="">all domains</option>
              {domains.map(({ name }) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        )}
        <button
          type="button"
          className="button is-small"
          disabled={isBusy || running !== null}
          onClick={() => void draw(reply ? seed + 1 : seed)}
        >
          <Shuffle size={13} aria-hidden /> {reply ? 'Other items' : `Read ${COUNT} items back`}
        </button>
        <span role="status">
          {isBusy ? 'Drawing …' : running !== null ? `Waits until the ${running} is trained.` : ''}
        </span>
      </div>
      {error && <ErrorNote title="The items could not be read back" error={error} />}
      {reply && (
        <ul className="gallery-cards">
          {reply.entries.map((entry) => (
            <GalleryCard key={entry.card.item} entry={entry} side={reply.side} wantsDecoder={reply.wantsDecoder} />
          ))}
        </ul>
      )}
    </Panel>
  );
}
