import { CircleCheck, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { formatShare, formatSize } from '../format/numbers';
import { Panel } from '../parts/Panel';
import { useCatalogue } from '../stores/catalogue';
import { useWorkspace } from '../stores/workspace';

/** Whether this browser and machine can do it: GPU, room, policy. */
export function MachinePanel() {
  const adapter = useWorkspace((state) => state.adapter);
  const { usedBytes, quotaBytes } = useCatalogue((state) => state.storage);
  const problem = useCatalogue((state) => state.problem);
  return (
    <Panel title="This machine" className="machine">
      <ul className="checks">
        {adapter === null ? (
          <CheckLine isGood={false} title="No WebGPU">
            Nothing can be trained here. Shared runs open, and the Demo decodes on the processor.{' '}
            <Link href="/settings?section=gpu">How to get WebGPU</Link>
          </CheckLine>
        ) : (
          <CheckLine isGood={!adapter.isSoftware} title={adapter.name}>
            {adapter.isSoftware
              ? 'A software adapter: the test preset takes minutes, larger ones hours.'
              : `Hardware, ${adapter.hasF16 ? 'half precision' : 'single precision only'}.`}{' '}
            <Link href="/settings?section=gpu">Limits</Link>
          </CheckLine>
        )}
        {problem ? (
          <CheckLine isGood={false} title="No storage">
            {problem.message}
          </CheckLine>
        ) : (
          <CheckLine isGood title="Storage">
            {quotaBytes > 0
              ? `${formatSize(usedBytes)} of ${formatSize(quotaBytes)} in use (${formatShare(usedBytes / quotaBytes)}).`
              : 'The browser does not say how much it offers.'}{' '}
            <Link href="/settings?section=storage">Manage</Link>
          </CheckLine>
        )}
        <CheckLine isGood title="Private">
          Data, models and results stay in this browser. No account, no telemetry.{' '}
          <Link href="/settings?section=privacy">Details</Link>
        </CheckLine>
      </ul>
    </Panel>
  );
}

function CheckLine({
  isGood,
  title,
  children,
}: {
  readonly isGood: boolean;
  readonly title: string;
  readonly children: ReactNode;
}) {
  return (
    <li className={isGood ? 'is-good' : 'is-warn'}>
      {isGood ? <CircleCheck size={16} aria-hidden /> : <TriangleAlert size={16} aria-hidden />}
      <div>
        <strong>{title}</strong>
        <p>{children}</p>
      </div>
    </li>
  );
}
