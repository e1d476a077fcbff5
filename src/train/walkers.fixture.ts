import { uniformGenerator } from '../base/random';
import { sequenceTable } from '../base/sequenceTable';
import type { Dataset } from '../data/dataset';

/** Users who walk a catalogue in steps of five. */
export function walkers(users: number, itemCount: number): Dataset {
  const uniform = uniformGenerator(4);
  const sequences = sequenceTable(
    Array.from({ length: users }, () => {
      const start = Math.floor(uniform() * itemCount);
      return Array.from({ length: 5 + Math.floor(uniform() * 4) }, (_, t) => (start + t * 5) % itemCount);
    }),
  );
  const texts = Array.from({ length: itemCount }, (_, item) => String(item));
  const nothing = new Array<string[]>(itemCount).fill([]);
  return {
    name: 'walkers',
    itemCount,
    userCount: users,
    interactionCount: sequences.items.length,
    items: {
      ids: texts,
      indexOfId: new Map(texts.map((id, item) => [id, item])),
      titles: texts,
      brands: texts,
      categories: nothing,
      descriptions: texts,
      keywords: nothing,
      domainOfItem: null,
      domainNames: [],
    },
    users: Array.from({ length: users }, (_, user) => String(user)),
    sequences,
    images: null,
    contentHash: 'walkers',
    report: {
      itemLines: itemCount,
      userLines: users,
      badLines: 0,
      badLineMessages: [],
      shortUsers: 0,
      itemsWithoutTitle: 0,
      itemsWithoutEvents: 0,
      repeatedEvents: 0,
    },
  };
}
