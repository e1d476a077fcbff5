import { Dumbbell, Plus } from 'lucide-react';
import { useState } from 'react';
import { formatCount } from '../format/numbers';
import { ErrorNote } from '../parts/ErrorNote';
import { useSession } from '../sessionContext';
import { useCatalogue } from '../stores/catalogue';
import { useImportDraft } from '../stores/importDraft';
import { runningRun, useJobs } from '../stores/jobs';
import { useWorkspace } from '../stores/workspace';
import { DomainCard } from './DomainCard';
import { DomainDetail } from './DomainDetail';
import { useDataSession } from './dataSessionContext';
import { ImportJob } from './ImportJob';
import { ImportWizard } from './ImportWizard';
import { OverlapPanel } from './OverlapPanel';
import { StoragePanel } from './StoragePanel';
import { saveFile } from './saveFile';
import { WorkspacePicker } from './WorkspacePicker';

/** Everything that was imported: wizard, running imports, domains, overlap, storage. */
export function WorkspaceSection() {
  const { isKnown, problem, domains, imports, shown } = useCatalogue();
  const isWizardOpen = useImportDraft((draft) => draft.isOpen);
  const openWizard = useImportDraft((draft) => draft.open);
  const finished = domains.filter(({ state }) => state !== 'importing');
  const detail = finished.find(({ id }) => id === shown);
  if (!isKnown) return null;
  return (
    <section className="workspace" aria-labelledby="workspace-title">
      <header className="workspace-head">
        <h2 id="workspace-title">Workspace</h2>
        <WorkspacePicker />
        <span className="panel-note">
          {finished.length === 0
            ? 'Domains of any size, imported once and kept in this browser.'
            : `${finished.length} ${finished.length === 1 ? 'domain' : 'domains'}, ${formatCount(
                finished.reduce((sum, { statistics }) => sum + (statistics?.interactions ?? 0), 0),
              )} interactions`}
        </span>
        <span className="panel-actions">
          <UseMarked />
          {!isWizardOpen && (
            <button type="button" className="button" disabled={problem !== null} onClick={openWizard}>
              <Plus size={14} aria-hidden /> Import data
            </button>
          )}
        </span>
      </header>
      {problem && (
        <ErrorNote
          title="The workspace cannot be opened"
          error={problem}
          next="Use a current browser over https, outside a private window."
        />
      )}
      {isWizardOpen && <ImportWizard />}
      {imports.map((job) => (
        <ImportJob key={job.id} job={job} />
      ))}
      {finished.length > 0 && (
        <div className="domain-cards">
          {finished.map((domain) => (
            <CardOf key={domain.id} domain={domain} />
          ))}
        </div>
      )}
      {detail && <DomainDetail domain={detail} />}
      {finished.length > 1 && <OverlapPanel />}
      {(domains.length > 0 || imports.length > 0) && <StoragePanel />}
    </section>
  );
}

function CardOf({ domain }: { readonly domain: ReturnType<typeof useCatalogue.getState>['domains'][number] }) {
  const session = useDataSession();
  const { shown, marked, show, mark } = useCatalogue();
  const [isExporting, setExporting] = useState(false);
  const exportIt = async (): Promise<void> => {
    setExporting(true);
    const made = await session.exportDomain(domain.id);
    if (made) saveFile(made.name, made.archive);
    setExporting(false);
  };
  return (
    <DomainCard
      domain={domain}
      isShown={shown === domain.id}
      isMarked={marked.includes(domain.id)}
      isExporting={isExporting}
      onMark={(isMarked) => mark(domain.id, isMarked)}
      onRole={(role) => void session.setRole(domain.id, role)}
      onShow={(tab) => show(domain.id, tab)}
      onExport={() => void exportIt()}
      onDelete={() => void session.remove(domain)}
    />
  );
}

/** Hands the marked domains to the tokenizer, recommender and demo pages. */
function UseMarked() {
  const session = useSession();
  const { workspace, domains, ...state } = useCatalogue();
  // Without users there is nothing to train on.
  const marked = domains
    .filter(({ id, statistics }) => state.marked.includes(id) && (statistics?.users ?? 0) > 0)
    .map(({ id }) => id);
  const opening = useWorkspace((state) => state.opening);
  const isRunning = useJobs((jobs) => runningRun(jobs) !== null);
  if (!workspace || marked.length === 0) return null;
  const names = domains.flatMap(({ id, name }) => (marked.includes(id) ? [name] : []));
  return (
    <button
      type="button"
      className="button is-primary"
      disabled={opening !== null || isRunning}
      title={isRunning ? 'A job is running; stop it first.' : names.join(', ')}
      onClick={() => void session.openDomains(workspace.id, marked, names.join(' + '))}
    >
      <Dumbbell size={14} aria-hidden /> Use {marked.length === 1 ? names[0] : `${marked.length} domains`} for training
    </button>
  );
}
