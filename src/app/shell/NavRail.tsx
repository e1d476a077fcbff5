import { Check, PanelLeftClose, PanelLeftOpen } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { Link, useLocation } from 'wouter';
import { PAGES, type PageEntry, type PageGroup } from '../routes';
import { useRail } from '../stores/rail';
import { type PageStatus, usePageStatus } from './usePageStatus';

const GROUPS: readonly { readonly group: PageGroup; readonly title: string | null }[] = [
  { group: 'start', title: null },
  { group: 'build', title: 'Build' },
  { group: 'study', title: 'Study' },
  { group: 'settings', title: null },
];

/** All pages, at the left: words and status when wide, icons when folded, a drawer on narrow windows. */
export function NavRail() {
  const [location] = useLocation();
  const isFolded = useRail((rail) => rail.isFolded);
  const isOpen = useRail((rail) => rail.isDrawerOpen);
  const statuses = usePageStatus();
  const nav = useRef<HTMLElement>(null);
  useDrawer(nav, isOpen);
  return (
    <>
      {isOpen && <div className="rail-shade" aria-hidden="true" onClick={() => useRail.getState().openDrawer(false)} />}
      <nav
        ref={nav}
        id="pages"
        aria-label="Pages"
        className={`rail ${isFolded ? 'is-folded' : ''} ${isOpen ? 'is-open' : ''}`}
      >
        {GROUPS.map(({ group, title }) => (
          <PageList
            key={group}
            title={title}
            group={group}
            pages={PAGES.filter((page) => page.group === group)}
            location={location}
            statuses={statuses}
          />
        ))}
        <FoldButton isFolded={isFolded} />
      </nav>
    </>
  );
}

interface PageListProps {
  readonly title: string | null;
  readonly group: PageGroup;
  readonly pages: readonly PageEntry[];
  readonly location: string;
  readonly statuses: Readonly<Record<string, PageStatus>>;
}

function PageList({ title, group, pages, location, statuses }: PageListProps) {
  if (pages.length === 0) return null;
  return (
    <ul className={`rail-group is-${group}`} aria-label={title ?? undefined}>
      {title !== null && (
        <li className="rail-title" aria-hidden="true">
          {title}
        </li>
      )}
      {pages.map((page) => (
        <li key={page.path}>
          <RailLink page={page} isHere={location === page.path} status={statuses[page.path]} />
        </li>
      ))}
    </ul>
  );
}

function RailLink({
  page: { path, title, icon: Icon, load },
  isHere,
  status,
}: {
  readonly page: PageEntry;
  readonly isHere: boolean;
  readonly status: PageStatus | undefined;
}) {
  return (
    <Link
      href={path}
      className={`rail-link ${status?.isRunning ? 'is-running' : ''}`}
      aria-current={isHere ? 'page' : undefined}
      title={status ? `${title}: ${status.hint ?? status.words}` : title}
      onClick={() => useRail.getState().openDrawer(false)}
      onPointerEnter={() => void load()}
    >
      <span className="rail-icon" aria-hidden="true">
        <Icon size={17} strokeWidth={1.9} />
        {status?.isDone && (
          <span className="rail-done">
            <Check size={9} strokeWidth={4} />
          </span>
        )}
      </span>
      <span className="rail-text">
        <span className="rail-name">{title}</span>
        {status && <span className="rail-status"> {status.words}</span>}
      </span>
    </Link>
  );
}

function FoldButton({ isFolded }: { readonly isFolded: boolean }) {
  const Icon = isFolded ? PanelLeftOpen : PanelLeftClose;
  return (
    <button
      type="button"
      className="rail-fold"
      aria-expanded={!isFolded}
      title={isFolded ? 'Show names' : 'Show icons only'}
      onClick={() => useRail.getState().fold(!isFolded)}
    >
      <Icon size={16} strokeWidth={1.9} aria-hidden />
      <span className="rail-text">{isFolded ? 'Show names' : 'Show icons only'}</span>
    </button>
  );
}

/** An open drawer takes the focus; Escape and leaving it close it. */
function useDrawer(nav: { readonly current: HTMLElement | null }, isOpen: boolean): void {
  useEffect(() => {
    const drawer = nav.current;
    if (!isOpen || !drawer) return;
    const before = document.activeElement;
    drawer.querySelector('a')?.focus();
    const close = (): void => useRail.getState().openDrawer(false);
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') close();
    };
    const onFocus = (event: FocusEvent): void => {
      if (event.target instanceof Node && !drawer.contains(event.target)) close();
    };
    document.addEventListener('keydown', onKey);
    document.addEventListener('focusin', onFocus);
    return () => {
      document.removeEventListener('keydown', onKey);
      document.removeEventListener('focusin', onFocus);
      if (before instanceof HTMLElement && drawer.contains(document.activeElement)) before.focus();
    };
  }, [nav, isOpen]);
}
