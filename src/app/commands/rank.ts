/** Orders what can be found by how well it fits what was typed. */

export interface Findable {
  readonly title: string;
  readonly words?: string;
}

/**
 * Every word of the query must occur: best at the start of the title, then at the start of one of its words, then inside it,
 * then in the further words. Equal fits keep their order. O(entries × words).
 */
export function ranked<T extends Findable>(entries: readonly T[], query: string): readonly T[] {
  const wanted = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return entries;
  return entries
    .map((entry, at) => ({ entry, at, score: scoreOf(entry, wanted) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.at - b.at)
    .map(({ entry }) => entry);
}

function scoreOf({ title, words = '' }: Findable, wanted: readonly string[]): number {
  const name = title.toLowerCase();
  const more = words.toLowerCase();
  let total = 0;
  for (const word of wanted) {
    const score = name.startsWith(word)
      ? 8
      : name.includes(` ${word}`)
        ? 4
        : name.includes(word)
          ? 2
          : more.includes(word)
            ? 1
            : 0;
    if (score === 0) return 0;
    total += score;
  }
  return total;
}
