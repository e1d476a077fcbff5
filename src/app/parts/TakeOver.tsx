import { ArrowRightLeft } from 'lucide-react';
import { useSession } from '../sessionContext';
import { useElsewhere } from '../stores/elsewhere';

/** Asks the tab that trains to stop at a checkpoint, and goes on from there in this one. */
export function TakeOver({ className }: { readonly className: string }) {
  const session = useSession();
  const isAsked = useElsewhere((state) => state.isAsked);
  return (
    <button
      type="button"
      className={className}
      disabled={isAsked}
      title="The other tab stops at a checkpoint; this one goes on from there"
      onClick={() => void session.takeOver()}
    >
      <ArrowRightLeft size={14} aria-hidden /> {isAsked ? 'Taking over …' : 'Take over'}
    </button>
  );
}
