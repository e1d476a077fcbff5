import { lazy, Suspense } from 'react';
import { Redirect, Route, Router, Switch } from 'wouter';
import { useGlobalCommands } from './commands/useGlobalCommands';
import type { DataSession } from './data/dataSession';
import { DataSessionContext } from './data/dataSessionContext';
import { useIsInspectorOpen } from './inspector/inspectorView';
import { useHashPath } from './navigation/hashPath';
import { PAGES } from './routes';
import type { Session } from './session';
import { SessionContext } from './sessionContext';
import { Announcer } from './shell/Announcer';
import { CrashPanel } from './shell/CrashPanel';
import { ImportTray } from './shell/ImportTray';
import { JobTray } from './shell/JobTray';
import { NavRail } from './shell/NavRail';
import { Notices } from './shell/Notices';
import { Overlays } from './shell/Overlays';
import { Toasts } from './shell/Toasts';
import { TopBar } from './shell/TopBar';
import { useDocumentTitle } from './shell/useDocumentTitle';
import { useFocusKeeper } from './shell/useFocusKeeper';
import { useJobAttention } from './shell/useJobAttention';
import { useRunDrop } from './shell/useRunDrop';
import { useWorkspace } from './stores/workspace';

/** The workbench: top bar, the pages at the left, one page, the jobs below. */
export function App({ session, dataSession }: { readonly session: Session; readonly dataSession: DataSession }) {
  return (
    <SessionContext.Provider value={session}>
      <DataSessionContext.Provider value={dataSession}>
        <Router hook={useHashPath}>
          <Habits />
          <button type="button" className="skip-link" onClick={focusMain}>
            Skip to content
          </button>
          <TopBar />
          <div className="workbench">
            <NavRail />
            <main id="main" className="page" tabIndex={-1}>
              <Notices />
              <Pages />
            </main>
            <InspectorColumn />
          </div>
          <div className="trays">
            <Toasts />
            <ImportTray />
            <JobTray />
          </div>
          <Announcer />
          <Overlays />
        </Router>
      </DataSessionContext.Provider>
    </SessionContext.Provider>
  );
}

/** What the page does without showing anything: takes dropped runs, listens to keys, names the tab, keeps the focus. */
function Habits() {
  useRunDrop();
  useGlobalCommands();
  useDocumentTitle();
  useFocusKeeper();
  useJobAttention();
  return null;
}

const Inspector = lazy(async () => ({ default: (await import('./inspector/Inspector')).Inspector }));

function InspectorColumn() {
  const isOpen = useIsInspectorOpen();
  const isReady = useWorkspace(({ phase }) => phase !== 'connecting');
  if (!isOpen || !isReady) return null;
  return (
    <CrashPanel>
      <Suspense fallback={null}>
        <Inspector />
      </Suspense>
    </CrashPanel>
  );
}

/** Each page is a chunk of its own, fetched when it is first opened. */
const ROUTES = PAGES.map(({ path, load }) => ({ path, component: lazy(load) }));

function Pages() {
  const phase = useWorkspace((state) => state.phase);
  if (phase === 'connecting') return <p className="connecting">Looking for a GPU and your last session …</p>;
  return (
    <Switch>
      {ROUTES.map(({ path, component: Page }) => (
        <Route key={path} path={path}>
          <CrashPanel key={path}>
            <Suspense fallback={<p className="connecting">Opening the page …</p>}>
              <Page />
            </Suspense>
          </CrashPanel>
        </Route>
      ))}
      <Route path="/gpu">
        <Redirect to="/settings?section=gpu" replace />
      </Route>
      <Route>
        <Redirect to="/" replace />
      </Route>
    </Switch>
  );
}

/** A button, not a link to #main: the hash is the route. */
function focusMain(): void {
  document.getElementById('main')?.focus();
}
