import type { Dataset } from './dataset';

/**
 * The text an encoder reads for item `index`: title, brand, categories (comma-separated), description, keywords
 * (comma-separated), in this order, empty parts left out, each without its final stop, joined by ". ".
 * A text cut at an encoder's limit therefore loses the least telling part first.
 */
export function itemText(dataset: Dataset, index: number): string {
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
