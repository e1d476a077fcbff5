import { History, TriangleAlert, X } from 'lucide-react';
import { Link, useLocation } from 'wouter';
import { SafariNote } from '../home/SafariNote';
import { CopyButton } from '../parts/CopyButton';
import { errorDetails } from '../parts/errorDetails';
import { type Notice, useWorkspace } from '../stores/workspace';
import { NewVersion } from './NewVersion';

/** What the whole page must know: a restored session, a lost device, an error without a better place. */
export function Notices() {
  const notices = useWorkspace((state) => state.notices);
  const [location] = useLocation();
  const isWithoutGpu =
    useWorkspace((state) => state.phase === 'ready' && state.adapter === null) &&
    location !== '/settings' &&
    location !== '/';
  return (
    <>
      <NewVersion />
      <SafariNote />
      {isWithoutGpu && (
        <div className="notice is-warn">
          <TriangleAlert size={16} aria-hidden />
          <p>
            No GPU is at hand, so nothing can be trained here. Data and runs stay readable, and the Demo decodes on the
            processor. <Link href="/settings?section=gpu">How to get WebGPU</Link>
          </p>
        </div>
      )}
      {notices.map((notice) => (
        <NoticeBar key={notice.kind} notice={notice} />
      ))}
    </>
  );
}

function NoticeBar({ notice }: { readonly notice: Notice }) {
  const dismiss = useWorkspace((state) => state.dismiss);
  const isRestored = notice.kind === 'restored';
  return (
    <div className={`notice ${isRestored ? 'is-info' : 'is-bad'}`} role={isRestored ? 'status' : 'alert'}>
      {isRestored ? <History size={16} aria-hidden /> : <TriangleAlert size={16} aria-hidden />}
      <p>
        {notice.kind === 'deviceLost' && <strong>The GPU went away. </strong>}
        {notice.title !== undefined && <strong>{notice.title}. </strong>}
        {notice.message}
        {notice.code !== null && <small className="error-code"> {notice.code}</small>}
      </p>
      {!isRestored && (
        <CopyButton
          label="Copy details"
          text={() =>
            errorDetails({
              title: notice.title ?? 'The GPU went away',
              error: { code: notice.code ?? '', message: notice.message },
            })
          }
        />
      )}
      <button
        type="button"
        className="icon-button"
        aria-label="Dismiss this notice"
        onClick={() => dismiss(notice.kind)}
      >
        <X size={14} aria-hidden />
      </button>
    </div>
  );
}
