import { ConfigError } from '../base/errors';
import type { Dataset } from './dataset';

/**
 * The text an encoder reads for item `index`: title, brand, categories (comma-separated), description, keywords
 * (comma-separated), in this order, empty parts left out, each without its final stop, joined by ". ".
 * A text cut at an encoder's limit therefore loses the least telling part first.
 * @throws ConfigError `data/stored` for a workspace, whose texts are not in memory: use `itemTexts`
 */
export function itemText(dataset: Dataset, index: number): string {
  if (dataset.stored)
    throw new ConfigError('data/stored', 'read text: wanted texts in memory, came a workspace; read them in runs.');
  const { titles, brands, categories, descriptions, keywords } = dataset.items;
  const parts = [
    titles[index],
    brands[index],
    categories[index]?.join(', '),
    descriptions[index],
    keywords[index]?.join(', '),
  ];
  return parts
    .map((part) => (part ?? '').trim().replace(/[.\s]+$/, ''))
    .filter((part) => part !== '')
    .join('. ');
}

/** Texts of items `[from, to)`, from memory or from the storage. */
export async function itemTexts(dataset: Dataset, from: number, to: number): Promise<string[]> {
  if (dataset.stored) return dataset.stored.texts(from, to);
  return Array.from({ length: to - from }, (_, at) => itemText(dataset, from + at));
}
