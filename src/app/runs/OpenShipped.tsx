import { Sparkles } from 'lucide-react';
import { useSession } from '../sessionContext';
import { useRuns } from '../stores/runs';

/** Opens the first trained run that comes with Tessera, on the sample; nothing where none does. */
export function OpenShipped() {
  const session = useSession();
  const run = useRuns(({ runs }) => runs.find(({ source, canShow }) => source === 'shipped' && canShow));
  const opening = useRuns((state) => state.opening);
  if (!run) return null;
  return (
    <button
      type="button"
      className="button"
      disabled={opening !== null}
      title={`${run.system} trained on the sample; comes with Tessera and is fetched now`}
      onClick={() => void session.runs.show(run.id)}
    >
      <Sparkles size={14} aria-hidden /> {opening === run.id ? 'Opening …' : 'Show the trained sample'}
    </button>
  );
}
