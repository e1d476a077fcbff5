import { Redirect, Route, Router, Switch } from 'wouter';
import { useHashLocation } from 'wouter/use-hash-location';
import type { DataSession } from './data/dataSession';
import { DataSessionContext } from './data/dataSessionContext';
import { CodebooksPage } from './pages/CodebooksPage';
import { DataPage } from './pages/DataPage';
import { DemoPage } from './pages/DemoPage';
import { GpuPage } from './pages/GpuPage';
import { RecommenderPage } from './pages/RecommenderPage';
import { TokenizerPage } from './pages/TokenizerPage';
import type { Session } from './session';
import { SessionContext } from './sessionContext';
import { Announcer } from './shell/Announcer';
import { ImportTray } from './shell/ImportTray';
import { JobTray } from './shell/JobTray';
import { Notices } from './shell/Notices';
import { TopBar } from './shell/TopBar';
import { useDocumentTitle } from './shell/useDocumentTitle';
import { useRunDrop } from './shell/useRunDrop';
import { useWorkspace } from './stores/workspace';

/** The workbench: top bar with the four steps, one page, the job tray. */
export function App({ session, dataSession }: { readonly session: Session; readonly dataSession: DataSession }) {
  useDocumentTitle();
  return (
    <SessionContext.Provider value={session}>
      <DataSessionContext.Provider value={dataSession}>
        <RunDrop />
        <Router hook={useHashLocation}>
          <button type="button" className="skip-link" onClick={focusMain}>
            Skip to content
          </button>
          <TopBar />
          <main id="main" className="page" tabIndex={-1}>
            <Notices />
            <Pages />
          </main>
          <ImportTray />
          <JobTray />
          <Announcer />
        </Router>
      </DataSessionContext.Provider>
    </SessionContext.Provider>
  );
}

function RunDrop() {
  useRunDrop();
  return null;
}

function Pages() {
  const phase = useWorkspace((state) => state.phase);
  const isWithoutGpu = useWorkspace(
    (state) => state.phase === 'ready' && state.adapter === null && state.data === null,
  );
  if (phase === 'connecting') return <p className="connecting">Looking for a GPU and your last session …</p>;
  return (
    <Switch>
      <Route path="/data" component={DataPage} />
      <Route path="/tokenizer" component={TokenizerPage} />
      <Route path="/codebooks" component={CodebooksPage} />
      <Route path="/recommender" component={RecommenderPage} />
      <Route path="/demo" component={DemoPage} />
      <Route path="/gpu" component={GpuPage} />
      <Route>
        <Redirect to={isWithoutGpu ? '/gpu' : '/data'} replace />
      </Route>
    </Switch>
  );
}

/** A button, not a link to #main: the hash is the route. */
function focusMain(): void {
  document.getElementById('main')?.focus();
}
