import { ArrowRight } from 'lucide-react';
import { Link } from 'wouter';
import type { DataSummary } from '../../worker/protocol';
import { Histogram } from '../charts/Histogram';
import { WorkspaceSection } from '../data/WorkspaceSection';
import { formatCount, formatShare } from '../format/numbers';
import { DataSources } from '../parts/DataSources';
import { ForgetButton } from '../parts/ForgetButton';
import { OpenRun } from '../parts/OpenRun';
import { PageHead } from '../parts/PageHead';
import { Panel } from '../parts/Panel';
import { SaveRun } from '../parts/SaveRun';
import { useCatalogue } from '../stores/catalogue';
import { useImportDraft } from '../stores/importDraft';
import { useJobs } from '../stores/jobs';
import { useWorkspace } from '../stores/workspace';

const LEAD = 'A catalogue of items and the order in which users met them. It stays in this browser.';

/** Opens a data set and says what is in it. */
export function DataPage() {
  const data = useWorkspace((state) => state.data);
  const isTokenized = useJobs((jobs) => jobs.tokenizer.state === 'done');
  const hasDomains = useCatalogue((state) => state.domains.length > 0);
  const isImporting = useImportDraft((draft) => draft.isOpen);
  if (!data)
    return (
      <>
        <PageHead title="Data" lead={LEAD} />
        {!hasDomains && !isImporting && <DataSources />}
        <WorkspaceSection />
        {hasDomains && <DataSources isCompact />}
      </>
    );
  return (
    <>
      <PageHead title="Data" lead={LEAD}>
        <OpenRun />
        <SaveRun />
        <ForgetButton />
        <Link href={isTokenized ? '/recommender' : '/tokenizer'} className="button is-primary">
          {isTokenized ? 'Recommender' : 'Next: train the tokenizer'} <ArrowRight size={14} aria-hidden />
        </Link>
      </PageHead>
      <Figures data={data} />
      <div className="columns is-even">
        <Domains data={data} />
        <Panel title="Sequence lengths" note="users by number of interactions">
          <Histogram counts={data.lengthHistogram} unit="users" axis="interactions" />
        </Panel>
      </div>
      {data.notes.length > 0 && (
        <Panel title="Notes from reading">
          <ul className="notes">
            {data.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </Panel>
      )}
      <WorkspaceSection />
      <DataSources isCompact />
    </>
  );
}

function Figures({ data }: { readonly data: DataSummary }) {
  const figures: readonly (readonly [string, string, string])[] = [
    ['Users', formatCount(data.users), `${(data.interactions / Math.max(1, data.users)).toFixed(1)} interactions each`],
    ['Items', formatCount(data.items), `${data.domains.length} ${data.domains.length === 1 ? 'domain' : 'domains'}`],
    [
      'Interactions',
      formatCount(data.interactions),
      `${formatShare(data.interactions / Math.max(1, data.users * data.items))} of all user–item pairs`,
    ],
    [
      'Pictures',
      formatCount(data.images),
      data.images === data.items
        ? 'one for each item'
        : `for ${formatShare(data.images / Math.max(1, data.items))} of the items`,
    ],
  ];
  return (
    <section className="figures" aria-label={`Summary of ${data.name}`}>
      <div className="figure is-name">
        <span className="figure-title">Data set</span>
        <span className="figure-name">{data.name}</span>
        <span className="figure-note" title={data.hash}>
          content {data.hash.slice(0, 12)}
        </span>
      </div>
      {figures.map(([title, value, note]) => (
        <div key={title} className="figure">
          <span className="figure-title">{title}</span>
          <span className="figure-value">{value}</span>
          <span className="figure-note">{note}</span>
        </div>
      ))}
    </section>
  );
}

function Domains({ data }: { readonly data: DataSummary }) {
  const most = Math.max(1, ...data.domains.map(({ interactions }) => interactions));
  return (
    <Panel title="Domains" note="parts of the catalogue">
      <table className="numbers-table domains">
        <thead>
          <tr>
            <th scope="col">Domain</th>
            <th scope="col">Items</th>
            <th scope="col">Interactions</th>
            <th scope="col">
              <span className="visually-hidden">Share of interactions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {data.domains.map((domain) => (
            <tr key={domain.name}>
              <th scope="row">{domain.name}</th>
              <td>{formatCount(domain.items)}</td>
              <td>{formatCount(domain.interactions)}</td>
              <td className="share-cell">
                <span
                  className="share-bar"
                  style={{ transform: `scaleX(${domain.interactions / most})` }}
                  aria-hidden="true"
                />
                <span className="share-value">{formatShare(domain.interactions / Math.max(1, data.interactions))}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
