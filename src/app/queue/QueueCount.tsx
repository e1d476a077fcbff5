import { Link } from 'wouter';
import { formatCount } from '../format/numbers';
import { useQueue, waitingCount } from '../stores/queue';

/** How many runs wait, with the way to them; nothing where none does. */
export function QueueCount() {
  const waiting = useQueue(waitingCount);
  const isHeld = useQueue((queue) => queue.isHeld);
  if (waiting === 0) return null;
  return (
    <Link href="/compare" className="job-queue">
      {formatCount(waiting)} waiting
      {isHeld && <span className="badge is-warn">held</span>}
    </Link>
  );
}
