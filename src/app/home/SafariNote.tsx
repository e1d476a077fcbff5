import { Hourglass, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import { takesSafariNote } from './safari';

/** Once, in Safari: what is stored here may go after seven days, and what spares it. */
export function SafariNote() {
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    if (takesSafariNote(navigator.userAgent, matchMedia('(display-mode: standalone)').matches)) setShown(true);
  }, []);
  if (!isShown) return null;
  return (
    <div className="notice is-info" role="status">
      <Hourglass size={16} aria-hidden />
      <p>
        Safari may clear what a page has stored after seven days of use without a visit to it. An installed app is
        spared: Share › Add to Dock or Home Screen. Or <Link href="/compare">save runs as files</Link>, each from its
        menu.
      </p>
      <button type="button" className="icon-button" aria-label="Dismiss this notice" onClick={() => setShown(false)}>
        <X size={14} aria-hidden />
      </button>
    </div>
  );
}
