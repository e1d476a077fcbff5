import { formatCount, formatShare } from '../format/numbers';
import { useWorkspace } from '../stores/workspace';
import { Facts, Part } from './Part';

/** Domains of the open data: how much of it they are. */
export function DomainPart({ names }: { readonly names: readonly string[] }) {
  const data = useWorkspace((state) => state.data);
  const found = data?.domains.filter(({ name }) => names.includes(name)) ?? [];
  if (!data || found.length === 0) return <p className="quiet">The open data has no such domain.</p>;
  return found.map(({ name, items, interactions }) => (
    <Part key={name} title={name} note="domain">
      <Facts
        rows={[
          ['Items', `${formatCount(items)}, ${formatShare(items / Math.max(1, data.items))} of all`],
          [
            'Interactions',
            `${formatCount(interactions)}, ${formatShare(interactions / Math.max(1, data.interactions))}`,
          ],
          ['Data', data.name],
        ]}
      />
    </Part>
  ));
}
