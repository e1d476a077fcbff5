import { X } from 'lucide-react';
import type { DomainInfo } from '../../worker/protocol/data';
import { formatCount } from '../format/numbers';
import { Panel } from '../parts/Panel';
import { ViewToggle } from '../parts/ViewToggle';
import { type DetailTab, useCatalogue } from '../stores/catalogue';
import { BadRowsTable } from './BadRowsTable';
import { useDataSession } from './dataSessionContext';
import { ItemBrowser } from './ItemBrowser';
import { NameForm } from './NameForm';
import { ShapePanel } from './ShapePanel';
import { dateOf } from './shapeFields';
import { UserBrowser } from './UserBrowser';

const TABS: readonly { readonly value: DetailTab; readonly label: string }[] = [
  { value: 'items', label: 'Items' },
  { value: 'users', label: 'Users' },
  { value: 'shape', label: 'Shape' },
  { value: 'origin', label: 'Origin' },
];

/** One domain in full: its rows, the rules that shaped it, where it came from. */
export function DomainDetail({ domain }: { readonly domain: DomainInfo }) {
  const tab = useCatalogue((state) => state.tab);
  const show = useCatalogue((state) => state.show);
  const isShaped = domain.state === 'ready';
  const shown = isShaped ? tab : tab === 'origin' ? 'origin' : 'shape';
  return (
    <Panel
      title={domain.name}
      className="domain-detail"
      actions={
        <>
          <ViewToggle
            label={`Part of ${domain.name}`}
            chosen={shown}
            choices={isShaped ? TABS : TABS.slice(2)}
            onChoose={(value) => show(domain.id, value)}
          />
          <button type="button" className="icon-button" aria-label={`Close ${domain.name}`} onClick={() => show(null)}>
            <X size={14} aria-hidden />
          </button>
        </>
      }
    >
      {shown === 'items' && <ItemBrowser key={domain.id} domain={domain} />}
      {shown === 'users' && <UserBrowser key={domain.id} domain={domain} />}
      {shown === 'shape' && <ShapePanel key={domain.id} domain={domain} />}
      {shown === 'origin' && <Origin domain={domain} />}
    </Panel>
  );
}

function Origin({ domain }: { readonly domain: DomainInfo }) {
  const { report, origin } = domain;
  const session = useDataSession();
  const names = useCatalogue((state) => state.domains).map(({ name }) => name);
  return (
    <div className="stack">
      <NameForm
        key={domain.name}
        label="Name"
        first={domain.name}
        button="Rename"
        taken={names}
        onName={(name) => void session.rename(domain.id, name)}
      />
      <p>
        Read from {origin.files.map(({ name }) => name).join(', ')} on {dateOf(domain.createdAtMs / 1000)}.
      </p>
      {report && (
        <p className="quiet">
          {formatCount(report.rows)} rows: {formatCount(report.raw.users)} users, {formatCount(report.raw.items)} items,{' '}
          {formatCount(report.raw.interactions)} interactions; {formatCount(report.rejected)} bad rows left out
          {report.strayItems > 0 && `; ${formatCount(report.strayItems)} pictures, vectors or codes belong to no item`}.
        </p>
      )}
      {report && report.rejectedRows.length > 0 && <BadRowsTable rows={report.rejectedRows} total={report.rejected} />}
    </div>
  );
}
