/** Codebook health of a tree of books, for all items and by domain. */
import type { Dataset } from '../data/dataset';
import { type LevelStatistics, levelStatistics } from '../quantize/statistics';
import type { QuantiserConfig } from '../tokenizers/utgrec/config';
import { bookNames, bookOfLevel, entriesOfLevel } from '../tokenizers/utgrec/treeQuantiser';
import type { CodebookReport } from './reports';

/** Items of every domain that has any; a data set without domains is one. */
export function domainsOf({ items, itemCount, name }: Dataset): { name: string; items: Uint32Array }[] {
  const all = Array.from({ length: itemCount }, (_, item) => item);
  const { domainOfItem, domainNames } = items;
  if (!domainOfItem) return [{ name, items: Uint32Array.from(all) }];
  return domainNames
    .map((domain, at) => ({ name: domain, items: Uint32Array.from(all.filter((item) => domainOfItem[item] === at)) }))
    .filter((domain) => domain.items.length > 0);
}

/** Codebook health level by level (each with its own book's size), for all items and for each domain. */
export function treeReport(
  dataset: Dataset,
  config: QuantiserConfig,
  codes: Uint16Array,
  step: number,
): CodebookReport {
  const group = (name: string, items: Uint32Array): CodebookReport['groups'][number] => {
    const distinct = new Set(
      Array.from(items, (item) => codes.subarray(item * config.levels, (item + 1) * config.levels).join()),
    );
    const levels = Array.from({ length: config.levels }, (_, level): LevelStatistics => {
      const histogram = new Uint32Array(entriesOfLevel(config, level));
      for (const item of items) {
        const code = codes[item * config.levels + level] as number;
        histogram[code] = (histogram[code] as number) + 1;
      }
      return levelStatistics(histogram);
    });
    const books = bookNames(config).map((book) => {
      const members = levels.filter((_, level) => bookOfLevel(config, level) === book);
      const entries = members[0]?.histogram.length ?? 0;
      const isUsed = Array.from({ length: entries }, (_, code) => members.some((level) => level.histogram[code]));
      return { name: book, entries, usedShare: isUsed.filter(Boolean).length / entries };
    });
    return {
      name,
      items: items.length,
      collisionRate: items.length === 0 ? 0 : (items.length - distinct.size) / items.length,
      books,
      levels: levels.map(({ usage, perplexity, dead, histogram }) => ({
        usedShare: usage,
        perplexity,
        dead,
        counts: [...histogram],
      })),
    };
  };
  const all = Uint32Array.from({ length: dataset.itemCount }, (_, item) => item);
  const groups = [group('all items', all)];
  if (dataset.items.domainOfItem) for (const { name, items } of domainsOf(dataset)) groups.push(group(name, items));
  const most = Math.max(...Array.from({ length: config.levels }, (_, level) => entriesOfLevel(config, level)));
  return { step, codes: most, levels: config.levels, groups };
}
