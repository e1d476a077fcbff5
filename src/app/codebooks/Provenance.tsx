import { ChevronRight } from 'lucide-react';
import { formatCount } from '../format/numbers';
import { useJobs } from '../stores/jobs';
import { useWorkspace } from '../stores/workspace';

/** Where the codes on this page come from: data set, tokenizer, training step. */
export function Provenance() {
  const data = useWorkspace((state) => state.data?.name);
  const tokenizer = useJobs(({ tokenizer: { config } }) => config?.name);
  const step = useJobs(({ codebook }) => codebook?.step);
  const isRunning = useJobs((jobs) => jobs.tokenizer.state === 'running');
  const parts = [
    ['data', data],
    ['tokenizer', tokenizer],
    ['step', step === undefined ? undefined : `${formatCount(step)}${isRunning ? ', training' : ''}`],
  ] as const;
  const known = parts.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
  return (
    <nav className="provenance-crumbs" aria-label="Where these codes come from">
      {known.map(({ name, value }, place) => (
        <span key={name}>
          {place > 0 && <ChevronRight size={13} aria-hidden />}
          <span className="crumb-name">{name}</span> {value}
        </span>
      ))}
    </nav>
  );
}
