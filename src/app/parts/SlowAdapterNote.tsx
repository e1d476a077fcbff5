import { TriangleAlert } from 'lucide-react';
import { runningRun, useJobs } from '../stores/jobs';
import { useWorkspace } from '../stores/workspace';
import { speedWords, useAdapterSpeed } from './useAdapterSpeed';

/** Before a training: that the adapter is software, and how fast it was measured to be. */
export function SlowAdapterNote() {
  const isSoftware = useWorkspace(({ adapter }) => adapter?.isSoftware ?? false);
  const isTraining = useJobs((jobs) => runningRun(jobs) !== null);
  const speed = useAdapterSpeed();
  if (!isSoftware || isTraining) return null;
  return (
    <p className="slow-note" role="note">
      <TriangleAlert size={14} aria-hidden />
      <span>
        Software adapter: training runs on the processor.{' '}
        {speed
          ? `Measured: ${speedWords(speed)}, multiplying matrices of ${speed.side} × ${speed.side}.`
          : 'How fast it is, is being measured.'}
      </span>
    </p>
  );
}
