import { Download, Search, SlidersHorizontal, Trash2 } from 'lucide-react';
import type { DomainInfo, DomainRole, DomainStatistics } from '../../worker/protocol/data';
import { BinChart } from '../charts/BinChart';
import { formatCount, formatShare, formatSize } from '../format/numbers';
import type { DetailTab } from '../stores/catalogue';
import { DomainSamples } from './DomainSamples';
import { lengthBins, popularityBins } from './domainBins';
import { claimedBy, type Published, publishedFor } from './publishedCounts';
import { ROLE_NAMES } from './roles';

interface DomainCardProps {
  readonly domain: DomainInfo;
  readonly isShown: boolean;
  readonly isMarked: boolean;
  readonly isExporting: boolean;
  readonly onMark: (isMarked: boolean) => void;
  readonly onRole: (role: DomainRole) => void;
  readonly onShow: (tab: DetailTab) => void;
  readonly onExport: () => void;
  readonly onDelete: () => void;
}

/** One domain: its counts beside published ones, shape of its users and items, what its items have, what to do with it. */
export function DomainCard({ domain, isShown, isMarked, isExporting, ...on }: DomainCardProps) {
  const { statistics } = domain;
  const bytes = domain.sizes.columnBytes + domain.sizes.imageBytes + domain.sizes.vectorBytes;
  const canTrain = domain.state === 'ready' && (statistics?.users ?? 0) > 0;
  return (
    <article className={`domain-card ${isShown ? 'is-shown' : ''}`} aria-label={`Domain ${domain.name}`}>
      <header className="domain-head">
        <h3>{domain.name}</h3>
        <select
          aria-label={`Role of ${domain.name}`}
          value={domain.role}
          onChange={(event) => on.onRole(ROLE_NAMES.find(([role]) => role === event.target.value)?.[0] ?? 'downstream')}
        >
          {ROLE_NAMES.map(([role, label]) => (
            <option key={role} value={role}>
              {label}
            </option>
          ))}
        </select>
      </header>
      {statistics ? (
        <>
          <Counts statistics={statistics} published={claimedBy(domain) ?? publishedFor(domain.name, statistics)} />
          {statistics.interactions > 0 ? (
            <div className="domain-charts">
              <BinChart
                title="History lengths"
                bins={lengthBins(statistics.lengthHistogram)}
                unit="users"
                axis="interactions"
              />
              <BinChart
                title="Popularity"
                bins={popularityBins(statistics.popularityHistogram)}
                unit="items"
                axis="interactions"
              />
            </div>
          ) : (
            <p className="quiet">Items only: there are no users to learn from.</p>
          )}
          <Coverage title="Text" count={statistics.withText} total={statistics.items} />
          <Coverage title="Pictures" count={statistics.withImage} total={statistics.items} />
          {statistics.withVector > 0 && (
            <Coverage title="Vectors" count={statistics.withVector} total={statistics.items} />
          )}
          <DomainSamples domain={domain} />
        </>
      ) : (
        <p className="quiet">
          Imported, not shaped yet: choose which users and items train under <em>Shape</em>.
        </p>
      )}
      <footer className="domain-foot">
        {canTrain && (
          <label className="check-line">
            <input type="checkbox" checked={isMarked} onChange={(event) => on.onMark(event.target.checked)} />
            Train on this
          </label>
        )}
        <span className="domain-buttons">
          <button type="button" className="button is-small" onClick={() => on.onShow('items')}>
            <Search size={13} aria-hidden /> Browse
          </button>
          <button type="button" className="button is-small" onClick={() => on.onShow('shape')}>
            <SlidersHorizontal size={13} aria-hidden /> Shape
          </button>
          <button
            type="button"
            className="icon-button"
            aria-label={`Export ${domain.name}`}
            title="Export in the reference layout"
            disabled={isExporting || !canTrain}
            onClick={on.onExport}
          >
            <Download size={14} aria-hidden />
          </button>
          <button
            type="button"
            className="icon-button"
            aria-label={`Delete ${domain.name}`}
            title="Delete"
            onClick={on.onDelete}
          >
            <Trash2 size={14} aria-hidden />
          </button>
        </span>
      </footer>
      <p className="domain-hash" title={domain.hash}>
        {formatSize(bytes)} · content {domain.hash === '' ? '–' : domain.hash.slice(0, 12)}
      </p>
    </article>
  );
}

interface CountsProps {
  readonly statistics: DomainStatistics;
  readonly published: Published | null;
}

function Counts({ statistics, published }: CountsProps) {
  const rows = [
    ['Users', statistics.users, published?.users],
    ['Items', statistics.items, published?.items],
    ['Interactions', statistics.interactions, published?.interactions],
  ] as const;
  return (
    <table className="numbers-table domain-counts">
      <thead>
        <tr>
          <th scope="col">
            <span className="visually-hidden">Count of</span>
          </th>
          <th scope="col">here</th>
          {published && <th scope="col">{published.version}</th>}
        </tr>
      </thead>
      <tbody>
        {rows.map(([title, count, known]) => (
          <tr key={title}>
            <th scope="row">{title}</th>
            <td className="count-here">{formatCount(count)}</td>
            {published && (
              <td className={known === count ? 'is-equal' : undefined}>
                {formatCount(known ?? 0)}
                {known === count && ' ='}
              </td>
            )}
          </tr>
        ))}
        <tr>
          <th scope="row">Density</th>
          <td>{density(statistics)}</td>
          {published && <td />}
        </tr>
      </tbody>
    </table>
  );
}

/** Share of all user–item pairs, with enough digits to be told from zero. */
function density({ users, items, interactions }: DomainStatistics): string {
  const share = interactions / Math.max(1, users * items);
  return share === 0 ? '–' : `${(100 * share).toPrecision(2)}%`;
}

interface CoverageProps {
  readonly title: string;
  readonly count: number;
  readonly total: number;
}

function Coverage({ title, count, total }: CoverageProps) {
  const share = count / Math.max(1, total);
  return (
    <div className="coverage">
      <span>{title}</span>
      <span className="coverage-bar" aria-hidden="true">
        <span style={{ transform: `scaleX(${share})` }} />
      </span>
      <span className="coverage-number">
        {formatCount(count)} <span className="quiet">{formatShare(share)}</span>
      </span>
    </div>
  );
}
