import { amazonDomain } from './amazon2023';
import type { Candidate, ImportPart } from './candidate';
import { type Sniffed, sniffedLines, sniffedObjects } from './sniff';

type Role = 'reviews' | 'meta' | 'table';

/** Amazon files by category: reviews with metadata, and 5-core tables with the same metadata. */
export function recogniseAmazon(inputs: readonly Sniffed[]): Candidate[] {
  const byDomain = new Map<string, { role: Role; input: Sniffed }[]>();
  for (const input of inputs) {
    const role = roleOf(input);
    if (role === null) continue;
    const domain = amazonDomain(input.source.name);
    byDomain.set(domain, [...(byDomain.get(domain) ?? []), { role, input }]);
  }
  return [...byDomain].flatMap(([domainName, files]) => {
    const partsAs = (role: Role): ImportPart[] =>
      files.filter((file) => file.role === role).map(({ input }) => ({ role, source: input.source }));
    const reviews = partsAs('reviews');
    const meta = partsAs('meta');
    const tables = partsAs('table');
    const edition = files.some(({ input }) => is2018(input)) ? '2018' : '2023';
    const shared = { domainName, confidence: 1, isAddition: false };
    const candidates: Candidate[] = [];
    if (tables.length > 0) {
      const label = `Amazon Reviews 2023, 5-core table${meta.length > 0 ? ' and metadata' : ''}`;
      candidates.push({ ...shared, format: 'amazon2023csv', label, parts: [...meta, ...tables] });
    }
    if (reviews.length > 0 || tables.length === 0) {
      const kinds = [reviews.length > 0 ? 'reviews' : '', meta.length > 0 ? 'metadata' : ''].filter(
        (kind) => kind !== '',
      );
      const label = `Amazon Reviews ${edition}, ${kinds.join(' and ')}`;
      const parts = [...meta, ...reviews];
      candidates.push({ ...shared, format: 'amazon2023', label, parts, isAddition: reviews.length === 0 });
    }
    return candidates;
  });
}

function roleOf(input: Sniffed): Role | null {
  if (/\.csv$/.test(input.plainName)) {
    const columns = (sniffedLines(input, 1)[0] ?? '').split(',').map((name) => name.trim());
    return ['user_id', 'parent_asin', 'timestamp'].every((name) => columns.includes(name)) ? 'table' : null;
  }
  const [first] = sniffedObjects(input, 1);
  if (first === undefined) return null;
  const has = (...fields: string[]): boolean => fields.every((field) => first[field] !== undefined);
  if (has('user_id', 'parent_asin', 'rating') || has('reviewerID', 'asin', 'overall')) return 'reviews';
  if (has('parent_asin', 'title') && (has('features') || has('images') || has('main_category'))) return 'meta';
  if (has('asin', 'title') && (has('feature') || has('category') || has('also_buy'))) return 'meta';
  return null;
}

function is2018(input: Sniffed): boolean {
  const [first] = sniffedObjects(input, 1);
  return first !== undefined && first.parent_asin === undefined;
}
